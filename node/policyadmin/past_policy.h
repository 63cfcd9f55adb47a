#ifndef FAIRWAY_NODE_POLICYADMIN_PAST_POLICY_H_
#define FAIRWAY_NODE_POLICYADMIN_PAST_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/policyadmin/gate_seam.h"
#include "node/store/database.h"
#include "policy/explanation.h"

// Why an item went to a peer, or did not, at a moment in the past: decided again, by the same gate,
// from what was known then (D7).
namespace fairway::policyadmin {

struct PastExplanation {
  policy::Explanation explanation;  // its decision is the gate's
  absl::Time at;
  uint64_t policy_number = 0;  // in force then; 0: none
  std::string policy_file;
  uint64_t attributes_version = 0;  // of the peer
  std::string peer_state;           // "active"
  uint64_t revision = 0;            // the newest then; 0: the item was not here yet
  // A record was numbered for the peer at this very moment: what is said is said of it.
  bool of_release = false;
  // What could not be known any more, or is not known of that time: "the state of the peering is
  // known since 2026-11-21". What is said may then differ from what was decided.
  std::vector<std::string> notes;
};

// Thread-safe.
class PastPolicy {
 public:
  // All must outlive this object.
  PastPolicy(const store::Database& database, const GateSeam& gate, const model::AuthorityId& self)
      : database_(database), gate_(gate), self_(self) {}

  //   NOT_FOUND            FW-PEER-001: no such peer; no such item here
  //   INVALID_ARGUMENT     FW-POL-033: `at` is later than `now`
  absl::StatusOr<PastExplanation> Explain(const model::AuthorityId& origin,
                                          const model::ItemId& item, const std::string& peer,
                                          absl::Time at, absl::Time now) const;

 private:
  const store::Database& database_;
  const GateSeam& gate_;
  const model::AuthorityId self_;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_PAST_POLICY_H_
