#ifndef FAIRWAY_NODE_SERVICE_NODE_IDENTITY_H_
#define FAIRWAY_NODE_SERVICE_NODE_IDENTITY_H_

#include <string>

#include "node/model/ids.h"
#include "node/model/peer.h"

namespace fairway::service {

// Who this node is, for telling its own items from others'.
struct NodeIdentity {
  model::AuthorityId authority;
  std::string name;  // what it calls itself
};

// What people call an authority: this node's own name, a peer's name, or hexadecimal digits.
std::string NameOf(const model::AuthorityId& id, const NodeIdentity& node,
                   const model::PeerDirectory& directory);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_NODE_IDENTITY_H_
