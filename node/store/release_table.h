#ifndef FAIRWAY_NODE_STORE_RELEASE_TABLE_H_
#define FAIRWAY_NODE_STORE_RELEASE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/terms.h"
#include "node/store/database.h"

// What left this node: one row for each numbered record of each peer's feed, with what is needed to
// repeat the decision, and what became of it. Never deleted.
namespace fairway::store {

enum class ReleaseState : uint32_t {
  kSent = 1,  // numbered; no receipt yet
  kDelivered = 2,
  kQuarantined = 3,  // by the peer
  kRefused = 4,      // by the peer
  kNoContent = 5,    // the decision had become no before the content went
};
std::optional<ReleaseState> ReleaseStateFromNumber(uint64_t number);
ReleaseState StateFor(model::Outcome outcome);

struct Release {
  model::AuthorityId peer;
  uint64_t feed_seq = 0;
  model::Op op = model::Op::kPut;
  model::ObjectId object;
  model::ItemId item;
  uint64_t revision = 0;
  std::vector<std::string> labels;  // of the parts released
  model::Terms terms;
  std::string rule;
  std::string because;
  std::string file;
  int line = 0;
  uint64_t policy_version = 0;
  uint64_t peer_attributes_version = 0;
  crypto::Digest profile_hash;
  absl::Time decided_at;
  std::string record_bytes;  // never change once numbered
  crypto::Digest record_hash;
  ReleaseState state = ReleaseState::kSent;
  std::string code;  // what the peer said why
  // When the receipt must be here (`receipt within`); nothing: whenever it comes.
  std::optional<absl::Time> receipt_due;
};

// ALREADY_EXISTS if the peer's feed has a record of that number.
absl::Status PutRelease(Txn& txn, const Release& release);
absl::StatusOr<std::optional<Release>> GetRelease(ReadTxn& txn, const model::AuthorityId& peer,
                                                  uint64_t feed_seq);
// With numbers from `first`, ascending.
absl::StatusOr<std::vector<Release>> ReleasesFrom(ReadTxn& txn, const model::AuthorityId& peer,
                                                  uint64_t first, size_t limit);
// All of this object to that peer, ascending.
absl::StatusOr<std::vector<Release>> ReleasesOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                const model::ObjectId& object);
// The latest of this object to that peer.
absl::StatusOr<std::optional<Release>> LatestReleaseOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                       const model::ObjectId& object);
// The latest of any revision of this item to that peer; recalls of it are not meant.
absl::StatusOr<std::optional<Release>> LatestReleaseOfItem(ReadTxn& txn,
                                                           const model::AuthorityId& peer,
                                                           const model::AuthorityId& origin,
                                                           const model::ItemId& item);
// Of the recalls of this item that were numbered for that peer the latest of those that reach
// furthest (Release::revision is how far).
absl::StatusOr<std::optional<Release>> LatestRecallOfItem(ReadTxn& txn,
                                                          const model::AuthorityId& peer,
                                                          const model::AuthorityId& origin,
                                                          const model::ItemId& item);
// Was the object's content released to the peer, by whatever it answered (refused included)?
absl::StatusOr<bool> IsReleased(ReadTxn& txn, const model::AuthorityId& peer,
                                const model::ObjectId& object);
// The same, and which parts, ascending: of all its numbers together. Nothing: it was not released.
absl::StatusOr<std::optional<std::vector<std::string>>> ReleasedLabels(
    ReadTxn& txn, const model::AuthorityId& peer, const model::ObjectId& object);
// Was a revision of the item, up to this one, numbered for the peer, whatever became of it? Whom a
// recall is for.
absl::StatusOr<bool> WasNumbered(ReadTxn& txn, const model::AuthorityId& peer,
                                 const model::AuthorityId& origin, const model::ItemId& item,
                                 uint64_t through);
// The same for the revisions before this object. False for what is no revision.
absl::StatusOr<bool> FollowsNumbered(ReadTxn& txn, const model::AuthorityId& peer,
                                     const model::ObjectId& object);
// Does a recall have a number above `acked` in the peer's feed and no receipt?
absl::StatusOr<bool> RecallUnderWay(ReadTxn& txn, const model::AuthorityId& peer, uint64_t acked);
// How often the object was numbered for the peer and came there without its content.
absl::StatusOr<uint64_t> CountWithoutContent(ReadTxn& txn, const model::AuthorityId& peer,
                                             const model::ObjectId& object);
// To every peer, by peer and number.
absl::StatusOr<std::vector<Release>> ReleasesOfItem(ReadTxn& txn, const model::ItemId& item);

// The record whose receipt is late for the longest time; nothing: none is late at `now`.
struct OverdueReceipt {
  uint64_t feed_seq = 0;
  absl::Time due;
};
absl::StatusOr<std::optional<OverdueReceipt>> OverdueReceiptOf(ReadTxn& txn,
                                                               const model::AuthorityId& peer,
                                                               absl::Time now);

// The peer's word on each record. NOT_FOUND names a number the feed does not have, and nothing is
// marked. A record that is no longer kSent keeps its state: the first receipt counts.
absl::Status MarkReleases(Txn& txn, const model::AuthorityId& peer,
                          std::span<const model::Receipt::Entry> entries);
// By this node: the content was held back at a re-send, or went after all.
absl::Status SetReleaseState(Txn& txn, const model::AuthorityId& peer, uint64_t feed_seq,
                             ReleaseState state);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_RELEASE_TABLE_H_
