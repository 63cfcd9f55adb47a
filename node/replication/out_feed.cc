#include "node/replication/out_feed.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"
#include "node/exchange/receipts.h"
#include "node/status/status_macros.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {
namespace {

// Encoded records of one batch, far below what an envelope may hold.
constexpr size_t kMaxRecordBytesInBatch = 200 * 1024;

// Failures of the machine rather than of one item: they end the step. Any other error is about the
// item in hand, which then stays here and delays nobody.
bool EndsStep(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDataLoss(status) || absl::IsAborted(status);
}

std::string BasisName(const model::AuthorityId& peer) {
  return absl::StrCat("sweep-basis/", peer.ToString());
}

}  // namespace

struct OutFeed::Numbering {
  model::Peer peer;
  absl::Time now;
  model::FeedPosition position;
  size_t max_bytes = 0;
  size_t bytes = 0;  // of content numbered
  size_t walked = 0;
  std::vector<std::string> objects;     // ids of what was numbered
  std::map<std::string, size_t> rules;  // how many by which rule
  uint64_t first_seq = 0;
  bool swept = false;  // a sweep came to its end

  bool full() const { return objects.size() >= kMaxNumbered || bytes >= max_bytes; }
};

absl::StatusOr<store::OutFeed> OutFeed::Position() const {
  std::optional<store::OutFeed> feed;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(feed, store::GetOutFeed(txn, peer_));
    return absl::OkStatus();
  }));
  if (!feed.has_value()) return absl::NotFoundError("the feed was not begun");
  return *feed;
}

absl::StatusOr<store::OutFeed> OutFeed::Start(env::Entropy& entropy) {
  absl::StatusOr<store::OutFeed> feed = Position();
  if (feed.ok() || !absl::IsNotFound(feed.status())) return feed;
  const std::string feed_id = entropy.Bytes(model::kFeedIdBytes);
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> known,
                             store::GetOutFeed(txn, peer_));
    return known.has_value() ? absl::OkStatus() : store::StartOutFeed(txn, peer_, feed_id);
  }));
  return Position();
}

absl::Status OutFeed::Compare(const model::FeedPosition& held) const {
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    if (!feed.has_value()) return absl::InternalError("the feed was not begun");
    if (held.last_seq < feed->acked_seq) {
      return absl::DataLossError(absl::StrCat("the peer holds ", held.last_seq,
                                              " records of this node's feed, but acknowledged ",
                                              feed->acked_seq, ": it lost some"));
    }
    if (held.last_seq == 0 && held.feed_id.empty()) return absl::OkStatus();
    if (held.feed_id != feed->position.feed_id) {
      return absl::DataLossError("the peer holds another feed of this node");
    }
    if (held.last_seq > feed->position.last_seq) {
      return absl::DataLossError(absl::StrCat("the peer holds ", held.last_seq,
                                              " records of this node's feed, but this node knows ",
                                              feed->position.last_seq, ": it lost some"));
    }
    if (held.last_seq == 0) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> row,
                             store::GetRelease(txn, peer_, held.last_seq));
    if (!row.has_value() || row->record_hash != held.last_hash) {
      return absl::DataLossError(absl::StrCat("record ", held.last_seq,
                                              " that the peer holds is not the one of this node"));
    }
    return absl::OkStatus();
  });
}

// Everything but the item that a decision depends on and that may change.
std::string OutFeed::BasisNow(const model::Peer& peer, absl::Time now) const {
  return absl::StrCat(gate_.PolicyBasis(), " attributes ", peer.attributes.version, " day ",
                      absl::ToUnixSeconds(now) / 86400);
}

absl::Status OutFeed::SweepIfChanged(absl::Time now) {
  std::string basis;
  bool same = false;
  bool first = false;
  const auto look = [&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    if (!peer.has_value()) return absl::NotFoundError("the peer is gone");
    basis = BasisNow(*peer, now);
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                             store::GetSetting(txn, BasisName(peer_)));
    same = known == basis;
    first = !known.has_value();  // nothing was decided about for this peer: lanes begin at 0
    return absl::OkStatus();
  };
  FAIRWAY_RETURN_IF_ERROR(database_.Read(look));
  if (same) return absl::OkStatus();
  return database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(look(txn));
    if (same) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t until, store::LastLogSeq(txn));
    FAIRWAY_RETURN_IF_ERROR(store::PutSetting(txn, BasisName(peer_), basis));
    if (first || until == 0) return absl::OkStatus();
    return store::PutSweep(txn, peer_, {.next_seq = 1, .until_seq = until, .reason = basis});
  });
}

absl::StatusOr<bool> OutFeed::HasWork() const {
  bool work = false;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    work = false;
    FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer_));
    for (const model::Lane lane : model::kAllLanes) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::LogEntry> next,
                               store::NextInLane(txn, lane, cursors[static_cast<size_t>(lane)], 1));
      if (!next.empty()) work = true;
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Sweep> sweep, store::GetSweep(txn, peer_));
    if (sweep.has_value()) work = true;
    return absl::OkStatus();
  }));
  return work;
}

absl::StatusOr<bool> OutFeed::NumberNext(size_t max_bytes, absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const bool work, HasWork());
  if (!work) return false;
  bool looked = false;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    looked = false;
    if (!peer.has_value() || peer->state != model::PeerState::kActive || !feed.has_value()) {
      return absl::OkStatus();
    }
    // A cursor passes what is withheld for good, unless a sweep comes back to it. So it moves only
    // on the basis that the next sweep will be compared with.
    const std::string basis = BasisNow(*peer, now);
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> recorded,
                             store::GetSetting(txn, BasisName(peer_)));
    if (recorded != basis) {
      looked = true;
      return absl::OkStatus();
    }
    Numbering numbering{.peer = *peer,
                        .now = now,
                        .position = feed->position,
                        .max_bytes = max_bytes,
                        .bytes = 0,
                        .walked = 0,
                        .objects = {},
                        .rules = {},
                        .first_seq = feed->position.last_seq + 1,
                        .swept = false};
    FAIRWAY_RETURN_IF_ERROR(WalkLane(txn, numbering));
    if (numbering.walked == 0) FAIRWAY_RETURN_IF_ERROR(WalkSweep(txn, numbering));
    if (BasisNow(*peer, now) != basis) return absl::AbortedError("the policy changed meanwhile");
    looked = numbering.walked > 0 || numbering.swept;
    if (numbering.objects.empty() && !numbering.swept) return absl::OkStatus();
    return LeaveLeaf(txn, numbering);
  }));
  return looked;
}

absl::Status OutFeed::WalkLane(store::Txn& txn, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer_));
  for (const model::Lane lane : model::kAllLanes) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::LogEntry> entries,
        store::NextInLane(txn, lane, cursors[static_cast<size_t>(lane)], kMaxWalked));
    if (entries.empty()) continue;
    uint64_t passed = 0;
    for (const store::LogEntry& entry : entries) {
      if (numbering.full()) break;
      FAIRWAY_RETURN_IF_ERROR(Consider(txn, entry.object, numbering));
      passed = entry.seq;
      ++numbering.walked;
    }
    return store::MoveCursor(txn, peer_, lane, passed);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> OutFeed::SweepSkips(store::ReadTxn& txn, const store::Sweep& sweep,
                                         const model::ObjectId& object) const {
  FAIRWAY_ASSIGN_OR_RETURN(const bool released, store::IsReleased(txn, peer_, object));
  if (released || sweep.reason != exchange::kSweepNoContent) return released;
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t count, store::CountWithoutContent(txn, peer_, object));
  return count >= exchange::kMaxWithoutContent;
}

absl::Status OutFeed::WalkSweep(store::Txn& txn, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Sweep> sweep, store::GetSweep(txn, peer_));
  if (!sweep.has_value()) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::LogEntry> entries,
                           store::LogRange(txn, sweep->next_seq, sweep->until_seq, kMaxWalked));
  for (const store::LogEntry& entry : entries) {
    if (numbering.full()) break;
    FAIRWAY_ASSIGN_OR_RETURN(const bool skip, SweepSkips(txn, *sweep, entry.object));
    if (!skip) FAIRWAY_RETURN_IF_ERROR(Consider(txn, entry.object, numbering));
    sweep->next_seq = entry.seq + 1;
    ++numbering.walked;
  }
  if (entries.empty() || sweep->next_seq > sweep->until_seq) {
    numbering.swept = true;
    return store::EndSweep(txn, peer_);
  }
  return store::PutSweep(txn, peer_, *sweep);
}

absl::Status OutFeed::Consider(store::Txn& txn, const model::ObjectId& object,
                               Numbering& numbering) const {
  const auto verdict = gate_.Decide(txn, object, numbering.peer, numbering.now);
  if (!verdict.ok()) return EndsStep(verdict.status()) ? verdict.status() : absl::OkStatus();
  const exchange::Grant* grant = std::get_if<exchange::Grant>(&*verdict);
  return grant == nullptr ? absl::OkStatus() : Number(txn, *grant, numbering);
}

absl::Status OutFeed::Number(store::Txn& txn, const exchange::Grant& grant,
                             Numbering& numbering) const {
  model::FeedPosition& position = numbering.position;
  const model::FeedRecord record{.seq = position.last_seq + 1,
                                 .prev_hash = position.last_hash,
                                 .op = model::Op::kPut,
                                 .object = grant.object,
                                 .item = grant.item,
                                 .revision = grant.revision,
                                 .terms = grant.terms,
                                 .parts_digest = grant.parts_digest};
  store::Release row{.peer = peer_,
                     .feed_seq = record.seq,
                     .op = record.op,
                     .object = grant.object,
                     .item = grant.item,
                     .revision = grant.revision,
                     .labels = grant.labels,
                     .terms = grant.terms,
                     .rule = grant.decision.rule,
                     .because = grant.decision.because,
                     .file = grant.decision.file,
                     .line = grant.decision.line,
                     .policy_version = grant.policy_number,
                     .peer_attributes_version = grant.peer_attributes_version,
                     .profile_hash = grant.profile_hash,
                     .decided_at = grant.decided_at,
                     .record_bytes = wire::EncodeFeedRecord(record),
                     .record_hash = {},
                     .state = store::ReleaseState::kSent,
                     .code = ""};
  row.record_hash = wire::RecordHash(row.record_bytes);
  FAIRWAY_RETURN_IF_ERROR(store::PutRelease(txn, row));
  FAIRWAY_RETURN_IF_ERROR(store::AdvanceOutFeed(txn, peer_, record.seq, row.record_hash));
  position.last_seq = record.seq;
  position.last_hash = row.record_hash;
  numbering.bytes += grant.content_bytes;
  numbering.objects.push_back(crypto::Hex(grant.object.view()));
  ++numbering.rules[grant.decision.rule];
  return absl::OkStatus();
}

absl::Status OutFeed::LeaveLeaf(store::Txn& txn, const Numbering& numbering) const {
  if (numbering.objects.empty()) {
    return audit_
        .Append(txn, {.kind = audit::EventKind::kSweepDone,
                      .actor = "node",
                      .role = "",
                      .objects = {},
                      .outcome = "ok",
                      .reason = "",
                      .detail = {{"peer", numbering.peer.name}}})
        .status();
  }
  audit::Event leaf{.kind = audit::EventKind::kBatchReleased,
                    .actor = "node",
                    .role = "",
                    .objects = numbering.objects,
                    .outcome = "ok",
                    .reason = "",
                    .detail = {{"peer", numbering.peer.name},
                               {"first", absl::StrCat(numbering.first_seq)},
                               {"last", absl::StrCat(numbering.position.last_seq)}}};
  for (const auto& [rule, count] : numbering.rules) {
    absl::StrAppend(&leaf.reason, leaf.reason.empty() ? "" : ", ", rule, " (", count, ")");
  }
  return audit_.Append(txn, leaf).status();
}

absl::StatusOr<Outgoing> OutFeed::Load(uint64_t first, uint64_t held_seq, size_t max_records,
                                       size_t max_bytes, absl::Time now) const {
  Outgoing outgoing;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    outgoing = Outgoing{};
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    if (!peer.has_value() || !feed.has_value()) return absl::OkStatus();
    outgoing.feed_id = feed->position.feed_id;
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::Release> rows,
        store::ReleasesFrom(txn, peer_, first, std::min(max_records, model::kMaxBatchRecords)));
    size_t record_bytes = 0;
    for (const store::Release& row : rows) {
      std::optional<exchange::Released> content;
      std::optional<Outgoing::HeldBack> held_back;
      if (row.feed_seq > held_seq) {
        auto opened = gate_.Open(txn, row, *peer, now);
        if (!opened.ok()) {
          if (EndsStep(opened.status())) return opened.status();
          held_back = {row.object, row.feed_seq, std::string(opened.status().message())};
        } else if (auto* released = std::get_if<exchange::Released>(&*opened)) {
          content = std::move(*released);
        } else {
          held_back = {row.object, row.feed_seq,
                       std::get<exchange::Withheld>(*opened).decision.rule};
        }
      }
      const size_t bytes = row.record_bytes.size() + (content.has_value() ? content->bytes() : 0);
      record_bytes += row.record_bytes.size();
      const bool full = outgoing.bytes + bytes > max_bytes || record_bytes > kMaxRecordBytesInBatch;
      if (full && !outgoing.records.empty()) break;
      // Two records of one object in a frame would share its one rendition; the second waits.
      const bool twice =
          content.has_value() && std::any_of(outgoing.contents.begin(), outgoing.contents.end(),
                                             [&row](const exchange::Released& each) {
                                               return each.rendition().object == row.object;
                                             });
      if (twice) break;
      outgoing.records.push_back(row.record_bytes);
      outgoing.last_seq = row.feed_seq;
      outgoing.bytes += bytes;
      if (content.has_value()) outgoing.contents.push_back(*std::move(content));
      if (held_back.has_value()) outgoing.held_back.push_back(*std::move(held_back));
    }
    return absl::OkStatus();
  }));
  return outgoing;
}

}  // namespace fairway::replication
