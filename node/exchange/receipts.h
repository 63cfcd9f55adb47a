#ifndef FAIRWAY_NODE_EXCHANGE_RECEIPTS_H_
#define FAIRWAY_NODE_EXCHANGE_RECEIPTS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "node/audit/audit_log.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"

namespace fairway::exchange {

// The sweep that follows a record which went without its content. It takes up each object this
// often and no more: a peer that says it never gets anything must not keep this node numbering for
// ever. A sweep for another reason (a new policy, a new day) takes up all of them.
inline constexpr std::string_view kSweepNoContent = "a record went without its content";
inline constexpr uint64_t kMaxWithoutContent = 8;

// The peer's signed word on what this node sent. Thread-safe; keeps nothing in memory.
class ReceiptTaker {
 public:
  // All must outlive this object.
  ReceiptTaker(store::Database& database, const audit::AuditLog& audit,
               const model::AuthorityId& self)
      : database_(database), audit_(audit), self_(self) {}

  // In one transaction: marks what the receipt covers, keeps the receipt as evidence, leaves one
  // audit leaf; what waited for a late one is due; if the peer got a record without its content, a sweep is begun, so that the item is
  // decided about again (kSweepNoContent). Answers the last number that has a receipt now. A
  // receipt for what was receipted before has no effect. One that covers a recall is taken even
  // when the disk is full (Database::WriteReserved).
  //
  //   INVALID_ARGUMENT     not a receipt of this pair or feed, or not for what was sent: a number
  //                        beyond the last, a gap before the first, another hash
  //   UNAUTHENTICATED      the peer's node key did not sign it
  //   others               the database; the peer says it again after the next hello
  absl::StatusOr<uint64_t> Take(const model::Peer& from, const crypto::Signed& envelope,
                                absl::Time now) const;

 private:
  absl::Status TakeIn(store::Txn& txn, const model::Peer& from, const model::Receipt& receipt,
                      const crypto::Signed& envelope, absl::Time now, uint64_t& acked) const;
  absl::StatusOr<bool> CoversRecall(const model::AuthorityId& peer,
                                    const model::Receipt& receipt) const;

  store::Database& database_;
  const audit::AuditLog& audit_;
  const model::AuthorityId self_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RECEIPTS_H_
