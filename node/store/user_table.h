#ifndef FAIRWAY_NODE_STORE_USER_TABLE_H_
#define FAIRWAY_NODE_STORE_USER_TABLE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/caller.h"
#include "node/store/database.h"

// The people of this node: who the operating system's users are here.
namespace fairway::store {

struct UserRow {
  std::string name;  // never reused: a disabled user keeps it
  uint32_t uid = 0;
  std::set<model::Role> roles;
  bool disabled = false;
  absl::Time since;
};

// ALREADY_EXISTS if the name is taken, or the uid by a user who is not disabled.
absl::Status AddUser(Txn& txn, const UserRow& row);
// Roles, uid and `disabled` of the user of that name. NOT_FOUND without one; ALREADY_EXISTS if the
// uid is another's.
absl::Status UpdateUser(Txn& txn, const UserRow& row);
absl::StatusOr<std::optional<UserRow>> GetUser(ReadTxn& txn, std::string_view name);
// Never a disabled one.
absl::StatusOr<std::optional<UserRow>> FindUserByUid(ReadTxn& txn, uint32_t uid);
absl::StatusOr<std::vector<UserRow>> AllUsers(ReadTxn& txn);  // by name, disabled ones too

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_USER_TABLE_H_
