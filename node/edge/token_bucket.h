#ifndef FAIRWAY_NODE_EDGE_TOKEN_BUCKET_H_
#define FAIRWAY_NODE_EDGE_TOKEN_BUCKET_H_

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace fairway::edge {

// Bytes that may still be taken: begins full with `burst`, gains `per_second` (above 0), never
// holds more than `burst`. A clock that is set back gives nothing. One thread at a time.
class TokenBucket {
 public:
  TokenBucket(double per_second, double burst, absl::Time now)
      : per_second_(per_second), burst_(burst), tokens_(burst), refilled_(now) {}

  size_t Available(absl::Time now) {
    const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - refilled_));
    refilled_ = now;
    tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
    return static_cast<size_t>(std::max(0.0, tokens_));
  }
  // `n` is at most what was Available.
  void Take(size_t n) { tokens_ -= static_cast<double>(n); }
  // How long until `n` are available, from the last Available on.
  absl::Duration Until(size_t n) const {
    return absl::Seconds((static_cast<double>(n) - tokens_) / per_second_);
  }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  absl::Time refilled_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_TOKEN_BUCKET_H_
