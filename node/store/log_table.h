#ifndef FAIRWAY_NODE_STORE_LOG_TABLE_H_
#define FAIRWAY_NODE_STORE_LOG_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// The node's log: every object that might go to peers, once, in order of commit. Its numbers never
// leave the node.
namespace fairway::store {

struct LogEntry {
  uint64_t seq = 0;  // from 1
  model::ObjectId object;
  model::Lane lane = model::Lane::kRoutine;
  absl::Time at;
};

// The entry's number. ALREADY_EXISTS if the object is in the log.
absl::StatusOr<uint64_t> AppendToLog(Txn& txn, const model::ObjectId& object, model::Lane lane,
                                     absl::Time at);
// Entries of one lane with a number above `after`, ascending.
absl::StatusOr<std::vector<LogEntry>> NextInLane(ReadTxn& txn, model::Lane lane, uint64_t after,
                                                 size_t limit);
// Entries of all lanes with numbers from `first` to `last`, ascending: what a sweep walks.
absl::StatusOr<std::vector<LogEntry>> LogRange(ReadTxn& txn, uint64_t first, uint64_t last,
                                               size_t limit);
absl::StatusOr<std::optional<LogEntry>> LogEntryOf(ReadTxn& txn, const model::ObjectId& object);
absl::StatusOr<uint64_t> LastLogSeq(ReadTxn& txn);  // 0 for none

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_LOG_TABLE_H_
