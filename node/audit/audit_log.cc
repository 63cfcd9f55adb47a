#include "node/audit/audit_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"

namespace fairway::audit {
namespace {

absl::Status HeadDamaged(std::string why) {
  return MakeProblem(absl::StatusCode::kDataLoss,
                     Problem{"FW-AUD-001",
                             "the head of the audit log cannot be used",
                             {std::move(why)},
                             {"fairway audit verify"}});
}

}  // namespace

absl::StatusOr<uint64_t> AuditLog::Append(store::Txn& txn, const Event& event) const {
  crypto::Frontier frontier;
  Entry entry;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::AuditHead> head, store::GetAuditHead(txn));
  if (head.has_value()) {
    absl::StatusOr<crypto::Frontier> stored = crypto::Frontier::Decode(head->frontier);
    if (!stored.ok()) return HeadDamaged(std::string(stored.status().message()));
    frontier = *std::move(stored);
    entry.prev_leaf_hash = head->last_leaf_hash;
  }
  entry.seq = frontier.size();
  entry.time = clock_.Now();
  entropy_.Fill(entry.salt.data(), entry.salt.size());
  entry.event = event;
  store::AuditLeaf leaf;
  leaf.seq = entry.seq;
  FAIRWAY_ASSIGN_OR_RETURN(leaf.bytes, EncodeLeaf(entry));
  leaf.leaf_hash = crypto::LeafHash(leaf.bytes);
  FAIRWAY_RETURN_IF_ERROR(store::PutAuditLeaf(txn, leaf));
  frontier.Append(leaf.leaf_hash);
  FAIRWAY_RETURN_IF_ERROR(store::PutAuditHead(txn, {frontier.Encode(), leaf.leaf_hash}));
  return entry.seq;
}

absl::StatusOr<std::vector<Entry>> ListEntries(store::ReadTxn& txn, uint64_t first, size_t limit) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditLeaf> leaves,
                           store::AuditLeaves(txn, first, limit));
  std::vector<Entry> entries;
  entries.reserve(leaves.size());
  for (const store::AuditLeaf& leaf : leaves) {
    absl::StatusOr<Entry> entry = DecodeLeaf(leaf.bytes);
    if (!entry.ok()) {
      return absl::DataLossError(
          absl::StrCat("audit entry ", leaf.seq, ": ", entry.status().message()));
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

absl::StatusOr<uint64_t> CountEntries(store::ReadTxn& txn) { return store::CountAuditLeaves(txn); }

}  // namespace fairway::audit
