#include <pwd.h>

#include <algorithm>
#include <span>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "api/v1/admin.pb.h"
#include "node/model/caller.h"
#include "node/status/status_macros.h"
#include "tools/fairway/session.h"

// Who may do what on this node: user add, list, role, disable.
namespace fairway::cli {
namespace {

std::string RoleText(int role) {
  const auto known = model::RoleFromWire(static_cast<uint64_t>(role));
  return known.has_value() ? std::string(model::ToText(*known)) : absl::StrCat("role ", role);
}

std::string RolesOf(const v1::UserView& user) {
  return absl::StrJoin(user.roles(), ",",
                       [](std::string* out, int role) { out->append(RoleText(role)); });
}

void SayUsers(const Session& session, std::span<const v1::UserView* const> users) {
  Table table({"USER", "UID", "ROLES", "STATE"});
  for (const v1::UserView* user : users) {
    table.Add({user->name(), absl::StrCat(user->uid()), RolesOf(*user),
               user->disabled() ? "disabled" : "active"});
  }
  session.terminal().Say(table);
}

ExitCode ShowUser(const Session& session, const google::protobuf::Message& response,
                  const v1::UserView& user) {
  if (!session.PrintedForMachines("User", response, "", "user")) {
    const v1::UserView* one = &user;
    SayUsers(session, std::span(&one, 1));
  }
  return ExitCode::kOk;
}

// Ascending, as the node wants them.
absl::StatusOr<std::vector<v1::Role>> RolesFrom(const std::vector<std::string>& words) {
  std::vector<v1::Role> roles;
  for (const std::string& word : words) {
    const absl::StatusOr<model::Role> role = model::ParseRole(word);
    if (!role.ok()) {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                        std::string(role.status().message()), {},
                        {"fairway user role NAME officer,auditor"});
    }
    roles.push_back(static_cast<v1::Role>(*role));
  }
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  if (roles.empty()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "a user needs a role",
                      {"Known are officer, commander, administrator and auditor."},
                      {"fairway user add NAME --role officer"});
  }
  return roles;
}

// --uid, or the uid of the login name that is the same.
absl::StatusOr<uint32_t> UidFor(const Invocation& invocation) {
  uint32_t uid = 0;
  if (const auto text = invocation.value("--uid")) {
    if (absl::SimpleAtoi(*text, &uid)) return uid;
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      absl::StrCat("--uid cannot be \"", *text, "\""), {},
                      {"the number of a user:  id -u NAME"});
  }
  const passwd* entry = getpwnam(invocation.argument(0).c_str());
  if (entry != nullptr) return entry->pw_uid;
  return CliProblem(absl::StatusCode::kNotFound, "FW-USE-003",
                    absl::StrCat("this machine has no login name \"", invocation.argument(0), "\""),
                    {"So the node cannot know who that is."},
                    {absl::StrCat("fairway user add ", invocation.argument(0), " --uid UID")});
}

absl::StatusOr<ExitCode> Add(const Invocation& invocation, Session& session) {
  v1::AddUserRequest request;
  request.set_name(invocation.argument(0));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<v1::Role> roles,
                           RolesFrom(invocation.values("--role")));
  FAIRWAY_ASSIGN_OR_RETURN(const uint32_t uid, UidFor(invocation));
  request.set_uid(uid);
  for (v1::Role role : roles) request.add_roles(role);
  v1::AddUserResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/AddUser", request, response));
  return ShowUser(session, response, response.user());
}

absl::StatusOr<ExitCode> List(const Invocation&, Session& session) {
  v1::ListUsersResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/ListUsers", v1::ListUsersRequest(), response));
  if (session.PrintedForMachines("UserList", response, "users")) return ExitCode::kOk;
  std::vector<const v1::UserView*> users;
  for (const v1::UserView& user : response.users()) users.push_back(&user);
  SayUsers(session, users);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> SetRoles(const Invocation& invocation, Session& session) {
  v1::SetUserRolesRequest request;
  request.set_name(invocation.argument(0));
  std::vector<std::string> words;
  for (absl::string_view word : absl::StrSplit(invocation.argument(1), ',', absl::SkipEmpty())) {
    words.emplace_back(word);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<v1::Role> roles, RolesFrom(words));
  for (v1::Role role : roles) request.add_roles(role);
  v1::SetUserRolesResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/SetUserRoles", request, response));
  return ShowUser(session, response, response.user());
}

absl::StatusOr<ExitCode> Disable(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const bool sure, session.terminal().Confirm(absl::StrCat("Disable ", invocation.argument(0),
                                                               "? They can do nothing then.")));
  if (!sure) return ExitCode::kFailed;
  v1::DisableUserRequest request;
  request.set_name(invocation.argument(0));
  v1::DisableUserResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/DisableUser", request, response));
  return ShowUser(session, response, response.user());
}

}  // namespace

std::vector<Command> UserCommands() {
  return {
      {"user add",
       "Give a login of this machine a role on the node",
       {"fairway user add ana.silva --role officer",
        "fairway user add duty --uid 1007 --role officer,commander"},
       {{"NAME"}},
       {{"--role", "ROLES", "officer, commander, administrator, auditor"},
        {"--uid", "UID", "of the login (default: the login of the same name)"}},
       "fairway user list",
       Add},
      {"user list", "Who may use this node", {"fairway user list"}, {}, {}, "", List},
      {"user role",
       "Set the roles of a user",
       {"fairway user role ana.silva officer,commander"},
       {{"NAME"}, {"ROLES"}},
       {},
       "fairway user list",
       SetRoles},
      {"user disable",
       "Let a user do nothing more",
       {"fairway user disable ana.silva"},
       {{"NAME"}},
       {},
       "fairway user list",
       Disable},
  };
}

}  // namespace fairway::cli
