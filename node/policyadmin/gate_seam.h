#ifndef FAIRWAY_NODE_POLICYADMIN_GATE_SEAM_H_
#define FAIRWAY_NODE_POLICYADMIN_GATE_SEAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/authz/attributes.h"
#include "node/authz/policy_slot.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "policy/decision.h"

namespace fairway::policyadmin {

// What the release gate answers about one revision and one peer.
struct GateAnswer {
  enum class Verdict {
    kNo,
    kNotYet,  // the policy lets it go, and it waits: for its time, a person, a receipt
    kYes,
  };
  Verdict verdict = Verdict::kNo;
  // As the gate names it: its own rules too ("origin", "delay"). kNotYet: with the duties of the
  // policy's decision.
  policy::Decision decision;
  std::vector<std::string> labels;  // of the parts that may go, or would; ascending
};

// The release gate, asked "what if": node/exchange has it and this room does not see that one, so
// node/server gives it in. Every answer is the gate's own, by its own code. Thread-safe.
class GateSeam {
 public:
  virtual ~GateSeam() = default;

  // What the gate looks at of a stored revision.
  virtual absl::StatusOr<authz::ItemFacts> FactsOf(store::ReadTxn& txn,
                                                   const store::StoredRevision& stored) const = 0;

  // ReleaseGate::Decide as it would be if `active` were in force and the peer were `peer`.
  virtual absl::StatusOr<GateAnswer> Decide(store::ReadTxn& txn, const authz::ActivePolicy& active,
                                            const model::ObjectId& object, const model::Peer& peer,
                                            absl::Time now) const = 0;

  // ReleaseGate::Judge of facts in hand, without what people let go after `now`.
  virtual absl::StatusOr<GateAnswer> JudgeThen(store::ReadTxn& txn,
                                               const authz::ActivePolicy& active,
                                               const authz::ItemFacts& facts,
                                               const model::ObjectId& object,
                                               const model::Peer& peer, absl::Time now) const = 0;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_GATE_SEAM_H_
