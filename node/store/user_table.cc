#include "node/store/user_table.h"

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

#define FAIRWAY_USER_COLUMNS "name, uid, roles, disabled, since"

// One bit for each role, at its number.
uint64_t RoleBits(const std::set<model::Role>& roles) {
  uint64_t bits = 0;
  for (const model::Role role : roles) bits |= uint64_t{1} << static_cast<uint32_t>(role);
  return bits;
}

UserRow ReadUser(Statement& row) {
  UserRow user;
  user.name = row.GetText(0);
  const uint64_t uid = row.GetU64(1);
  if (uid > UINT32_MAX) row.Damaged(1, "a user id");
  user.uid = static_cast<uint32_t>(uid);
  const uint64_t bits = row.GetU64(2);
  for (uint64_t number = 0; number < 63; ++number) {
    if ((bits >> number & 1) == 0) continue;
    const std::optional<model::Role> role = model::RoleFromWire(number);
    if (!role.has_value()) {
      row.Damaged(2, "a set of known roles");
      break;
    }
    user.roles.insert(*role);
  }
  user.disabled = row.GetBool(3);
  user.since = row.GetTime(4);
  return user;
}

}  // namespace

absl::Status AddUser(Txn& txn, const UserRow& row) {
  Statement put(txn, "INSERT INTO user (" FAIRWAY_USER_COLUMNS ") VALUES (?, ?, ?, ?, ?)");
  put.Text(row.name).U64(row.uid).U64(RoleBits(row.roles)).Bool(row.disabled).Time(row.since);
  return put.Run();
}

absl::Status UpdateUser(Txn& txn, const UserRow& row) {
  Statement set(txn, "UPDATE user SET uid = ?, roles = ?, disabled = ? WHERE name = ?");
  set.U64(row.uid).U64(RoleBits(row.roles)).Bool(row.disabled).Text(row.name);
  return set.RunOne(absl::StrCat("user ", row.name));
}

absl::StatusOr<std::optional<UserRow>> GetUser(ReadTxn& txn, std::string_view name) {
  Statement find(txn, "SELECT " FAIRWAY_USER_COLUMNS " FROM user WHERE name = ?");
  find.Text(name);
  return ReadOne(find, &ReadUser);
}

absl::StatusOr<std::optional<UserRow>> FindUserByUid(ReadTxn& txn, uint32_t uid) {
  Statement find(txn, "SELECT " FAIRWAY_USER_COLUMNS " FROM user WHERE uid = ? AND disabled = 0");
  find.U64(uid);
  return ReadOne(find, &ReadUser);
}

absl::StatusOr<std::vector<UserRow>> AllUsers(ReadTxn& txn) {
  Statement find(txn, "SELECT " FAIRWAY_USER_COLUMNS " FROM user ORDER BY name");
  return ReadAll(find, &ReadUser);
}

}  // namespace fairway::store
