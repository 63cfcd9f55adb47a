#ifndef FAIRWAY_NODE_REPLICATION_BACKOFF_H_
#define FAIRWAY_NODE_REPLICATION_BACKOFF_H_

#include "absl/time/time.h"
#include "node/env/entropy.h"

namespace fairway::replication {

// How long to wait before the next try: exponential with full jitter (M. Brooker, "Exponential
// Backoff And Jitter", 2015), so that two nodes that dial each other, or many that lost one peer,
// do not stay in step.
class Backoff {
 public:
  static constexpr absl::Duration kFirst = absl::Milliseconds(500);
  static constexpr absl::Duration kMost = absl::Seconds(60);

  explicit Backoff(env::Entropy& entropy) : entropy_(entropy) {}  // must outlive this object

  // Uniform between nothing and a bound that doubles from kFirst to kMost.
  absl::Duration Next();
  void Reset() { bound_ = kFirst; }
  // The next wait is up to kMost: for what will not be better soon.
  void Exhaust() { bound_ = kMost; }

 private:
  env::Entropy& entropy_;
  absl::Duration bound_ = kFirst;
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_BACKOFF_H_
