#include "node/replication/recall_waits.h"

#include <cstdint>
#include <optional>

#include "node/model/feed.h"
#include "node/status/status_macros.h"
#include "node/store/cursor_table.h"
#include "node/store/feed_table.h"
#include "node/store/release_table.h"

namespace fairway::replication {
namespace {

constexpr size_t kReadAtOnce = 64;

uint64_t RecallCursor(const store::LaneCursors& cursors) {
  return cursors[static_cast<size_t>(model::Lane::kRecall)];
}

// What comes after the peer's cursor, up to the first recall that is for it.
struct Ahead {
  bool waits = false;  // there is such a one
  size_t passed = 0;   // how many before it are not
  uint64_t last_passed = 0;
};

absl::StatusOr<Ahead> LookAhead(store::ReadTxn& txn, const model::AuthorityId& peer) {
  Ahead ahead;
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer));
  for (uint64_t at = RecallCursor(cursors);;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             store::RecallsAfter(txn, at, kReadAtOnce));
    if (recalls.empty()) return ahead;
    for (const store::RecallRow& recall : recalls) {
      FAIRWAY_ASSIGN_OR_RETURN(ahead.waits, IsForPeer(txn, peer, recall));
      if (ahead.waits) return ahead;
      ++ahead.passed;
      ahead.last_passed = recall.log_seq;
    }
    at = recalls.back().log_seq;
  }
}

}  // namespace

bool GetsRecalls(model::PeerState state) {
  return state == model::PeerState::kActive || state == model::PeerState::kSuspended ||
         state == model::PeerState::kQuarantined;
}

absl::StatusOr<std::vector<store::RecallRow>> NextRecalls(store::ReadTxn& txn,
                                                          const model::AuthorityId& peer,
                                                          size_t limit) {
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer));
  return store::RecallsAfter(txn, RecallCursor(cursors), limit);
}

absl::StatusOr<bool> IsForPeer(store::ReadTxn& txn, const model::AuthorityId& peer,
                               const store::RecallRow& recall) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> numbered,
                           store::LatestReleaseOf(txn, peer, recall.object));
  if (numbered.has_value()) return false;
  return store::WasNumbered(txn, peer, recall.recall.origin, recall.recall.item,
                            recall.recall.through);
}

absl::StatusOr<bool> RecallWaits(store::ReadTxn& txn, const model::AuthorityId& peer) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed, store::GetOutFeed(txn, peer));
  if (!feed.has_value()) return false;  // nothing was ever numbered for it
  FAIRWAY_ASSIGN_OR_RETURN(const bool under_way, store::RecallUnderWay(txn, peer, feed->acked_seq));
  if (under_way) return true;
  FAIRWAY_ASSIGN_OR_RETURN(const Ahead ahead, LookAhead(txn, peer));
  return ahead.waits;
}

absl::Status PassRecallsOfOthers(store::Database& database, const model::AuthorityId& peer) {
  Ahead ahead;
  const auto look = [&](store::ReadTxn& txn) -> absl::Status {
    ahead = Ahead{};
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer));
    if (!feed.has_value()) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(ahead, LookAhead(txn, peer));
    return absl::OkStatus();
  };
  FAIRWAY_RETURN_IF_ERROR(database.Read(look));
  if (ahead.passed < kPassAtLeast) return absl::OkStatus();
  const uint64_t passed = ahead.last_passed;
  return database.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer));
    if (RecallCursor(cursors) >= passed) return absl::OkStatus();  // a session was quicker
    return store::MoveCursor(txn, peer, model::Lane::kRecall, passed);
  });
}

}  // namespace fairway::replication
