#ifndef FAIRWAY_TESTS_FUZZ_TEXT_MUTATOR_H_
#define FAIRWAY_TESTS_FUZZ_TEXT_MUTATOR_H_

#include <string>

#include "tests/oracle/dice.h"

namespace fairway::fuzz {

// A text much like this one: words of the language and of the vocabularies put in, words left out,
// doubled, exchanged or cut, numbers and bytes changed, rules repeated; now and then a whole new
// policy. An empty text becomes a policy that loads.
std::string MutateText(const std::string& text, oracle::Dice& dice);

}  // namespace fairway::fuzz

#endif  // FAIRWAY_TESTS_FUZZ_TEXT_MUTATOR_H_
