#ifndef FAIRWAY_POLICY_ENGINE_DECIDED_REQUEST_H_
#define FAIRWAY_POLICY_ENGINE_DECIDED_REQUEST_H_

#include <optional>

#include "policy/engine/actual_values.h"
#include "policy/engine/floors.h"
#include "policy/engine/rule_by_rule.h"
#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// A request that was decided, for those who ask what to do about it. All must outlive it.
struct DecidedRequest {
  const Program& program;
  const Request& request;
  const BoundRequest& bound;
  const Calendar& calendar;
  const RuleByRule& result;
  const ActualValues& values;
};

// P15 as it would be under the terms of this permit and every require that matches; nothing if the
// link could keep them.
std::optional<FailedFloor> UnmetUnder(const DecidedRequest& decided, const DutyTerms& permit);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_DECIDED_REQUEST_H_
