#ifndef FAIRWAY_POLICY_CHECK_TEST_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_TEST_CHECKER_H_

#include <string>
#include <string_view>
#include <vector>

#include "policy/check/condition_checker.h"
#include "policy/language/ast.h"
#include "policy/program/program.h"

namespace fairway::policy {

// The name an invented peer of a test has.
inline constexpr std::string_view kInventedPeer = "a-peer-of-this-test";

// Names a rule cannot have because decisions use them: "default", P with digits, and the words with
// which a node withholds something itself ("hold", "delay", "expired", …).
bool IsReservedRuleName(std::string_view name);

// Looks up the names in the tests of a text and adds the tests to the program. `rule_names`,
// sorted, are all rules of the text, also those with errors. Reports E101, E102, E105–E112, E120,
// E121.
void CheckTests(const ast::File& file, const std::vector<std::string>& rule_names,
                ConditionChecker& conditions, Program& program, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_TEST_CHECKER_H_
