#include "node/exchange/receiver.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/merkle.h"
#include "node/audit/event.h"
#include "node/exchange/look_again.h"
#include "node/exchange/on_all_cores.h"
#include "node/exchange/originator.h"
#include "node/exchange/release_gate.h"
#include "node/exchange/release_terms.h"
#include "node/model/labels.h"
#include "node/model/recall.h"
#include "node/model/ref.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/wire/feed_codec.h"
#include "node/wire/item_codec.h"
#include "policy/decision.h"

namespace fairway::exchange {
namespace {

absl::Status NotThisFeed(const model::Peer& from) {
  return absl::DataLossError(
      absl::StrCat("\"", from.name, "\" sends another feed than the one this node holds"));
}

absl::Status NotThisRecord(const model::Peer& from, uint64_t seq) {
  return absl::DataLossError(
      absl::StrCat("record ", seq, " of \"", from.name, "\" is another one than was taken before"));
}

using Content = std::variant<IncomingItem, IncomingRecall, Refusal>;

// A signature costs about 40 µs: below so many, handing some to another thread costs more.
constexpr size_t kItemsForAThread = 8;

Content Widen(auto narrow) {
  return std::visit([](auto&& each) { return Content(std::move(each)); }, std::move(narrow));
}

// A record with content whose second half is still to be checked.
struct Unchecked {
  size_t index;  // of the record
  const wire::Rendition* rendition;
  ClaimedItem claimed;
};

// What a known revision misses is asked for from who released it last.
absl::Status WantAttachments(store::Txn& txn, const std::vector<model::Part>& parts,
                             const model::ObjectId& object, const model::AuthorityId& from,
                             absl::Time now) {
  for (const model::Part& part : parts) {
    const absl::StatusOr<model::Label> label = model::ParseLabel(part.label);
    if (!label.ok() || label->label_class != model::LabelClass::kAttachment) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const model::AttachmentDescriptor descriptor,
                             wire::DecodeAttachmentDescriptor(part.bytes));
    const uint32_t chunks =
        static_cast<uint32_t>((descriptor.size + crypto::kChunkBytes - 1) / crypto::kChunkBytes);
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<uint32_t> here,
                             store::ChunksHere(txn, object, part.label));
    if (here.size() >= chunks) continue;
    FAIRWAY_RETURN_IF_ERROR(store::PutMissing(
        txn,
        {.object = object, .label = part.label, .from = from, .chunks = chunks, .since = now}));
  }
  return absl::OkStatus();
}

// Has every part of `some` one of the same label in `all`?
bool Covers(const std::vector<model::Part>& all, const std::vector<model::Part>& some) {
  return std::all_of(some.begin(), some.end(), [&all](const model::Part& part) {
    return std::any_of(all.begin(), all.end(),
                       [&part](const model::Part& each) { return each.label == part.label; });
  });
}

// Another way to what is here, perhaps with parts that the first way left out. A revision has one
// set of terms, so parts that were given under stricter ones would travel under looser ones: if the
// originator gave them its word holds for all from now on; if somebody else did they stay out, or
// any peer could shorten the life of what others sent. For the same reason the originator's word
// holds when somebody else was quicker, as soon as it gave all that is here itself.
absl::Status TakeAgain(store::Txn& txn, const store::StoredRevision& held, const IncomingItem& item,
                       const model::Peer& from, absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> here, store::GetParts(txn, held.object));
  const bool relayed =
      from.id == held.body.origin && held.received_from != from.id && Covers(item.parts, here);
  if (relayed) {
    FAIRWAY_RETURN_IF_ERROR(store::SetTerms(txn, held.object, item.terms));
  } else if (!AtLeastAsStrict(held.terms, item.terms)) {
    if (from.id != held.body.origin) return absl::OkStatus();
    FAIRWAY_RETURN_IF_ERROR(
        store::SetTerms(txn, held.object, model::Stricter(held.terms, item.terms)));
  }
  FAIRWAY_RETURN_IF_ERROR(store::AddParts(txn, held.object, item.parts));
  // Under wider terms, or with more known of it, it may be for peers that it was withheld from.
  if ((relayed && item.terms != held.terms) || !Covers(here, item.parts)) {
    FAIRWAY_RETURN_IF_ERROR(LookAgainForAll(txn, held.object, "more came of what was here"));
  }
  return WantAttachments(txn, item.parts, held.object, from.id, now);
}

// Nobody gives the attachments of a revision that was replaced.
absl::Status DropWants(store::Txn& txn, const model::ObjectId& object) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts, store::GetParts(txn, object));
  for (const model::Part& part : parts) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::MissingAttachment> missing,
                             store::GetMissing(txn, object, part.label));
    if (!missing.has_value()) continue;
    FAIRWAY_RETURN_IF_ERROR(store::DropMissing(txn, object, part.label));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<model::FeedBatch> Receiver::OpenBatch(const model::Peer& from,
                                                     const wire::BatchFrame& frame) const {
  const std::optional<crypto::PublicKey> key = from.manifest.KeyFor(model::KeyPurpose::kNode);
  if (!key.has_value()) return absl::UnauthenticatedError("the peer has no node key");
  const std::array<crypto::PublicKey, 1> keys = {*key};
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::VerifiedBody body,
                           crypto::Open(frame.batch, crypto::kTypeFeedBatch, keys));
  FAIRWAY_ASSIGN_OR_RETURN(model::FeedBatch batch, wire::DecodeFeedBatch(body.body()));
  if (batch.from != from.id || batch.to != authorizer_.self()) {
    return absl::InvalidArgumentError("the batch belongs to another pair");
  }
  std::set<model::ObjectId> named;
  for (const model::FeedRecord& record : batch.records) named.insert(record.object);
  for (const wire::Rendition& rendition : frame.renditions) {
    if (named.erase(rendition.object) == 0) {
      return absl::InvalidArgumentError("content that no record of the batch names");
    }
  }
  return batch;
}

absl::StatusOr<std::vector<Receiver::Incoming>> Receiver::Examine(const model::Peer& from,
                                                                  const model::FeedBatch& batch,
                                                                  const wire::BatchFrame& frame,
                                                                  absl::Time now) const {
  std::map<model::ObjectId, const wire::Rendition*> renditions;
  for (const wire::Rendition& rendition : frame.renditions) {
    renditions.emplace(rendition.object, &rendition);
  }
  std::vector<Incoming> records;
  std::vector<Unchecked> unchecked;
  const absl::Status status = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    records.clear();
    unchecked.clear();
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::FeedPosition> feed,
                             store::GetInFeed(txn, from.id));
    for (const model::FeedRecord& record : batch.records) {
      Incoming incoming{.record = &record,
                        .hash = wire::RecordHash(wire::EncodeFeedRecord(record)),
                        .content = std::nullopt,
                        .destroys = false};
      const auto rendition = renditions.find(record.object);
      const bool taken = feed.has_value() && record.seq <= feed->last_seq;
      if (rendition != renditions.end() && !taken && record.op == model::Op::kPut) {
        FAIRWAY_ASSIGN_OR_RETURN(auto read, ReadIncoming(txn, record, *rendition->second, now));
        if (Refusal* refused = std::get_if<Refusal>(&read); refused != nullptr) {
          incoming.content = std::move(*refused);
        } else {
          unchecked.push_back(
              {records.size(), rendition->second, std::get<ClaimedItem>(std::move(read))});
        }
      } else if (rendition != renditions.end() && !taken && record.op == model::Op::kRecall) {
        FAIRWAY_ASSIGN_OR_RETURN(auto recall, OpenIncomingRecall(txn, record, *rendition->second,
                                                                 authorizer_.self(), now));
        incoming.content = Widen(std::move(recall));
      } else if (rendition != renditions.end() && !taken) {
        incoming.content =
            Refuse(refusal::kUnknownOperation, "this version does not know the operation");
      }
      if (incoming.content.has_value()) {
        if (const auto* recall = std::get_if<IncomingRecall>(&*incoming.content)) {
          const model::Recall& said = recall->recall;
          FAIRWAY_ASSIGN_OR_RETURN(incoming.destroys,
                                   store::HoldsContent(txn, said.origin, said.item, said.through));
        }
      }
      records.push_back(std::move(incoming));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  OnAllCores(unchecked.size(), kItemsForAThread, [&](size_t i) {
    Incoming& incoming = records[unchecked[i].index];
    incoming.content = Widen(CheckIncoming(std::move(unchecked[i].claimed), *incoming.record,
                                           *unchecked[i].rendition, from, authorizer_.self(), now));
  });
  return records;
}

absl::StatusOr<Accepted> Receiver::Accept(const model::Peer& from, const wire::BatchFrame& frame,
                                          absl::Time now) const {
  FAIRWAY_ASSIGN_OR_RETURN(const model::FeedBatch batch, OpenBatch(from, frame));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<Incoming> records, Examine(from, batch, frame, now));
  Accepted accepted;
  const store::WriteJob take = [&](store::Txn& txn) {
    accepted = Accepted{};
    return TakeBatch(txn, from.id, batch, records, now, accepted);
  };
  // What brings no item is small: recalls, and records whose items the sender does not give any
  // more, perhaps because they were recalled.
  const bool items = std::any_of(records.begin(), records.end(), [](const Incoming& each) {
    return each.record->op != model::Op::kRecall && each.content.has_value();
  });
  const bool destroys = std::any_of(records.begin(), records.end(),
                                    [](const Incoming& each) { return each.destroys; });
  const auto reserve = destroys ? store::Reserve::kAll : store::Reserve::kUpperHalf;
  const absl::Status taken = items ? database_.Write(take) : database_.WriteReserved(take, reserve);
  // No space for the items, or no policy to ask about them.
  const bool waits = absl::IsResourceExhausted(taken) || absl::IsUnavailable(taken);
  if (waits && items && destroys) {
    FAIRWAY_RETURN_IF_ERROR(TakeRecallsAlone(from.id, records, now));
  }
  FAIRWAY_RETURN_IF_ERROR(taken);
  return accepted;
}

absl::Status Receiver::TakeRecallsOf(const model::Peer& from, const wire::BatchFrame& frame,
                                     absl::Time now) const {
  FAIRWAY_ASSIGN_OR_RETURN(const model::FeedBatch batch, OpenBatch(from, frame));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<Incoming> records, Examine(from, batch, frame, now));
  const bool recalls = std::any_of(records.begin(), records.end(), [](const Incoming& each) {
    return each.record->op == model::Op::kRecall && each.content.has_value();
  });
  return recalls ? TakeRecallsAlone(from.id, records, now) : absl::OkStatus();
}

absl::Status Receiver::TakeRecallsAlone(const model::AuthorityId& from_id,
                                        const std::vector<Incoming>& records,
                                        absl::Time now) const {
  return database_.WriteReserved([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> from, store::GetPeer(txn, from_id));
    if (!from.has_value() || from->state != model::PeerState::kActive) return absl::OkStatus();
    for (const Incoming& incoming : records) {
      if (!incoming.destroys) continue;
      const auto& recall = std::get<IncomingRecall>(*incoming.content);
      FAIRWAY_ASSIGN_OR_RETURN(Verdict verdict, TakeRecall(txn, *from, recall, now));
      if (!verdict.leaf.has_value()) continue;
      verdict.leaf->detail.emplace("record", absl::StrCat(incoming.record->seq));
      FAIRWAY_RETURN_IF_ERROR(audit_.Append(txn, *verdict.leaf).status());
    }
    return absl::OkStatus();
  });
}

absl::Status Receiver::TakeBatch(store::Txn& txn, const model::AuthorityId& from_id,
                                 const model::FeedBatch& batch,
                                 const std::vector<Incoming>& records, absl::Time now,
                                 Accepted& accepted) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> from, store::GetPeer(txn, from_id));
  if (!from.has_value() || from->state != model::PeerState::kActive) {
    return absl::PermissionDeniedError("the peering is not active");
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<model::FeedPosition> feed,
                           store::GetInFeed(txn, from->id));
  if (!feed.has_value()) {
    if (batch.records.front().seq != 1) {
      return absl::FailedPreconditionError("a new feed begins with record 1");
    }
    FAIRWAY_RETURN_IF_ERROR(store::StartInFeed(txn, from->id, batch.feed_id));
    feed = model::FeedPosition{.feed_id = batch.feed_id, .last_seq = 0, .last_hash = {}};
  }
  if (feed->feed_id != batch.feed_id) return NotThisFeed(*from);

  model::Receipt& receipt = accepted.receipt;
  receipt = {.feed_id = batch.feed_id,
             .from = authorizer_.self(),
             .to = from->id,
             .first_seq = batch.records.front().seq,
             .last_seq = batch.records.back().seq,
             .last_hash = records.back().hash,
             .entries = {}};
  audit::Event leaf{.kind = audit::EventKind::kBatchReceived,
                    .actor = from->name,
                    .role = "peer",
                    .objects = {},
                    .outcome = "ok",
                    .reason = "",
                    .detail = {}};
  std::vector<audit::Event> leaves;  // of single records
  size_t refused = 0;
  size_t fresh = 0;
  for (const Incoming& incoming : records) {
    const model::FeedRecord& record = *incoming.record;
    if (record.seq <= feed->last_seq) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::InRecord> taken,
                               store::GetInRecord(txn, from->id, record.seq));
      if (!taken.has_value() || taken->hash != incoming.hash) {
        return NotThisRecord(*from, record.seq);
      }
      receipt.entries.push_back(
          {.seq = record.seq, .outcome = taken->outcome, .code = taken->code});
      continue;
    }
    if (record.seq != feed->last_seq + 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          "record ", record.seq, " after record ", feed->last_seq, " of \"", from->name, "\""));
    }
    if (record.prev_hash != feed->last_hash) return NotThisRecord(*from, record.seq);
    FAIRWAY_ASSIGN_OR_RETURN(Verdict verdict, TakeRecord(txn, *from, incoming, now));
    const std::string& told =
        verdict.refusal.told.empty() ? verdict.refusal.code : verdict.refusal.told;
    FAIRWAY_RETURN_IF_ERROR(store::AppendInRecord(txn, from->id,
                                                  {.seq = record.seq,
                                                   .hash = incoming.hash,
                                                   .object = record.object,
                                                   .outcome = verdict.outcome,
                                                   .code = told,
                                                   .at = now}));
    feed->last_seq = record.seq;
    feed->last_hash = incoming.hash;
    ++fresh;
    receipt.entries.push_back({.seq = record.seq, .outcome = verdict.outcome, .code = told});
    if (verdict.outcome == model::Outcome::kStored) {
      ++accepted.stored;
      leaf.objects.push_back(crypto::Hex(record.object.view()));
    } else if (verdict.outcome == model::Outcome::kRefused) {
      ++refused;
      leaves.push_back(
          {.kind = audit::EventKind::kItemRefused,
           .actor = from->name,
           .role = "peer",
           .objects = {crypto::Hex(record.object.view())},
           .outcome = "refused",
           .reason = verdict.refusal.code,
           .detail = {{"detail", verdict.refusal.detail}, {"record", absl::StrCat(record.seq)}}});
    }
    if (verdict.leaf.has_value()) {
      verdict.leaf->detail.emplace("record", absl::StrCat(record.seq));
      leaves.push_back(*std::move(verdict.leaf));
    }
  }
  if (fresh == 0) return absl::OkStatus();  // all known: no effect, no leaf
  leaf.detail = {{"first", absl::StrCat(receipt.last_seq - fresh + 1)},
                 {"last", absl::StrCat(receipt.last_seq)},
                 {"stored", absl::StrCat(accepted.stored)},
                 {"refused", absl::StrCat(refused)}};
  FAIRWAY_RETURN_IF_ERROR(audit_.Append(txn, leaf).status());
  for (const audit::Event& each : leaves) {
    FAIRWAY_RETURN_IF_ERROR(audit_.Append(txn, each).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<Receiver::Verdict> Receiver::TakeRecord(store::Txn& txn, const model::Peer& from,
                                                       const Incoming& incoming,
                                                       absl::Time now) const {
  if (!incoming.content.has_value()) return Verdict{model::Outcome::kNoContent, {}, {}};
  const Content& content = *incoming.content;
  if (const auto* refused = std::get_if<Refusal>(&content); refused != nullptr) {
    return Verdict{model::Outcome::kRefused, *refused, {}};
  }
  if (const auto* recall = std::get_if<IncomingRecall>(&content); recall != nullptr) {
    return TakeRecall(txn, from, *recall, now);
  }
  return TakeItem(txn, from, std::get<IncomingItem>(content), incoming.record->object, now);
}

absl::StatusOr<Receiver::Verdict> Receiver::TakeRecall(store::Txn& txn, const model::Peer& from,
                                                       const IncomingRecall& incoming,
                                                       absl::Time now) const {
  const model::Recall& recall = incoming.recall;
  const auto refuse = [](std::string_view code, std::string detail) {
    return Verdict{model::Outcome::kRefused, Refuse(code, std::move(detail)), {}};
  };
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> strongest,
                           store::StrongestRecall(txn, recall.origin, recall.item));
  if (strongest.has_value() && model::AtLeastAsStrong(strongest->recall, recall)) {
    return Verdict{};  // all it says was done, and those who had it here are told
  }
  FAIRWAY_ASSIGN_OR_RETURN(const bool fit, ManifestsFit(txn, incoming.manifests));
  if (!fit) {
    return refuse(refusal::kRecallNotSigned, "another manifest of that version is held here");
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                           store::LatestRevision(txn, recall.origin, recall.item));
  FAIRWAY_ASSIGN_OR_RETURN(
      const store::MarkedRecalled marked,
      store::MarkRecalled(txn, recall.origin, recall.item, recall.through, /*erase=*/true));
  if (marked.revisions == 0 && marked.erased == 0) {
    const uint64_t rows = 1 + incoming.manifests.size();
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t spent, store::RecallCost(txn, from.id));
    if (spent + rows > max_unmet_recalls_) {
      return refuse(refusal::kTooManyRecalls,
                    absl::StrCat("the peer sent recalls of what is not here for ", spent,
                                 " rows, the limit is ", max_unmet_recalls_));
    }
    FAIRWAY_RETURN_IF_ERROR(store::AddRecallCost(txn, from.id, rows));
  }
  FAIRWAY_RETURN_IF_ERROR(KeepManifests(txn, incoming.manifests));
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t log_seq,
                           store::AppendToLog(txn, incoming.object, model::Lane::kRecall, now));
  FAIRWAY_RETURN_IF_ERROR(store::PutRecall(txn, {.object = incoming.object,
                                                 .recall = recall,
                                                 .effective = true,
                                                 .signed_bytes = incoming.signed_bytes,
                                                 .received_from = from.id,
                                                 .by_user = "",
                                                 .note = "",
                                                 .at = now,
                                                 .log_seq = log_seq}));
  if (marked.erased > 0) txn.OnCommit([this] { database_.TruncateWalSoon(); });
  return Verdict{
      model::Outcome::kStored,
      {},
      audit::Event{.kind = audit::EventKind::kItemRecalled,
                   .actor = from.name,
                   .role = "peer",
                   .objects = {latest.has_value() ? model::RefOf(latest->body.kind, recall.item)
                                                  : recall.item.ToString(),
                               crypto::Hex(incoming.object.view())},
                   .outcome = "ok",
                   .reason = std::string(model::ToText(recall.reason)),
                   .detail = {{"grade", std::string(model::ToText(recall.grade))},
                              {"through", absl::StrCat(recall.through)},
                              {"erased", absl::StrCat(marked.erased)}}}};
}

absl::StatusOr<Receiver::Verdict> Receiver::TakeItem(store::Txn& txn, const model::Peer& from,
                                                     const IncomingItem& item,
                                                     const model::ObjectId& object,
                                                     absl::Time now) const {
  const model::ItemBody& body = item.body;
  // Who passes on an older revision must not learn from the receipt that there is a newer one, nor
  // who tries an id that somebody here has the item of that id: an originator is told all about its
  // own items, everybody else only that this one was not accepted.
  const auto refuse = [&](std::string_view code, std::string detail) {
    const bool all = from.id == body.origin;
    return Verdict{model::Outcome::kRefused,
                   {std::string(code), std::move(detail),
                    std::string(all ? std::string_view() : refusal::kNotAccepted)},
                   {}};
  };
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t recalled,
                           store::RecalledThrough(txn, body.origin, body.item_id));
  if (body.revision <= recalled) return refuse(refusal::kRecalled, "it was recalled");

  store::StoredRevision revision{.object = object,
                                 .body = body,
                                 .signed_bytes = item.signed_item,
                                 .received_from = from.id,
                                 .stored_at = now,
                                 .terms = item.terms,
                                 .state = store::RevisionState::kActive};
  const auto name_of = [&](const model::AuthorityId& id) -> std::optional<std::string> {
    return id == from.id ? from.name : NamesIn(txn)(id);  // mostly it is the sender's own
  };
  authz::ItemFacts facts{.view = {.body = body, .parts = item.parts, .terms = item.terms},
                         .state = "active",
                         .stored_at = now,
                         .received_from = from.id};
  FAIRWAY_ASSIGN_OR_RETURN(const policy::Decision decision,
                           authorizer_.Accept(facts, from, name_of, now));
  if (decision.verdict != policy::Decision::Verdict::kRelease) {
    return refuse(refusal::kNotAccepted,
                  absl::StrCat("rule ", decision.rule, ": ", decision.because));
  }

  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                           store::LatestRevision(txn, body.origin, body.item_id));
  if (latest.has_value()) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::optional<store::StoredRevision> same,
        store::GetRevisionNumber(txn, body.origin, body.item_id, body.revision));
    if (same.has_value() && same->object != object) {
      return refuse(refusal::kTwoBodies, "the originator signed two bodies for one revision");
    }
    if (same.has_value() && same->erased) {
      return refuse(refusal::kExpired, "its time was over here, and its content was destroyed");
    }
    if (same.has_value()) {
      FAIRWAY_RETURN_IF_ERROR(TakeAgain(txn, *same, item, from, now));
      return Verdict{};
    }
    if (body.revision < latest->body.revision) {
      return refuse(refusal::kNotNewer,
                    absl::StrCat("revision ", latest->body.revision, " is here"));
    }
    if (body.revision == latest->body.revision + 1 && body.prev != latest->object) {
      return refuse(refusal::kWrongPrevious, "it does not follow the revision that is here");
    }
  }
  FAIRWAY_ASSIGN_OR_RETURN(const bool fit, ManifestsFit(txn, item.manifests));
  if (!fit) {
    return refuse(refusal::kUnknownOriginator, "another manifest of that version is held here");
  }
  FAIRWAY_RETURN_IF_ERROR(KeepManifests(txn, item.manifests));
  if (latest.has_value()) FAIRWAY_RETURN_IF_ERROR(DropWants(txn, latest->object));
  if (item.recall_before.has_value()) {
    FAIRWAY_RETURN_IF_ERROR(store::PutRecall(txn, *item.recall_before));
  }
  FAIRWAY_RETURN_IF_ERROR(store::PutRevision(txn, revision, item.parts).status());
  FAIRWAY_RETURN_IF_ERROR(
      store::AppendToLog(txn, object, model::LaneFor(body.precedence), now).status());
  FAIRWAY_RETURN_IF_ERROR(WantAttachments(txn, item.parts, object, from.id, now));
  return Verdict{};
}

}  // namespace fairway::exchange
