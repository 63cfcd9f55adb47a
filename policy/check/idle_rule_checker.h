#ifndef FAIRWAY_POLICY_CHECK_IDLE_RULE_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_IDLE_RULE_CHECKER_H_

#include "policy/check/rule_cubes.h"

namespace fairway::policy {

// Rules and promises that change nothing, each proved for every possible item.
//   E202  a permit that the floors hold back wherever it matches
//   W304  a guarantee that the floors alone keep
//   W307  a permit that is forbidden wherever it matches. Advice, not an error: to forbid for a
//         while what a permit goes on saying is how something is withdrawn quickly.
//   W308  a rule that another one of its kind makes needless
void CheckIdleRules(const Program& program, RuleCubes& cubes, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_IDLE_RULE_CHECKER_H_
