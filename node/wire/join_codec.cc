#include "node/wire/join_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/v1/peer.pb.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

constexpr uint32_t kJoinVersion = 1;
constexpr size_t kMaxRefusedBytes = 64;

absl::Status CheckVersion(uint32_t version) {
  if (version == kJoinVersion) return absl::OkStatus();
  return BadField("version", absl::StrCat("is ", version, ", want ", kJoinVersion));
}

}  // namespace

std::string EncodeJoinRequest(const JoinRequest& request) {
  v1::JoinRequest proto;
  proto.set_version(kJoinVersion);
  proto.set_invitation_id(request.invitation_id);
  proto.set_signed_manifest(crypto::EncodeSigned(request.manifest));
  proto.set_mac(request.mac.ToString());
  return Encode(proto);
}

absl::StatusOr<JoinRequest> DecodeJoinRequest(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::JoinRequest proto,
                           ParseAs<v1::JoinRequest>(bytes, kMaxJoinBytes));
  JoinRequest request;
  FAIRWAY_RETURN_IF_ERROR(CheckVersion(proto.version()));
  FAIRWAY_RETURN_IF_ERROR(CheckSize("invitation_id", proto.invitation_id(), kInvitationIdBytes));
  request.invitation_id = proto.invitation_id();
  FAIRWAY_ASSIGN_OR_RETURN(request.manifest,
                           ReadSigned("signed_manifest", proto.signed_manifest()));
  FAIRWAY_ASSIGN_OR_RETURN(request.mac, ReadDigest("mac", proto.mac()));
  return request;
}

std::string EncodeJoinAnswer(const JoinAnswer& answer) {
  v1::JoinAnswer proto;
  proto.set_version(kJoinVersion);
  if (answer.accepted) {
    proto.set_signed_manifest(crypto::EncodeSigned(answer.accepted->manifest));
    proto.set_mac(answer.accepted->mac.ToString());
  }
  proto.set_refused(answer.refused);
  return Encode(proto);
}

absl::StatusOr<JoinAnswer> DecodeJoinAnswer(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::JoinAnswer proto,
                           ParseAs<v1::JoinAnswer>(bytes, kMaxJoinBytes));
  FAIRWAY_RETURN_IF_ERROR(CheckVersion(proto.version()));
  JoinAnswer answer;
  if (!proto.refused().empty()) {
    FAIRWAY_RETURN_IF_ERROR(CheckMaxSize("refused", proto.refused(), kMaxRefusedBytes));
    if (!proto.signed_manifest().empty() || !proto.mac().empty()) {
      return BadField("refused", "is there beside an acceptance");
    }
    answer.refused = proto.refused();
    return answer;
  }
  JoinAnswer::Accepted accepted;
  FAIRWAY_ASSIGN_OR_RETURN(accepted.manifest,
                           ReadSigned("signed_manifest", proto.signed_manifest()));
  FAIRWAY_ASSIGN_OR_RETURN(accepted.mac, ReadDigest("mac", proto.mac()));
  answer.accepted = std::move(accepted);
  return answer;
}

}  // namespace fairway::wire
