#include "node/policyadmin/preview.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "node/authz/attributes.h"
#include "node/model/ref.h"
#include "node/policyadmin/gains.h"
#include "node/policyadmin/item_index.h"
#include "node/policyadmin/pair_change.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "policy/preview/compare.h"
#include "policy/vocabulary.h"

namespace fairway::policyadmin {
namespace {

constexpr std::string_view kPersonalData = "personal-data";

absl::Status NothingToPreview() {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-014",
                      .message = "no policy is in force and none was drafted: there is nothing to "
                                 "preview",
                      .why = {},
                      .next = {"fairway policy preview FILE"}});
}

absl::Status BadDraftPeers(std::string message) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-POL-015",
                      .message = std::move(message),
                      .why = {},
                      .next = {"fairway policy preview --help"}});
}

// Of a peer that does not exist, made of its name: nothing was ever sent to it.
model::AuthorityId HypotheticalId(const std::string& name) {
  return {crypto::TaggedHash("fairway/hypothetical-peer", name)};
}

std::vector<model::Peer>::iterator FindPeer(std::vector<model::Peer>& peers,
                                            const std::string& name) {
  return std::find_if(peers.begin(), peers.end(),
                      [&name](const model::Peer& peer) { return peer.name == name; });
}

const model::Peer* FindPeer(const std::vector<model::Peer>& peers, const std::string& name) {
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [&name](const model::Peer& peer) { return peer.name == name; });
  return found == peers.end() ? nullptr : &*found;
}

absl::Status PutDrafts(const std::vector<Draft::Peer>& drafts, std::vector<model::Peer>& peers) {
  if (drafts.size() > kMaxDraftPeers) {
    return BadDraftPeers(
        absl::StrCat(drafts.size(), " peers are drafted; at most ", kMaxDraftPeers, " can be"));
  }
  std::set<std::string> seen;
  for (const Draft::Peer& draft : drafts) {
    if (!seen.insert(draft.name).second) {
      return BadDraftPeers(absl::StrCat("the peer \"", draft.name, "\" is drafted twice"));
    }
    const auto found = FindPeer(peers, draft.name);
    model::Peer peer;
    if (found != peers.end()) {
      peer = *found;
    } else {
      if (!model::CheckPeerName(draft.name).ok()) {
        return BadDraftPeers(absl::StrCat("\"", draft.name, "\" cannot be the name of a peer"));
      }
      peer.id = HypotheticalId(draft.name);
      peer.name = draft.name;
    }
    const uint64_t version = peer.attributes.version + 1;
    peer.attributes = draft.attributes;
    peer.attributes.version = version;
    peer.state = model::PeerState::kActive;
    found != peers.end() ? void(*found = std::move(peer)) : peers.push_back(std::move(peer));
  }
  std::sort(peers.begin(), peers.end(),
            [](const model::Peer& a, const model::Peer& b) { return a.name < b.name; });
  return absl::OkStatus();
}

policy::Side SideOf(const Previewer::Side& side, absl::Time now) {
  policy::Side out;
  out.policy = side.active == nullptr ? nullptr : side.active->policy.get();
  out.now = now;
  for (const model::Peer& peer : side.names.peers) {
    if (peer.state == model::PeerState::kRemoved) continue;
    out.peers.push_back({peer.name, authz::ForPeer(peer)});
  }
  return out;
}

// Collects one preview. Items are named by their place in the index until they are listed.
class Collector {
 public:
  Collector(const ItemIndex& index, Preview& preview) : index_(index), preview_(preview) {}

  size_t Listed(uint32_t place) {
    const auto [found, fresh] = listed_.try_emplace(place, preview_.items.size());
    if (fresh) preview_.items.push_back(index_.at(place));
    return found->second;
  }

  void Take(const model::Peer& peer, uint32_t place, const PairChange& change, PeerPreview& into) {
    const auto add = [&](std::vector<ItemChange>& list, std::vector<std::string> fields) {
      list.push_back({.item = Listed(place),
                      .after = change.after.decision,
                      .before = change.before.decision,
                      .fields = std::move(fields),
                      .waits = change.waits,
                      .delivered = change.delivered});
    };
    const model::ObjectId& object = index_.at(place).object;
    switch (change.kind) {
      case PairChange::Kind::kSame:
        return;
      case PairChange::Kind::kReleased:
        add(into.released, change.after.labels);
        released_.insert(place);
        ++preview_.newly_released_pairs;
        gains_.insert({peer.id, object, Gain::Kind::kReleased, change.after.labels, change.terms});
        return;
      case PairChange::Kind::kWithheld:
        add(into.withheld, change.before.labels);
        return;
      case PairChange::Kind::kOtherForm:
        break;
    }
    if (!change.more.empty()) {
      add(into.more_fields, change.more);
      gains_.insert({peer.id, object, Gain::Kind::kFields, change.more, ""});
    }
    if (!change.fewer.empty()) add(into.fewer_fields, change.fewer);
    if (change.other_terms) add(into.changed_terms, {});
    if (change.milder_terms) {
      gains_.insert({peer.id, object, Gain::Kind::kTerms, {}, change.terms});
    }
  }

  void Finish() {
    preview_.newly_released = released_.size();
    for (const uint32_t place : released_) Count(index_.at(place));
    preview_.gains = EncodeGains(gains_);
    preview_.digest = GainsDigest(preview_.gains);
  }

  uint64_t released() const { return released_.size(); }

 private:
  void Count(const PreviewItem& item) {
    if (!preview_.highest_tlp.has_value() || item.tlp > *preview_.highest_tlp) {
      preview_.highest_tlp = item.tlp;
      preview_.at_highest_tlp = 0;
    }
    if (item.tlp == *preview_.highest_tlp) ++preview_.at_highest_tlp;
    const bool personal =
        !item.contains_known ||
        std::find(item.contains.begin(), item.contains.end(), kPersonalData) != item.contains.end();
    if (personal) ++preview_.personal_data;
    if (item.received) ++preview_.received[item.originator];
  }

  const ItemIndex& index_;
  Preview& preview_;
  std::map<uint32_t, size_t> listed_;
  std::set<uint32_t> released_;
  std::set<Gain> gains_;
};

bool Same(const policy::Budget& a, const policy::Budget& b) {
  return a.name == b.name && a.at_most == b.at_most && a.to == b.to && a.peer == b.peer &&
         a.without_role == b.without_role;
}

// Those of the draft, and those in force: a change cannot drop or raise what it would exceed.
std::vector<policy::Budget> BudgetsOf(const Previewer::Side& before, const Previewer::Side& after) {
  if (after.active == nullptr) return {};
  const std::vector<policy::Budget>& drafted = after.active->policy->budgets();
  std::vector<policy::Budget> budgets = drafted;
  if (before.active == nullptr) return budgets;
  for (const policy::Budget& budget : before.active->policy->budgets()) {
    const bool there =
        std::any_of(drafted.begin(), drafted.end(),
                    [&budget](const policy::Budget& each) { return Same(each, budget); });
    if (!there) budgets.push_back(budget);
  }
  return budgets;
}

std::vector<BudgetUse> UseBudgets(const std::vector<policy::Budget>& budgets,
                                  const Preview& preview) {
  std::vector<BudgetUse> uses;
  for (const policy::Budget& budget : budgets) {
    BudgetUse use{.budget = budget, .items = 0, .peer = "", .exceeded = false};
    if (budget.to == policy::Budget::To::kAll) use.items = preview.newly_released;
    for (const PeerPreview& peer : preview.peers) {
      const bool counts = budget.to == policy::Budget::To::kAnyOnePeer ||
                          (budget.to == policy::Budget::To::kPeer && budget.peer == peer.peer);
      if (!counts || peer.released.size() <= use.items) continue;
      use.items = peer.released.size();
      use.peer = peer.peer;
    }
    use.exceeded = use.items > budget.at_most;
    uses.push_back(std::move(use));
  }
  return uses;
}

Aging FindAging(const Previewer::Side& side, const ItemIndex& index, absl::Time now,
                Collector& collector) {
  Aging aging;
  if (side.active == nullptr) return aging;
  const absl::Time later = now + absl::Hours(24 * kAgingDays);
  policy::ItemSet out;
  policy::ItemSet in;
  for (const policy::PeerDiff& diff :
       policy::Compare(SideOf(side, now), SideOf(side, later), index.columns())) {
    const policy::WayOutDiff& onward = diff.on(policy::WayOut::kOnward);
    out |= onward.newly_withheld;
    in |= onward.newly_released;
    const auto list = [&](const policy::ItemSet& items, std::vector<Aging::Pair>& into) {
      const size_t room = kMaxAgingListed - std::min(kMaxAgingListed, into.size());
      for (const uint32_t place : items.ToVector(room)) {
        into.push_back({diff.peer, collector.Listed(place)});
      }
    };
    list(onward.newly_withheld, aging.out);
    list(onward.newly_released, aging.in);
  }
  aging.items_out = out.size();
  aging.items_in = in.size();
  const int64_t today = absl::ToUnixSeconds(now) / 86400;
  for (const policy::RuleDates& rule : side.active->policy->rule_dates()) {
    if (!rule.until || *rule.until < today || *rule.until > today + kAgingDays) continue;
    aging.rules_ending.push_back(
        {rule.rule, rule.line, absl::FromUnixSeconds(*rule.until * 86400)});
  }
  return aging;
}

// "dar-customs B-7K3Q-8M2V: title, summary".
absl::StatusOr<std::string> LineOf(store::ReadTxn& txn, const Gain& gain) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, gain.peer));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                           store::GetRevision(txn, gain.object));
  const std::string ref = revision.has_value()
                              ? model::RefOf(revision->body.kind, revision->body.item_id)
                              : crypto::Hex(gain.object.view().substr(0, 8));
  return absl::StrCat(
      peer.has_value() ? peer->name : gain.peer.ToString(), " ", ref, ": ",
      gain.kind == Gain::Kind::kTerms ? gain.terms : absl::StrJoin(gain.labels, ", "));
}

std::vector<std::string> HowToTakeBack(const PreviewItem& item) {
  if (item.received) return {absl::StrCat("ask ", item.originator, " to recall ", item.ref)};
  return {absl::StrCat("fairway recall ", item.ref, " --reason REASON   (from everybody)"),
          absl::StrCat("fairway revise ", item.ref,
                       " FILE   (from those that the policy keeps it from)")};
}

}  // namespace

size_t PeerPreview::not_yet_sent() const {
  return static_cast<size_t>(std::count_if(withheld.begin(), withheld.end(),
                                           [](const ItemChange& each) { return !each.delivered; }));
}

bool PeerPreview::unchanged() const {
  return released.empty() && withheld.empty() && more_fields.empty() && fewer_fields.empty() &&
         changed_terms.empty();
}

bool Preview::gains_nothing() const { return digest == GainsDigest(EncodeGains({})); }

class Previewer::Index {
 public:
  Index(const GateSeam& gate, const model::AuthorityId& self) : items(gate, self) {}

  std::mutex mutex;
  ItemIndex items;  // guarded by mutex
};

Previewer::Previewer(const store::Database& database, const GateSeam& gate,
                     const model::AuthorityId& self)
    : database_(database), gate_(gate), index_(std::make_unique<Index>(gate, self)) {}

Previewer::~Previewer() = default;

absl::StatusOr<policyadmin::Preview> Previewer::CompareIn(store::ReadTxn& txn, const Side& before,
                                                          const Side& after, absl::Time now) const {
  const absl::Time started = absl::Now();
  policyadmin::Preview preview;
  preview.at = now;
  preview.base = before.active == nullptr ? 0 : before.active->number;
  FAIRWAY_ASSIGN_OR_RETURN(const PolicyNames stored, CurrentNames(txn));
  FAIRWAY_RETURN_IF_ERROR(index_->items.Follow(txn, stored.peers));
  const ItemIndex& items = index_->items;
  preview.items_looked_at = items.columns().size();
  if (after.active != nullptr) {
    preview.file_name = after.active->policy->file_name();
    preview.hash = PolicyHash(*after.active->policy);
  }
  Collector collector(items, preview);
  std::map<std::string, policy::PeerDiff> diffs;
  for (policy::PeerDiff& diff :
       policy::Compare(SideOf(before, now), SideOf(after, now), items.columns())) {
    std::string name = diff.peer;
    diffs.emplace(std::move(name), std::move(diff));
  }
  for (const model::Peer& peer : after.names.peers) {
    if (peer.state == model::PeerState::kRemoved) continue;
    const model::Peer* was = FindPeer(before.names.peers, peer.name);
    PeerPreview of_peer{.peer = peer.name,
                        .id = peer.id,
                        .hypothetical = FindPeer(stored.peers, peer.name) == nullptr,
                        .drafted = was == nullptr || was->attributes != peer.attributes,
                        .released = {},
                        .withheld = {},
                        .more_fields = {},
                        .fewer_fields = {},
                        .changed_terms = {}};
    ++preview.peers_looked_at;
    if (const auto diff = diffs.find(peer.name); diff != diffs.end()) {
      for (const uint32_t place : diff->second.on(policy::WayOut::kOnward).All().ToVector()) {
        const PreviewItem& item = items.at(place);
        FAIRWAY_ASSIGN_OR_RETURN(
            const PairChange change,
            ChangeOfPair(txn, gate_, {before.active.get(), was}, {after.active.get(), &peer},
                         {item.object, item.origin, item.item}, now));
        collector.Take(peer, place, change, of_peer);
      }
    }
    preview.peers.push_back(std::move(of_peer));
  }
  collector.Finish();
  for (const PeerPreview& peer : preview.peers) {
    for (const ItemChange& change : peer.withheld) {
      if (!change.delivered) continue;
      preview.recalls.push_back(
          {peer.peer, change.item, HowToTakeBack(preview.items[change.item])});
    }
  }
  preview.budgets = UseBudgets(BudgetsOf(before, after), preview);
  preview.aging = FindAging(after, items, now, collector);
  preview.took = absl::Now() - started;
  return preview;
}

absl::StatusOr<policyadmin::Preview> Previewer::Compare(const Side& before, const Side& after,
                                                        absl::Time now) const {
  std::optional<policyadmin::Preview> preview;
  // Before the snapshot is taken: the index never is ahead of who reads it.
  std::lock_guard<std::mutex> lock(index_->mutex);
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(preview, CompareIn(txn, before, after, now));
    return absl::OkStatus();
  }));
  return *std::move(preview);
}

absl::StatusOr<Previewer::Side> Previewer::InForce(store::ReadTxn& txn) {
  Side side;
  FAIRWAY_ASSIGN_OR_RETURN(side.names, CurrentNames(txn));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row, store::ActivePolicyRow(txn));
  if (!row.has_value()) return side;
  PolicyNames names = side.names;
  names.profile_text = row->profile_text;
  FAIRWAY_ASSIGN_OR_RETURN(const LoadedPolicy loaded, LoadPolicy(row->file_name, row->text, names));
  // One that does not load releases nothing: as none.
  if (loaded.active != nullptr) {
    auto active = std::make_shared<authz::ActivePolicy>(*loaded.active);
    active->number = row->number;
    side.active = std::move(active);
  }
  return side;
}

absl::StatusOr<Previewed> Previewer::Preview(const Draft& draft, absl::Time now) const {
  Previewed previewed;
  std::lock_guard<std::mutex> lock(index_->mutex);
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    previewed = Previewed();
    FAIRWAY_ASSIGN_OR_RETURN(const Side before, InForce(txn));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row,
                             store::ActivePolicyRow(txn));
    if (!draft.text.has_value() && !row.has_value()) return NothingToPreview();
    Side after{.active = nullptr, .names = before.names};
    FAIRWAY_RETURN_IF_ERROR(PutDrafts(draft.peers, after.names.peers));
    if (!draft.text.has_value()) after.names.profile_text = row->profile_text;
    FAIRWAY_ASSIGN_OR_RETURN(
        LoadedPolicy loaded,
        LoadPolicy(draft.text.has_value() ? draft.text->file_name : row->file_name,
                   draft.text.has_value() ? draft.text->text : row->text, after.names));
    previewed.diagnostics = std::move(loaded.diagnostics);
    if (loaded.active == nullptr) return absl::OkStatus();
    after.active = std::move(loaded.active);
    FAIRWAY_ASSIGN_OR_RETURN(previewed.preview, CompareIn(txn, before, after, now));
    return absl::OkStatus();
  }));
  return previewed;
}

absl::StatusOr<GainDifference> Previewer::Difference(const std::string& then,
                                                     const std::string& now) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::set<Gain> old_gains, DecodeGains(then));
  FAIRWAY_ASSIGN_OR_RETURN(const std::set<Gain> new_gains, DecodeGains(now));
  std::vector<Gain> more;
  std::vector<Gain> fewer;
  std::set_difference(new_gains.begin(), new_gains.end(), old_gains.begin(), old_gains.end(),
                      std::back_inserter(more));
  std::set_difference(old_gains.begin(), old_gains.end(), new_gains.begin(), new_gains.end(),
                      std::back_inserter(fewer));
  GainDifference difference;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    difference = GainDifference();
    for (const Gain& gain : more) {
      FAIRWAY_ASSIGN_OR_RETURN(std::string line, LineOf(txn, gain));
      difference.more.push_back(std::move(line));
    }
    for (const Gain& gain : fewer) {
      FAIRWAY_ASSIGN_OR_RETURN(std::string line, LineOf(txn, gain));
      difference.fewer.push_back(std::move(line));
    }
    return absl::OkStatus();
  }));
  return difference;
}

}  // namespace fairway::policyadmin
