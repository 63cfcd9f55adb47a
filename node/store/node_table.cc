#include "node/store/node_table.h"

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {

absl::Status PutNode(Txn& txn, const NodeRow& row) {
  Statement put(txn, "INSERT INTO node VALUES (1, ?, ?, ?, ?, ?)");
  BindAuthority(put, row.authority);
  put.Text(row.name).U64(row.incarnation).U64(row.boots).Time(row.initialised_at);
  return put.Run();
}

absl::StatusOr<std::optional<NodeRow>> GetNode(ReadTxn& txn) {
  Statement find(txn, "SELECT authority, name, incarnation, boots, initialised_at FROM node");
  return ReadOne<NodeRow>(find, [](Statement& row) {
    return NodeRow{GetAuthority(row, 0), row.GetText(1), row.GetU64(2), row.GetU64(3),
                   row.GetTime(4)};
  });
}

absl::StatusOr<uint64_t> CountBoot(Txn& txn) {
  Statement count(txn, "UPDATE node SET boots = boots + 1 RETURNING boots");
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, count.Step());
  if (!found) return absl::NotFoundError("the node is not initialised");
  const uint64_t boots = count.GetU64(0);
  FAIRWAY_RETURN_IF_ERROR(count.Run());
  return boots;
}

absl::Status SetIncarnation(Txn& txn, uint64_t incarnation) {
  Statement set(txn, "UPDATE node SET incarnation = ?");
  return set.U64(incarnation).RunOne("node: it is not initialised");
}

absl::Status PutSecret(Txn& txn, std::string_view name, const crypto::SecretBytes& secret) {
  Statement put(txn, "INSERT OR REPLACE INTO secret VALUES (?, ?)");
  return put.Text(name).Blob(secret.view()).Run();
}

absl::StatusOr<crypto::SecretBytes> GetSecret(ReadTxn& txn, std::string_view name) {
  Statement find(txn, "SELECT value FROM secret WHERE name = ?");
  find.Text(name);
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat("there is no secret called ", absl::string_view(name.data(), name.size())));
  }
  return find.GetSecret(0);
}

absl::Status PutSetting(Txn& txn, std::string_view name, std::string_view value) {
  Statement put(txn, "INSERT OR REPLACE INTO setting VALUES (?, ?)");
  return put.Text(name).Blob(value).Run();
}

absl::StatusOr<std::optional<std::string>> GetSetting(ReadTxn& txn, std::string_view name) {
  Statement find(txn, "SELECT value FROM setting WHERE name = ?");
  find.Text(name);
  return ReadOne<std::string>(find, [](Statement& row) { return row.GetBlob(0); });
}

}  // namespace fairway::store
