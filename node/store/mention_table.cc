#include "node/store/mention_table.h"

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {

absl::Status PutMentionRelease(Txn& txn, const MentionRelease& release) {
  Statement put(txn,
                "INSERT INTO mention_hold_release (object, peer, labels, by_user, at) "
                "VALUES (?, ?, ?, ?, ?)");
  put.Blob(release.object.view());
  BindAuthority(put, release.peer);
  return put.Text(JoinLines(release.labels)).Text(release.by_user).Time(release.at).Run();
}

absl::StatusOr<std::vector<MentionRelease>> MentionReleasesOf(ReadTxn& txn,
                                                              const model::ObjectId& object,
                                                              const model::AuthorityId& peer) {
  Statement find(txn,
                 "SELECT object, peer, labels, by_user, at FROM mention_hold_release "
                 "WHERE object = ? AND peer = ? ORDER BY labels");
  find.Blob(object.view());
  BindAuthority(find, peer);
  return ReadAll<MentionRelease>(find, [](Statement& row) {
    return MentionRelease{row.GetDigest(0), GetAuthority(row, 1), SplitLines(row.GetText(2)),
                          row.GetText(3), row.GetTime(4)};
  });
}

}  // namespace fairway::store
