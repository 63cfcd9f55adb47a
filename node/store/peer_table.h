#ifndef FAIRWAY_NODE_STORE_PEER_TABLE_H_
#define FAIRWAY_NODE_STORE_PEER_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"

// Who this node peers with, and what its administrator says about them, every version kept: a
// decision of last March is repeated with the attributes of last March.
namespace fairway::store {

// Adds or replaces a peer, all but its attributes (SetPeerAttributes) and manifest (PutManifest;
// reading gives the newest). ALREADY_EXISTS if the name was ever bound to another authority, or
// another row holds it.
absl::Status PutPeer(Txn& txn, const model::Peer& peer);

// Stores the next version and answers its number; what `attributes.version` says is ignored.
// NOT_FOUND without the peer.
absl::StatusOr<uint64_t> SetPeerAttributes(Txn& txn, const model::AuthorityId& id,
                                           const model::PeerAttributes& attributes, absl::Time at);

// NOT_FOUND without the peer.
absl::Status SetPeerState(Txn& txn, const model::AuthorityId& id, model::PeerState state,
                          absl::Time at);

// Removed ones too. A peer without attributes has version 0 of them.
absl::StatusOr<std::optional<model::Peer>> GetPeer(ReadTxn& txn, const model::AuthorityId& id);
absl::StatusOr<std::optional<model::Peer>> GetPeerByName(ReadTxn& txn, std::string_view name);
absl::StatusOr<std::vector<model::Peer>> AllPeers(ReadTxn& txn);  // by name; removed ones too

absl::StatusOr<std::optional<model::PeerAttributes>> GetPeerAttributes(ReadTxn& txn,
                                                                       const model::AuthorityId& id,
                                                                       uint64_t version);

// The version that was in force at `at`: the last one set at or before it. Nothing: there was none.
absl::StatusOr<std::optional<model::PeerAttributes>> PeerAttributesAt(ReadTxn& txn,
                                                                      const model::AuthorityId& id,
                                                                      absl::Time at);

// What a peering was: one entry for each change of its state, kept since there is this table (a
// peer that was there before has its first entry at its last change before that). Never deleted.
struct PeerPast {
  std::string name;
  model::PeerState state = model::PeerState::kInvited;
  absl::Time at;
  bool first = false;  // nothing is known of the time before it

  bool operator==(const PeerPast&) const = default;
};
// The last entry at or before `at`; if there is none, the first of all, whose `at` is later than
// what was asked. Nothing: no such peer.
absl::StatusOr<std::optional<PeerPast>> PeerStateAt(ReadTxn& txn, const model::AuthorityId& id,
                                                    absl::Time at);

// The authority a name was ever bound to, also by a peer since removed.
absl::StatusOr<std::optional<model::AuthorityId>> OwnerOfPeerName(ReadTxn& txn,
                                                                  std::string_view name);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_PEER_TABLE_H_
