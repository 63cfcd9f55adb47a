#ifndef FAIRWAY_TOOLS_BENCHMARK_PLAIN_DECISION_H_
#define FAIRWAY_TOOLS_BENCHMARK_PLAIN_DECISION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/benchmark/policy_workload.h"

namespace fairway::benchmark {

// The decision of the workload as plain bit operations, written for it by hand: rows of bits by
// value, one bit per rule, and nothing that the workload does not have (unknown values, other
// attributes, other floors, names, dates). What a decision could cost at best.
class PlainDecision {
 public:
  PlainDecision(const std::vector<RuleSpec>& rules, const std::vector<PeerSpec>& peers);

  struct Answer {
    bool released = false;
    size_t duty = 0;  // the level
  };
  Answer Decide(const Question& question, const ItemSpec& item) const;

 private:
  using Rows = std::vector<uint64_t>;

  // Rules of one kind.
  struct Index {
    size_t words = 0;
    Rows shape, peer, region, age, grade, topic, no_topic;
    std::vector<size_t> duties;
  };

  static void Add(Index& index, const RuleSpec& rule, size_t number,
                  const std::vector<PeerSpec>& peers);
  // Calls use(duty) for each rule that matches.
  template <typename Use>
  void ForMatching(const Index& index, const Question& question, const ItemSpec& item,
                   Use use) const;

  std::array<Index, 3> by_kind_;
  std::vector<PeerSpec> peers_;
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_PLAIN_DECISION_H_
