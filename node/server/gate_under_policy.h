#ifndef FAIRWAY_NODE_SERVER_GATE_UNDER_POLICY_H_
#define FAIRWAY_NODE_SERVER_GATE_UNDER_POLICY_H_

#include "node/model/ids.h"
#include "node/policyadmin/gate_seam.h"

namespace fairway::server {

// The release gate for questions about a policy that is not in force, or was in the past. Each
// question gets a gate of its own with that policy in its slot, so that what answers is the gate
// that lets content out and no copy of its rules. Thread-safe.
class GateUnderPolicy final : public policyadmin::GateSeam {
 public:
  explicit GateUnderPolicy(const model::AuthorityId& self) : self_(self) {}

  absl::StatusOr<authz::ItemFacts> FactsOf(store::ReadTxn& txn,
                                           const store::StoredRevision& stored) const override;
  absl::StatusOr<policyadmin::GateAnswer> Decide(store::ReadTxn& txn,
                                                 const authz::ActivePolicy& active,
                                                 const model::ObjectId& object,
                                                 const model::Peer& peer,
                                                 absl::Time now) const override;
  absl::StatusOr<policyadmin::GateAnswer> JudgeThen(
      store::ReadTxn& txn, const authz::ActivePolicy& active, const authz::ItemFacts& facts,
      const model::ObjectId& object, const model::Peer& peer, absl::Time now) const override;

 private:
  const model::AuthorityId self_;
};

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_GATE_UNDER_POLICY_H_
