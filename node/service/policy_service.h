#ifndef FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "api/v1/admin.pb.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/release_gate.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_registry.h"
#include "node/service/call.h"
#include "node/store/database.h"

namespace fairway::service {

inline constexpr size_t kMaxReasonBytes = 500;

// Policies: read, tried, put in force, explained. Thread-safe.
class PolicyService {
 public:
  // All must outlive this object.
  PolicyService(const store::Database& database, policyadmin::PolicyRegistry& registry,
                const authz::PolicySlot& slot, const exchange::ReleaseGate& gate,
                const model::PeerDirectory& directory);

  absl::Status PolicyShow(Call& call, const v1::PolicyShowRequest& request,
                          v1::PolicyShowResponse& response);
  // A text with errors is an answer, not a failure; so is a test that fails.
  absl::Status PolicyCheck(Call& call, const v1::PolicyCheckRequest& request,
                           v1::PolicyCheckResponse& response);
  absl::Status PolicyTest(Call& call, const v1::PolicyTestRequest& request,
                          v1::PolicyTestResponse& response);
  absl::Status PolicyApply(Call& call, const v1::PolicyApplyRequest& request,
                           v1::PolicyApplyResponse& response);
  absl::Status PolicyExplain(Call& call, const v1::PolicyExplainRequest& request,
                             v1::PolicyExplainResponse& response);

 private:
  const store::Database& database_;
  policyadmin::PolicyRegistry& registry_;
  const authz::PolicySlot& slot_;
  const exchange::ReleaseGate& gate_;
  const model::PeerDirectory& directory_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_POLICY_SERVICE_H_
