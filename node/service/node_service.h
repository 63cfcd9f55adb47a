#ifndef FAIRWAY_NODE_SERVICE_NODE_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_NODE_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "api/v1/admin.pb.h"
#include "node/authz/policy_slot.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_watch.h"
#include "node/service/call.h"
#include "node/service/item_finder.h"
#include "node/service/node_view.h"
#include "node/store/database.h"

namespace fairway::service {

// How this node is: Status for everybody, Doctor for administrators. Thread-safe.
class NodeService {
 public:
  struct Facts {
    NodeIdentity node;
    std::string version;
    absl::Time started;
  };

  // All must outlive this object.
  NodeService(const store::Database& database, const authz::PolicySlot& policy,
              const policyadmin::PolicyWatch& watch, const model::PeerDirectory& directory,
              const NodeView& view, Facts facts);

  absl::Status Status(Call& call, const v1::StatusRequest& request, v1::StatusResponse& response);
  // Reads every page of the database: seconds for each GB.
  absl::Status Doctor(Call& call, const v1::DoctorRequest& request, v1::DoctorResponse& response);

 private:
  std::vector<Finding> ExamineStore() const;
  std::vector<Finding> ExaminePeers() const;
  std::vector<Finding> ExaminePolicy(absl::Time now) const;

  const store::Database& database_;
  const authz::PolicySlot& policy_;
  const policyadmin::PolicyWatch& watch_;
  const model::PeerDirectory& directory_;
  const NodeView& view_;
  const Facts facts_;
};

// One peer's line: what the feeds say, and whether it is connected. Also for PeerService.
absl::StatusOr<v1::PeerStatus> StatusOf(store::ReadTxn& txn, const model::Peer& peer,
                                        const NodeView& view);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_NODE_SERVICE_H_
