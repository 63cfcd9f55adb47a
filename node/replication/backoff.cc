#include "node/replication/backoff.h"

#include <algorithm>
#include <cstdint>

namespace fairway::replication {

absl::Duration Backoff::Next() {
  const uint64_t most = static_cast<uint64_t>(absl::ToInt64Milliseconds(bound_));
  bound_ = std::min(bound_ * 2, kMost);
  return absl::Milliseconds(static_cast<int64_t>(entropy_.Below(most + 1)));
}

}  // namespace fairway::replication
