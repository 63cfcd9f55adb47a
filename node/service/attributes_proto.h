#ifndef FAIRWAY_NODE_SERVICE_ATTRIBUTES_PROTO_H_
#define FAIRWAY_NODE_SERVICE_ATTRIBUTES_PROTO_H_

#include "api/v1/admin.pb.h"
#include "node/model/peer.h"

// What this node's administrator says of a peer, to message and back. Pure.
namespace fairway::service {

v1::PeerAttributes ToProto(const model::PeerAttributes& attributes);
model::PeerAttributes ToModel(const v1::PeerAttributes& proto);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_ATTRIBUTES_PROTO_H_
