#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "node/audit/audit_log.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"

namespace fairway::audit {
namespace {

constexpr size_t kLeavesAtATime = 1000;

absl::Status DoesNotHold(std::string what, std::string why) {
  return MakeProblem(absl::StatusCode::kDataLoss,
                     Problem{"FW-AUD-001",
                             absl::StrCat("the audit log does not hold at ", what),
                             {std::move(why)},
                             {"fairway backup restore", "tell the other authorities"}});
}

// Walks over leaves in order and keeps what the next one is checked against.
class Walk {
 public:
  absl::Status Take(const store::AuditLeaf& leaf) {
    const std::string what = absl::StrCat("entry ", tree_.size());
    if (leaf.seq != tree_.size()) return DoesNotHold(what, "it is missing");
    const absl::StatusOr<Entry> entry = DecodeLeaf(leaf.bytes);
    if (!entry.ok()) return DoesNotHold(what, std::string(entry.status().message()));
    if (entry->seq != leaf.seq) {
      return DoesNotHold(what, absl::StrCat("it says it is entry ", entry->seq));
    }
    if (entry->prev_leaf_hash != last_) {
      return DoesNotHold(what, "it does not name the hash of the entry before it");
    }
    last_ = crypto::LeafHash(leaf.bytes);
    if (leaf.leaf_hash != last_)
      return DoesNotHold(what, "the stored hash is not that of its bytes");
    tree_.Append(last_);
    return absl::OkStatus();
  }

  const crypto::Frontier& tree() const { return tree_; }
  const crypto::Digest& last() const { return last_; }

 private:
  crypto::Frontier tree_;
  crypto::Digest last_;
};

// `checkpoint` must be what the tree says at its size, which the walk has just reached.
absl::Status CheckCheckpoint(const store::AuditCheckpoint& checkpoint, const crypto::Frontier& tree,
                             std::string_view origin, const crypto::PublicKey& log_key) {
  const std::string what = absl::StrCat("checkpoint ", checkpoint.size);
  const absl::StatusOr<crypto::Checkpoint> opened =
      crypto::OpenCheckpoint(checkpoint.note, origin, log_key);
  if (!opened.ok()) return DoesNotHold(what, std::string(opened.status().message()));
  if (opened->size != checkpoint.size) {
    return DoesNotHold(what, absl::StrCat("it was signed for size ", opened->size));
  }
  if (opened->root != tree.Root()) return DoesNotHold(what, "the entries give another root");
  return absl::OkStatus();
}

absl::Status CheckHead(const std::optional<store::AuditHead>& head, const Walk& walk) {
  if (!head.has_value()) {
    return walk.tree().size() == 0 ? absl::OkStatus() : DoesNotHold("its head", "it is missing");
  }
  const absl::StatusOr<crypto::Frontier> stored = crypto::Frontier::Decode(head->frontier);
  if (!stored.ok()) return DoesNotHold("its head", std::string(stored.status().message()));
  if (stored->size() != walk.tree().size()) {
    return DoesNotHold(absl::StrCat("entry ", walk.tree().size()),
                       absl::StrCat("there are ", walk.tree().size(), " entries, the head counts ",
                                    stored->size()));
  }
  if (!(*stored == walk.tree())) return DoesNotHold("its head", "the entries give another tree");
  if (head->last_leaf_hash != walk.last()) {
    return DoesNotHold("its head", "it names another last entry");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifiedLog> VerifyLog(store::ReadTxn& txn, std::string_view origin,
                                      const crypto::PublicKey& log_key) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditCheckpoint> checkpoints,
                           store::AuditCheckpoints(txn));
  Walk walk;
  size_t held = 0;
  const auto check_here = [&]() -> absl::Status {
    while (held < checkpoints.size() && checkpoints[held].size == walk.tree().size()) {
      FAIRWAY_RETURN_IF_ERROR(CheckCheckpoint(checkpoints[held], walk.tree(), origin, log_key));
      ++held;
    }
    return absl::OkStatus();
  };
  FAIRWAY_RETURN_IF_ERROR(check_here());
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditLeaf> leaves,
                             store::AuditLeaves(txn, walk.tree().size(), kLeavesAtATime));
    for (const store::AuditLeaf& leaf : leaves) {
      FAIRWAY_RETURN_IF_ERROR(walk.Take(leaf));
      FAIRWAY_RETURN_IF_ERROR(check_here());
    }
    if (leaves.size() < kLeavesAtATime) break;
  }
  if (held < checkpoints.size()) {
    return DoesNotHold(
        absl::StrCat("entry ", walk.tree().size()),
        absl::StrCat("there are ", walk.tree().size(), " entries, a checkpoint was signed for ",
                     checkpoints[held].size));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::AuditHead> head, store::GetAuditHead(txn));
  FAIRWAY_RETURN_IF_ERROR(CheckHead(head, walk));
  return VerifiedLog{walk.tree().size(), walk.tree().Root(), checkpoints.size(),
                     checkpoints.empty() ? 0 : checkpoints.back().size};
}

}  // namespace fairway::audit
