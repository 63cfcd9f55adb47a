#ifndef FAIRWAY_NODE_ENV_SYSTEM_CLOCK_H_
#define FAIRWAY_NODE_ENV_SYSTEM_CLOCK_H_

#include "absl/time/time.h"
#include "node/env/clock.h"

namespace fairway::env {

// The machine's own UTC clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_SYSTEM_CLOCK_H_
