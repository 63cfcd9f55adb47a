#ifndef FAIRWAY_NODE_MEMBERSHIP_INVITATION_TEXT_H_
#define FAIRWAY_NODE_MEMBERSHIP_INVITATION_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/spki.h"
#include "node/model/ids.h"

namespace fairway::membership {

inline constexpr size_t kInvitationSecretBytes = 32;
inline constexpr size_t kMaxInvitationTextBytes = 4096;

// What one administrator hands to another, by any channel they trust to carry a letter. Whoever
// holds it can join once; who that was, the check words tell.
struct InvitationTicket {
  model::AuthorityId inviter;
  crypto::SpkiPin pin;       // of the inviter's TLS key
  std::string endpoint;      // "host:port" of the inviter
  std::string inviter_name;  // what it calls itself; for display only
  std::string secret;        // kInvitationSecretBytes, works once
  absl::Time expires_at;     // whole seconds

  bool operator==(const InvitationTicket&) const = default;
};

// What the inviter looks the secret up by: the first 16 bytes of H("fairway/invitation"; secret).
std::string InvitationId(std::string_view secret);

// "fwinvite1" and RFC 4648 base32 in lower case, broken into lines of 64: survives mail programs.
//   bytes: 01 ‖ inviter32 ‖ pin32 ‖ secret32 ‖ expires (64-bit seconds) ‖ lp16(endpoint)
//          ‖ lp16(inviter name) ‖ first 8 bytes of H("fairway/invitation-text"; all before)
std::string FormatInvitation(const InvitationTicket& ticket);

// Inverse of FormatInvitation; ignores white space, upper case, and lines that begin with '#'.
// INVALID_ARGUMENT (FW-PEER-003): not an invitation, damaged or cut short, or of a newer version.
absl::StatusOr<InvitationTicket> ParseInvitation(std::string_view text);

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_INVITATION_TEXT_H_
