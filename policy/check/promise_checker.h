#ifndef FAIRWAY_POLICY_CHECK_PROMISE_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_PROMISE_CHECKER_H_

#include "policy/check/condition_checker.h"
#include "policy/language/ast.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Looks up the names in the guarantees and budgets of a text and adds them to the program. Reports
// E101–E108, E111–E115, E119, E125.
void CheckPromises(const ast::File& file, ConditionChecker& conditions, Program& program,
                   DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_PROMISE_CHECKER_H_
