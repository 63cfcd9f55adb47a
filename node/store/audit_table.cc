#include "node/store/audit_table.h"

#include "node/status/status_macros.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

AuditCheckpoint ReadCheckpoint(Statement& row) {
  return {row.GetU64(0), row.GetText(1), row.GetTime(2)};
}

}  // namespace

absl::Status PutAuditLeaf(Txn& txn, const AuditLeaf& leaf) {
  Statement put(txn, "INSERT INTO audit_leaf VALUES (?, ?, ?)");
  return put.U64(leaf.seq).Blob(leaf.bytes).Blob(leaf.leaf_hash.view()).Run();
}

absl::StatusOr<std::vector<AuditLeaf>> AuditLeaves(ReadTxn& txn, uint64_t first, size_t limit) {
  Statement find(txn,
                 "SELECT seq, bytes, leaf_hash FROM audit_leaf WHERE seq >= ? "
                 "ORDER BY seq LIMIT ?");
  find.U64(first).U64(limit);
  return ReadAll<AuditLeaf>(find, [](Statement& row) {
    return AuditLeaf{row.GetU64(0), row.GetBlob(1), row.GetDigest(2)};
  });
}

absl::StatusOr<uint64_t> CountAuditLeaves(ReadTxn& txn) {
  // By the last number: counting rows would read the whole table. VerifyLog sees gaps.
  Statement find(txn, "SELECT coalesce(max(seq) + 1, 0) FROM audit_leaf");
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<uint64_t> count,
                           ReadOne<uint64_t>(find, [](Statement& row) { return row.GetU64(0); }));
  return count.value_or(0);
}

absl::Status PutAuditHead(Txn& txn, const AuditHead& head) {
  Statement put(txn, "INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?)");
  return put.Blob(head.frontier).Blob(head.last_leaf_hash.view()).Run();
}

absl::StatusOr<std::optional<AuditHead>> GetAuditHead(ReadTxn& txn) {
  Statement find(txn, "SELECT frontier, last_leaf_hash FROM audit_head");
  return ReadOne<AuditHead>(find, [](Statement& row) {
    return AuditHead{row.GetBlob(0), row.GetDigest(1)};
  });
}

absl::Status PutAuditCheckpoint(Txn& txn, const AuditCheckpoint& checkpoint) {
  Statement put(txn, "INSERT INTO audit_checkpoint VALUES (?, ?, ?)");
  return put.U64(checkpoint.size).Text(checkpoint.note).Time(checkpoint.at).Run();
}

absl::StatusOr<std::optional<AuditCheckpoint>> LatestAuditCheckpoint(ReadTxn& txn) {
  Statement find(txn, "SELECT size, note, at FROM audit_checkpoint ORDER BY size DESC LIMIT 1");
  return ReadOne(find, &ReadCheckpoint);
}

absl::StatusOr<std::vector<AuditCheckpoint>> AuditCheckpoints(ReadTxn& txn) {
  Statement find(txn, "SELECT size, note, at FROM audit_checkpoint ORDER BY size");
  return ReadAll(find, &ReadCheckpoint);
}

}  // namespace fairway::store
