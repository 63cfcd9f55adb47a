#ifndef FAIRWAY_TESTS_ORACLE_PRINTER_H_
#define FAIRWAY_TESTS_ORACLE_PRINTER_H_

#include <string>

#include "tests/oracle/dice.h"
#include "tests/oracle/syntax.h"

namespace fairway::oracle {

// The text of a policy. With dice: every freedom of spelling that the language leaves is used
// (order of rules and clauses, synonyms, white space, comments); the meaning is the same.
std::string Print(const PolicyText& policy, Dice* dice = nullptr);
std::string Print(const Rule& rule, Dice* dice = nullptr);

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_PRINTER_H_
