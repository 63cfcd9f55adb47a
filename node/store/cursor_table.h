#ifndef FAIRWAY_NODE_STORE_CURSOR_TABLE_H_
#define FAIRWAY_NODE_STORE_CURSOR_TABLE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// How far each peer was served from the log.
namespace fairway::store {

// The last log number considered, for each lane; 0 = none yet.
using LaneCursors = std::array<uint64_t, model::kLaneCount>;
absl::StatusOr<LaneCursors> GetCursors(ReadTxn& txn, const model::AuthorityId& peer);
// FAILED_PRECONDITION if it would go back: live cursors never do.
absl::Status MoveCursor(Txn& txn, const model::AuthorityId& peer, model::Lane lane, uint64_t seq);

// A second walk over what was passed already, after a change of policy, attributes or time.
struct Sweep {
  uint64_t next_seq = 1;   // the next log number to look at
  uint64_t until_seq = 0;  // the last one
  std::string reason;
};
absl::StatusOr<std::optional<Sweep>> GetSweep(ReadTxn& txn, const model::AuthorityId& peer);
absl::Status PutSweep(Txn& txn, const model::AuthorityId& peer, const Sweep& sweep);  // replaces
absl::Status EndSweep(Txn& txn, const model::AuthorityId& peer);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_CURSOR_TABLE_H_
