#ifndef FAIRWAY_NODE_ENV_CLOCK_H_
#define FAIRWAY_NODE_ENV_CLOCK_H_

#include "absl/time/time.h"

namespace fairway::env {

// What time it is, for whoever has to write it down or judge an expiry by it. May step backwards
// (a corrected clock); nothing that must be ordered is ordered by it. Implementations are
// thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_CLOCK_H_
