#ifndef FAIRWAY_NODE_MEMBERSHIP_INVITED_ATTRIBUTES_H_
#define FAIRWAY_NODE_MEMBERSHIP_INVITED_ATTRIBUTES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/peer.h"
#include "node/store/database.h"

// What an administrator said about a peer when inviting it, kept until it joins.
namespace fairway::membership {

// "country=KE;tier=2;agreements=A,B": attributes that passed CheckAttributes; empty ones are left
// out.
std::string EncodeAttributes(const model::PeerAttributes& attributes);
// INVALID_ARGUMENT for anything EncodeAttributes does not write.
absl::StatusOr<model::PeerAttributes> DecodeAttributes(std::string_view text);

absl::Status KeepInvitedAttributes(store::Txn& txn, std::string_view invitation_id,
                                   const model::PeerAttributes& attributes);
// None if none were kept.
absl::StatusOr<model::PeerAttributes> InvitedAttributes(store::ReadTxn& txn,
                                                        std::string_view invitation_id);

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_INVITED_ATTRIBUTES_H_
