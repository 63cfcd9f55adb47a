// What Invariants checks of recalls and of what has expired: I8, I9, I10.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/audit/event.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"
#include "node/wire/recall_codec.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

constexpr size_t kPage = 500;
// How long what is over may keep its content.
constexpr absl::Duration kExpiryGrace = absl::Seconds(60);

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

std::string Number(uint64_t through) {
  return through == model::kEveryRevision ? "all" : absl::StrCat(through);
}

absl::Time ExpiryOf(const store::StoredRevision& revision) {
  return std::min(revision.body.not_after.value_or(absl::InfiniteFuture()),
                  revision.terms.expires.value_or(absl::InfiniteFuture()));
}

// The objects that leaves of this kind name.
std::vector<crypto::Digest> Named(const std::vector<audit::Entry>& leaves, audit::EventKind kind) {
  std::vector<crypto::Digest> objects;
  for (const audit::Entry& leaf : leaves) {
    if (leaf.event.kind != kind) continue;
    for (const std::string& text : leaf.event.objects) {
      const absl::StatusOr<std::string> raw = crypto::UnHex(text);
      crypto::Digest object;
      if (!raw.ok() || raw->size() != object.bytes.size()) continue;
      std::copy(raw->begin(), raw->end(), object.bytes.begin());
      objects.push_back(object);
    }
  }
  return objects;
}

}  // namespace

void Invariants::AcknowledgeRecall(size_t node, const model::ObjectId& statement) {
  seen_[node].acknowledged_recalls.insert(statement);
}

// A statement of this node's own: from now on this is what every copy is compared with.
void Invariants::TakeStatement(size_t node, const store::RecallRow& row) {
  const std::string where = absl::StrCat(Name(node), ": its own recall ", Short(row.object));
  const auto envelope = crypto::DecodeSigned(row.signed_bytes);
  const crypto::PublicKey keys[] = {nodes_[node].item_key};
  if (!envelope.ok()) return Fail("I2", absl::StrCat(where, " cannot be read"));
  const auto verified = crypto::Open(*envelope, crypto::kTypeRecall, keys);
  if (!verified.ok() || verified->object_id() != row.object) {
    return Fail("I2", absl::StrCat(where, " is not signed by it"));
  }
  if (wire::EncodeRecall(row.recall) != verified->body()) {
    return Fail("I2", absl::StrCat(where, ": the stored statement is not the signed one"));
  }
  statements_.try_emplace(row.object, Statement{node, row.signed_bytes, row.recall});
}

void Invariants::CheckRecallRow(size_t node, const store::RecallRow& row) {
  const std::string where = absl::StrCat(Name(node), ": recall ", Short(row.object));
  const std::optional<size_t> origin = IndexOf(row.recall.origin);
  if (!origin) return Fail("I2", absl::StrCat(where, ": of an originator that does not exist"));
  if (*origin == node) return TakeStatement(node, row);
  const auto known = statements_.find(row.object);
  if (known == statements_.end()) {
    return Fail("I2", absl::StrCat(where, ": its originator never signed it"));
  }
  if (known->second.recall != row.recall ||
      !SignsTheSame(*origin, crypto::kTypeRecall, known->second.signed_bytes, row.signed_bytes)) {
    Fail("I2", absl::StrCat(where, ": is not what its originator signed"));
  }
}

// What an originator signed under this id, if it is here. Of this node's own it may have been
// committed within this very event.
absl::StatusOr<const Invariants::Statement*> Invariants::FindStatement(store::ReadTxn& txn,
                                                                       size_t node,
                                                                       const Digest& object) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> row,
                           store::GetRecall(txn, object));
  if (!row) return nullptr;
  CheckRecallRow(node, *row);
  const auto known = statements_.find(object);
  return known == statements_.end() ? nullptr : &known->second;
}

absl::Status Invariants::LookAtRecalls(size_t node, store::ReadTxn& txn, News& news) {
  Seen& seen = seen_[node];
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> rows,
                             store::RecallsAfter(txn, seen.last_recall, kPage));
    for (const store::RecallRow& row : rows) {
      ++counts_.recalls;
      seen.last_recall = row.log_seq;
      CheckRecallRow(node, row);
      if (!seen.statements.insert(row.object).second) {
        Fail("I15", absl::StrCat(Name(node), ": recall ", Short(row.object), " took effect twice"));
      }
      Tombstone& tombstone = seen.tombstones[{row.recall.origin, row.recall.item}];
      tombstone.through = std::max(tombstone.through, row.recall.through);
      tombstone.purged = tombstone.purged || row.recall.grade == model::RecallGrade::kPurge;
    }
    news.recalls.insert(news.recalls.end(), rows.begin(), rows.end());
    if (rows.size() < kPage) break;
  }
  for (const Digest& object : Named(news.leaves, audit::EventKind::kItemExpired)) {
    ++counts_.expired;
    if (!seen.revisions.contains(object)) {
      Fail("I4", absl::StrCat(Name(node), ": a leaf says that ", Short(object),
                              " expired, which is not here"));
    }
    if (!seen.expired.insert(object).second) {
      Fail("I4", absl::StrCat(Name(node), ": two leaves say that ", Short(object), " expired"));
    }
  }
  return absl::OkStatus();
}

bool Invariants::IsRecalled(size_t node, const model::ItemBody& body) const {
  const auto found = seen_[node].tombstones.find({body.origin, body.item_id});
  return found != seen_[node].tombstones.end() && body.revision <= found->second.through;
}

// An originator keeps its own content of what it recalled, unless it purged it.
bool Invariants::MustBeGone(size_t node, const Digest& object) const {
  if (seen_[node].expired.contains(object)) return true;
  const auto original = originals_.find(object);
  if (original == originals_.end()) return false;
  const model::ItemBody& body = original->second.body;
  if (!IsRecalled(node, body)) return false;
  return original->second.origin != node ||
         seen_[node].tombstones.at({body.origin, body.item_id}).purged;
}

absl::Status Invariants::CheckHasNoContent(size_t node, store::ReadTxn& txn, const Digest& object) {
  ++counts_.erased;
  const std::string where = absl::StrCat(
      Name(node), ": ", Short(object), ", which is ",
      seen_[node].expired.contains(object) ? "expired" : "recalled", " and was erased, ");
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                           store::GetRevision(txn, object));
  if (!revision) return absl::OkStatus();  // Recheck says so
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts, store::GetParts(txn, object));
  if (!parts.empty()) Fail("I9", absl::StrCat(where, "has ", parts.size(), " parts"));
  for (const model::Part& part : originals_.at(object).parts) {
    if (!part.label.starts_with("attachments/")) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<uint32_t> chunks,
                             store::ChunksHere(txn, object, part.label));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::MissingAttachment> wanted,
                             store::GetMissing(txn, object, part.label));
    if (!chunks.empty() || wanted) {
      Fail("I9",
           absl::StrCat(where, chunks.empty() ? "still asks for " : "has chunks of ", part.label));
    }
  }
  if (revision->state != store::RevisionState::kRecalled &&
      revision->state != store::RevisionState::kExpired) {
    Fail("I9", absl::StrCat(where, "is in force"));
  }
  return absl::OkStatus();
}

// Whatever this event touched of what must be gone.
absl::Status Invariants::CheckGone(size_t node, store::ReadTxn& txn, const News& news) {
  const Seen& seen = seen_[node];
  std::set<Digest> touched(news.taken.begin(), news.taken.end());
  for (const store::StoredRevision& revision : news.revisions) touched.insert(revision.object);
  for (const audit::EventKind kind :
       {audit::EventKind::kItemExpired, audit::EventKind::kAttachmentReceived}) {
    const std::vector<Digest> objects = Named(news.leaves, kind);
    touched.insert(objects.begin(), objects.end());
  }
  for (const store::RecallRow& row : news.recalls) {
    const auto item = seen.items.find({row.recall.origin, row.recall.item});
    if (item != seen.items.end()) touched.insert(item->second.begin(), item->second.end());
  }
  for (const Digest& object : touched) {
    if (!MustBeGone(node, object)) continue;
    FAIRWAY_RETURN_IF_ERROR(CheckHasNoContent(node, txn, object));
  }
  return absl::OkStatus();
}

absl::Status Invariants::RecheckRecalls(size_t node, store::ReadTxn& txn) {
  const Seen& seen = seen_[node];
  for (const Digest& statement : seen.statements) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> row,
                             store::GetRecall(txn, statement));
    if (!row || !row->effective) {
      Fail("I9",
           absl::StrCat(Name(node), ": recall ", Short(statement), " took effect and is gone"));
    }
  }
  for (const Digest& statement : seen.acknowledged_recalls) {
    if (!seen.statements.contains(statement)) {
      Fail("I3", absl::StrCat(Name(node), ": recall ", Short(statement),
                              " was acknowledged to its officer and is not there"));
    }
  }
  for (const auto& [item, tombstone] : seen.tombstones) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t through,
                             store::RecalledThrough(txn, item.first, item.second));
    if (through != tombstone.through) {
      Fail("I9", absl::StrCat(Name(node), ": ", item.second.ToString(), " is recalled through ",
                              Number(through), ", and was through ", Number(tombstone.through)));
    }
  }
  for (const auto& [object, unused] : seen.revisions) {
    if (!MustBeGone(node, object)) continue;
    FAIRWAY_RETURN_IF_ERROR(CheckHasNoContent(node, txn, object));
  }
  return absl::OkStatus();
}

void Invariants::CheckExpired(size_t node, store::Database& database, absl::Time local_now) {
  if (violation_) return;
  ++counts_.clocks;
  FailOn(Look(database,
              [&](store::ReadTxn& txn) -> absl::Status {
                uint64_t after = 0;
                for (;;) {
                  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> page,
                                           store::RevisionsAfter(txn, after, kPage));
                  for (const store::StoredRevision& revision : page) {
                    after = revision.id;
                    if (ExpiryOf(revision) > local_now - kExpiryGrace) continue;
                    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                                             store::GetParts(txn, revision.object));
                    if (revision.erased && parts.empty()) continue;
                    Fail("I10",
                         absl::StrCat(Name(node), ": ", Short(revision.object), " was over at ",
                                      absl::FormatTime(ExpiryOf(revision)),
                                      " and still has content at ", absl::FormatTime(local_now)));
                  }
                  if (page.size() < kPage) return absl::OkStatus();
                }
              }),
         node);
}

// What `from` owes `to`: each recall in effect of what it numbered for it, and the recall of
// earlier revisions if the newest is not for it.
absl::Status Invariants::WhyNotTold(size_t from, size_t to, store::ReadTxn& txn, absl::Time now,
                                    std::string& reason) {
  const model::AuthorityId& peer = nodes_[to].id;
  const auto told_through = [&](const ItemKey& item) -> absl::StatusOr<uint64_t> {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> told,
                             store::LatestRecallOfItem(txn, peer, item.first, item.second));
    if (!told) return uint64_t{0};
    if (told->state == store::ReleaseState::kRefused) {
      return refused_.contains({to, told->object}) ? told->revision : 0;
    }
    return told->state == store::ReleaseState::kDelivered ? told->revision : 0;
  };
  for (const auto& [item, tombstone] : seen_[from].tombstones) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const bool had, store::WasNumbered(txn, peer, item.first, item.second, tombstone.through));
    if (!had) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t told, told_through(item));
    if (told >= tombstone.through) continue;
    reason = absl::StrCat("the recall of ", item.second.ToString(), " through ",
                          Number(tombstone.through), " has no receipt");
  }
  for (const auto& [item, newest] : seen_[from].newest) {
    if (newest < 2) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, item.first, item.second));
    if (!latest || latest->state != store::RevisionState::kActive) continue;
    if (latest->body.origin == peer || latest->received_from == peer) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const bool had, store::WasNumbered(txn, peer, item.first, item.second,
                                                                latest->body.revision - 1));
    FAIRWAY_ASSIGN_OR_RETURN(const bool has, store::IsReleased(txn, peer, latest->object));
    if (!had || has) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                             store::GetParts(txn, latest->object));
    const policy::Decision decision = oracles_[from].Decide(*latest, parts, peer, now);
    if (decision.verdict == policy::Decision::Verdict::kRelease) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t told, told_through(item));
    // Whom one revision left out must not hear how often it is revised later.
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> put,
                             store::LatestReleaseOfItem(txn, peer, item.first, item.second));
    if (put && put->revision <= told) continue;
    if (told >= latest->body.revision - 1) continue;
    reason = absl::StrCat("revision ", latest->body.revision, " of ", item.second.ToString(),
                          " is not for it (", decision.rule, ": ", decision.because,
                          "), and the earlier ones are recalled through ", Number(told));
  }
  return absl::OkStatus();
}

std::optional<std::string> Invariants::WhyNotRecalled(const std::vector<Node>& nodes) {
  for (size_t from = 0; from < nodes_.size(); ++from) {
    for (size_t to = 0; to < nodes_.size(); ++to) {
      if (from == to) continue;
      std::string reason;
      FailOn(Look(*nodes[from].database,
                  [&](store::ReadTxn& txn) {
                    return WhyNotTold(from, to, txn, nodes[from].local_now, reason);
                  }),
             from);
      if (violation_) return violation_->what;
      if (!reason.empty()) return absl::StrCat(Name(from), " to ", Name(to), ": ", reason);
    }
  }
  // Whoever ever stored a revision that is recalled now knows it, unless a spoiled recall was
  // refused somewhere: then a person has to look, and `where` says so.
  for (const auto& [object, statement] : statements_) {
    const model::Recall& recall = statement.recall;
    if (!seen_[statement.origin].statements.contains(object)) continue;
    const bool spoiled =
        std::any_of(refused_.begin(), refused_.end(),
                    [&, id = object](const auto& entry) { return entry.second == id; });
    if (spoiled) continue;
    const ItemKey key{recall.origin, recall.item};
    for (size_t node = 0; node < nodes_.size(); ++node) {
      const auto item = seen_[node].items.find(key);
      if (item == seen_[node].items.end()) continue;
      const bool stored = std::any_of(
          item->second.begin(), item->second.end(),
          [&](const Digest& each) { return originals_.at(each).body.revision <= recall.through; });
      if (!stored) continue;
      ++counts_.reached;
      const auto tombstone = seen_[node].tombstones.find(key);
      if (tombstone != seen_[node].tombstones.end() &&
          tombstone->second.through >= recall.through) {
        continue;
      }
      return absl::StrCat(Name(node), " once stored ", recall.item.ToString(),
                          " and has not heard that it is recalled through ",
                          Number(recall.through));
    }
  }
  return std::nullopt;
}

}  // namespace fairway::simulation
