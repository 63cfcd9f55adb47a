#include "node/model/caller.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

struct RoleName {
  Role role;
  std::string_view text;
};
constexpr std::array<RoleName, 4> kRoles = {{{Role::kOfficer, "officer"},
                                             {Role::kCommander, "commander"},
                                             {Role::kAdministrator, "administrator"},
                                             {Role::kAuditor, "auditor"}}};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

std::string_view ToText(Role role) {
  for (const RoleName& name : kRoles) {
    if (name.role == role) return name.text;
  }
  return "?";  // only for an integer that was cast without RoleFromWire
}

absl::StatusOr<Role> ParseRole(std::string_view text) {
  std::string known;
  for (const RoleName& name : kRoles) {
    if (name.text == text) return name.role;
    absl::StrAppend(&known, known.empty() ? "" : ", ", std::string(name.text));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(text.substr(0, 40)), "\" is not a role; known are: ", known));
}

std::optional<Role> RoleFromWire(uint64_t number) {
  for (const RoleName& name : kRoles) {
    if (static_cast<uint64_t>(name.role) == number) return name.role;
  }
  return std::nullopt;
}

absl::Status CheckUserName(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= kMaxUserNameBytes &&
                    std::all_of(name.begin(), name.end(), IsNameCharacter) && name.front() >= 'a' &&
                    name.front() <= 'z';
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", std::string(name.substr(0, kMaxUserNameBytes)), "\" is not a user name: 1 to ",
        kMaxUserNameBytes, " of a-z, 0-9, '.', '-' and '_', a letter first"));
  }
  if (name == "node") return absl::InvalidArgumentError("\"node\" is what the node calls itself");
  return absl::OkStatus();
}

}  // namespace fairway::model
