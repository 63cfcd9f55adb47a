#ifndef FAIRWAY_NODE_SERVICE_USER_BOOK_H_
#define FAIRWAY_NODE_SERVICE_USER_BOOK_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/audit/audit_log.h"
#include "node/env/clock.h"
#include "node/model/caller.h"
#include "node/store/database.h"
#include "node/store/user_table.h"

namespace fairway::service {

// The people of this node and their roles. Each change and its audit leaf are one transaction.
// Thread-safe.
//
//   INVALID_ARGUMENT     FW-USER-001: a name that cannot be used, or no role
//   ALREADY_EXISTS       FW-USER-002: the name was ever used, or the uid is an enabled user's
//   NOT_FOUND            FW-USER-003: no such user, or disabled
//   FAILED_PRECONDITION  FW-USER-004: no enabled administrator would be left, and nobody could
//                        ever add one
class UserBook {
 public:
  // All must outlive this object.
  UserBook(store::Database& database, const audit::AuditLog& audit, const env::Clock& clock)
      : database_(database), audit_(audit), clock_(clock) {}

  absl::StatusOr<store::UserRow> Add(const model::Caller& caller, const std::string& name,
                                     uint32_t uid, const std::set<model::Role>& roles);
  absl::StatusOr<store::UserRow> SetRoles(const model::Caller& caller, const std::string& name,
                                          const std::set<model::Role>& roles);
  // For good: the name stays taken, the uid becomes free.
  absl::StatusOr<store::UserRow> Disable(const model::Caller& caller, const std::string& name);
  absl::StatusOr<std::vector<store::UserRow>> All() const;  // by name, disabled ones too

 private:
  absl::Status Change(store::Txn& txn, const model::Caller& caller, const store::UserRow& row);

  store::Database& database_;
  const audit::AuditLog& audit_;
  const env::Clock& clock_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_USER_BOOK_H_
