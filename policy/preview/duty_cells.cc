#include "policy/preview/duty_cells.h"

#include <algorithm>
#include <utility>

#include "policy/preview/bit_rows.h"

namespace fairway::policy {
namespace {

using Row = std::vector<uint64_t>;

// Items at which the same permits are the most generous of those that match.
struct Front {
  std::vector<DutyTable::Id> carriers;
  Row row;
};

// Takes what is also in `by` out of `from`; empty if there is nothing.
Row TakeOut(Row& from, const uint64_t* by) {
  Row taken(from.size());
  if (!IntersectRows(taken.data(), from.data(), by, from.size())) return {};
  SubtractRows(from.data(), from.data(), by, from.size());
  return taken;
}

bool IsEmpty(const Row& row) {
  return std::all_of(row.begin(), row.end(), [](uint64_t word) { return word == 0; });
}

void AddTo(std::vector<DutyCell>& cells, DutyTable::Id duty, Row row) {
  for (DutyCell& cell : cells) {
    if (cell.duty != duty) continue;
    UniteRows(cell.row.data(), row.data(), row.size());
    return;
  }
  cells.push_back({duty, std::move(row)});
}

std::vector<Front> FrontsOf(const WayPlan& plan, const Row& among, const DutyTable& table,
                            RowEvaluator& evaluator) {
  std::vector<Front> fronts = {{{}, among}};
  for (const auto& [duty, edge] : plan.permits) {
    const uint64_t* matching = evaluator.Row(edge);
    const size_t count = fronts.size();
    for (size_t i = 0; i < count; ++i) {
      const auto covers = [&, duty = duty](DutyTable::Id other) {
        return table.Covers(other, duty);
      };
      if (std::any_of(fronts[i].carriers.begin(), fronts[i].carriers.end(), covers)) continue;
      Row taken = TakeOut(fronts[i].row, matching);
      if (taken.empty()) continue;
      std::vector<DutyTable::Id> carriers = fronts[i].carriers;
      carriers.push_back(duty);
      fronts.push_back({std::move(carriers), std::move(taken)});
    }
    std::erase_if(fronts, [](const Front& front) { return IsEmpty(front.row); });
  }
  return fronts;
}

}  // namespace

std::vector<DutyCell> SplitByDuty(const WayPlan& plan, const Row& among, DutyTable& table,
                                  RowEvaluator& evaluator) {
  std::vector<DutyCell> cells;
  for (Front& front : FrontsOf(plan, among, table, evaluator)) {
    if (front.carriers.empty()) continue;
    DutyTable::Id duty = front.carriers.front();
    for (DutyTable::Id carrier : front.carriers) duty = table.Tightened(duty, carrier);
    AddTo(cells, duty, std::move(front.row));
  }
  for (const auto& [duty, edge] : plan.requires_) {
    const uint64_t* matching = evaluator.Row(edge);
    std::vector<DutyCell> next;
    for (DutyCell& cell : cells) {
      Row taken = TakeOut(cell.row, matching);
      if (!taken.empty()) AddTo(next, table.Tightened(cell.duty, duty), std::move(taken));
      if (!IsEmpty(cell.row)) AddTo(next, cell.duty, std::move(cell.row));
    }
    cells = std::move(next);
  }
  return cells;
}

}  // namespace fairway::policy
