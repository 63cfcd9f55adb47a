#ifndef FAIRWAY_NODE_STORE_RECALL_TABLE_H_
#define FAIRWAY_NODE_STORE_RECALL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/recall.h"
#include "node/store/database.h"

// Recall statements, issued here and received. One that is effective is a tombstone: nothing of the
// item up to its revision is stored again. One that is not is kept because it travels with the
// revision that follows it. Never deleted.
namespace fairway::store {

struct RecallRow {
  model::ObjectId object;  // of the statement
  model::Recall recall;
  bool effective = true;
  std::string signed_bytes;                         // crypto::EncodeSigned, verbatim
  std::optional<model::AuthorityId> received_from;  // nothing: issued here
  std::string by_user;   // who issued it here, "" = received or narrowing
  std::string note;      // by that person; never leaves the node
  absl::Time at;         // stored, or took effect if it is effective
  uint64_t log_seq = 0;  // its entry in the node's log; 0: not effective

  bool operator==(const RecallRow&) const = default;
};

// Stores a statement. If it is here and was not effective, an effective one takes its place; else
// what is here stays. Does not touch the item: MarkRecalled (item_table.h) does.
absl::Status PutRecall(Txn& txn, const RecallRow& row);

absl::StatusOr<std::optional<RecallRow>> GetRecall(ReadTxn& txn, const model::ObjectId& object);

// All of the item, by `through`, then grade, ascending.
absl::StatusOr<std::vector<RecallRow>> RecallsOf(ReadTxn& txn, const model::AuthorityId& origin,
                                                 const model::ItemId& item);

// The effective one that reaches furthest, of the strongest grade among those.
absl::StatusOr<std::optional<RecallRow>> StrongestRecall(ReadTxn& txn,
                                                         const model::AuthorityId& origin,
                                                         const model::ItemId& item);

// Every revision up to this one is recalled: `through` of StrongestRecall. 0: none.
absl::StatusOr<uint64_t> RecalledThrough(ReadTxn& txn, const model::AuthorityId& origin,
                                         const model::ItemId& item);

// The statement that travels with this revision and recalls those before it: of the originator, the
// reason narrowed, through `revision` - 1; effective or not. Nothing for revision 1.
absl::StatusOr<std::optional<RecallRow>> NarrowingFor(ReadTxn& txn,
                                                      const model::AuthorityId& origin,
                                                      const model::ItemId& item, uint64_t revision);

// Effective ones with a number in the log above `after`, ascending.
absl::StatusOr<std::vector<RecallRow>> RecallsAfter(ReadTxn& txn, uint64_t after, size_t limit);

// Effective ones, latest first.
absl::StatusOr<std::vector<RecallRow>> LatestRecalls(ReadTxn& txn, size_t limit);

// How much a peer has cost this node by statements that found nothing here, in rows.
absl::StatusOr<uint64_t> RecallCost(ReadTxn& txn, const model::AuthorityId& peer);
absl::Status AddRecallCost(Txn& txn, const model::AuthorityId& peer, uint64_t rows);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_RECALL_TABLE_H_
