#ifndef FAIRWAY_NODE_POLICYADMIN_PAIR_CHANGE_H_
#define FAIRWAY_NODE_POLICYADMIN_PAIR_CHANGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/authz/policy_slot.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/policyadmin/gate_seam.h"
#include "node/store/database.h"

namespace fairway::policyadmin {

// What a change means for one item and one peer, by the release gate's own answers.
struct PairChange {
  enum class Kind {
    kSame,
    kReleased,   // may go now, at once or when it is its time
    kWithheld,   // may not any more
    kOtherForm,  // may in both, differently
  };
  Kind kind = Kind::kSame;
  GateAnswer before;
  GateAnswer after;
  std::string waits;               // the gate's rule, if it may go but not yet
  std::vector<std::string> more;   // labels; kOtherForm
  std::vector<std::string> fewer;  // labels; kOtherForm
  bool other_terms = false;        // the duties but for fields differ, or whether it waits
  bool milder_terms = false;       // and are not stricter throughout
  std::string terms;               // of `after`, in the words of the language, without fields
  bool delivered = false;          // the peer holds the item, by what was sent and recalled
};

// One side of it: a policy (null: none) and the peer under it (null: it is not there).
struct PairSide {
  const authz::ActivePolicy* active = nullptr;
  const model::Peer* peer = nullptr;
};
struct PairItem {
  model::ObjectId object;
  model::AuthorityId origin;
  model::ItemId item;
};

absl::StatusOr<PairChange> ChangeOfPair(store::ReadTxn& txn, const GateSeam& gate,
                                        const PairSide& before, const PairSide& after,
                                        const PairItem& item, absl::Time now);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_PAIR_CHANGE_H_
