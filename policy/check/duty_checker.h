#ifndef FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_

#include <optional>
#include <vector>

#include "policy/language/ast.h"
#include "policy/program/duty_terms.h"

namespace fairway::policy {

struct CheckedDuties {
  DutyTerms terms;
  bool in_full = false;  // written as `in full`
};

// Looks up fields and markings of the duties of one `with`. Nothing if there was an error; each is
// reported (E102, E106, E108–E110).
std::optional<CheckedDuties> CheckDuties(const std::vector<ast::Duty>& duties,
                                         const Vocabulary& vocabulary, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_DUTY_CHECKER_H_
