#ifndef FAIRWAY_NODE_STORE_FEED_TABLE_H_
#define FAIRWAY_NODE_STORE_FEED_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Where the feeds to and from each peer stand.
namespace fairway::store {

struct OutFeed {
  model::FeedPosition position;
  uint64_t acked_seq = 0;  // every record up to here has a receipt
};

absl::StatusOr<std::optional<OutFeed>> GetOutFeed(ReadTxn& txn, const model::AuthorityId& peer);
// ALREADY_EXISTS if the peer has one: a feed id is for ever.
absl::Status StartOutFeed(Txn& txn, const model::AuthorityId& peer, std::string_view feed_id);
// FAILED_PRECONDITION unless `seq` is the next number.
absl::Status AdvanceOutFeed(Txn& txn, const model::AuthorityId& peer, uint64_t seq,
                            const crypto::Digest& record_hash);
// Moves acked_seq up to `seq`; lower is no error and changes nothing. FAILED_PRECONDITION above the
// last number.
absl::Status AckOutFeed(Txn& txn, const model::AuthorityId& peer, uint64_t seq);

absl::StatusOr<std::optional<model::FeedPosition>> GetInFeed(ReadTxn& txn,
                                                             const model::AuthorityId& peer);
absl::Status StartInFeed(Txn& txn, const model::AuthorityId& peer, std::string_view feed_id);

// One record that was taken from a peer, whatever became of its content.
struct InRecord {
  uint64_t seq = 0;
  crypto::Digest hash;
  model::ObjectId object;
  model::Outcome outcome = model::Outcome::kStored;
  std::string code;
  absl::Time at;
};
// Keeps the record and advances the in-feed to it, in one. FAILED_PRECONDITION unless it is the
// next number; NOT_FOUND before StartInFeed.
absl::Status AppendInRecord(Txn& txn, const model::AuthorityId& peer, const InRecord& record);
// The last record of the peer that this object was stored from; nothing: none. Looks at all of the
// peer's records.
absl::StatusOr<std::optional<uint64_t>> StoredFromRecord(ReadTxn& txn,
                                                         const model::AuthorityId& peer,
                                                         const model::ObjectId& object);
absl::StatusOr<std::optional<InRecord>> GetInRecord(ReadTxn& txn, const model::AuthorityId& peer,
                                                    uint64_t seq);
// When the object came in last, by whatever peer and with whatever outcome. Looks at every record.
absl::StatusOr<std::optional<absl::Time>> LastInRecordOf(ReadTxn& txn,
                                                         const model::ObjectId& object);
// The outcome may improve when content follows later. NOT_FOUND without the record.
absl::Status SetInOutcome(Txn& txn, const model::AuthorityId& peer, uint64_t seq,
                          model::Outcome outcome, std::string_view code);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_FEED_TABLE_H_
