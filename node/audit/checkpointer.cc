#include "node/audit/checkpointer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "node/audit/leaf.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"

namespace fairway::audit {
namespace {

absl::Status WillNotSign(std::string why) {
  return MakeProblem(absl::StatusCode::kDataLoss,
                     Problem{"FW-AUD-002",
                             "the audit log changed under the node: no checkpoint is signed",
                             {std::move(why)},
                             {"fairway audit verify", "fairway backup restore"}});
}

}  // namespace

Checkpointer::Checkpointer(store::Database& database, std::string origin,
                           const crypto::SigningKey& log_key, const env::Clock& clock)
    : database_(database), origin_(std::move(origin)), log_key_(log_key), clock_(clock) {}

absl::Status Checkpointer::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

// Reads one stretch of leaves and adds them to the second tree. At the end of the log both trees
// must be the same.
absl::StatusOr<Checkpointer::Progress> Checkpointer::CatchUp() {
  std::optional<store::AuditHead> head;
  std::vector<store::AuditLeaf> leaves;
  std::optional<store::AuditCheckpoint> latest;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(head, store::GetAuditHead(txn));
    FAIRWAY_ASSIGN_OR_RETURN(leaves, store::AuditLeaves(txn, reread_.size(), kLeavesPerStep));
    FAIRWAY_ASSIGN_OR_RETURN(latest, store::LatestAuditCheckpoint(txn));
    return absl::OkStatus();
  }));
  if (latest.has_value()) {
    signed_size_ = latest->size;
    signed_at_ = latest->at;
  }
  if (!head.has_value() && leaves.empty() && reread_.size() == 0) return Progress::kCaughtUp;
  const absl::StatusOr<crypto::Frontier> stored =
      crypto::Frontier::Decode(head.has_value() ? head->frontier : "");
  if (!stored.ok()) return health_ = WillNotSign("the head of the log is damaged");
  for (const store::AuditLeaf& leaf : leaves) {
    const absl::StatusOr<Entry> entry = DecodeLeaf(leaf.bytes);
    if (leaf.seq != reread_.size() || !entry.ok() || entry->seq != leaf.seq ||
        entry->prev_leaf_hash != last_leaf_hash_) {
      return health_ = WillNotSign(absl::StrCat("entry ", reread_.size(), " is not what it was"));
    }
    last_leaf_hash_ = crypto::LeafHash(leaf.bytes);
    reread_.Append(last_leaf_hash_);
  }
  if (reread_.size() < stored->size() && leaves.size() == kLeavesPerStep) return Progress::kBehind;
  if (!(reread_ == *stored)) {
    return health_ = WillNotSign(absl::StrCat("the entries give another root than the head, at ",
                                              reread_.size(), " entries"));
  }
  if (signed_size_ > reread_.size()) {
    return health_ = WillNotSign(absl::StrCat("a checkpoint was signed for ", signed_size_,
                                              " entries, there are ", reread_.size()));
  }
  return Progress::kCaughtUp;
}

absl::Status Checkpointer::Sign(absl::Time now) {
  const uint64_t size = reread_.size();
  const std::string note =
      crypto::SignCheckpoint(crypto::Checkpoint{origin_, size, reread_.Root()}, log_key_);
  const absl::Status written = database_.Write([&](store::Txn& txn) {
    return store::PutAuditCheckpoint(txn, store::AuditCheckpoint{size, note, now});
  });
  // Kept already by a commit whose answer was lost.
  if (!written.ok() && written.code() != absl::StatusCode::kAlreadyExists) return written;
  signed_size_ = size;
  signed_at_ = now;
  return absl::OkStatus();
}

absl::Time Checkpointer::Step(absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (!health_.ok()) return absl::InfiniteFuture();
  const absl::StatusOr<Progress> progress = CatchUp();
  if (progress.ok() && *progress == Progress::kBehind) return now;
  const uint64_t fresh = reread_.size() - std::min(signed_size_, reread_.size());
  const bool due = fresh >= kLeavesPerCheckpoint ||
                   (fresh > 0 && (now - signed_at_ >= kCheckpointPeriod || now < signed_at_));
  // A failure of the disk is tried again at the next step.
  if (progress.ok() && due) Sign(now).IgnoreError();
  return health_.ok() ? now + kPollPeriod : absl::InfiniteFuture();
}

absl::Status Checkpointer::SignNow() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    FAIRWAY_RETURN_IF_ERROR(health_);
    FAIRWAY_ASSIGN_OR_RETURN(const Progress progress, CatchUp());
    if (progress == Progress::kCaughtUp) break;
  }
  if (reread_.size() == signed_size_) return absl::OkStatus();
  return Sign(clock_.Now());
}

}  // namespace fairway::audit
