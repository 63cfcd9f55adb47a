#include "node/exchange/look_again.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "node/exchange/receipts.h"
#include "node/model/peer.h"
#include "node/status/status_macros.h"
#include "node/store/cursor_table.h"
#include "node/store/log_table.h"
#include "node/store/peer_table.h"

namespace fairway::exchange {

absl::Status LookAgainFor(store::Txn& txn, const model::AuthorityId& peer,
                          const model::ObjectId& object, std::string_view reason) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::LogEntry> entry,
                           store::LogEntryOf(txn, object));
  if (!entry.has_value()) return absl::InternalError("a revision that is not in the log");
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Sweep> sweep, store::GetSweep(txn, peer));
  if (!sweep.has_value()) {
    sweep = store::Sweep{
        .next_seq = entry->seq, .until_seq = entry->seq, .reason = std::string(reason)};
  } else {
    if (sweep->reason == kSweepNoContent) sweep->reason = std::string(reason);
    sweep->next_seq = std::min(sweep->next_seq, entry->seq);
    sweep->until_seq = std::max(sweep->until_seq, entry->seq);
  }
  return store::PutSweep(txn, peer, *sweep);
}

absl::Status LookAgainForAll(store::Txn& txn, const model::ObjectId& object,
                             std::string_view reason) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
  for (const model::Peer& peer : peers) {
    if (peer.state == model::PeerState::kRemoved) continue;
    FAIRWAY_RETURN_IF_ERROR(LookAgainFor(txn, peer.id, object, reason));
  }
  return absl::OkStatus();
}

}  // namespace fairway::exchange
