#ifndef FAIRWAY_POLICY_CHECK_DATE_ADVISER_H_
#define FAIRWAY_POLICY_CHECK_DATE_ADVISER_H_

#include "absl/time/time.h"
#include "policy/program/program.h"

namespace fairway::policy {

// How long before its end a rule is spoken of.
inline constexpr int kEndsSoonDays = 30;

// W305 for each rule whose last day is over at `now`, or is one of the next kEndsSoonDays.
void AdviseOnDates(const Program& program, absl::Time now, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_DATE_ADVISER_H_
