#ifndef FAIRWAY_POLICY_PREVIEW_DUTY_CELLS_H_
#define FAIRWAY_POLICY_PREVIEW_DUTY_CELLS_H_

#include <cstdint>
#include <vector>

#include "policy/preview/change_plan.h"
#include "policy/preview/duty_table.h"
#include "policy/preview/row_evaluator.h"

namespace fairway::policy {

// Items with the same duties.
struct DutyCell {
  DutyTable::Id duty = 0;
  std::vector<uint64_t> row;  // of the strip
};

// The duties of released items on one side and way, those of P6 aside: `among` split into cells.
// Items that no permit matches are in none. No two cells have the same duty or an item in common.
std::vector<DutyCell> SplitByDuty(const WayPlan& plan, const std::vector<uint64_t>& among,
                                  DutyTable& table, RowEvaluator& evaluator);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_DUTY_CELLS_H_
