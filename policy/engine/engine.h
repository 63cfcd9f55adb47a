#ifndef FAIRWAY_POLICY_ENGINE_ENGINE_H_
#define FAIRWAY_POLICY_ENGINE_ENGINE_H_

#include <vector>

#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// The decision: floors, forbids, the most generous permit, requires on top of it.
Decision Decide(const Program& program, const Request& request, const Calendar& calendar);

// Everything that led to the same decision.
Explanation Explain(const Program& program, const Request& request, const Calendar& calendar);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_ENGINE_H_
