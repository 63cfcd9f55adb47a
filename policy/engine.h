#ifndef FAIRWAY_POLICY_ENGINE_H_
#define FAIRWAY_POLICY_ENGINE_H_

#include <string_view>
#include <vector>

#include "policy/evaluator.h"
#include "policy/program.h"

namespace fairway::policy {

// What the engine names when neither a floor nor a rule of the text decided.
inline constexpr std::string_view kDefaultRule = "default";

// The decision: floors, forbids, the most generous permit, requires on top of it.
Decision Decide(const Program& program, const Request& request, const Calendar& calendar);

// Everything that led to the same decision.
Explanation Explain(const Program& program, const Request& request, const Calendar& calendar);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_H_
