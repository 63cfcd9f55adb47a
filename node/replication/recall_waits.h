#ifndef FAIRWAY_NODE_REPLICATION_RECALL_WAITS_H_
#define FAIRWAY_NODE_REPLICATION_RECALL_WAITS_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/recall_table.h"

// What a peer has still to be told of recalls.
namespace fairway::replication {

// Recalls go to suspended and quarantined peers too: what they have of ours has to go all the more.
bool GetsRecalls(model::PeerState state);

// The recalls of the log after the peer's cursor, in order.
absl::StatusOr<std::vector<store::RecallRow>> NextRecalls(store::ReadTxn& txn,
                                                          const model::AuthorityId& peer,
                                                          size_t limit);

// Was the peer numbered anything of what is recalled, and not this statement yet?
absl::StatusOr<bool> IsForPeer(store::ReadTxn& txn, const model::AuthorityId& peer,
                               const store::RecallRow& recall);

// Does a recall wait for a number in the peer's feed, or for its receipt? While it does, there is a
// session for it even if the peering is suspended or quarantined.
absl::StatusOr<bool> RecallWaits(store::ReadTxn& txn, const model::AuthorityId& peer);

// Below so many RecallWaits may walk past them each time.
inline constexpr size_t kPassAtLeast = 64;

// Moves the peer's cursor past the recalls that are not for it, up to the first that is, if they
// are kPassAtLeast or more: a peer without a session has nobody else to move it, and each look for
// what waits would walk past them all. They never will be for it: of what is recalled nothing is
// numbered for anybody any more.
absl::Status PassRecallsOfOthers(store::Database& database, const model::AuthorityId& peer);

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_RECALL_WAITS_H_
