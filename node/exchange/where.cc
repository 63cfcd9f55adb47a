#include "node/exchange/where.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/exchange/narrowing.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/store/receipt_table.h"
#include "node/store/release_table.h"

namespace fairway::exchange {
namespace {

std::string_view StateWord(store::ReleaseState state) {
  switch (state) {
    case store::ReleaseState::kSent:
      return "sent";
    case store::ReleaseState::kDelivered:
      return "delivered";
    case store::ReleaseState::kQuarantined:
      return "quarantined";
    case store::ReleaseState::kRefused:
      return "refused";
    case store::ReleaseState::kNoContent:
      return "no-content";
  }
  return "unknown";
}

void Describe(const policy::Decision& decision, PeerCopy& copy) {
  copy.rule = decision.rule;
  copy.because = decision.because;
  copy.file = decision.file;
  copy.line = decision.line;
}

absl::Status DescribeRelease(store::ReadTxn& txn, const store::Release& release, PeerCopy& copy) {
  copy.state = std::string(StateWord(release.state));
  copy.rule = release.rule;
  copy.because = release.because;
  copy.file = release.file;
  copy.line = release.line;
  copy.decided_at = release.decided_at;
  copy.code = release.code;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, release.object));
  for (const model::Part& part : parts) {
    const bool went =
        std::find(release.labels.begin(), release.labels.end(), part.label) != release.labels.end();
    if (!went && !model::IsPrivate(part.label)) copy.redacted.push_back(part.label);
  }
  return absl::OkStatus();
}

// What everything about one peer is told from.
struct AtPeer {
  std::optional<store::Release> put;     // the last revision numbered for it
  std::optional<store::Release> recall;  // of those numbered the one that reaches furthest
};

absl::StatusOr<AtPeer> FindAtPeer(store::ReadTxn& txn, const model::AuthorityId& peer,
                                  const model::ItemBody& body) {
  AtPeer at;
  FAIRWAY_ASSIGN_OR_RETURN(at.put,
                           store::LatestReleaseOfItem(txn, peer, body.origin, body.item_id));
  FAIRWAY_ASSIGN_OR_RETURN(at.recall,
                           store::LatestRecallOfItem(txn, peer, body.origin, body.item_id));
  return at;
}

// The recall has its number: what has the peer said?
absl::Status DescribeNumbered(store::ReadTxn& txn, const model::Peer& peer,
                              const store::Release& recall, absl::Time since, PeerCopy& copy) {
  copy.rule = recall.rule;
  copy.because = recall.because;
  copy.decided_at = recall.decided_at;
  copy.recall_since = since;
  copy.code = recall.code;
  switch (recall.state) {
    case store::ReleaseState::kSent:
      copy.state = "recall-sent";
      return absl::OkStatus();
    case store::ReleaseState::kDelivered: {
      copy.state = "recalled";
      FAIRWAY_ASSIGN_OR_RETURN(
          const std::optional<store::ReceiptRow> receipt,
          store::ReceiptFor(txn, peer.id, store::ReceiptSide::kTheirs, recall.feed_seq));
      if (receipt.has_value()) copy.recall_confirmed = receipt->at;
      return absl::OkStatus();
    }
    case store::ReleaseState::kQuarantined:
    case store::ReleaseState::kRefused:
    case store::ReleaseState::kNoContent:
      copy.state = "recall-refused";
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void DescribeWaiting(const model::Peer& peer, std::string_view rule, absl::Time since,
                     PeerCopy& copy) {
  copy.state = "recall-waiting";
  copy.rule = std::string(rule);
  copy.recall_since = since;
  copy.decided_at = since;
  if (peer.state == model::PeerState::kRemoved) {
    copy.because = "the peer was removed: nothing goes there any more";
  } else if (peer.state == model::PeerState::kActive) {
    copy.because = "no link to the peer took it yet";
  } else {
    copy.because = absl::StrCat("the peering is ", std::string(model::ToText(peer.state)),
                                rule == kRuleNarrowed
                                    ? ": it goes when the peering is active again"
                                    : ": it goes alone, with the next link; if the peer keeps this "
                                      "node out too, when one of the two ends that");
  }
}

// A peer with which nothing is exchanged now still has what it was given. Would it be told to
// destroy that if the peering were active?
absl::StatusOr<bool> WouldBeToldToErase(store::ReadTxn& txn, const ReleaseGate& gate,
                                        model::Peer peer, const store::StoredRevision& latest,
                                        absl::Time now) {
  peer.state = model::PeerState::kActive;
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, gate.Decide(txn, latest.object, peer, now));
  const Withheld* no = std::get_if<Withheld>(&verdict);
  if (no == nullptr) return false;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> owed,
                           NarrowingOwed(txn, peer.id, latest.object, *no));
  return owed.has_value();
}

// True if what the peer was numbered is recalled, and `copy` says how far that has come.
absl::StatusOr<bool> DescribeRecall(store::ReadTxn& txn, const model::Peer& peer, const AtPeer& at,
                                    const std::optional<store::RecallRow>& recall, PeerCopy& copy) {
  if (!at.put.has_value()) return false;
  if (recall.has_value() && at.put->revision <= recall->recall.through) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> numbered,
                             store::LatestReleaseOf(txn, peer.id, recall->object));
    if (numbered.has_value()) {
      FAIRWAY_RETURN_IF_ERROR(DescribeNumbered(txn, peer, *numbered, recall->at, copy));
    } else {
      DescribeWaiting(peer, kRuleRecall, recall->at, copy);
    }
    return true;
  }
  if (!at.recall.has_value() || at.recall->revision < at.put->revision) return false;
  FAIRWAY_RETURN_IF_ERROR(DescribeNumbered(txn, peer, *at.recall, at.recall->decided_at, copy));
  return true;
}

absl::StatusOr<PeerCopy> CopyAt(store::ReadTxn& txn, const ReleaseGate& gate,
                                const model::Peer& peer, const store::StoredRevision& latest,
                                const AtPeer& at, const std::optional<store::RecallRow>& recall,
                                absl::Time now) {
  PeerCopy copy;
  copy.peer = peer.name;
  copy.decided_at = now;
  if (at.put.has_value()) copy.revision = at.put->revision;
  FAIRWAY_ASSIGN_OR_RETURN(const bool recalled, DescribeRecall(txn, peer, at, recall, copy));
  if (recalled) return copy;
  if (at.put.has_value() && at.put->object == latest.object) {
    FAIRWAY_RETURN_IF_ERROR(DescribeRelease(txn, *at.put, copy));
    return copy;
  }
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, gate.Decide(txn, latest.object, peer, now));
  if (const Grant* grant = std::get_if<Grant>(&verdict); grant != nullptr) {
    copy.state = "pending";
    copy.redacted = grant->withheld;
    Describe(grant->decision, copy);
    return copy;
  }
  const Withheld& no = std::get<Withheld>(verdict);
  bool owed = false;
  if (at.put.has_value()) {
    FAIRWAY_ASSIGN_OR_RETURN(owed, WouldBeToldToErase(txn, gate, peer, latest, now));
  }
  if (owed) {
    DescribeWaiting(peer, kRuleNarrowed, latest.stored_at, copy);
    return copy;
  }
  copy.state = no.mentions.empty() && no.roles.empty() ? "withheld" : "held";
  copy.mention = absl::StrJoin(no.mentions, ", ");
  Describe(no.decision, copy);
  return copy;
}

}  // namespace

absl::StatusOr<std::vector<PeerCopy>> WhereIs(const store::Database& database,
                                              const ReleaseGate& gate,
                                              const model::AuthorityId& origin,
                                              const model::ItemId& item, absl::Time now) {
  std::vector<PeerCopy> copies;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    copies.clear();
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, origin, item));
    if (!latest.has_value()) return absl::NotFoundError("there is no such item here");
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall,
                             store::StrongestRecall(txn, origin, item));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
    for (const model::Peer& peer : peers) {
      FAIRWAY_ASSIGN_OR_RETURN(const AtPeer at, FindAtPeer(txn, peer.id, latest->body));
      if (peer.state == model::PeerState::kRemoved && !at.put.has_value()) continue;
      FAIRWAY_ASSIGN_OR_RETURN(PeerCopy copy, CopyAt(txn, gate, peer, *latest, at, recall, now));
      copies.push_back(std::move(copy));
    }
    return absl::OkStatus();
  }));
  std::sort(copies.begin(), copies.end(),
            [](const PeerCopy& a, const PeerCopy& b) { return a.peer < b.peer; });
  return copies;
}

absl::StatusOr<policy::Explanation> ExplainRelease(const store::Database& database,
                                                   const ReleaseGate& gate, const model::Peer& peer,
                                                   const model::AuthorityId& origin,
                                                   const model::ItemId& item, absl::Time now) {
  std::optional<policy::Explanation> explanation;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, origin, item));
    if (!latest.has_value()) return absl::NotFoundError("there is no such item here");
    FAIRWAY_ASSIGN_OR_RETURN(explanation, gate.Explain(txn, latest->object, peer, now));
    return absl::OkStatus();
  }));
  return *std::move(explanation);
}

}  // namespace fairway::exchange
