#include "node/store/cursor_table.h"

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {

absl::StatusOr<LaneCursors> GetCursors(ReadTxn& txn, const model::AuthorityId& peer) {
  Statement find(txn, "SELECT lane, seq FROM cursor WHERE peer = ?");
  BindAuthority(find, peer);
  LaneCursors cursors{};
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) break;
    const model::Lane lane = find.GetEnum(0, &model::LaneFromNumber);
    cursors.at(static_cast<size_t>(lane)) = find.GetU64(1);
    FAIRWAY_RETURN_IF_ERROR(find.status());
  }
  return cursors;
}

absl::Status MoveCursor(Txn& txn, const model::AuthorityId& peer, model::Lane lane, uint64_t seq) {
  FAIRWAY_ASSIGN_OR_RETURN(const LaneCursors cursors, GetCursors(txn, peer));
  const uint64_t at = cursors.at(static_cast<size_t>(lane));
  if (seq < at) {
    return absl::FailedPreconditionError(
        absl::StrCat("a live cursor does not go back: it is at ", at, ", not ", seq));
  }
  Statement put(txn, "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)");
  BindAuthority(put, peer);
  return put.U64(static_cast<uint64_t>(lane)).U64(seq).Run();
}

absl::StatusOr<std::optional<Sweep>> GetSweep(ReadTxn& txn, const model::AuthorityId& peer) {
  Statement find(txn, "SELECT next_seq, until_seq, reason FROM sweep WHERE peer = ?");
  BindAuthority(find, peer);
  return ReadOne<Sweep>(find, [](Statement& row) {
    return Sweep{row.GetU64(0), row.GetU64(1), row.GetText(2)};
  });
}

absl::Status PutSweep(Txn& txn, const model::AuthorityId& peer, const Sweep& sweep) {
  Statement put(txn, "INSERT OR REPLACE INTO sweep VALUES (?, ?, ?, ?)");
  BindAuthority(put, peer);
  return put.U64(sweep.next_seq).U64(sweep.until_seq).Text(sweep.reason).Run();
}

absl::Status EndSweep(Txn& txn, const model::AuthorityId& peer) {
  Statement drop(txn, "DELETE FROM sweep WHERE peer = ?");
  BindAuthority(drop, peer);
  return drop.Run();
}

}  // namespace fairway::store
