#ifndef FAIRWAY_POLICY_ENGINE_RULE_BY_RULE_H_
#define FAIRWAY_POLICY_ENGINE_RULE_BY_RULE_H_

#include <vector>

#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// The decision as LANGUAGE.md §4 reads, one rule after the other: what explanations show, and what
// the compiled decision is tested against. Equal to it for every request.
struct RuleByRule {
  Decision decision;
  std::vector<bool> matches;  // by rule, floors aside
};

// `bound` is the request bound to the world of the program.
RuleByRule DecideRuleByRule(const Program& program, const Request& request,
                            const BoundRequest& bound, const Calendar& calendar);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_RULE_BY_RULE_H_
