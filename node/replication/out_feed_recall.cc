// The recall lane of OutFeed, and the recall that a narrower revision is.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/exchange/narrowing.h"
#include "node/replication/numbering.h"
#include "node/replication/out_feed.h"
#include "node/replication/recall_waits.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/peer_table.h"

namespace fairway::replication {

absl::StatusOr<bool> OutFeed::NumberRecalls(absl::Time now) {
  bool waiting = false;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> next, NextRecalls(txn, peer_, 1));
    waiting = !next.empty();
    return absl::OkStatus();
  }));
  if (!waiting) return false;
  last_seq_.reset();
  bool looked = false;
  FAIRWAY_RETURN_IF_ERROR(database_.WriteReserved([&](store::Txn& txn) -> absl::Status {
    looked = false;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    if (!peer.has_value() || !GetsRecalls(peer->state) || !feed.has_value()) {
      return absl::OkStatus();
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             NextRecalls(txn, peer_, kMaxWalked));
    if (recalls.empty()) return absl::OkStatus();
    Numbering numbering{.peer = *peer,
                        .now = now,
                        .position = feed->position,
                        .first_seq = feed->position.last_seq + 1};
    for (const store::RecallRow& recall : recalls) {
      FAIRWAY_RETURN_IF_ERROR(ConsiderRecall(txn, recall, numbering));
    }
    FAIRWAY_RETURN_IF_ERROR(
        store::MoveCursor(txn, peer_, model::Lane::kRecall, recalls.back().log_seq));
    looked = true;
    return numbering.objects.empty() ? absl::OkStatus() : LeaveLeaf(txn, numbering);
  }));
  return looked;
}

absl::Status OutFeed::ConsiderRecall(store::Txn& txn, const store::RecallRow& recall,
                                     Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(const bool concerned, IsForPeer(txn, peer_, recall));
  if (!concerned) return absl::OkStatus();
  return Recall(
      txn, recall, std::string(exchange::kRuleRecall),
      absl::StrCat("recalled by its originator: ", std::string(model::ToText(recall.recall.grade)),
                   ", ", std::string(model::ToText(recall.recall.reason))),
      numbering);
}

absl::Status OutFeed::Narrow(store::Txn& txn, const model::ObjectId& object,
                             const exchange::Withheld& withheld, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> statement,
                           exchange::NarrowingOwed(txn, peer_, object, withheld));
  if (!statement.has_value()) return absl::OkStatus();
  return Recall(txn, *statement, std::string(exchange::kRuleNarrowed),
                absl::StrCat("the next revision is not for this peer: rule ",
                             withheld.decision.rule, ": ", withheld.decision.because),
                numbering);
}

absl::Status OutFeed::Recall(store::Txn& txn, const store::RecallRow& recall, std::string rule,
                             std::string because, Numbering& numbering) const {
  store::Release row;
  row.op = model::Op::kRecall;
  row.object = recall.object;
  row.item = recall.recall.item;
  row.revision = recall.recall.through;
  row.rule = std::move(rule);
  row.because = std::move(because);
  row.peer_attributes_version = numbering.peer.attributes.version;
  row.decided_at = numbering.now;
  return Append(txn, std::move(row), model::PartsDigest({}), numbering);
}

}  // namespace fairway::replication
