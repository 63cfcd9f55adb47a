#ifndef FAIRWAY_NODE_SERVICE_HELD_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_HELD_SERVICE_H_

#include <utility>

#include "absl/status/status.h"
#include "api/v1/desk.pb.h"
#include "node/exchange/held.h"
#include "node/model/peer.h"
#include "node/service/call.h"
#include "node/service/node_identity.h"
#include "node/store/database.h"

namespace fairway::service {

// The desk for revisions that wait for a person. Thread-safe.
class HeldService {
 public:
  // All must outlive this object.
  HeldService(const store::Database& database, exchange::HeldDesk& desk,
              const model::PeerDirectory& directory, NodeIdentity node)
      : database_(database), desk_(desk), directory_(directory), node_(std::move(node)) {}

  absl::Status ListHeld(Call& call, const v1::ListHeldRequest& request,
                        v1::ListHeldResponse& response);
  absl::Status ReleaseHeld(Call& call, const v1::ReleaseHeldRequest& request,
                           v1::ReleaseHeldResponse& response);

 private:
  const store::Database& database_;
  exchange::HeldDesk& desk_;
  const model::PeerDirectory& directory_;
  const NodeIdentity node_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_HELD_SERVICE_H_
