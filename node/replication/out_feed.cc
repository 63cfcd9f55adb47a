#include "node/replication/out_feed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"
#include "node/exchange/receipts.h"
#include "node/replication/numbering.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"
#include "node/store/item_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/store/waiting_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {
namespace {

// The recall lane is walked by itself (NumberRecalls), before these.
constexpr std::array<model::Lane, model::kLaneCount - 1> kItemLanes = {
    model::Lane::kFlash, model::Lane::kImmediate, model::Lane::kPriority, model::Lane::kRoutine};

// Encoded records of one batch, far below what an envelope may hold.
constexpr size_t kMaxRecordBytesInBatch = 200 * 1024;

// Names everything that ever happened here.
absl::StatusOr<crypto::Digest> LogEnd(store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::AuditHead> head, store::GetAuditHead(txn));
  return head.has_value() ? head->last_leaf_hash : crypto::Digest{};
}

std::string BasisName(const model::AuthorityId& peer) {
  return absl::StrCat("sweep-basis/", peer.ToString());
}

}  // namespace

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
  const uint64_t peers_version = database_.peers_version();
  if (compared_.has_value() && compared_->peers_version == peers_version &&
      compared_->basis == BasisNow(compared_->peer, now)) {
    return absl::OkStatus();
  }
  compared_.reset();
  std::string basis;
  bool same = false;
  bool first = false;
  std::optional<model::Peer> peer;
  const auto look = [&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(peer, store::GetPeer(txn, peer_));
    if (!peer.has_value()) return absl::NotFoundError("the peer is gone");
    basis = BasisNow(*peer, now);
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                             store::GetSetting(txn, BasisName(peer_)));
    same = known == basis;
    first = !known.has_value();  // nothing was decided about for this peer: lanes begin at 0
    return absl::OkStatus();
  };
  FAIRWAY_RETURN_IF_ERROR(database_.Read(look));
  if (same) {
    compared_ = Compared{.peers_version = peers_version, .peer = *peer, .basis = basis};
    return absl::OkStatus();
  }
  return database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(look(txn));
    if (same) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t until, store::LastLogSeq(txn));
    FAIRWAY_RETURN_IF_ERROR(store::PutSetting(txn, BasisName(peer_), basis));
    if (first || until == 0) return absl::OkStatus();
    return store::PutSweep(txn, peer_, {.next_seq = 1, .until_seq = until, .reason = basis});
  });
}

absl::StatusOr<absl::Time> OutFeed::NextDue() {
  if (!next_due_.has_value()) {
    FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<absl::Time> next,
                               store::NextWaiting(txn, peer_));
      next_due_ = next.value_or(absl::InfiniteFuture());
      return absl::OkStatus();
    }));
  }
  return *next_due_;
}

absl::StatusOr<bool> OutFeed::HasWork(absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const absl::Time due, NextDue());
  if (due <= now) return true;
  std::optional<LookedAt> before = std::exchange(looked_at_, std::nullopt);
  const uint64_t peers_version = database_.peers_version();
  if (before.has_value() && before->peers_version != peers_version) before.reset();
  bool work = false;
  LookedAt at;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    at = before.value_or(LookedAt{.peers_version = peers_version});
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Sweep> sweep, store::GetSweep(txn, peer_));
    work = sweep.has_value();
    if (work) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(work,
                             before.has_value() ? LookFurther(txn, at) : LookFromCursors(txn, at));
    return absl::OkStatus();
  }));
  if (!work) looked_at_ = at;
  return work;
}

// What came from the peer never goes back to it, whatever a policy says.
absl::StatusOr<bool> OutFeed::IsForNobody(store::ReadTxn& txn,
                                          const std::vector<store::LogEntry>& entries) const {
  for (const store::LogEntry& entry : entries) {
    if (entry.lane == model::Lane::kRecall) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const bool theirs, store::IsFromPeer(txn, entry.object, peer_));
    if (!theirs) return false;
  }
  return true;
}

absl::StatusOr<bool> OutFeed::LookFurther(store::ReadTxn& txn, LookedAt& at) const {
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t end, store::LastLogSeq(txn));
  if (end <= at.log_seq) return false;
  if (at.left + (end - at.log_seq) > kMaxLeft) return true;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::LogEntry> entries,
                           store::LogRange(txn, at.log_seq + 1, end, kMaxLeft));
  FAIRWAY_ASSIGN_OR_RETURN(const bool for_nobody, IsForNobody(txn, entries));
  at.left += entries.size();
  at.log_seq = end;
  return !for_nobody;
}

absl::StatusOr<bool> OutFeed::LookFromCursors(store::ReadTxn& txn, LookedAt& at) const {
  FAIRWAY_ASSIGN_OR_RETURN(at.log_seq, store::LastLogSeq(txn));
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer_));
  for (const model::Lane lane : kItemLanes) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::LogEntry> next,
        store::NextInLane(txn, lane, cursors[static_cast<size_t>(lane)], kMaxLeft + 1));
    at.left += next.size();
    if (at.left > kMaxLeft) return true;
    FAIRWAY_ASSIGN_OR_RETURN(const bool for_nobody, IsForNobody(txn, next));
    if (!for_nobody) return true;
  }
  return false;
}

absl::StatusOr<bool> OutFeed::NumberNext(size_t max_records, size_t max_bytes, absl::Time now) {
  just_numbered_.reset();
  FAIRWAY_ASSIGN_OR_RETURN(const bool work, HasWork(now));
  if (!work) return false;
  last_seq_.reset();
  next_due_.reset();
  bool looked = false;
  std::optional<JustNumbered> numbered;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    looked = false;
    numbered.reset();
    if (!peer.has_value() || peer->state != model::PeerState::kActive || !feed.has_value()) {
      return absl::OkStatus();
    }
    // A cursor passes what is withheld for good, unless a sweep comes back to it. So it moves only
    // on the basis that the next sweep will be compared with.
    const std::string basis = BasisNow(*peer, now);
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> recorded,
                             store::GetSetting(txn, BasisName(peer_)));
    if (recorded != basis) {
      compared_.reset();
      looked = true;
      return absl::OkStatus();
    }
    Numbering numbering{.peer = *peer,
                        .now = now,
                        .position = feed->position,
                        .first_seq = feed->position.last_seq + 1,
                        .max_records = std::min(max_records, kMaxNumbered),
                        .max_bytes = max_bytes};
    FAIRWAY_RETURN_IF_ERROR(WalkLane(txn, numbering));
    if (numbering.walked == 0) FAIRWAY_RETURN_IF_ERROR(WalkWaiting(txn, numbering));
    if (numbering.walked == 0) FAIRWAY_RETURN_IF_ERROR(WalkSweep(txn, numbering));
    if (BasisNow(*peer, now) != basis) return absl::AbortedError("the policy changed meanwhile");
    looked = numbering.walked > 0 || numbering.swept;
    if (numbering.objects.empty() && !numbering.swept) return absl::OkStatus();
    FAIRWAY_RETURN_IF_ERROR(LeaveLeaf(txn, numbering));
    if (!numbering.complete || numbering.objects.empty()) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest log_end, LogEnd(txn));
    numbering.outgoing.feed_id = feed->position.feed_id;
    numbered = JustNumbered{.now = now,
                            .peer = *peer,
                            .basis = basis,
                            .log_end = log_end,
                            .first_seq = numbering.first_seq,
                            .outgoing = std::move(numbering.outgoing)};
    return absl::OkStatus();
  }));
  just_numbered_ = std::move(numbered);
  return looked;
}

absl::Status OutFeed::WalkLane(store::Txn& txn, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(const store::LaneCursors cursors, store::GetCursors(txn, peer_));
  for (const model::Lane lane : kItemLanes) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::LogEntry> entries,
        store::NextInLane(txn, lane, cursors[static_cast<size_t>(lane)], kMaxWalked));
    if (entries.empty()) continue;
    uint64_t passed = 0;
    for (const store::LogEntry& entry : entries) {
      if (numbering.full()) break;
      FAIRWAY_RETURN_IF_ERROR(Consider(txn, entry, std::nullopt, numbering));
      if (numbering.closed) break;
      passed = entry.seq;
      ++numbering.walked;
    }
    return store::MoveCursor(txn, peer_, lane, passed);
  }
  return absl::OkStatus();
}

// What a sweep comes to was passed by a live lane, or numbered by it: then only parts that did not
// go before are worth another number.
absl::Status OutFeed::ConsiderAgain(store::Txn& txn, const store::Sweep& sweep,
                                    const store::LogEntry& entry, Numbering& numbering) const {
  if (entry.lane == model::Lane::kRecall) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::vector<std::string>> released,
                           store::ReleasedLabels(txn, peer_, entry.object));
  if (sweep.reason == exchange::kSweepNoContent) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t count,
                             store::CountWithoutContent(txn, peer_, entry.object));
    // Of what was released before, a later disclosure may have gone without its content.
    const bool nothing_held_back = released.has_value() && count == 0;
    if (nothing_held_back || count >= exchange::kMaxWithoutContent) return absl::OkStatus();
  }
  return Consider(txn, entry, released, numbering);
}

// What is still too early, because the policy changed meanwhile or the clock went back, waits again.
absl::Status OutFeed::WalkWaiting(store::Txn& txn, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Waiting> due,
                           store::WaitingUntil(txn, peer_, numbering.now, kMaxWalked));
  for (const store::Waiting& each : due) {
    if (numbering.full()) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::LogEntry> entries,
                             store::LogRange(txn, each.log_seq, each.log_seq, 1));
    FAIRWAY_RETURN_IF_ERROR(store::EndWaiting(txn, peer_, each.log_seq));
    if (!entries.empty()) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::vector<std::string>> released,
                               store::ReleasedLabels(txn, peer_, entries.front().object));
      FAIRWAY_RETURN_IF_ERROR(Consider(txn, entries.front(), released, numbering));
    }
    // It comes first in the next transaction.
    if (numbering.closed) return store::PutWaiting(txn, peer_, each);
    ++numbering.walked;
  }
  return absl::OkStatus();
}

absl::Status OutFeed::WalkSweep(store::Txn& txn, Numbering& numbering) const {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Sweep> sweep, store::GetSweep(txn, peer_));
  if (!sweep.has_value()) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::LogEntry> entries,
                           store::LogRange(txn, sweep->next_seq, sweep->until_seq, kMaxWalked));
  for (const store::LogEntry& entry : entries) {
    if (numbering.full()) break;
    FAIRWAY_RETURN_IF_ERROR(ConsiderAgain(txn, *sweep, entry, numbering));
    if (numbering.closed) break;
    sweep->next_seq = entry.seq + 1;
    ++numbering.walked;
  }
  if (entries.empty() || sweep->next_seq > sweep->until_seq) {
    numbering.swept = true;
    return store::EndSweep(txn, peer_);
  }
  return store::PutSweep(txn, peer_, *sweep);
}

absl::Status OutFeed::Consider(store::Txn& txn, const store::LogEntry& entry,
                               const std::optional<std::vector<std::string>>& released,
                               Numbering& numbering) const {
  auto verdict = gate_.DecideAndOpen(txn, entry.object, numbering.peer, numbering.now);
  if (!verdict.ok()) return EndsStep(verdict.status()) ? verdict.status() : absl::OkStatus();
  if (auto* granted = std::get_if<exchange::Granted>(&*verdict)) {
    const std::vector<std::string>& labels = granted->grant.labels;
    const bool nothing_new =
        released.has_value() &&
        std::includes(released->begin(), released->end(), labels.begin(), labels.end());
    if (nothing_new) return absl::OkStatus();
    // It comes first in the next batch, rather than making this one too large.
    const size_t bytes = granted->content.has_value() ? granted->content->bytes() : 0;
    numbering.closed = !numbering.objects.empty() && numbering.bytes + bytes > numbering.max_bytes;
    return numbering.closed ? absl::OkStatus() : Number(txn, *std::move(granted), numbering);
  }
  const exchange::Withheld& withheld = std::get<exchange::Withheld>(*verdict);
  FAIRWAY_RETURN_IF_ERROR(Wait(txn, entry, withheld));
  if (released.has_value()) return absl::OkStatus();
  return Narrow(txn, entry.object, withheld, numbering);
}

// The cursor passes what is withheld. What only waits for its time is remembered beside it.
absl::Status OutFeed::Wait(store::Txn& txn, const store::LogEntry& entry,
                           const exchange::Withheld& withheld) const {
  const bool for_receipt = withheld.decision.rule == exchange::kRuleReceipt;
  if (!for_receipt && !withheld.until.has_value()) return absl::OkStatus();
  return store::PutWaiting(txn, peer_, {.log_seq = entry.seq, .until = withheld.until});
}

absl::Status OutFeed::Number(store::Txn& txn, exchange::Granted granted,
                             Numbering& numbering) const {
  const exchange::Grant& grant = granted.grant;
  store::Release row;
  row.op = model::Op::kPut;
  row.object = grant.object;
  row.item = grant.item;
  row.revision = grant.revision;
  row.labels = grant.labels;
  row.terms = grant.terms;
  row.rule = grant.decision.rule;
  row.because = grant.decision.because;
  row.file = grant.decision.file;
  row.line = grant.decision.line;
  row.policy_version = grant.policy_number;
  row.peer_attributes_version = grant.peer_attributes_version;
  row.profile_hash = grant.profile_hash;
  row.decided_at = grant.decided_at;
  row.receipt_due = grant.receipt_due;
  FAIRWAY_RETURN_IF_ERROR(Append(txn, std::move(row), grant.parts_digest, numbering));
  if (!granted.content.has_value()) {
    numbering.complete = false;
    return absl::OkStatus();
  }
  numbering.bytes += granted.content->bytes();
  numbering.outgoing.bytes += granted.content->bytes();
  numbering.outgoing.contents.push_back(*std::move(granted.content));
  return absl::OkStatus();
}

absl::Status OutFeed::Append(store::Txn& txn, store::Release row, const crypto::Digest& parts,
                             Numbering& numbering) const {
  model::FeedPosition& position = numbering.position;
  const model::FeedRecord record{.seq = position.last_seq + 1,
                                 .prev_hash = position.last_hash,
                                 .op = row.op,
                                 .object = row.object,
                                 .item = row.item,
                                 .revision = row.revision,
                                 .terms = row.terms,
                                 .parts_digest = parts};
  row.peer = peer_;
  row.feed_seq = record.seq;
  row.record_bytes = wire::EncodeFeedRecord(record);
  row.record_hash = wire::RecordHash(row.record_bytes);
  FAIRWAY_RETURN_IF_ERROR(store::PutRelease(txn, row));
  FAIRWAY_RETURN_IF_ERROR(store::AdvanceOutFeed(txn, peer_, record.seq, row.record_hash));
  position.last_seq = record.seq;
  position.last_hash = row.record_hash;
  if (row.op != model::Op::kPut) numbering.complete = false;
  numbering.bytes += row.record_bytes.size();
  numbering.outgoing.bytes += row.record_bytes.size();
  numbering.outgoing.last_seq = record.seq;
  numbering.outgoing.records.push_back(row.record_bytes);
  numbering.objects.push_back(crypto::Hex(row.object.view()));
  ++numbering.rules[row.rule];
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

absl::Status OutFeed::Open(store::ReadTxn& txn, const store::Release& row, const model::Peer& peer,
                           absl::Time now, std::optional<exchange::Released>& content,
                           std::optional<Outgoing::HeldBack>& held_back) const {
  auto opened = row.op == model::Op::kRecall ? gate_.OpenRecall(txn, row, peer)
                                             : gate_.Open(txn, row, peer, now);
  if (!opened.ok()) {
    if (EndsStep(opened.status())) return opened.status();
    held_back = {row.object, row.feed_seq, std::string(opened.status().message())};
  } else if (auto* released = std::get_if<exchange::Released>(&*opened)) {
    content = std::move(*released);
  } else {
    held_back = {row.object, row.feed_seq, std::get<exchange::Withheld>(*opened).decision.rule};
  }
  return absl::OkStatus();
}

absl::StatusOr<Outgoing> OutFeed::Load(uint64_t first, uint64_t held_seq, size_t max_records,
                                       size_t max_bytes, absl::Time now) {
  std::optional<JustNumbered> numbered = std::exchange(just_numbered_, std::nullopt);
  if (numbered.has_value() &&
      (numbered->now != now || numbered->first_seq != first || first <= held_seq ||
       numbered->outgoing.records.size() > max_records)) {
    numbered.reset();
  }
  Outgoing outgoing;
  if (last_seq_.has_value() && first > *last_seq_) return outgoing;
  std::optional<uint64_t> last_seq;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    outgoing = Outgoing{};
    last_seq.reset();
    if (numbered.has_value()) {
      FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest log_end, LogEnd(txn));
      if (log_end == numbered->log_end && BasisNow(numbered->peer, now) == numbered->basis) {
        outgoing = std::move(numbered->outgoing);
        last_seq = outgoing.last_seq;  // the feed ends with what was numbered last
        return absl::OkStatus();
      }
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, peer_));
    if (!peer.has_value() || !feed.has_value()) return absl::OkStatus();
    outgoing.feed_id = feed->position.feed_id;
    last_seq = feed->position.last_seq;
    return LoadRows(txn, *peer, first, held_seq, max_records, max_bytes, now, outgoing);
  }));
  last_seq_ = last_seq;
  return outgoing;
}

absl::Status OutFeed::LoadRows(store::ReadTxn& txn, const model::Peer& peer, uint64_t first,
                               uint64_t held_seq, size_t max_records, size_t max_bytes,
                               absl::Time now, Outgoing& outgoing) const {
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::vector<store::Release> rows,
      store::ReleasesFrom(txn, peer_, first, std::min(max_records, model::kMaxBatchRecords)));
  size_t record_bytes = 0;
  std::set<model::ObjectId> fresh;
  for (const store::Release& row : rows) {
    // A frame has one rendition for each object it names: of two records of one object the second
    // waits for the next frame.
    const bool twice = row.feed_seq > held_seq && !fresh.insert(row.object).second;
    if (twice) break;
    std::optional<exchange::Released> content;
    std::optional<Outgoing::HeldBack> held_back;
    if (row.feed_seq > held_seq) {
      FAIRWAY_RETURN_IF_ERROR(Open(txn, row, peer, now, content, held_back));
    }
    const size_t bytes = row.record_bytes.size() + (content.has_value() ? content->bytes() : 0);
    record_bytes += row.record_bytes.size();
    const bool full = outgoing.bytes + bytes > max_bytes || record_bytes > kMaxRecordBytesInBatch;
    if (full && !outgoing.records.empty()) break;
    outgoing.records.push_back(row.record_bytes);
    outgoing.last_seq = row.feed_seq;
    outgoing.bytes += bytes;
    if (content.has_value()) outgoing.contents.push_back(*std::move(content));
    if (held_back.has_value()) outgoing.held_back.push_back(*std::move(held_back));
  }
  return absl::OkStatus();
}

}  // namespace fairway::replication
