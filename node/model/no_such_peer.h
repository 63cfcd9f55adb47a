#ifndef FAIRWAY_NODE_MODEL_NO_SUCH_PEER_H_
#define FAIRWAY_NODE_MODEL_NO_SUCH_PEER_H_

#include <string>

#include "absl/status/status.h"

namespace fairway::model {

// NOT_FOUND FW-PEER-001: the words for it, said once for all rooms.
absl::Status NoSuchPeer(const std::string& name);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_NO_SUCH_PEER_H_
