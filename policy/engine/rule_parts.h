#ifndef FAIRWAY_POLICY_ENGINE_RULE_PARTS_H_
#define FAIRWAY_POLICY_ENGINE_RULE_PARTS_H_

#include <cstddef>
#include <vector>

#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// One line of a rule as explanations show it: all lines must hold for the rule to match.
struct RulePart {
  enum class Kind {
    kAction,  // shown only if the rule is about other actions
    kDates,
    kByName,  // `to peer …`
    kTo,      // a part of `to peers where …`
    kItems,
  };
  Kind kind = Kind::kItems;
  const Condition* condition = nullptr;  // kTo, kItems
  bool ok = false;                       // as it counted
};

std::vector<RulePart> PartsOf(const CheckedRule& rule, const BoundRequest& bound,
                              const Calendar& calendar);

// How many of the parts do not hold; stops at `enough`.
size_t FailingParts(const CheckedRule& rule, const BoundRequest& bound, const Calendar& calendar,
                    size_t enough);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_RULE_PARTS_H_
