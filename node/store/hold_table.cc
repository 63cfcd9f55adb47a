#include "node/store/hold_table.h"

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {

absl::Status PutHoldRelease(Txn& txn, const HoldRelease& release) {
  Statement put(txn,
                "INSERT INTO hold_release (object, peer, role, labels, by_user, at) "
                "VALUES (?, ?, ?, ?, ?, ?)");
  put.Blob(release.object.view());
  BindAuthority(put, release.peer);
  return put.U64(static_cast<uint64_t>(release.role))
      .Text(JoinLines(release.labels))
      .Text(release.by_user)
      .Time(release.at)
      .Run();
}

absl::StatusOr<std::vector<HoldRelease>> HoldReleasesOf(ReadTxn& txn, const model::ObjectId& object,
                                                        const model::AuthorityId& peer) {
  Statement find(txn,
                 "SELECT object, peer, role, labels, by_user, at FROM hold_release "
                 "WHERE object = ? AND peer = ? ORDER BY role, labels");
  find.Blob(object.view());
  BindAuthority(find, peer);
  return ReadAll<HoldRelease>(find, [](Statement& row) {
    return HoldRelease{
        row.GetDigest(0),           GetAuthority(row, 1), row.GetEnum(2, &model::RoleFromWire),
        SplitLines(row.GetText(3)), row.GetText(4),       row.GetTime(5)};
  });
}

}  // namespace fairway::store
