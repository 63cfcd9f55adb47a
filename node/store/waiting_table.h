#ifndef FAIRWAY_NODE_STORE_WAITING_TABLE_H_
#define FAIRWAY_NODE_STORE_WAITING_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Entries of the log that a peer's walk passed because it is not their time yet. Each is decided
// about again when it is; a row says only when to look, never that something may go.
namespace fairway::store {

struct Waiting {
  uint64_t log_seq = 0;
  std::optional<absl::Time> until;  // nothing: until a receipt of the peer comes
};

// In place of what was said of that entry before.
absl::Status PutWaiting(Txn& txn, const model::AuthorityId& peer, const Waiting& waiting);
absl::Status EndWaiting(Txn& txn, const model::AuthorityId& peer, uint64_t log_seq);
// Those whose time has come, first come first.
absl::StatusOr<std::vector<Waiting>> WaitingUntil(ReadTxn& txn, const model::AuthorityId& peer,
                                                  absl::Time now, size_t limit);
// When the next one is due; nothing: none is.
absl::StatusOr<std::optional<absl::Time>> NextWaiting(ReadTxn& txn, const model::AuthorityId& peer);
// A receipt came: what waits for one is due at `now`.
absl::Status EndWaitingForReceipt(Txn& txn, const model::AuthorityId& peer, absl::Time now);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_WAITING_TABLE_H_
