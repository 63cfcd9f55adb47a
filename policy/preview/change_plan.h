#ifndef FAIRWAY_POLICY_PREVIEW_CHANGE_PLAN_H_
#define FAIRWAY_POLICY_PREVIEW_CHANGE_PLAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/preview/compare.h"
#include "policy/preview/duty_table.h"
#include "policy/preview/row_graph.h"

namespace fairway::policy {

inline constexpr size_t kBefore = 0;
inline constexpr size_t kAfter = 1;
inline constexpr size_t kSides = 2;

// What one side does to one peer on one way out.
struct WayPlan {
  using DutyEdges = std::vector<std::pair<DutyTable::Id, Edge>>;

  Edge released = kNoItems;
  // Where permits and requires with these duties match; of the permits those that are more generous
  // than others come first. Left empty where the change cannot reach the duties.
  DutyEdges permits;
  DutyEdges requires_;
};

struct PeerPlan {
  std::string name;
  // Nothing differs outside of these items.
  Edge reach = kNoItems;
  // On this way, nothing differs in the duties outside of these items.
  std::array<Edge, kWaysOut> duty_reach = {};
  std::array<std::array<WayPlan, kWaysOut>, kSides> sides;
};

// What has to be computed to compare two sides: expressions over the columns. What both sides share
// is one edge, so a small change gives a small plan.
struct ChangePlan {
  RowGraph graph;
  std::vector<PeerPlan> peers;  // those whom the change can reach, sorted by name
  // Null: the side has no policy, or it is the same object as the one before.
  std::array<std::shared_ptr<const DutyTable>, kSides> duties;
  // By n: items to which P6 leaves at most n hops.
  std::vector<Edge> hops_at_most;
};

ChangePlan PlanOf(const Side& before, const Side& after, const ItemColumns& items,
                  const CompareOptions& options);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_CHANGE_PLAN_H_
