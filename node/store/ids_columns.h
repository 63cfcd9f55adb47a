#ifndef FAIRWAY_NODE_STORE_IDS_COLUMNS_H_
#define FAIRWAY_NODE_STORE_IDS_COLUMNS_H_

#include <optional>

#include "node/model/ids.h"
#include "node/store/statement.h"

// How ids are bound and read. For this folder only.
namespace fairway::store {

inline void BindAuthority(Statement& statement, const model::AuthorityId& id) {
  statement.Blob(id.digest.view());
}
inline void BindMaybeAuthority(Statement& statement, const std::optional<model::AuthorityId>& id) {
  id ? statement.Blob(id->digest.view()) : statement.Null();
}
inline model::AuthorityId GetAuthority(Statement& statement, int column) {
  return {statement.GetDigest(column)};
}
inline std::optional<model::AuthorityId> GetMaybeAuthority(Statement& statement, int column) {
  if (statement.IsNull(column)) return std::nullopt;
  return GetAuthority(statement, column);
}
inline model::ItemId GetItemId(Statement& statement, int column) {
  const absl::StatusOr<model::ItemId> id = model::ItemIdFromBytes(statement.GetBlob(column));
  if (id.ok()) return *id;
  statement.Damaged(column, "an item id");
  return {};
}

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_IDS_COLUMNS_H_
