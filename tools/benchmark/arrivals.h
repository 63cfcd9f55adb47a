#ifndef FAIRWAY_TOOLS_BENCHMARK_ARRIVALS_H_
#define FAIRWAY_TOOLS_BENCHMARK_ARRIVALS_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/store/database.h"

namespace fairway::benchmark {

// When each item became visible to a reader of a node's database: looks every kPeriod, so a time is
// at most that much late. From the first look on; what was there before does not count.
class Arrivals {
 public:
  static constexpr absl::Duration kPeriod = absl::Microseconds(100);

  // `database` must outlive this object.
  explicit Arrivals(const store::Database& database);
  ~Arrivals();  // as Stop

  // Items seen so far.
  size_t count() const { return count_.load(); }
  // Item id (raw bytes) to when it was seen first. Ends the looking.
  std::map<std::string, absl::Time> Stop();
  // What went wrong, if anything did; after Stop.
  const absl::Status& status() const { return status_; }

 private:
  void Look();
  absl::Status LookOnce();

  const store::Database& database_;
  uint64_t last_id_ = 0;
  std::map<std::string, absl::Time> seen_;
  absl::Status status_;
  std::atomic<size_t> count_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_ARRIVALS_H_
