#ifndef FAIRWAY_TESTS_FUZZ_TARGET_H_
#define FAIRWAY_TESTS_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/oracle/dice.h"

// What each target is, for libFuzzer and for smoke_main.cc. Aborts if something is wrong.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fairway::fuzz {

// Another input like this one; a first one if it is empty.
std::string MutateInput(const std::string& input, oracle::Dice& dice);

}  // namespace fairway::fuzz

#endif  // FAIRWAY_TESTS_FUZZ_TARGET_H_
