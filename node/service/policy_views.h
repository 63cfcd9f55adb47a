#ifndef FAIRWAY_NODE_SERVICE_POLICY_VIEWS_H_
#define FAIRWAY_NODE_SERVICE_POLICY_VIEWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "node/model/peer.h"
#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/store/database.h"
#include "node/store/user_table.h"

// What node/policyadmin says of changes of policy, as messages. Lists are cut at the sizes that the
// messages name; counts are of all.
namespace fairway::service {

inline constexpr size_t kMaxItemsListed = 200;
inline constexpr size_t kMaxRecallsListed = 1000;

// How much of a preview is told.
struct PreviewShown {
  std::string peer;     // only this one; empty: all
  bool items = false;   // the items too
  bool titles = false;  // with their titles: to callers who may read items
};

void Write(const policyadmin::Preview& preview, const PreviewShown& shown,
           v1::PolicyPreviewResponse& response);
v1::NewlyReleased GainOf(const policyadmin::Preview& preview);
v1::GuaranteeFinding ToProto(const policyadmin::GuaranteeResult& result);

// `users`: all of this node; those who could give what is missing are named.
v1::ApprovalNeed ToProto(const policyadmin::Needs& needs, const std::string& author,
                         const std::vector<store::UserRow>& users);
v1::ProposalView ToProto(const store::Proposal& proposal);
v1::ProposalView ToProto(const policyadmin::ProposalView& view,
                         const std::vector<store::UserRow>& users);
v1::PolicyVersionView ToProto(const policyadmin::VersionView& version);
void Write(const policyadmin::AppliedPolicy& applied, v1::PolicyApplyResponse& response);
absl::StatusOr<v1::ShadowView> Describe(store::ReadTxn& txn, const policyadmin::ShadowView& shadow,
                                        const model::PeerDirectory& directory);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_POLICY_VIEWS_H_
