#ifndef FAIRWAY_NODE_AUTHZ_ATTRIBUTES_H_
#define FAIRWAY_NODE_AUTHZ_ATTRIBUTES_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "policy/attributes.h"

// From what this node holds to the words of the policy language. What is not here is left out,
// which to the engine means unknown, and unknown is never a reason to share.
namespace fairway::authz {

// What policies of a node call the node itself; no peer can have this name (CheckPeerName).
inline constexpr std::string_view kSelfName = "self";

// The local name of an authority, also of a peer since removed; nothing if it never had one.
using NameOf = std::function<std::optional<std::string>(const model::AuthorityId&)>;

// One revision at the moment of a decision.
struct ItemFacts {
  model::ItemView view;
  std::string state = "active";  // active, superseded, recalled, expired: the words of item.state
  absl::Time stored_at;          // when this revision was stored here
  std::optional<model::AuthorityId> received_from;  // nothing: published here
};

// item.*. Marking attributes are the stricter of body and terms.
//
// An item of this node's own: audience, caveats and purpose come from its private parts; without a
// `time.day` its age counts from stored_at.
//
// A received item has no private parts. The originator's `onward` marking stands for them:
// community and any are releasable to any member, everything else is for nobody. hops-left is what
// the terms say, 0 if they say nothing. Its purpose is that of the terms, what it contains is
// unknown.
//
// Ids become local names. An authority without one becomes a word that no policy knows: excluded
// means everybody is, included means nobody is.
policy::Attributes ForItem(const ItemFacts& item, const model::AuthorityId& self,
                           const NameOf& name_of, absl::Time now);

// When item.age begins to count: the item's `time.day`, else for an item of this node's own
// stored_at. Nothing: the age is unknown.
std::optional<absl::Time> AgeFrom(const ItemFacts& item, const model::AuthorityId& self);

// peer.*: only what this node's administrator set. peer.link is there for active, suspended and
// quarantined peers; for every other state it is unknown.
policy::Attributes ForPeer(const model::Peer& peer);

// The names that a policy text may use: all of `peers` (give it removed ones too, policies may
// still name them) and their groups.
policy::Registry RegistryOf(const std::vector<model::Peer>& peers);

}  // namespace fairway::authz

#endif  // FAIRWAY_NODE_AUTHZ_ATTRIBUTES_H_
