#ifndef FAIRWAY_NODE_AUDIT_CHECKPOINTER_H_
#define FAIRWAY_NODE_AUDIT_CHECKPOINTER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/merkle.h"
#include "node/env/clock.h"
#include "node/env/steppable.h"
#include "node/store/database.h"

namespace fairway::audit {

inline constexpr uint64_t kLeavesPerCheckpoint = 1000;
inline constexpr absl::Duration kCheckpointPeriod = absl::Minutes(5);

// Signs the root of the audit log from time to time. It never trusts the stored edge of the tree:
// it reads every leaf again, computes the root a second way, and signs only if both agree (one bit
// that flipped in a stored hash would otherwise be signed for ever). Thread-safe.
class Checkpointer final : public env::Steppable {
 public:
  static constexpr size_t kLeavesPerStep = 2000;
  static constexpr absl::Duration kPollPeriod = absl::Seconds(1);

  // All must outlive this object. `origin` is the log's name ("fairway/<authority>/<node>").
  Checkpointer(store::Database& database, std::string origin, const crypto::SigningKey& log_key,
               const env::Clock& clock);

  // Reads at most kLeavesPerStep leaves, or signs: after kLeavesPerCheckpoint new leaves, or new
  // ones and kCheckpointPeriod.
  absl::Time Step(absl::Time now) override;

  // Signs now, whatever the cadence says; nothing new to sign is OK. DATA_LOSS (FW-AUD-002) as
  // health().
  absl::Status SignNow();

  // OK, or why it will not sign any more: the leaves do not give the stored root, or the log became
  // shorter than it was. Stays until the node is started again.
  absl::Status health() const;

 private:
  enum class Progress { kBehind, kCaughtUp };
  absl::StatusOr<Progress> CatchUp();
  absl::Status Sign(absl::Time now);

  store::Database& database_;
  const std::string origin_;
  const crypto::SigningKey& log_key_;
  const env::Clock& clock_;

  mutable std::mutex mutex_;
  crypto::Frontier reread_;        // over the leaves read again so far
  crypto::Digest last_leaf_hash_;  // of the last of them
  uint64_t signed_size_ = 0;
  absl::Time signed_at_ = absl::InfinitePast();
  absl::Status health_;
};

}  // namespace fairway::audit

#endif  // FAIRWAY_NODE_AUDIT_CHECKPOINTER_H_
