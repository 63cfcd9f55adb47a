#ifndef FAIRWAY_NODE_EXCHANGE_RECEIVER_H_
#define FAIRWAY_NODE_EXCHANGE_RECEIVER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/authz/authorizer.h"
#include "node/exchange/incoming_item.h"
#include "node/exchange/incoming_recall.h"
#include "node/exchange/refusal.h"
#include "node/model/feed.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

struct Accepted {
  model::Receipt receipt;  // to be signed and sent: what it says is durable
  size_t stored = 0;       // records with that outcome, items and recalls: sessions have work
};

// What one peer may leave here by recalls that found nothing to recall: rows of statements, and of
// the manifests that came with them. Such a statement must be remembered, since the item may come
// later by another way; what a peer can make this node remember must have an end. A recall of
// something that is here is taken whatever the peer sent before.
inline constexpr uint64_t kMaxUnmetRecalls = 100'000;

// The way in for peers: a signed batch of feed records and the content beside it. Thread-safe;
// keeps nothing in memory.
class Receiver {
 public:
  // All must outlive this object. `max_unmet_recalls` is smaller in tests.
  Receiver(store::Database& database, const authz::Authorizer& authorizer,
           const audit::AuditLog& audit, uint64_t max_unmet_recalls = kMaxUnmetRecalls)
      : database_(database),
        authorizer_(authorizer),
        audit_(audit),
        max_unmet_recalls_(max_unmet_recalls) {}

  // Takes a batch of `from`'s feed to this node. Signatures are checked first; then one transaction
  // stores the items (with their parts, log entry and wanted attachments), moves the feed and
  // leaves one audit leaf for the batch and one for each refused record. A record that is refused
  // is recorded, answered and passed: it delays nobody. Records that were taken before are answered
  // as they were then and have no effect.
  //
  // A recall takes effect whether or not the item is here: what is here of it is destroyed in the
  // same transaction, a tombstone stays, the statement goes into this node's log for those it
  // passed the item on to, and one leaf says so. When the disk is full a batch that brings no items
  // is taken all the same (Database::WriteReserved; the lower half of the reserve is for recalls of
  // content that is here, so that nobody uses it up with others); of one that brings items too, the
  // recalls take effect, and all the rest, the receipt included, waits: RESOURCE_EXHAUSTED. The
  // same while the policy of this node cannot be loaded: UNAVAILABLE with FW-POL-003.
  //
  //   INVALID_ARGUMENT     not a batch of this pair, or content that belongs to no record
  //   UNAUTHENTICATED      the peer's node key did not sign it
  //   PERMISSION_DENIED    the peering is not active
  //   FAILED_PRECONDITION  a gap: the first record does not follow the last one taken
  //   DATA_LOSS            another feed id, or another record under a number that is taken, or a
  //                        record that does not follow the hash of the last: one of the two nodes
  //                        is a restored copy, or lies
  //   others               the database; nothing happened, or it is not known: no receipt, the
  //                        sender sends again
  absl::StatusOr<Accepted> Accept(const model::Peer& from, const wire::BatchFrame& frame,
                                  absl::Time now) const;

  // Of a batch that has to wait, because one before it found no space: its recalls take effect now,
  // as they do in Accept on a full disk. All the rest, the receipt and the place in the feed
  // included, waits; the batch comes again. INVALID_ARGUMENT, UNAUTHENTICATED, the database.
  absl::Status TakeRecallsOf(const model::Peer& from, const wire::BatchFrame& frame,
                             absl::Time now) const;

 private:
  // One record with what was found out about it before the writer is entered.
  struct Incoming {
    const model::FeedRecord* record = nullptr;
    crypto::Digest hash;
    // Nothing: it came without.
    std::optional<std::variant<IncomingItem, IncomingRecall, Refusal>> content;
    bool destroys = false;  // a recall of content that is here
  };
  struct Verdict {
    model::Outcome outcome = model::Outcome::kStored;
    Refusal refusal;
    std::optional<audit::Event> leaf;  // of its own, beside that of the batch
  };

  absl::StatusOr<model::FeedBatch> OpenBatch(const model::Peer& from,
                                             const wire::BatchFrame& frame) const;
  absl::StatusOr<std::vector<Incoming>> Examine(const model::Peer& from,
                                                const model::FeedBatch& batch,
                                                const wire::BatchFrame& frame,
                                                absl::Time now) const;
  absl::Status TakeRecallsAlone(const model::AuthorityId& from_id,
                                const std::vector<Incoming>& records, absl::Time now) const;
  absl::Status TakeBatch(store::Txn& txn, const model::AuthorityId& from_id,
                         const model::FeedBatch& batch, const std::vector<Incoming>& records,
                         absl::Time now, Accepted& accepted) const;
  absl::StatusOr<Verdict> TakeRecord(store::Txn& txn, const model::Peer& from,
                                     const Incoming& incoming, absl::Time now) const;
  absl::StatusOr<Verdict> TakeItem(store::Txn& txn, const model::Peer& from,
                                   const IncomingItem& item, const model::ObjectId& object,
                                   absl::Time now) const;
  absl::StatusOr<Verdict> TakeRecall(store::Txn& txn, const model::Peer& from,
                                     const IncomingRecall& incoming, absl::Time now) const;

  store::Database& database_;
  const authz::Authorizer& authorizer_;
  const audit::AuditLog& audit_;
  const uint64_t max_unmet_recalls_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RECEIVER_H_
