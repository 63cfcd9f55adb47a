#include "node/service/user_service.h"

#include <set>
#include <vector>

#include "node/status/status_macros.h"
#include "node/wire/fields.h"

namespace fairway::service {
namespace {

using Roles = google::protobuf::RepeatedField<int>;

static_assert(static_cast<int>(model::Role::kOfficer) == v1::ROLE_OFFICER &&
              static_cast<int>(model::Role::kCommander) == v1::ROLE_COMMANDER &&
              static_cast<int>(model::Role::kAdministrator) == v1::ROLE_ADMINISTRATOR &&
              static_cast<int>(model::Role::kAuditor) == v1::ROLE_AUDITOR &&
              static_cast<int>(model::Role::kAuditor) == v1::Role_MAX);

absl::StatusOr<std::set<model::Role>> ReadRoles(const Roles& roles) {
  std::set<model::Role> read;
  for (const int number : roles) {
    FAIRWAY_ASSIGN_OR_RETURN(const model::Role role, wire::ReadEnum<model::Role>("roles", number));
    if (!read.empty() && role <= *read.rbegin()) {
      return wire::BadField("roles", "is not in ascending order");
    }
    read.insert(role);
  }
  return read;
}

void Write(const store::UserRow& row, v1::UserView& view) {
  view.set_name(row.name);
  view.set_uid(row.uid);
  for (const model::Role role : row.roles) view.add_roles(static_cast<v1::Role>(role));
  view.set_disabled(row.disabled);
}

}  // namespace

absl::Status UserService::AddUser(Call& call, const v1::AddUserRequest& request,
                                  v1::AddUserResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::set<model::Role> roles, ReadRoles(request.roles()));
  FAIRWAY_ASSIGN_OR_RETURN(const store::UserRow row,
                           book_.Add(call.caller, request.name(), request.uid(), roles));
  Write(row, *response.mutable_user());
  return absl::OkStatus();
}

absl::Status UserService::ListUsers(Call&, const v1::ListUsersRequest&,
                                    v1::ListUsersResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> rows, book_.All());
  for (const store::UserRow& row : rows) Write(row, *response.add_users());
  return absl::OkStatus();
}

absl::Status UserService::SetUserRoles(Call& call, const v1::SetUserRolesRequest& request,
                                       v1::SetUserRolesResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::set<model::Role> roles, ReadRoles(request.roles()));
  FAIRWAY_ASSIGN_OR_RETURN(const store::UserRow row,
                           book_.SetRoles(call.caller, request.name(), roles));
  Write(row, *response.mutable_user());
  return absl::OkStatus();
}

absl::Status UserService::DisableUser(Call& call, const v1::DisableUserRequest& request,
                                      v1::DisableUserResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const store::UserRow row, book_.Disable(call.caller, request.name()));
  Write(row, *response.mutable_user());
  return absl::OkStatus();
}

}  // namespace fairway::service
