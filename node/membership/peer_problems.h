#ifndef FAIRWAY_NODE_MEMBERSHIP_PEER_PROBLEMS_H_
#define FAIRWAY_NODE_MEMBERSHIP_PEER_PROBLEMS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/no_such_peer.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "policy/vocabulary.h"

// What is wrong with what an administrator asked for, said once.
namespace fairway::membership {

using model::NoSuchPeer;
// FW-PEER-002: as model::CheckPeerName.
absl::Status CheckName(const std::string& name);
// FW-PEER-011: a word that the vocabulary does not know (no rule could ever mean it), or more or
// longer words than allowed.
absl::Status CheckAttributes(const model::PeerAttributes& attributes,
                             const policy::Vocabulary& vocabulary);
// FW-PEER-014: not "host:port".
absl::Status CheckEndpoint(const std::string& endpoint);
// FW-PEER-010: `what` cannot be done to a peer in this state; names the command that can.
absl::Status WrongState(const model::Peer& peer, std::string_view what);

// Of a refusal by the other side (wire::JoinAnswer::refused), for FW-PEER-006.
std::string ExplainRefusal(std::string_view code);

// The peer of that name, removed or not; FW-PEER-001.
absl::StatusOr<model::Peer> PeerNamed(store::ReadTxn& txn, const std::string& name);

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_PEER_PROBLEMS_H_
