#ifndef FAIRWAY_TOOLS_BENCHMARK_POLICY_EDITS_H_
#define FAIRWAY_TOOLS_BENCHMARK_POLICY_EDITS_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/benchmark/policy_workload.h"

// What administrators do to a policy.
namespace fairway::benchmark {

using Rules = std::vector<RuleSpec>;

// A permit for this kind of peers is widened: a marking and two topics more.
Rules Loosened(Rules rules, RuleSpec::To to);
// A forbid is added.
Rules Tightened(Rules rules);
// Five permits are added that lie inside others.
Rules WithRedundant(Rules rules);
// A forbid is taken away.
Rules WithoutAForbid(Rules rules);
// Every permit for two kinds of items or more is split in two: nothing changes, nothing is shared.
Rules Refactored(const Rules& rules);

// The edits of one rule, by name.
std::vector<std::pair<std::string, Rules>> OneRuleEdits(const Rules& rules);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_POLICY_EDITS_H_
