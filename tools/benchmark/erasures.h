#ifndef FAIRWAY_TOOLS_BENCHMARK_ERASURES_H_
#define FAIRWAY_TOOLS_BENCHMARK_ERASURES_H_

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/store/database.h"

namespace fairway::benchmark {

// When the last items of a node were erased by a recall, as a reader of its database sees it. Looks
// every kPeriod, so a time is at most that much late.
class Erasures {
 public:
  static constexpr absl::Duration kPeriod = absl::Milliseconds(1);

  // Looks at the `count` newest items. `database` must outlive this object.
  Erasures(const store::Database& database, size_t count);
  ~Erasures();  // as Stop

  size_t count() const { return count_.load(); }
  // Item id (raw bytes) to when it was seen erased first. Ends the looking.
  std::map<std::string, absl::Time> Stop();
  // What went wrong, if anything did; after Stop.
  const absl::Status& status() const { return status_; }

 private:
  absl::Status LookOnce();

  const store::Database& database_;
  uint64_t first_id_ = 0;
  std::map<std::string, absl::Time> seen_;
  absl::Status status_;
  std::atomic<size_t> count_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_ERASURES_H_
