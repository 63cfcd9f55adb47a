#ifndef FAIRWAY_NODE_MODEL_CALLER_H_
#define FAIRWAY_NODE_MODEL_CALLER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fairway::model {

enum class Role : uint32_t { kOfficer = 1, kCommander = 2, kAdministrator = 3, kAuditor = 4 };

std::string_view ToText(Role role);  // "officer"
absl::StatusOr<Role> ParseRole(std::string_view text);
std::optional<Role> RoleFromWire(uint64_t number);

// Who makes a local call: what the operating system said (uid) and what this node made of it.
struct Caller {
  std::string user;
  uint32_t uid = 0;
  std::set<Role> roles;

  bool operator==(const Caller&) const = default;
};

inline constexpr size_t kMaxUserNameBytes = 64;

// INVALID_ARGUMENT unless 1 … kMaxUserNameBytes of a-z, 0-9, '.', '-' and '_' that begin with a
// letter. "node" is taken: it is what the audit log calls this node itself.
absl::Status CheckUserName(std::string_view name);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_CALLER_H_
