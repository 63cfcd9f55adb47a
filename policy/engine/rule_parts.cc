#include "policy/engine/rule_parts.h"

#include <algorithm>

namespace fairway::policy {
namespace {

// Calls `use` with each part until it returns false; false if it did.
template <typename Use>
bool ForConditions(const Condition& condition, RulePart::Kind kind, const BoundRequest& bound,
                   bool unknown, Use use) {
  if (condition.kind == Condition::Kind::kTrue) return true;
  if (condition.kind == Condition::Kind::kAnd) {
    return std::all_of(
        condition.children.begin(), condition.children.end(),
        [&](const Condition& child) { return ForConditions(child, kind, bound, unknown, use); });
  }
  return use(RulePart{kind, &condition, Holds(condition, bound, unknown)});
}

template <typename Use>
void ForParts(const CheckedRule& rule, const BoundRequest& bound, const Calendar& calendar,
              Use use) {
  const bool unknown = UnknownIn(rule.kind);
  const bool covers = bound.action && rule.Covers(*bound.action);
  if (!covers && !use(RulePart{RulePart::Kind::kAction, nullptr, false})) return;
  if (rule.from || rule.until) {
    if (!use(RulePart{RulePart::Kind::kDates, nullptr, InForce(rule, calendar)})) return;
  }
  if (rule.by_name) {
    if (!use(RulePart{RulePart::Kind::kByName, nullptr, ToHolds(rule, bound)})) return;
  } else if (!ForConditions(rule.to, RulePart::Kind::kTo, bound, unknown, use)) {
    return;
  }
  ForConditions(rule.items, RulePart::Kind::kItems, bound, unknown, use);
}

}  // namespace

std::vector<RulePart> PartsOf(const CheckedRule& rule, const BoundRequest& bound,
                              const Calendar& calendar) {
  std::vector<RulePart> parts;
  ForParts(rule, bound, calendar, [&](const RulePart& part) {
    parts.push_back(part);
    return true;
  });
  return parts;
}

size_t FailingParts(const CheckedRule& rule, const BoundRequest& bound, const Calendar& calendar,
                    size_t enough) {
  size_t failing = 0;
  ForParts(rule, bound, calendar, [&](const RulePart& part) {
    failing += part.ok ? 0 : 1;
    return failing < enough;
  });
  return failing;
}

}  // namespace fairway::policy
