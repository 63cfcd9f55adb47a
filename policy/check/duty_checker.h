#ifndef FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_

#include <optional>
#include <vector>

#include "policy/check/condition_checker.h"
#include "policy/language/ast.h"
#include "policy/program/duty_terms.h"

namespace fairway::policy {

struct CheckedDuties {
  DutyTerms terms;
  bool in_full = false;  // written as `in full`
};

// Looks up fields, markings, roles and purposes of the duties of one `with`. Nothing if there was
// an error; each is reported (E101–E103, E106, E108–E110, E126).
std::optional<CheckedDuties> CheckDuties(const std::vector<ast::Duty>& duties, const World& world,
                                         ConditionChecker& conditions, DiagnosticSink& sink);

// The fields that are meant, families spread. Nothing after an error (E108).
std::optional<FieldSet> FindFields(const Vocabulary& vocabulary,
                                   const std::vector<ast::Word>& fields, DiagnosticSink& sink);

// The position of a role; nothing after an error (E102).
std::optional<size_t> FindRole(const Vocabulary& vocabulary, const ast::Word& role,
                               DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_
