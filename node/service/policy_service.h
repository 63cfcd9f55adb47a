#ifndef FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/release_gate.h"
#include "node/model/peer.h"
#include "node/policyadmin/past_policy.h"
#include "node/policyadmin/policy_loader.h"
#include "node/policyadmin/policy_registry.h"
#include "node/service/call.h"
#include "node/store/database.h"

namespace fairway::service {

// Policies as they are: read, tried, explained. How they change: policy_change_service.h.
// Thread-safe.
class PolicyService {
 public:
  // All must outlive this object.
  PolicyService(const store::Database& database, policyadmin::PolicyRegistry& registry,
                const authz::PolicySlot& slot, const exchange::ReleaseGate& gate,
                const model::PeerDirectory& directory, const policyadmin::PastPolicy& past);

  absl::Status PolicyShow(Call& call, const v1::PolicyShowRequest& request,
                          v1::PolicyShowResponse& response);
  // A text with errors is an answer, not a failure; so is a test that fails or a broken guarantee.
  absl::Status PolicyCheck(Call& call, const v1::PolicyCheckRequest& request,
                           v1::PolicyCheckResponse& response);
  absl::Status PolicyTest(Call& call, const v1::PolicyTestRequest& request,
                          v1::PolicyTestResponse& response);
  absl::Status PolicyPrint(Call& call, const v1::PolicyPrintRequest& request,
                           v1::PolicyPrintResponse& response);
  absl::Status PolicyExplain(Call& call, const v1::PolicyExplainRequest& request,
                             v1::PolicyExplainResponse& response);

 private:
  // The names and the vocabulary that a text is read with.
  absl::StatusOr<policyadmin::PolicyNames> Names() const;
  absl::Status ExplainPast(Call& call, const v1::PolicyExplainRequest& request,
                           const model::AuthorityId& origin, const model::ItemId& item,
                           v1::PolicyExplainResponse& response) const;

  const store::Database& database_;
  policyadmin::PolicyRegistry& registry_;
  const authz::PolicySlot& slot_;
  const exchange::ReleaseGate& gate_;
  const model::PeerDirectory& directory_;
  const policyadmin::PastPolicy& past_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_
