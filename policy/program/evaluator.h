#ifndef FAIRWAY_POLICY_PROGRAM_EVALUATOR_H_
#define FAIRWAY_POLICY_PROGRAM_EVALUATOR_H_

#include <cstdint>
#include <optional>

#include "policy/program/program.h"

namespace fairway::policy {

// The day a decision is made on, for `from` and `until`.
struct Calendar {
  bool ignore_dates = false;   // every rule counts as in force
  std::optional<int64_t> day;  // days since 1970-01-01, UTC; nothing: unknown

  static Calendar Of(const Request& request) { return At(request.now); }
  static Calendar At(absl::Time now);
};

// Does the condition hold? `unknown` is what an atom over an unknown value counts as; it flips
// under `not`. Permits ask with false, forbids and requires with true: unknown is never a reason
// to share.
bool Holds(const Condition& condition, const BoundRequest& request, bool unknown);

// The three sides of a rule, each with the polarity of its kind.
bool ToHolds(const CheckedRule& rule, const BoundRequest& request);
bool InForce(const CheckedRule& rule, const Calendar& calendar);
bool Matches(const CheckedRule& rule, const BoundRequest& request, const Calendar& calendar);

// What an unknown counts as in this kind of rule.
inline bool UnknownIn(CheckedRule::Kind kind) { return kind != CheckedRule::Kind::kPermit; }

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_EVALUATOR_H_
