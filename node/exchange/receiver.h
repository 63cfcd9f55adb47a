#ifndef FAIRWAY_NODE_EXCHANGE_RECEIVER_H_
#define FAIRWAY_NODE_EXCHANGE_RECEIVER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/authz/authorizer.h"
#include "node/exchange/incoming_item.h"
#include "node/model/feed.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

struct Accepted {
  model::Receipt receipt;  // to be signed and sent: what it says is durable
  size_t stored = 0;       // items that came in with this batch
};

// The way in for peers: a signed batch of feed records and the content beside it. Thread-safe;
// keeps nothing in memory.
class Receiver {
 public:
  // All must outlive this object.
  Receiver(store::Database& database, const authz::Authorizer& authorizer,
           const audit::AuditLog& audit)
      : database_(database), authorizer_(authorizer), audit_(audit) {}

  // Takes a batch of `from`'s feed to this node. Signatures are checked first; then one transaction
  // stores the items (with their parts, log entry and wanted attachments), moves the feed and
  // leaves one audit leaf for the batch and one for each refused record. A record that is refused
  // is recorded, answered and passed: it delays nobody. Records that were taken before are answered
  // as they were then and have no effect.
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

 private:
  // One record with what was found out about it before the writer is entered.
  struct Incoming {
    const model::FeedRecord* record = nullptr;
    crypto::Digest hash;
    std::optional<std::variant<IncomingItem, Refusal>> content;  // nothing: it came without
  };
  struct Verdict {
    model::Outcome outcome = model::Outcome::kStored;
    Refusal refusal;
  };

  absl::StatusOr<model::FeedBatch> OpenBatch(const model::Peer& from,
                                             const wire::BatchFrame& frame) const;
  absl::StatusOr<std::vector<Incoming>> Examine(const model::Peer& from,
                                                const model::FeedBatch& batch,
                                                const wire::BatchFrame& frame,
                                                absl::Time now) const;
  absl::Status TakeBatch(store::Txn& txn, const model::AuthorityId& from_id,
                         const model::FeedBatch& batch, const std::vector<Incoming>& records,
                         absl::Time now, Accepted& accepted) const;
  absl::StatusOr<Verdict> TakeRecord(store::Txn& txn, const model::Peer& from,
                                     const Incoming& incoming, absl::Time now) const;
  absl::StatusOr<Verdict> TakeItem(store::Txn& txn, const model::Peer& from,
                                   const IncomingItem& item, const model::ObjectId& object,
                                   absl::Time now) const;

  store::Database& database_;
  const authz::Authorizer& authorizer_;
  const audit::AuditLog& audit_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RECEIVER_H_
