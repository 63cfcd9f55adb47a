#ifndef FAIRWAY_NODE_AUTHZ_AUTHORIZER_H_
#define FAIRWAY_NODE_AUTHZ_AUTHORIZER_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/authz/attributes.h"
#include "node/authz/policy_slot.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "policy/decision.h"
#include "policy/explanation.h"

namespace fairway::authz {

// Rules of Fairway itself that stand before any policy; a decision names them in `rule`.
inline constexpr std::string_view kRuleNoPolicy = "no-policy";

// The policy enforcement point: decisions are pure functions of the item, the peer, the policy in
// force and a time (D7). Thread-safe.
class Authorizer {
 public:
  Authorizer(const PolicySlot& slot, const model::AuthorityId& self) : slot_(slot), self_(self) {}

  // May `peer` have this item? The action is `replicate` for an item of this node's own and
  // `redistribute` for a received one. Without a policy: withheld by kRuleNoPolicy. `policy` is a
  // snapshot of the slot; null is no policy.
  policy::Decision Release(const ActivePolicy* policy, const ItemFacts& item,
                           const model::Peer& peer, const NameOf& name_of, absl::Time now) const;

  // The same question, answered for a person.
  policy::Explanation Explain(const ActivePolicy* policy, const ItemFacts& item,
                              const model::Peer& peer, const NameOf& name_of, absl::Time now) const;

  // May this item come in from `peer`? kRelease means yes. Default, also without a policy: yes from
  // an active peer. A policy that has a permit for `accept` lets in only what it permits; one that
  // has only forbids keeps out only what they name.
  // UNAVAILABLE (FW-POL-003): this node has a policy that cannot be loaded now, so nobody knows
  // what it keeps out. Not an answer to the peer: it is to try again.
  absl::StatusOr<policy::Decision> Accept(const ItemFacts& item, const model::Peer& peer,
                                          const NameOf& name_of, absl::Time now) const;

  std::shared_ptr<const ActivePolicy> policy() const { return slot_.Get(); }
  const model::AuthorityId& self() const { return self_; }

 private:
  policy::Request OutboundRequest(const ItemFacts& item, const model::Peer& peer,
                                  const NameOf& name_of, absl::Time now) const;

  const PolicySlot& slot_;  // must outlive this object
  const model::AuthorityId self_;
};

// PERMISSION_DENIED (FW-AUTH-002) unless the caller has `needed`; says who may.
absl::Status RequireRole(const model::Caller& caller, model::Role needed);

}  // namespace fairway::authz

#endif  // FAIRWAY_NODE_AUTHZ_AUTHORIZER_H_
