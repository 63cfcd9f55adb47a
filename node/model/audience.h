#ifndef FAIRWAY_NODE_MODEL_AUDIENCE_H_
#define FAIRWAY_NODE_MODEL_AUDIENCE_H_

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/model/ids.h"

// Who an item is for, said by its originator. The part "audience" never leaves the node.
namespace fairway::model {

inline constexpr size_t kMaxAudienceMembers = 256;  // in each of the three lists

struct AudienceMember {
  enum class Kind { kAnyMember, kAuthority, kCountry, kGroup };
  Kind kind = Kind::kAnyMember;
  AuthorityId authority;  // of kAuthority
  std::string name;       // of kCountry ("KE") and kGroup

  auto operator<=>(const AudienceMember&) const = default;
};

struct Audience {
  std::vector<AudienceMember> releasable_to;
  std::vector<AudienceMember> not_releasable_to;
  std::vector<AudienceMember> named;  // kAuthority only

  bool operator==(const Audience&) const = default;
};

// One word as a person writes it: "ANY-MEMBER" (any letter case), "country:KE" or two capital
// letters, "group:NAME", "authority:<64 hex digits>", or a bare name, which `name_of` resolves to a
// peer or a group of this node (nullopt: unknown to it).
// INVALID_ARGUMENT says which word could not be read or is unknown.
using NameResolver = std::function<std::optional<AudienceMember>(std::string_view name)>;
absl::StatusOr<AudienceMember> ParseAudienceWord(std::string_view word,
                                                 const NameResolver& name_of);

// The content of the part "audience": one member a line, the lists in this order, members sorted:
// "releasable-to any-member", "not-releasable-to country:KE", "named authority:<hex>".
std::string EncodeAudience(const Audience& audience);
// Inverse of EncodeAudience. INVALID_ARGUMENT names the line.
absl::StatusOr<Audience> DecodeAudience(std::string_view bytes);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_AUDIENCE_H_
