#include "node/store/log_table.h"

#include "node/status/status_macros.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

LogEntry ReadEntry(Statement& row) {
  LogEntry entry;
  entry.seq = row.GetU64(0);
  entry.object = row.GetDigest(1);
  entry.lane = row.GetEnum(2, &model::LaneFromNumber);
  entry.at = row.GetTime(3);
  return entry;
}

}  // namespace

absl::StatusOr<uint64_t> AppendToLog(Txn& txn, const model::ObjectId& object, model::Lane lane,
                                     absl::Time at) {
  Statement find(txn, "SELECT id, log_seq FROM revision WHERE object = ?");
  FAIRWAY_ASSIGN_OR_RETURN(const bool is_revision, find.Blob(object.view()).Step());
  if (is_revision && !find.IsNull(1)) return absl::AlreadyExistsError("the log has this object");
  const uint64_t id = is_revision ? find.GetU64(0) : 0;
  if (is_revision) {
    // Appended before it was stored.
    Statement other(txn, "SELECT 1 FROM log WHERE object = ? AND is_revision = 0");
    FAIRWAY_ASSIGN_OR_RETURN(const bool known, other.Blob(object.view()).Step());
    if (known) return absl::AlreadyExistsError("the log has this object");
  }
  Statement put(txn,
                "INSERT INTO log (object, is_revision, lane, at) VALUES (?, ?, ?, ?) "
                "RETURNING seq");
  put.Blob(object.view()).Bool(is_revision).U64(static_cast<uint64_t>(lane)).Time(at);
  FAIRWAY_ASSIGN_OR_RETURN(const bool row, put.Step());
  const uint64_t seq = row ? put.GetU64(0) : 0;
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  if (is_revision) {
    Statement set(txn, "UPDATE revision SET log_seq = ? WHERE id = ?");
    FAIRWAY_RETURN_IF_ERROR(set.U64(seq).U64(id).RunOne("such revision"));
  }
  return seq;
}

absl::StatusOr<std::vector<LogEntry>> NextInLane(ReadTxn& txn, model::Lane lane, uint64_t after,
                                                 size_t limit) {
  Statement find(txn,
                 "SELECT seq, object, lane, at FROM log WHERE lane = ? AND seq > ? "
                 "ORDER BY seq LIMIT ?");
  find.U64(static_cast<uint64_t>(lane)).U64(after).U64(limit);
  return ReadAll(find, &ReadEntry);
}

absl::StatusOr<std::vector<LogEntry>> LogRange(ReadTxn& txn, uint64_t first, uint64_t last,
                                               size_t limit) {
  Statement find(txn,
                 "SELECT seq, object, lane, at FROM log WHERE seq BETWEEN ? AND ? "
                 "ORDER BY seq LIMIT ?");
  find.U64(first).U64(last).U64(limit);
  return ReadAll(find, &ReadEntry);
}

absl::StatusOr<std::optional<LogEntry>> LogEntryOf(ReadTxn& txn, const model::ObjectId& object) {
  Statement revision(txn,
                     "SELECT seq, object, lane, at FROM log "
                     "WHERE seq = (SELECT log_seq FROM revision WHERE object = ?)");
  revision.Blob(object.view());
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<LogEntry> entry, ReadOne(revision, &ReadEntry));
  if (entry.has_value()) return entry;
  Statement other(txn,
                  "SELECT seq, object, lane, at FROM log WHERE object = ? AND is_revision = 0");
  other.Blob(object.view());
  return ReadOne(other, &ReadEntry);
}

absl::StatusOr<uint64_t> LastLogSeq(ReadTxn& txn) {
  Statement find(txn, "SELECT coalesce(max(seq), 0) FROM log");
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<uint64_t> seq,
                           ReadOne<uint64_t>(find, [](Statement& row) { return row.GetU64(0); }));
  return seq.value_or(0);
}

}  // namespace fairway::store
