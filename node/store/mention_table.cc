#include "node/store/mention_table.h"

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {

absl::Status PutMentionRelease(Txn& txn, const MentionRelease& release) {
  Statement put(txn,
                "INSERT INTO mention_hold_release (object, peer, by_user, at) "
                "VALUES (?, ?, ?, ?)");
  put.Blob(release.object.view());
  BindAuthority(put, release.peer);
  return put.Text(release.by_user).Time(release.at).Run();
}

absl::StatusOr<std::optional<MentionRelease>> GetMentionRelease(ReadTxn& txn,
                                                                const model::ObjectId& object,
                                                                const model::AuthorityId& peer) {
  Statement find(txn,
                 "SELECT object, peer, by_user, at FROM mention_hold_release "
                 "WHERE object = ? AND peer = ?");
  find.Blob(object.view());
  BindAuthority(find, peer);
  return ReadOne<MentionRelease>(find, [](Statement& row) {
    return MentionRelease{row.GetDigest(0), GetAuthority(row, 1), row.GetText(2), row.GetTime(3)};
  });
}

}  // namespace fairway::store
