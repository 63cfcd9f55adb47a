#ifndef FAIRWAY_NODE_STORE_INVITATION_TABLE_H_
#define FAIRWAY_NODE_STORE_INVITATION_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Invitations to peer, given and taken, with the one-time secret that ties the two ends together.
namespace fairway::store {

enum class InvitationSide : uint32_t { kGiven = 1, kTaken = 2 };
enum class InvitationState : uint32_t { kOpen = 1, kUsed = 2, kCancelled = 3 };

inline constexpr size_t kInvitationIdBytes = 16;

struct Invitation {
  std::string id;  // kInvitationIdBytes
  InvitationSide side = InvitationSide::kGiven;
  InvitationState state = InvitationState::kOpen;
  std::string peer_name;  // the local name that the peer is to have
  std::string secret;     // one-time
  std::string endpoint;   // of the inviter
  std::string created_by;
  absl::Time created_at;
  absl::Time expires_at;                     // judged by the caller
  std::optional<model::AuthorityId> peer;    // once known
  std::optional<crypto::Digest> transcript;  // what the check words are made from
};

// ALREADY_EXISTS if the id is there.
absl::Status PutInvitation(Txn& txn, const Invitation& invitation);
// State, peer, transcript and secret (which may be emptied once it has served). NOT_FOUND without
// it.
absl::Status UpdateInvitation(Txn& txn, const Invitation& invitation);
absl::StatusOr<std::optional<Invitation>> GetInvitation(ReadTxn& txn, std::string_view id);
// The latest that named this peer.
absl::StatusOr<std::optional<Invitation>> InvitationOfPeer(ReadTxn& txn,
                                                           const model::AuthorityId& peer);
absl::StatusOr<std::vector<Invitation>> AllInvitations(ReadTxn& txn);   // newest first
absl::StatusOr<std::vector<Invitation>> OpenInvitations(ReadTxn& txn);  // newest first

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_INVITATION_TABLE_H_
