#ifndef FAIRWAY_NODE_EXCHANGE_WHERE_H_
#define FAIRWAY_NODE_EXCHANGE_WHERE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/exchange/release_gate.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "policy/explanation.h"

namespace fairway::exchange {

// What one peer has of an item, or why it has nothing.
struct PeerCopy {
  std::string peer;
  // "sent" (no receipt yet), "delivered", "refused", "quarantined", "no-content"; without a release
  // of the newest revision: "pending" (the decision now is yes), "held" (a person has to look:
  // `because` says why, see `mention`) or "withheld"; what waits for its time is withheld by
  // kRuleDelay or kRuleReceipt, and `because` says for how long.
  //
  // Of a peer that was released something that is recalled by now:
  //   "recalled"         it said with a signed receipt that it erased it
  //   "recall-sent"      the recall has its number in the peer's feed, and no receipt yet
  //   "recall-waiting"   it has no number yet; `because` says what it waits for
  //   "recall-refused"   `code` says why
  std::string state;
  uint64_t revision = 0;  // the last that was released to this peer; 0: none
  std::string rule;
  std::string because;
  std::string file;
  int line = 0;
  std::vector<std::string> redacted;  // labels of shareable parts held here that it did not get
  absl::Time decided_at;
  std::string code;     // why the peer refused it
  std::string mention;  // of "held": the labels of the parts that stay here and are mentioned
  // When the recall took effect here, and when the peer's receipt came; InfinitePast: not.
  absl::Time recall_since = absl::InfinitePast();
  absl::Time recall_confirmed = absl::InfinitePast();
};

// One entry for each peer, by name; of removed ones only for those that were released something.
// What was released is told from the release rows, everything else is decided now. NOT_FOUND
// without the item; ABORTED as the gate's.
absl::StatusOr<std::vector<PeerCopy>> WhereIs(const store::Database& database,
                                              const ReleaseGate& gate,
                                              const model::AuthorityId& origin,
                                              const model::ItemId& item, absl::Time now);

// Why `peer` gets the newest revision of the item or not, rule by rule. NOT_FOUND without the item.
absl::StatusOr<policy::Explanation> ExplainRelease(const store::Database& database,
                                                   const ReleaseGate& gate, const model::Peer& peer,
                                                   const model::AuthorityId& origin,
                                                   const model::ItemId& item, absl::Time now);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_WHERE_H_
