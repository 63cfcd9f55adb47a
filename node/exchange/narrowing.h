#ifndef FAIRWAY_NODE_EXCHANGE_NARROWING_H_
#define FAIRWAY_NODE_EXCHANGE_NARROWING_H_

#include <optional>

#include "absl/status/statusor.h"
#include "node/exchange/release_gate.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/store/database.h"
#include "node/store/recall_table.h"

namespace fairway::exchange {

// A revision that leaves out a peer which an earlier one was numbered for is a recall for that
// peer. Answers the originator's statement that it is owed: `object`, the newest revision here, is
// withheld from it for a reason that is about the peer and not about this node's own troubles, an
// earlier revision was numbered for it, and it has been sent no recall that reaches as far.
//
// No reason to recall: that the peer published it or gave it to us; that this revision is not the
// newest, not active here, or recalled itself; that the peering is not active or no policy is in
// force, that a person has to look first, that it is too early, or that a receipt is late: all of
// these are decided again later.
absl::StatusOr<std::optional<store::RecallRow>> NarrowingOwed(store::ReadTxn& txn,
                                                              const model::AuthorityId& peer,
                                                              const model::ObjectId& object,
                                                              const Withheld& withheld);

// The same of a revision that is not stored yet: would that peer lose what it has of the item?
absl::StatusOr<bool> WouldNarrow(store::ReadTxn& txn, const model::AuthorityId& peer,
                                 const model::ItemBody& body, const Withheld& withheld);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_NARROWING_H_
