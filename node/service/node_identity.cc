#include "node/service/node_identity.h"

#include <optional>

namespace fairway::service {

std::string NameOf(const model::AuthorityId& id, const NodeIdentity& node,
                   const model::PeerDirectory& directory) {
  if (id == node.authority) return node.name;
  const std::optional<model::Peer> peer = directory.Find(id);
  return peer ? peer->name : id.ToString();
}

}  // namespace fairway::service
