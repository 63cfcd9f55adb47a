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
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer));
  for (uint64_t at = RecallCursor(cursors);;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             store::RecallsAfter(txn, at, kReadAtOnce));
    if (recalls.empty()) return false;
    for (const store::RecallRow& recall : recalls) {
      FAIRWAY_ASSIGN_OR_RETURN(const bool is_for_peer, IsForPeer(txn, peer, recall));
      if (is_for_peer) return true;
    }
    at = recalls.back().log_seq;
  }
}

}  // namespace fairway::replication
