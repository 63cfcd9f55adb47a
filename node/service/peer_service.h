#ifndef FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "node/membership/membership.h"
#include "node/service/call.h"
#include "node/service/node_view.h"
#include "node/store/database.h"

namespace fairway::service {

// Peers: who they are here, and how they come and go. Check words and open invitations are shown to
// administrators only. Thread-safe.
class PeerService {
 public:
  // All must outlive this object; `joiner` is the edge's.
  PeerService(const store::Database& database, membership::Membership& membership,
              membership::Joiner& joiner, const NodeView& view);

  absl::Status Invite(Call& call, const v1::InviteRequest& request, v1::InviteResponse& response);
  // Waits for the other node, some seconds at most.
  absl::Status AcceptInvitation(Call& call, const v1::AcceptInvitationRequest& request,
                                v1::AcceptInvitationResponse& response);
  absl::Status ConfirmPeer(Call& call, const v1::ConfirmPeerRequest& request,
                           v1::ConfirmPeerResponse& response);
  absl::Status ListPeers(Call& call, const v1::ListPeersRequest& request,
                         v1::ListPeersResponse& response);
  absl::Status ShowPeer(Call& call, const v1::ShowPeerRequest& request,
                        v1::ShowPeerResponse& response);
  absl::Status SetPeer(Call& call, const v1::SetPeerRequest& request,
                       v1::SetPeerResponse& response);
  absl::Status RemovePeer(Call& call, const v1::RemovePeerRequest& request,
                          v1::RemovePeerResponse& response);

 private:
  absl::StatusOr<v1::PeerView> ViewOf(const Call& call,
                                      const membership::PeerStanding& standing) const;

  const store::Database& database_;
  membership::Membership& membership_;
  membership::Joiner& joiner_;
  const NodeView& view_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_PEER_SERVICE_H_
