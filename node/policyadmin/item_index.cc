#include "node/policyadmin/item_index.h"

#include <algorithm>
#include <utility>

#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/authz/attributes.h"
#include "node/model/labels.h"
#include "node/model/ref.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/recall_table.h"
#include "policy/attributes.h"

namespace fairway::policyadmin {
namespace {

constexpr size_t kRevisionsAtOnce = 500;
constexpr size_t kLeavesAtOnce = 500;

bool ChangesItems(audit::EventKind kind) {
  switch (kind) {
    case audit::EventKind::kItemPublished:
    case audit::EventKind::kItemReceived:
    case audit::EventKind::kItemRecalled:
    case audit::EventKind::kItemExpired:
    case audit::EventKind::kItemImported:
    case audit::EventKind::kBatchReceived:
      return true;
    default:
      return false;
  }
}

// An object id among the words that a leaf names; REFs and names are none.
std::optional<model::ObjectId> ObjectIn(const std::string& word) {
  if (word.size() != 2 * crypto::kDigestBytes) return std::nullopt;
  const absl::StatusOr<std::string> raw = crypto::UnHex(word);
  if (!raw.ok()) return std::nullopt;
  return *crypto::DigestFromBytes(*raw);
}

PreviewItem Describe(const authz::ItemFacts& facts, const model::ObjectId& object,
                     const model::AuthorityId& self, const policy::Attributes& attributes) {
  const model::ItemBody& body = facts.view.body;
  PreviewItem item;
  item.object = object;
  item.item = body.item_id;
  item.origin = body.origin;
  item.revision = body.revision;
  item.ref = model::RefOf(body.kind, body.item_id);
  item.title = facts.view.Text(model::label::kTitle).value_or("");
  item.kind = body.kind;
  item.mode = body.mode;
  item.tlp = facts.view.tlp();
  if (const auto* contains = attributes.FindSet("item.contains"); contains != nullptr) {
    item.contains_known = true;
    item.contains = *contains;
  }
  if (const std::string* name = attributes.FindSymbol("item.originator"); name != nullptr) {
    item.originator = *name;
  }
  item.received = body.origin != self;
  item.stored_at = facts.stored_at;
  return item;
}

}  // namespace

ItemIndex::ItemIndex(const GateSeam& gate, const model::AuthorityId& self)
    : gate_(gate), self_(self), columns_(std::string(authz::kSelfName)) {}

void ItemIndex::Clear() {
  columns_ = policy::ItemColumns(std::string(authz::kSelfName));
  entries_.clear();
  places_.clear();
  seen_leaves_.reset();
}

absl::Status ItemIndex::Follow(store::ReadTxn& txn, const std::vector<model::Peer>& peers) {
  absl::Status followed = FollowFrom(txn, peers);
  if (!followed.ok()) Clear();
  return followed;
}

absl::Status ItemIndex::FollowFrom(store::ReadTxn& txn, const std::vector<model::Peer>& peers) {
  std::map<model::AuthorityId, std::string> names;
  for (const model::Peer& peer : peers) names[peer.id] = peer.name;
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t leaves, audit::CountEntries(txn));
  // Items name authorities, and their attributes say what these are called here.
  if (!seen_leaves_.has_value() || *seen_leaves_ > leaves || names != names_) {
    Clear();
    names_ = std::move(names);
    FAIRWAY_RETURN_IF_ERROR(ReadAll(txn));
  } else {
    FAIRWAY_RETURN_IF_ERROR(ReadLeaves(txn, leaves));
  }
  seen_leaves_ = leaves;
  return absl::OkStatus();
}

absl::Status ItemIndex::ReadAll(store::ReadTxn& txn) {
  uint64_t after = 0;
  while (true) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> revisions,
                             store::RevisionsAfter(txn, after, kRevisionsAtOnce));
    if (revisions.empty()) return absl::OkStatus();
    for (const store::StoredRevision& revision : revisions) {
      after = revision.id;
      if (revision.state != store::RevisionState::kActive) continue;
      FAIRWAY_RETURN_IF_ERROR(LookAtItem(txn, revision.body.origin, revision.body.item_id));
    }
  }
}

absl::Status ItemIndex::ReadLeaves(store::ReadTxn& txn, uint64_t until) {
  for (uint64_t next = *seen_leaves_; next < until;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<audit::Entry> entries,
                             audit::ListEntries(txn, next, kLeavesAtOnce));
    if (entries.empty()) return absl::DataLossError("the audit log ends before its end");
    for (const audit::Entry& entry : entries) {
      if (!ChangesItems(entry.event.kind)) continue;
      for (const std::string& word : entry.event.objects) {
        const std::optional<model::ObjectId> object = ObjectIn(word);
        if (object.has_value()) FAIRWAY_RETURN_IF_ERROR(LookAtObject(txn, *object));
      }
    }
    next += entries.size();
  }
  return absl::OkStatus();
}

absl::Status ItemIndex::LookAtObject(store::ReadTxn& txn, const model::ObjectId& object) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                           store::GetRevision(txn, object));
  if (revision.has_value()) {
    return LookAtItem(txn, revision->body.origin, revision->body.item_id);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall,
                           store::GetRecall(txn, object));
  if (!recall.has_value()) return absl::OkStatus();  // a record without its content
  return LookAtItem(txn, recall->recall.origin, recall->recall.item);
}

void ItemIndex::Forget(const Name& name) {
  const auto place = places_.find(name);
  if (place == places_.end()) return;
  columns_.Remove(place->second);
  entries_[place->second] = PreviewItem();
  places_.erase(place);
}

absl::Status ItemIndex::LookAtItem(store::ReadTxn& txn, const model::AuthorityId& origin,
                                   const model::ItemId& item) {
  const Name name{origin, item};
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                           store::LatestRevision(txn, origin, item));
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t recalled, store::RecalledThrough(txn, origin, item));
  if (!latest.has_value() || latest->state != store::RevisionState::kActive ||
      latest->body.revision <= recalled) {
    Forget(name);
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const authz::ItemFacts facts, gate_.FactsOf(txn, *latest));
  const authz::NameOf name_of = [this](const model::AuthorityId& id) -> std::optional<std::string> {
    const auto found = names_.find(id);
    return found == names_.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
  policy::ItemRow row;
  row.attributes = authz::ForItem(facts, self_, name_of, facts.stored_at);
  row.age_from = authz::AgeFrom(facts, self_);
  row.received = origin != self_;
  const auto place = places_.find(name);
  if (place != places_.end()) {
    columns_.Update(place->second, row);
    entries_[place->second] = Describe(facts, latest->object, self_, row.attributes);
    return absl::OkStatus();
  }
  const uint32_t index = columns_.Add(row);
  if (index >= entries_.size()) entries_.resize(index + 1);
  entries_[index] = Describe(facts, latest->object, self_, row.attributes);
  places_[name] = index;
  return absl::OkStatus();
}

}  // namespace fairway::policyadmin
