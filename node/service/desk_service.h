#ifndef FAIRWAY_NODE_SERVICE_DESK_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_DESK_SERVICE_H_

#include "absl/status/status.h"
#include "api/v1/desk.pb.h"
#include "node/exchange/publisher.h"
#include "node/exchange/recaller.h"
#include "node/exchange/release_gate.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_registry.h"
#include "node/service/call.h"
#include "node/service/item_finder.h"
#include "node/store/database.h"

namespace fairway::service {

// What officers and commanders do: publish, take back, see who gets what, read. Each handler
// converts, makes one call, converts back; the call guard stands before it. Thread-safe.
class DeskService {
 public:
  // All must outlive this object.
  DeskService(store::Database& database, exchange::Publisher& publisher,
              exchange::Recaller& recaller, const exchange::ReleaseGate& gate,
              policyadmin::PolicyRegistry& policies, const model::PeerDirectory& directory,
              NodeIdentity node);

  absl::Status Publish(Call& call, const v1::PublishRequest& request,
                       v1::PublishResponse& response);
  absl::Status Revise(Call& call, const v1::ReviseRequest& request, v1::ReviseResponse& response);
  absl::Status Recall(Call& call, const v1::RecallRequest& request, v1::RecallResponse& response);
  absl::Status Preview(Call& call, const v1::PreviewRequest& request,
                       v1::PreviewResponse& response);
  absl::Status Inbox(Call& call, const v1::InboxRequest& request, v1::InboxResponse& response);
  absl::Status List(Call& call, const v1::ListRequest& request, v1::ListResponse& response);
  absl::Status Show(Call& call, const v1::ShowRequest& request, v1::ShowResponse& response);
  absl::Status Where(Call& call, const v1::WhereRequest& request, v1::WhereResponse& response);
  absl::Status GetAttachment(Call& call, const v1::GetAttachmentRequest& request,
                             v1::GetAttachmentResponse& response);

 private:
  store::Database& database_;
  exchange::Publisher& publisher_;
  exchange::Recaller& recaller_;
  const exchange::ReleaseGate& gate_;
  policyadmin::PolicyRegistry& policies_;
  const model::PeerDirectory& directory_;
  const NodeIdentity node_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_DESK_SERVICE_H_
