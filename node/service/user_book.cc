#include "node/service/user_book.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/audit/event.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::service {
namespace {

std::string Words(const std::set<model::Role>& roles) {
  return absl::StrJoin(roles, ",", [](std::string* out, model::Role role) {
    out->append(std::string(model::ToText(role)));
  });
}

absl::Status Unusable(std::string message) {
  return MakeProblem(absl::StatusCode::kInvalidArgument, {.code = "FW-USER-001",
                                                          .message = std::move(message),
                                                          .why = {},
                                                          .next = {"fairway user add --help"}});
}

absl::Status CheckRoles(const std::set<model::Role>& roles) {
  if (!roles.empty()) return absl::OkStatus();
  return Unusable("a user needs at least one role: officer, commander, administrator or auditor");
}

absl::Status Taken(const std::string& name, uint32_t uid) {
  return MakeProblem(
      absl::StatusCode::kAlreadyExists,
      {.code = "FW-USER-002",
       .message = absl::StrCat("the name `", name, "` or the user id ", uid, " is taken"),
       .why = {"a name is never used again, so that the audit log stays clear"},
       .next = {"fairway user list"}});
}

absl::Status NoSuchUser(const std::string& name) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-USER-003",
                      .message = absl::StrCat("there is no enabled user `", name, "`"),
                      .why = {},
                      .next = {"fairway user list"}});
}

absl::Status LastAdministrator(const std::string& name) {
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-USER-004",
       .message = absl::StrCat("`", name, "` is the last administrator of this node"),
       .why = {"nobody could add users or change the policy any more"},
       .next = {"fairway user add NAME --uid UID --role administrator"}});
}

absl::StatusOr<store::UserRow> Enabled(store::ReadTxn& txn, const std::string& name) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::UserRow> row, store::GetUser(txn, name));
  if (!row || row->disabled) return NoSuchUser(name);
  return *row;
}

absl::StatusOr<bool> HasAdministrator(store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> rows, store::AllUsers(txn));
  for (const store::UserRow& row : rows) {
    if (!row.disabled && row.roles.count(model::Role::kAdministrator) > 0) return true;
  }
  return false;
}

audit::Event EventOf(audit::EventKind kind, const model::Caller& caller,
                     const store::UserRow& row) {
  audit::Event event;
  event.kind = kind;
  event.actor = caller.user;
  event.role = std::string(model::ToText(model::Role::kAdministrator));
  event.objects = {row.name};
  event.detail = {{"uid", absl::StrCat(row.uid)},
                  {"roles", Words(row.roles)},
                  {"disabled", row.disabled ? "yes" : "no"}};
  return event;
}

}  // namespace

absl::StatusOr<store::UserRow> UserBook::Add(const model::Caller& caller, const std::string& name,
                                             uint32_t uid, const std::set<model::Role>& roles) {
  const absl::Status usable = model::CheckUserName(name);
  if (!usable.ok()) return Unusable(std::string(usable.message()));
  FAIRWAY_RETURN_IF_ERROR(CheckRoles(roles));
  const store::UserRow row{name, uid, roles, /*disabled=*/false, clock_.Now()};
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    const absl::Status added = store::AddUser(txn, row);
    if (absl::IsAlreadyExists(added)) return Taken(name, uid);
    FAIRWAY_RETURN_IF_ERROR(added);
    return audit_.Append(txn, EventOf(audit::EventKind::kUserAdded, caller, row)).status();
  }));
  return row;
}

absl::StatusOr<store::UserRow> UserBook::SetRoles(const model::Caller& caller,
                                                  const std::string& name,
                                                  const std::set<model::Role>& roles) {
  FAIRWAY_RETURN_IF_ERROR(CheckRoles(roles));
  store::UserRow row;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(row, Enabled(txn, name));
    row.roles = roles;
    return Change(txn, caller, row);
  }));
  return row;
}

absl::StatusOr<store::UserRow> UserBook::Disable(const model::Caller& caller,
                                                 const std::string& name) {
  store::UserRow row;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(row, Enabled(txn, name));
    row.disabled = true;
    return Change(txn, caller, row);
  }));
  return row;
}

absl::Status UserBook::Change(store::Txn& txn, const model::Caller& caller,
                              const store::UserRow& row) {
  FAIRWAY_RETURN_IF_ERROR(store::UpdateUser(txn, row));
  FAIRWAY_ASSIGN_OR_RETURN(const bool has_administrator, HasAdministrator(txn));
  if (!has_administrator) return LastAdministrator(row.name);
  return audit_.Append(txn, EventOf(audit::EventKind::kUserChanged, caller, row)).status();
}

absl::StatusOr<std::vector<store::UserRow>> UserBook::All() const {
  std::vector<store::UserRow> rows;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(rows, store::AllUsers(txn));
    return absl::OkStatus();
  }));
  return rows;
}

}  // namespace fairway::service
