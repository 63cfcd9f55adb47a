#ifndef FAIRWAY_POLICY_ENGINE_ENGINE_H_
#define FAIRWAY_POLICY_ENGINE_ENGINE_H_

#include "policy/engine/compiled.h"
#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// One request through the one decision function, in words: floors, forbids, the most generous
// permit, requires on top of it, and whether the link can keep what they ask.
Decision Decide(const Compiled& compiled, const Request& request, const Calendar& calendar);

// The same for an item and a peer that were coded before; what the request says of them is only
// read for the words of floors.
Decision Decide(const Compiled& compiled, const Request& request, const ItemCode& item,
                const PeerCode& peer, const Calendar& calendar);

// Everything that led to the same decision, rule by rule.
Explanation Explain(const Program& program, const Request& request, const Calendar& calendar,
                    Explanation::Detail detail);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_ENGINE_H_
