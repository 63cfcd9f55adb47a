#ifndef FAIRWAY_TOOLS_BENCHMARK_OFFICERS_H_
#define FAIRWAY_TOOLS_BENCHMARK_OFFICERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/enums.h"
#include "tools/benchmark/bulletins.h"

namespace fairway::benchmark {

// A node limits those of one local user, and the officers here are all the same one.
inline constexpr size_t kConnections = 32;

struct PublishOrder {
  std::string data_dir;  // of the node: its local socket is in it
  size_t officers = 1;   // on at most kConnections connections
  uint64_t first = 0;    // number of the first bulletin
  uint64_t count = 0;
  double per_second = 0;  // 0: each officer publishes again as soon as the last one is acknowledged
  bool all_permitted = false;  // otherwise every second one
  model::Precedence precedence = model::Precedence::kRoutine;
};

struct PublishedOne {
  std::string item_id;
  std::string ref;
  absl::Time begun;  // when it was to be published: a late start counts as latency
  absl::Time acknowledged;
};

// Publishes, and says when each was acknowledged. The first refusal ends it with that error.
absl::StatusOr<std::vector<PublishedOne>> Publish(const PublishOrder& order,
                                                  const Bulletins& bulletins);

struct RecalledOne {
  std::string item_id;
  absl::Time begun;
  absl::Time acknowledged;
};

// Withdraws items by their REF, one after the other, `pause` apart.
absl::StatusOr<std::vector<RecalledOne>> Recall(const std::string& data_dir,
                                                const std::vector<PublishedOne>& items,
                                                absl::Duration pause);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_OFFICERS_H_
