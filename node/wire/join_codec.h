#ifndef FAIRWAY_NODE_WIRE_JOIN_CODEC_H_
#define FAIRWAY_NODE_WIRE_JOIN_CODEC_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"

// The one question and answer of joining (api/PROTOCOL.md §4). Who may ask, and what the MACs
// cover, is node/membership's to say. Encoding is deterministic, DecodeX(b) == x implies
// EncodeX(x) == b, a failure is INVALID_ARGUMENT and names the field. Pure, thread-safe.
namespace fairway::wire {

inline constexpr size_t kInvitationIdBytes = 16;
inline constexpr size_t kMaxJoinBytes = 64 * 1024;

struct JoinRequest {
  std::string invitation_id;  // kInvitationIdBytes
  crypto::Signed manifest;    // the applicant's
  crypto::Digest mac;
  bool operator==(const JoinRequest&) const = default;
};

struct JoinAnswer {
  struct Accepted {
    crypto::Signed manifest;  // the inviter's
    crypto::Digest mac;
    bool operator==(const Accepted&) const = default;
  };
  std::optional<Accepted> accepted;
  std::string refused;  // a code, iff not accepted
  bool operator==(const JoinAnswer&) const = default;
};

std::string EncodeJoinRequest(const JoinRequest& request);
absl::StatusOr<JoinRequest> DecodeJoinRequest(std::string_view bytes);

std::string EncodeJoinAnswer(const JoinAnswer& answer);
absl::StatusOr<JoinAnswer> DecodeJoinAnswer(std::string_view bytes);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_JOIN_CODEC_H_
