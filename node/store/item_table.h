#ifndef FAIRWAY_NODE_STORE_ITEM_TABLE_H_
#define FAIRWAY_NODE_STORE_ITEM_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/terms.h"
#include "node/store/database.h"

// Revisions, own and received, and the parts this node has of them.
namespace fairway::store {

enum class RevisionState : uint32_t {
  kActive = 1,      // the newest of its item; at most one
  kSuperseded = 2,  // a newer one is here
  kQuarantined = 3,
  kExpired = 4,
  kRecalled = 5,  // by its originator; own ones may keep their content (StoredRevision::erased)
};

struct StoredRevision {
  uint64_t id = 0;  // local, in order of storing; set by the table, never leaves the node
  model::ObjectId object;
  model::ItemBody body;
  std::string signed_bytes;                         // crypto::EncodeSigned, verbatim
  std::optional<model::AuthorityId> received_from;  // nothing: published here
  absl::Time stored_at;
  model::Terms terms;  // those it came under
  RevisionState state = RevisionState::kActive;
  bool erased = false;  // parts and attachments were destroyed here; set by the table
};

inline constexpr size_t kMaxListed = 1000;

struct RevisionFilter {
  std::optional<model::Kind> kind = std::nullopt;
  std::optional<model::Mode> mode = std::nullopt;
  std::optional<model::AuthorityId> origin = std::nullopt;
  std::optional<absl::Time> since = std::nullopt;    // stored at or after
  std::optional<uint64_t> before_id = std::nullopt;  // continue a list: older than this
  bool inbox_only = false;                           // received ones only
  bool recalled_too = false;                         // active and recalled ones
  bool all_states = false;                           // otherwise active ones only
  size_t limit = 100;                                // at most kMaxListed
};

// Stores a revision with its parts and answers its id. An active one makes older revisions of the
// item superseded; if a newer one is here it is itself stored as superseded.
//   ALREADY_EXISTS       this object, or this (item, revision), is here: look and compare
//   FAILED_PRECONDITION  it is recalled: its number is not above RecalledThrough (recall_table.h)
absl::StatusOr<uint64_t> PutRevision(Txn& txn, const StoredRevision& revision,
                                     const std::vector<model::Part>& parts);

// NOT_FOUND without it. Only SetRevisionState(kActive) may fail with ALREADY_EXISTS.
absl::Status SetRevisionState(Txn& txn, const model::ObjectId& object, RevisionState state);

// Destroys what is here of the revision's content (parts, chunks, the queue of attachments still to
// be fetched) and sets its state, kRecalled or kExpired; the signed shell stays. A recalled one
// stays recalled. Doing it again does nothing. After the commit Database::TruncateWalSoon is due.
//   NOT_FOUND  no such revision
absl::Status EraseContent(Txn& txn, const model::ObjectId& object, RevisionState state);

// What a recall does to the item: every revision up to `through` becomes kRecalled and, if `erase`,
// loses its content as by EraseContent. Answers what it changed.
struct MarkedRecalled {
  uint64_t revisions = 0;  // that were not recalled before
  uint64_t erased = 0;     // that had content and have none now
};
absl::StatusOr<MarkedRecalled> MarkRecalled(Txn& txn, const model::AuthorityId& origin,
                                            const model::ItemId& item, uint64_t through,
                                            bool erase);

// Is there content here that MarkRecalled would erase?
absl::StatusOr<bool> HoldsContent(ReadTxn& txn, const model::AuthorityId& origin,
                                  const model::ItemId& item, uint64_t through);

// More parts of a revision that is here, disclosed later. A label that is there is left as it is.
//   NOT_FOUND            no such revision
//   FAILED_PRECONDITION  its content was erased
absl::Status AddParts(Txn& txn, const model::ObjectId& object,
                      const std::vector<model::Part>& parts);

// What a copy must be kept under from now on. NOT_FOUND: no such revision.
absl::Status SetTerms(Txn& txn, const model::ObjectId& object, const model::Terms& terms);

absl::StatusOr<std::optional<StoredRevision>> GetRevision(ReadTxn& txn,
                                                          const model::ObjectId& object);
// Is it here, and did `peer` publish it or send it here? Costs less than reading it.
absl::StatusOr<bool> IsFromPeer(ReadTxn& txn, const model::ObjectId& object,
                                const model::AuthorityId& peer);
// An item is named by its originator and its id together: anybody can write somebody else's id into
// an item of their own, and must not get in the way of the real one by it.
//
// The highest revision number that is here, in whatever state.
absl::StatusOr<std::optional<StoredRevision>> LatestRevision(ReadTxn& txn,
                                                             const model::AuthorityId& origin,
                                                             const model::ItemId& item);
// Its number alone, which costs no reading of the row; 0: nothing is here.
absl::StatusOr<uint64_t> LatestRevisionNumber(ReadTxn& txn, const model::AuthorityId& origin,
                                              const model::ItemId& item);
absl::StatusOr<std::optional<StoredRevision>> GetRevisionNumber(ReadTxn& txn,
                                                                const model::AuthorityId& origin,
                                                                const model::ItemId& item,
                                                                uint64_t revision);
absl::StatusOr<std::vector<StoredRevision>> RevisionsOf(ReadTxn& txn,
                                                        const model::AuthorityId& origin,
                                                        const model::ItemId& item);  // ascending
// In the order of their labels; empty without the revision.
absl::StatusOr<std::vector<model::Part>> GetParts(ReadTxn& txn, const model::ObjectId& object);
// The same by StoredRevision::id, which costs one search less.
absl::StatusOr<std::vector<model::Part>> GetPartsOf(ReadTxn& txn, uint64_t revision_id);

// The latest revision of each item whose id begins with `prefix` (1 … 16 bytes), at most `limit`.
absl::StatusOr<std::vector<StoredRevision>> FindByPrefix(ReadTxn& txn, std::string_view prefix,
                                                         size_t limit = 10);

// Newest stored first.
absl::StatusOr<std::vector<StoredRevision>> ListRevisions(ReadTxn& txn,
                                                          const RevisionFilter& filter);
// Stored after `id`, oldest first, any state: what a watcher asks. LastRevisionId is 0 for none.
absl::StatusOr<std::vector<StoredRevision>> RevisionsAfter(ReadTxn& txn, uint64_t id, size_t limit);
absl::StatusOr<uint64_t> LastRevisionId(ReadTxn& txn);

// Those with content (whatever their state: superseded ones and own recalled ones keep it too)
// whose not_after or terms' expiry is at or before `now`, earliest first. EraseContent takes them
// off.
absl::StatusOr<std::vector<StoredRevision>> ExpiredRevisions(ReadTxn& txn, absl::Time now,
                                                             size_t limit);

struct ItemCounts {
  uint64_t own = 0;       // active, published here
  uint64_t received = 0;  // active
};
absl::StatusOr<ItemCounts> CountItems(ReadTxn& txn);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_ITEM_TABLE_H_
