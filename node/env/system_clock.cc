#include "node/env/system_clock.h"

#include "absl/time/clock.h"

namespace fairway::env {

absl::Time SystemClock::Now() const { return absl::Now(); }

}  // namespace fairway::env
