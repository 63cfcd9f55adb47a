#ifndef FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_
#define FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/engine/decided_request.h"

namespace fairway::policy {

// For an item that a floor, P15 included, holds back: which floors, and what each would need. No
// permit lifts one.
std::vector<std::string> ChangesOfFloors(const DecidedRequest& decided,
                                         const std::vector<Explanation::Floor>& floors);

// For a forbidden one: the forbids that stand in the way, and what they know nothing about.
std::vector<std::string> ChangesOfForbids(const DecidedRequest& decided);

// For one that no permit releases: condition by condition, what the nearest miss would need.
// `miss`: position of a permit in Program::rules; nothing if there is none at all.
std::vector<std::string> ChangesOfMiss(const DecidedRequest& decided, std::optional<size_t> miss);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_WHAT_WOULD_CHANGE_H_
