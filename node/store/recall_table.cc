#include "node/store/recall_table.h"

#include <algorithm>

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

#define FAIRWAY_SELECT_RECALL                                                                 \
  "SELECT object, item, origin, origin_manifest, through, grade, reason, effective, signed, " \
  "received_from, by_user, note, at, log_seq FROM recall "

RecallRow ReadRecall(Statement& row) {
  RecallRow recall;
  recall.object = row.GetDigest(0);
  recall.recall.item = GetItemId(row, 1);
  recall.recall.origin = GetAuthority(row, 2);
  recall.recall.origin_manifest = row.GetU64(3);
  recall.recall.through = row.GetU64(4);
  recall.recall.grade = row.GetEnum(5, &model::RecallGradeFromWire);
  recall.recall.reason = row.GetEnum(6, &model::RecallReasonFromWire);
  recall.effective = row.GetBool(7);
  recall.signed_bytes = row.GetBlob(8);
  recall.received_from = GetMaybeAuthority(row, 9);
  recall.by_user = row.GetText(10);
  recall.note = row.GetText(11);
  recall.at = row.GetTime(12);
  recall.log_seq = row.GetU64(13);
  return recall;
}

absl::StatusOr<uint64_t> ReadNumber(Statement& find) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<uint64_t> number,
                           ReadOne<uint64_t>(find, [](Statement& row) { return row.GetU64(0); }));
  return number.value_or(0);
}

}  // namespace

absl::Status PutRecall(Txn& txn, const RecallRow& row) {
  Statement put(txn,
                "INSERT INTO recall (object, item, origin, origin_manifest, through, grade, "
                "reason, effective, signed, received_from, by_user, note, at, log_seq) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (object) DO UPDATE SET effective = 1, "
                "signed = excluded.signed, received_from = excluded.received_from, "
                "by_user = excluded.by_user, note = excluded.note, at = excluded.at, "
                "log_seq = excluded.log_seq "
                "WHERE effective = 0 AND excluded.effective = 1");
  put.Blob(row.object.view()).Blob(row.recall.item.view());
  BindAuthority(put, row.recall.origin);
  put.U64(row.recall.origin_manifest)
      .U64(row.recall.through)
      .U64(static_cast<uint64_t>(row.recall.grade))
      .U64(static_cast<uint64_t>(row.recall.reason))
      .Bool(row.effective)
      .Blob(row.signed_bytes);
  BindMaybeAuthority(put, row.received_from);
  return put.Text(row.by_user).Text(row.note).Time(row.at).U64(row.log_seq).Run();
}

absl::StatusOr<std::optional<RecallRow>> GetRecall(ReadTxn& txn, const model::ObjectId& object) {
  Statement find(txn, FAIRWAY_SELECT_RECALL "WHERE object = ?");
  find.Blob(object.view());
  return ReadOne(find, &ReadRecall);
}

absl::StatusOr<std::vector<RecallRow>> RecallsOf(ReadTxn& txn, const model::AuthorityId& origin,
                                                 const model::ItemId& item) {
  Statement find(txn,
                 FAIRWAY_SELECT_RECALL "WHERE item = ? AND origin = ? ORDER BY through, grade, id");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadAll(find, &ReadRecall);
}

absl::StatusOr<std::optional<RecallRow>> StrongestRecall(ReadTxn& txn,
                                                         const model::AuthorityId& origin,
                                                         const model::ItemId& item) {
  Statement find(txn, FAIRWAY_SELECT_RECALL
                 "WHERE item = ? AND origin = ? AND effective = 1 "
                 "ORDER BY through DESC, grade DESC, id LIMIT 1");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadOne(find, &ReadRecall);
}

absl::StatusOr<uint64_t> RecalledThrough(ReadTxn& txn, const model::AuthorityId& origin,
                                         const model::ItemId& item) {
  Statement find(txn,
                 "SELECT coalesce(max(through), 0) FROM recall "
                 "WHERE item = ? AND origin = ? AND effective = 1");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadNumber(find);
}

absl::StatusOr<std::optional<RecallRow>> NarrowingFor(ReadTxn& txn,
                                                      const model::AuthorityId& origin,
                                                      const model::ItemId& item,
                                                      uint64_t revision) {
  if (revision <= 1) return std::optional<RecallRow>();
  Statement find(txn, FAIRWAY_SELECT_RECALL
                 "WHERE item = ? AND origin = ? AND through = ? AND reason = ? "
                 "ORDER BY id LIMIT 1");
  find.Blob(item.view()).Blob(origin.digest.view());
  find.U64(revision - 1).U64(static_cast<uint64_t>(model::RecallReason::kNarrowed));
  return ReadOne(find, &ReadRecall);
}

absl::StatusOr<std::vector<RecallRow>> RecallsAfter(ReadTxn& txn, uint64_t after, size_t limit) {
  Statement find(
      txn, FAIRWAY_SELECT_RECALL "WHERE effective = 1 AND log_seq > ? ORDER BY log_seq LIMIT ?");
  find.U64(after).U64(limit);
  return ReadAll(find, &ReadRecall);
}

absl::StatusOr<std::vector<RecallRow>> LatestRecalls(ReadTxn& txn, size_t limit) {
  Statement find(txn, FAIRWAY_SELECT_RECALL "WHERE effective = 1 ORDER BY log_seq DESC LIMIT ?");
  find.U64(limit);
  return ReadAll(find, &ReadRecall);
}

absl::StatusOr<uint64_t> RecallCost(ReadTxn& txn, const model::AuthorityId& peer) {
  Statement find(txn, "SELECT rows FROM recall_cost WHERE peer = ?");
  BindAuthority(find, peer);
  return ReadNumber(find);
}

absl::Status AddRecallCost(Txn& txn, const model::AuthorityId& peer, uint64_t rows) {
  Statement add(txn,
                "INSERT INTO recall_cost VALUES (?, ?) "
                "ON CONFLICT (peer) DO UPDATE SET rows = rows + excluded.rows");
  BindAuthority(add, peer);
  return add.U64(rows).Run();
}

}  // namespace fairway::store
