// What Invariants checks of each frame as a node hands it to the network.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/feed_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"
#include "node/wire/feed_codec.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

bool Permits(const policy::Decision& decision) {
  return decision.verdict == policy::Decision::Verdict::kRelease;
}

}  // namespace

void Invariants::OnFrame(size_t from, size_t to, const std::string& frame,
                         store::Database& database, absl::Time local_now) {
  if (violation_) return;
  ++counts_.frames;
  const auto decoded = wire::DecodeFrame(frame);
  if (!decoded.ok()) {
    Fail("I1", absl::StrCat(Name(from), " sends ", Name(to),
                            " something that is no frame: ", decoded.status().ToString()));
    return;
  }
  FailOn(Look(database,
              [&](store::ReadTxn& txn) -> absl::Status {
                if (const auto* batch = std::get_if<wire::BatchFrame>(&*decoded)) {
                  return OnBatch(txn, from, to, *batch, local_now);
                }
                if (const auto* reply = std::get_if<wire::ChunkReply>(&*decoded)) {
                  return OnChunk(txn, from, to, *reply, local_now);
                }
                if (const auto* receipt = std::get_if<wire::ReceiptFrame>(&*decoded)) {
                  return OnReceipt(txn, from, to, *receipt);
                }
                return absl::OkStatus();  // the others carry no content
              }),
         from);
}

absl::Status Invariants::OnBatch(store::ReadTxn& txn, size_t from, size_t to,
                                 const wire::BatchFrame& frame, absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const model::FeedBatch batch, wire::DecodeFeedBatch(frame.batch.body));
  const std::string where = absl::StrCat(Name(from), " sends ", Name(to), ": ");
  std::map<uint64_t, Digest>& sent = on_wire_[{from, to}];
  for (const model::FeedRecord& record : batch.records) {
    const Digest hash = wire::RecordHash(wire::EncodeFeedRecord(record));
    const auto [first, is_new] = sent.emplace(record.seq, hash);
    if (!is_new && first->second != hash) {
      Fail("I11", absl::StrCat(where, "record ", record.seq, " with other bytes than before"));
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> row,
                             store::GetRelease(txn, nodes_[to].id, record.seq));
    if (!row || row->record_hash != hash) {
      Fail("I11", absl::StrCat(where, "record ", record.seq, ", which is not committed"));
    }
  }
  for (const wire::Rendition& rendition : frame.renditions) {
    // Two records of a batch may name one object, of which the later lets more go.
    std::vector<Digest> digests;
    for (const model::Part& part : rendition.parts) digests.push_back(part.digest());
    std::sort(digests.begin(), digests.end());
    auto named = std::find_if(batch.records.begin(), batch.records.end(),
                              [&](const model::FeedRecord& record) {
                                return record.object == rendition.object &&
                                       (record.op == model::Op::kRecall ||
                                        record.parts_digest == model::PartsDigest(digests));
                              });
    if (named == batch.records.end()) {
      Fail("I1", absl::StrCat(where, "content of ", Short(rendition.object),
                              ", which no record of the batch names"));
    } else if (named->op == model::Op::kRecall) {
      FAIRWAY_RETURN_IF_ERROR(OnRecall(txn, from, to, rendition));
    } else {
      FAIRWAY_RETURN_IF_ERROR(OnRendition(txn, from, to, rendition, named->terms, now));
    }
  }
  return absl::OkStatus();
}

absl::Status Invariants::OnRendition(store::ReadTxn& txn, size_t from, size_t to,
                                     const wire::Rendition& rendition, const model::Terms& terms,
                                     absl::Time now) {
  ++counts_.renditions;
  const std::string where =
      absl::StrCat(Name(from), " sends ", Name(to), " content of ", Short(rendition.object));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, rendition.object));
  if (!stored) {
    Fail("I1", absl::StrCat(where, ", which it does not hold"));
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, rendition.object));
  if (stored->body.origin == nodes_[from].id && !originals_.contains(stored->object)) {
    // Committed within this very event.
    FAIRWAY_RETURN_IF_ERROR(TakeOriginal(from, txn, *stored));
  }
  if (rendition.signed_item != stored->signed_bytes) {
    Fail("I2", absl::StrCat(where, " with another body than the one it holds"));
  }
  const policy::Decision decision = oracles_[from].Decide(*stored, parts, nodes_[to].id, now);
  if (!Permits(decision)) {
    Fail("I1", absl::StrCat(where, ", withheld by ", decision.rule, ": ", decision.because));
  }
  if (IsRecalled(from, stored->body)) Fail("I9", absl::StrCat(where, ", which is recalled there"));
  FAIRWAY_RETURN_IF_ERROR(OnRecallBefore(txn, from, where, *stored, rendition.recall_before));
  std::vector<std::string> labels;
  for (const model::Part& part : rendition.parts) labels.push_back(part.label);
  FAIRWAY_RETURN_IF_ERROR(CheckDuties(txn, to, where, *stored, terms, labels, decision, now));
  for (const model::Part& part : rendition.parts) {
    if (model::IsPrivate(part.label) || !decision.duties.Releases(part.label)) {
      Fail("I1", absl::StrCat(where, " with part ", part.label, ", which rule ", decision.rule,
                              " keeps back"));
    }
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
      Fail("I2", absl::StrCat(where, " with a part ", part.label, " that it does not hold"));
    }
  }
  return absl::OkStatus();
}

// Beside each later revision goes its originator's recall of those before it, and beside nothing
// else.
absl::Status Invariants::OnRecallBefore(store::ReadTxn& txn, size_t from, const std::string& where,
                                        const store::StoredRevision& revision,
                                        const std::string& recall_before) {
  const model::ItemBody& body = revision.body;
  if (body.revision == 1) {
    if (!recall_before.empty()) Fail("I8", absl::StrCat(where, " with a recall of nothing"));
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> here,
                           store::NarrowingFor(txn, body.origin, body.item_id, body.revision));
  if (!here || here->signed_bytes != recall_before) {
    Fail("I8", absl::StrCat(where, " without the recall of the revisions before it"));
  } else {
    CheckRecallRow(from, *here);
  }
  return absl::OkStatus();
}

// A recall goes whatever policy says, holds nothing but its originator's statement, and goes only
// to whom a revision was numbered for: nobody hears of what he never had.
absl::Status Invariants::OnRecall(store::ReadTxn& txn, size_t from, size_t to,
                                  const wire::Rendition& rendition) {
  ++counts_.recalls_sent;
  const std::string where =
      absl::StrCat(Name(from), " sends ", Name(to), " recall ", Short(rendition.object));
  FAIRWAY_ASSIGN_OR_RETURN(const Statement* statement, FindStatement(txn, from, rendition.object));
  if (statement == nullptr) {
    Fail("I2", absl::StrCat(where, ", which its originator never signed"));
    return absl::OkStatus();
  }
  if (!SignsTheSame(statement->origin, crypto::kTypeRecall, statement->signed_bytes,
                    rendition.signed_item)) {
    Fail("I2", absl::StrCat(where, " with other bytes than its originator's"));
  }
  if (!rendition.parts.empty() || !rendition.recall_before.empty()) {
    Fail("I1", absl::StrCat(where, " with content"));
  }
  const model::Recall& recall = statement->recall;
  FAIRWAY_ASSIGN_OR_RETURN(const bool had, store::WasNumbered(txn, nodes_[to].id, recall.origin,
                                                              recall.item, recall.through));
  if (!had) Fail("I18", absl::StrCat(where, ", of an item that it was never sent"));
  return absl::OkStatus();
}

absl::Status Invariants::OnChunk(store::ReadTxn& txn, size_t from, size_t to,
                                 const wire::ChunkReply& reply, absl::Time now) {
  if (!reply.refused.empty()) return absl::OkStatus();
  ++counts_.chunks;
  const std::string where = absl::StrCat(Name(from), " sends ", Name(to), " a chunk of ",
                                         Short(reply.object), " ", reply.label);
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, reply.object));
  if (!stored) {
    Fail("I1", absl::StrCat(where, ", which it does not hold"));
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, reply.object));
  const policy::Decision decision = oracles_[from].Decide(*stored, parts, nodes_[to].id, now);
  if (!Permits(decision) || !decision.duties.Releases(reply.label)) {
    Fail("I1", absl::StrCat(where, ", withheld by ", decision.rule, ": ", decision.because));
  }
  if (IsRecalled(from, stored->body)) Fail("I9", absl::StrCat(where, ", which is recalled there"));
  FAIRWAY_ASSIGN_OR_RETURN(const bool released,
                           store::IsReleased(txn, nodes_[to].id, reply.object));
  if (!released) Fail("I1", absl::StrCat(where, ", which was never released"));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> chunk,
                           store::GetChunk(txn, reply.object, reply.label, reply.index));
  if (!chunk || *chunk != reply.data) {
    Fail("I2", absl::StrCat(where, " that is not the one it holds"));
  }
  return absl::OkStatus();
}

absl::Status Invariants::OnReceipt(store::ReadTxn& txn, size_t from, size_t to,
                                   const wire::ReceiptFrame& frame) {
  ++counts_.receipts;
  FAIRWAY_ASSIGN_OR_RETURN(const model::Receipt receipt, wire::DecodeReceipt(frame.receipt.body));
  const std::string where = absl::StrCat(Name(from), " gives ", Name(to), " a receipt for records ",
                                         receipt.first_seq, " to ", receipt.last_seq);
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::FeedPosition> in_feed,
                           store::GetInFeed(txn, nodes_[to].id));
  if (!in_feed || in_feed->feed_id != receipt.feed_id || in_feed->last_seq < receipt.last_seq) {
    Fail("I3", absl::StrCat(where, " of which it has committed ", in_feed ? in_feed->last_seq : 0));
    return absl::OkStatus();
  }
  for (const model::Receipt::Entry& entry : receipt.entries) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::InRecord> record,
                             store::GetInRecord(txn, nodes_[to].id, entry.seq));
    if (!record || record->outcome != entry.outcome) {
      Fail("I3", absl::StrCat(where, " and says of ", entry.seq, " what it has not committed"));
      return absl::OkStatus();
    }
    if (entry.outcome != model::Outcome::kStored) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                             store::GetRevision(txn, record->object));
    if (stored) continue;
    const auto statement = statements_.find(record->object);
    if (statement == statements_.end()) {
      Fail("I3", absl::StrCat(where, " but does not hold ", Short(record->object)));
      continue;
    }
    const model::Recall& recall = statement->second.recall;
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t through,
                             store::RecalledThrough(txn, recall.origin, recall.item));
    if (through < recall.through) {
      Fail("I3", absl::StrCat(where, " but did not take back ", recall.item.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace fairway::simulation
