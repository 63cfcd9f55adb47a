#ifndef FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_
#define FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/engine/actual_values.h"
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

// For an item that a floor, P15 included, holds back: which floors, and what each would need. No
// permit lifts one.
std::vector<std::string> ChangesOfFloors(const DecidedRequest& decided,
                                         const std::vector<Explanation::Floor>& floors);

// For a forbidden one: the forbids that stand in the way, and what they know nothing about.
std::vector<std::string> ChangesOfForbids(const DecidedRequest& decided);

// For one that no permit releases: condition by condition, what the nearest miss would need.
// `miss`: position of a permit in Program::rules; nothing if there is none at all.
std::vector<std::string> ChangesOfMiss(const DecidedRequest& decided, std::optional<size_t> miss);

// The text of a permit that would release this item to this peer, on the terms of the nearest miss
// and with its conditions as far as they hold. Empty if the peer is not registered or the link
// could not keep its duties.
std::string DraftFor(const DecidedRequest& decided, std::optional<size_t> miss);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_
