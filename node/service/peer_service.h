#ifndef FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "node/model/peer.h"
#include "node/service/call.h"
#include "node/service/node_view.h"
#include "node/store/database.h"

namespace fairway::service {

// Peers: who they are here, and how they come and go. Thread-safe.
class PeerService {
 public:
  // All must outlive this object.
  PeerService(const store::Database& database, const model::PeerDirectory& directory,
              const NodeView& view);

  absl::Status ListPeers(Call& call, const v1::ListPeersRequest& request,
                         v1::ListPeersResponse& response);
  absl::Status ShowPeer(Call& call, const v1::ShowPeerRequest& request,
                        v1::ShowPeerResponse& response);

 private:
  absl::StatusOr<v1::PeerView> ViewOf(const Call& call, const model::Peer& peer) const;

  const store::Database& database_;
  const model::PeerDirectory& directory_;
  const NodeView& view_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_
