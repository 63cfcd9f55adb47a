#ifndef FAIRWAY_NODE_SERVICE_POLICY_CHANGE_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_POLICY_CHANGE_SERVICE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "node/authz/policy_slot.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_registry.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/service/call.h"
#include "node/service/policy_views.h"
#include "node/store/database.h"

namespace fairway::service {

// How a policy changes: previewed, proved, proposed, approved, put in force, taken back.
// Thread-safe.
class PolicyChangeService {
 public:
  // All must outlive this object.
  PolicyChangeService(const store::Database& database, policyadmin::PolicyRegistry& registry,
                      policyadmin::Proposals& proposals, const policyadmin::Previewer& previewer,
                      const authz::PolicySlot& slot, const model::PeerDirectory& directory);

  // A text with errors, a failing test, a broken guarantee are answers, not failures.
  absl::Status PolicyPreview(Call& call, const v1::PolicyPreviewRequest& request,
                             v1::PolicyPreviewResponse& response);
  absl::Status PolicyProve(Call& call, const v1::PolicyProveRequest& request,
                           v1::PolicyProveResponse& response);

  absl::Status PolicyPropose(Call& call, const v1::PolicyProposeRequest& request,
                             v1::PolicyProposeResponse& response);
  absl::Status PolicyProposals(Call& call, const v1::PolicyProposalsRequest& request,
                               v1::PolicyProposalsResponse& response);
  absl::Status PolicyApprove(Call& call, const v1::PolicyApproveRequest& request,
                             v1::PolicyApproveResponse& response);
  // The author takes back, everybody else rejects.
  absl::Status PolicyReject(Call& call, const v1::PolicyRejectRequest& request,
                            v1::PolicyRejectResponse& response);
  absl::Status PolicyApply(Call& call, const v1::PolicyApplyRequest& request,
                           v1::PolicyApplyResponse& response);
  absl::Status PolicyRollback(Call& call, const v1::PolicyRollbackRequest& request,
                              v1::PolicyRollbackResponse& response);
  absl::Status PolicyShadow(Call& call, const v1::PolicyShadowRequest& request,
                            v1::PolicyShadowResponse& response);
  absl::Status PolicyHistory(Call& call, const v1::PolicyHistoryRequest& request,
                             v1::PolicyHistoryResponse& response);

 private:
  absl::StatusOr<std::vector<store::UserRow>> Users() const;
  // What is known of a text that does not pass, as far as it can be told.
  absl::Status PreviewRefused(const Call& call, const policyadmin::Draft& draft,
                              const PreviewShown& shown, const absl::Status& refusal,
                              v1::PolicyPreviewResponse& response) const;
  absl::Status PreviewHypothetical(const Call& call, const policyadmin::Draft& draft,
                                   const PreviewShown& shown,
                                   v1::PolicyPreviewResponse& response) const;
  // The one that runs, if a proposal is not named; 0: none does.
  absl::StatusOr<uint64_t> ShadowMeant(uint64_t named) const;

  const store::Database& database_;
  policyadmin::PolicyRegistry& registry_;
  policyadmin::Proposals& proposals_;
  const policyadmin::Previewer& previewer_;
  const authz::PolicySlot& slot_;
  const model::PeerDirectory& directory_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_POLICY_CHANGE_SERVICE_H_
