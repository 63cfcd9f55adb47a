#ifndef FAIRWAY_NODE_AUTHZ_PEER_CHANGE_CHECK_H_
#define FAIRWAY_NODE_AUTHZ_PEER_CHANGE_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/caller.h"
#include "node/model/peer.h"
#include "node/store/database.h"

namespace fairway::authz {

// What a policy has to say before its people change who a peer is: the words a rule asks for are
// the administrator's to give, so giving one is a change of what leaves. Thread-safe.
class PeerChangeCheck {
 public:
  virtual ~PeerChangeCheck() = default;

  // May the peer become `after`: other attributes, other groups, active? Waits for the disk; not to
  // be called inside a Write. Answers by what it judged, for StillHolds; else why not, as a
  // Problem.
  virtual absl::StatusOr<std::string> Check(const model::Caller& caller,
                                            const model::Peer& after) const = 0;

  // ABORTED if policy or peers are not those that `basis` was judged by. Quick; before the change,
  // in the change's own transaction.
  virtual absl::Status StillHolds(store::ReadTxn& txn, const std::string& basis) const = 0;
};

}  // namespace fairway::authz

#endif  // FAIRWAY_NODE_AUTHZ_PEER_CHANGE_CHECK_H_
