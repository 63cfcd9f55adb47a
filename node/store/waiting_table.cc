#include "node/store/waiting_table.h"

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {

absl::Status PutWaiting(Txn& txn, const model::AuthorityId& peer, const Waiting& waiting) {
  Statement put(txn, "INSERT OR REPLACE INTO waiting (peer, log_seq, until) VALUES (?, ?, ?)");
  BindAuthority(put, peer);
  return put.U64(waiting.log_seq).MaybeTime(waiting.until).Run();
}

absl::Status EndWaiting(Txn& txn, const model::AuthorityId& peer, uint64_t log_seq) {
  Statement end(txn, "DELETE FROM waiting WHERE peer = ? AND log_seq = ?");
  BindAuthority(end, peer);
  return end.U64(log_seq).Run();
}

absl::StatusOr<std::vector<Waiting>> WaitingUntil(ReadTxn& txn, const model::AuthorityId& peer,
                                                  absl::Time now, size_t limit) {
  Statement find(txn,
                 "SELECT log_seq, until FROM waiting WHERE peer = ? AND until <= ? "
                 "ORDER BY until, log_seq LIMIT ?");
  BindAuthority(find, peer);
  find.Time(now).U64(limit);
  return ReadAll<Waiting>(find, [](Statement& row) {
    return Waiting{row.GetU64(0), row.GetMaybeTime(1)};
  });
}

absl::StatusOr<std::optional<absl::Time>> NextWaiting(ReadTxn& txn,
                                                      const model::AuthorityId& peer) {
  Statement find(txn, "SELECT min(until) FROM waiting WHERE peer = ? AND until IS NOT NULL");
  BindAuthority(find, peer);
  std::optional<absl::Time> next;
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (found) next = find.GetMaybeTime(0);
  FAIRWAY_RETURN_IF_ERROR(find.status());
  return next;
}

absl::Status EndWaitingForReceipt(Txn& txn, const model::AuthorityId& peer, absl::Time now) {
  Statement end(txn, "UPDATE waiting SET until = ? WHERE peer = ? AND until IS NULL");
  end.Time(now);
  BindAuthority(end, peer);
  return end.Run();
}

}  // namespace fairway::store
