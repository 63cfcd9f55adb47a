#ifndef FAIRWAY_TESTS_SUPPORT_MANUAL_CLOCK_H_
#define FAIRWAY_TESTS_SUPPORT_MANUAL_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "node/env/clock.h"

namespace fairway::testing {

// Stands still until told. Thread-safe. Keeps whole milliseconds.
class ManualClock final : public env::Clock {
 public:
  // 2026-01-01T00:00:00Z.
  ManualClock() : ManualClock(absl::FromUnixSeconds(1767225600)) {}
  explicit ManualClock(absl::Time start) : now_ms_(absl::ToUnixMillis(start)) {}

  absl::Time Now() const override { return absl::FromUnixMillis(now_ms_.load()); }
  void Advance(absl::Duration by) { now_ms_ += absl::ToInt64Milliseconds(by); }
  void Set(absl::Time now) { now_ms_ = absl::ToUnixMillis(now); }

 private:
  std::atomic<int64_t> now_ms_;
};

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_MANUAL_CLOCK_H_
