#include "policy/preview/compare.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "policy/limits.h"
#include "policy/preview/bit_rows.h"
#include "policy/preview/change_plan.h"
#include "policy/preview/duty_cells.h"
#include "policy/preview/row_evaluator.h"

namespace fairway::policy {
namespace {

using Row = std::vector<uint64_t>;
// Positions among the fields of both sides.
using JointFields = std::bitset<2 * kMaxFields>;

// Items that a change can reach are gathered if they are at most one in so many.
constexpr size_t kGatherBelow = 2;

// What a duty comes to, in terms both sides have in common.
struct Meaning {
  JointFields visible;
  std::optional<int> hops;
  std::string binding;
};

// The duties of both sides, made comparable. One for each thread.
class Meanings {
 public:
  explicit Meanings(const ChangePlan& plan, const std::array<const Side*, kSides>& sides)
      : shared_(plan.duties[kBefore] == plan.duties[kAfter]) {
    for (size_t side = 0; side < kSides; ++side) {
      if (plan.duties[side] == nullptr) continue;
      fields_[side] = sides[side]->policy->vocabulary()->fields();
      if (side == kBefore || !shared_) tables_[side] = *plan.duties[side];
    }
    std::set<std::string> names;
    for (const auto& fields : fields_) {
      if (fields != nullptr) names.insert(fields->names().begin(), fields->names().end());
    }
    names_.assign(names.begin(), names.end());
  }

  DutyTable& table(size_t side) { return *tables_[shared_ ? kBefore : side]; }
  bool Same(DutyTable::Id before, DutyTable::Id after) const { return shared_ && before == after; }

  const Meaning& Of(size_t side, DutyTable::Id duty) {
    const auto [it, added] = meanings_[side].try_emplace(duty);
    if (!added) return it->second;
    DutyTable& of_side = table(side);
    const FieldSet visible = of_side.visible(duty);
    for (size_t i = 0; i < names_.size(); ++i) {
      const std::optional<size_t> field = fields_[side]->Find(names_[i]);
      if (field && visible.test(*field)) it->second.visible.set(i);
    }
    it->second.hops = of_side.terms(duty).hops;
    it->second.binding = of_side.Binding(duty);
    return it->second;
  }

  std::vector<std::string> Names(const JointFields& fields) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (fields.test(i)) names.push_back(names_[i]);
    }
    return names;
  }

 private:
  const bool shared_;
  std::array<std::optional<DutyTable>, kSides> tables_;
  std::array<std::shared_ptr<const Fields>, kSides> fields_;
  std::vector<std::string> names_;
  std::array<std::map<DutyTable::Id, Meaning>, kSides> meanings_;
};

// The same kinds of lists as in a WayOutDiff, with their fields by name.
using FieldLists = std::map<std::vector<std::string>, ItemSet>;
struct WayLists {
  ItemSet newly_released, newly_withheld, changed_terms;
  FieldLists more_fields, fewer_fields;
};
using PeerLists = std::array<WayLists, kWaysOut>;

// One thread's share: some strips, all peers.
class Worker {
 public:
  Worker(const ChangePlan& plan, const std::array<const Side*, kSides>& sides,
         const ItemColumns& items)
      : plan_(plan), meanings_(plan, sides), evaluator_(plan.graph, items) {
    lists_.resize(plan.peers.size());
  }

  void Run(const Strip& strip) {
    strip_ = &strip;
    evaluator_.Begin(strip);
    row_.resize(strip.row_words);
    both_.resize(strip.row_words);
    for (size_t peer = 0; peer < plan_.peers.size(); ++peer) {
      const PeerPlan& of_peer = plan_.peers[peer];
      const bool reached = !IsEmpty(evaluator_.Row(of_peer.reach));
      evaluator_.Done();
      if (!reached) continue;
      for (size_t way = 0; way < kWaysOut; ++way) {
        ComparePeer(of_peer, way, lists_[peer][way]);
        evaluator_.Done();
      }
    }
  }

  std::vector<PeerLists>& lists() { return lists_; }

 private:
  void ComparePeer(const PeerPlan& peer, size_t way, WayLists& lists) {
    const WayPlan& before = peer.sides[kBefore][way];
    const WayPlan& after = peer.sides[kAfter][way];
    const bool look_at_duties = peer.duty_reach[way] != kNoItems && before.released != kNoItems &&
                                after.released != kNoItems;
    if (before.released == after.released && !look_at_duties) return;
    const uint64_t* was = evaluator_.Row(before.released);
    const uint64_t* is = evaluator_.Row(after.released);
    AddDifference(after.released, is, before.released, was, lists.newly_released);
    AddDifference(before.released, was, after.released, is, lists.newly_withheld);
    if (!look_at_duties || !IntersectRows(both_.data(), was, is, words()) ||
        !IntersectRows(both_.data(), both_.data(), evaluator_.Row(peer.duty_reach[way]), words())) {
      return;
    }
    CompareDuties(before, after, lists);
  }

  size_t words() const { return strip_->row_words; }

  bool IsEmpty(const uint64_t* row) const {
    return std::all_of(row, row + words(), [](uint64_t word) { return word == 0; });
  }

  // Adds the items that `edge` has and `without` does not.
  void AddDifference(Edge edge, const uint64_t* row, Edge without, const uint64_t* without_row,
                     ItemSet& items) {
    if (edge == kNoItems || edge == without) return;
    if (without == kNoItems) {
      strip_->AddTo(items, row);
    } else if (SubtractRows(row_.data(), row, without_row, words())) {
      strip_->AddTo(items, row_.data());
    }
  }

  void CompareDuties(const WayPlan& before, const WayPlan& after, WayLists& lists) {
    const std::vector<DutyCell> was =
        SplitByDuty(before, both_, meanings_.table(kBefore), evaluator_);
    const std::vector<DutyCell> is = SplitByDuty(after, both_, meanings_.table(kAfter), evaluator_);
    for (const DutyCell& old_cell : was) {
      for (const DutyCell& new_cell : is) {
        if (meanings_.Same(old_cell.duty, new_cell.duty) ||
            !IntersectRows(row_.data(), old_cell.row.data(), new_cell.row.data(), words())) {
          continue;
        }
        Record(meanings_.Of(kBefore, old_cell.duty), meanings_.Of(kAfter, new_cell.duty), lists);
      }
    }
  }

  // The items in row_ had the one duty and have the other.
  void Record(const Meaning& was, const Meaning& is, WayLists& lists) {
    const JointFields more = is.visible & ~was.visible;
    const JointFields fewer = was.visible & ~is.visible;
    if (more.any()) strip_->AddTo(lists.more_fields[meanings_.Names(more)], row_.data());
    if (fewer.any()) strip_->AddTo(lists.fewer_fields[meanings_.Names(fewer)], row_.data());
    if (was.binding != is.binding) {
      strip_->AddTo(lists.changed_terms, row_.data());
      return;
    }
    if (was.hops == is.hops) return;
    // Where P6 leaves no more than the smaller of both, both come to the same.
    const int smaller = std::min(was.hops.value_or(kMaxHops), is.hops.value_or(kMaxHops));
    const uint64_t* bounded = evaluator_.Row(plan_.hops_at_most[static_cast<size_t>(smaller)]);
    if (SubtractRows(row_.data(), row_.data(), bounded, words())) {
      strip_->AddTo(lists.changed_terms, row_.data());
    }
  }

  const ChangePlan& plan_;
  Meanings meanings_;
  RowEvaluator evaluator_;
  const Strip* strip_ = nullptr;
  Row row_, both_;
  std::vector<PeerLists> lists_;
};

std::vector<Strip> WholeStrips(const ItemColumns& items) {
  std::vector<Strip> strips(items.block_count());
  for (size_t block = 0; block < strips.size(); ++block) {
    strips[block].whole_block = true;
    strips[block].row_words = kBlockWords;
    for (uint32_t word = 0; word < kBlockWords; ++word) {
      strips[block].words.push_back({static_cast<uint32_t>(block), word, ~uint64_t{0}});
    }
  }
  return strips;
}

void AddWord(std::vector<Strip>& strips, size_t& items_in_last, const Strip::Word& word) {
  const size_t count = static_cast<size_t>(std::popcount(word.items));
  if (strips.empty() || items_in_last + count > kBlockItems) {
    strips.emplace_back();
    items_in_last = 0;
  }
  strips.back().words.push_back(word);
  items_in_last += count;
  strips.back().row_words = (items_in_last + 63) / 64;
}

// The items that the change can reach, if they are few.
std::optional<std::vector<Strip>> GatheredStrips(const ChangePlan& plan, const ItemColumns& items) {
  std::vector<Edge> reaches;
  for (const PeerPlan& peer : plan.peers) reaches.push_back(peer.reach);
  std::sort(reaches.begin(), reaches.end());
  reaches.erase(std::unique(reaches.begin(), reaches.end()), reaches.end());
  RowEvaluator evaluator(plan.graph, items);
  std::vector<Strip> strips;
  size_t in_last = 0, found = 0;
  Row any(kBlockWords);
  for (const Strip& block : WholeStrips(items)) {
    evaluator.Begin(block);
    std::fill(any.begin(), any.end(), 0);
    for (Edge reach : reaches) {
      UniteRows(any.data(), evaluator.Row(reach), kBlockWords);
      evaluator.Done();
    }
    for (size_t w = 0; w < kBlockWords; ++w) {
      if (any[w] == 0) continue;
      found += static_cast<size_t>(std::popcount(any[w]));
      if (found > items.size() / kGatherBelow) return std::nullopt;
      AddWord(strips, in_last, {block.words[w].block, block.words[w].word, any[w]});
    }
  }
  return strips;
}

void MergeInto(ItemSet& into, ItemSet&& later) {
  if (later.empty()) return;
  if (into.block_count() <= later.first_block()) {
    into.Append(std::move(later));
  } else {
    into |= later;
  }
}

void MergeInto(FieldLists& into, FieldLists&& later) {
  for (auto& [fields, items] : later) MergeInto(into[fields], std::move(items));
}

std::vector<FieldChange> ChangesOf(FieldLists&& lists) {
  std::vector<FieldChange> changes;
  for (auto& [fields, items] : lists) changes.push_back({fields, std::move(items)});
  return changes;
}

std::vector<PeerDiff> Collect(const ChangePlan& plan,
                              std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<PeerDiff> diffs;
  for (size_t peer = 0; peer < plan.peers.size(); ++peer) {
    PeerDiff diff;
    diff.peer = plan.peers[peer].name;
    for (size_t way = 0; way < kWaysOut; ++way) {
      WayLists all;
      for (const auto& worker : workers) {
        WayLists& some = worker->lists()[peer][way];
        MergeInto(all.newly_released, std::move(some.newly_released));
        MergeInto(all.newly_withheld, std::move(some.newly_withheld));
        MergeInto(all.changed_terms, std::move(some.changed_terms));
        MergeInto(all.more_fields, std::move(some.more_fields));
        MergeInto(all.fewer_fields, std::move(some.fewer_fields));
      }
      diff.by_way[way] = {std::move(all.newly_released), std::move(all.newly_withheld),
                          ChangesOf(std::move(all.more_fields)),
                          ChangesOf(std::move(all.fewer_fields)), std::move(all.changed_terms)};
    }
    if (!diff.empty()) diffs.push_back(std::move(diff));
  }
  return diffs;
}

}  // namespace

bool WayOutDiff::empty() const {
  return newly_released.empty() && newly_withheld.empty() && more_fields.empty() &&
         fewer_fields.empty() && changed_terms.empty();
}

ItemSet WayOutDiff::All() const {
  ItemSet all = newly_released;
  all |= newly_withheld;
  all |= changed_terms;
  for (const FieldChange& change : more_fields) all |= change.items;
  for (const FieldChange& change : fewer_fields) all |= change.items;
  return all;
}

bool PeerDiff::empty() const {
  return std::all_of(by_way.begin(), by_way.end(),
                     [](const WayOutDiff& diff) { return diff.empty(); });
}

std::vector<PeerDiff> Compare(const Side& before, const Side& after, const ItemColumns& items,
                              const CompareOptions& options) {
  const ChangePlan plan = PlanOf(before, after, items, options);
  if (plan.peers.empty() || items.size() == 0) return {};
  std::optional<std::vector<Strip>> strips;
  if (!options.everything) strips = GatheredStrips(plan, items);
  if (!strips) strips = WholeStrips(items);

  const std::array<const Side*, kSides> sides = {&before, &after};
  const size_t count = std::clamp<size_t>(options.threads, 1, std::max<size_t>(strips->size(), 1));
  std::vector<std::unique_ptr<Worker>> workers;
  for (size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<Worker>(plan, sides, items));
  }
  const auto run = [&](size_t worker) {
    const size_t first = strips->size() * worker / count;
    const size_t last = strips->size() * (worker + 1) / count;
    for (size_t i = first; i < last; ++i) workers[worker]->Run((*strips)[i]);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  return Collect(plan, workers);
}

std::vector<PeerDiff> Released(const Side& side, const ItemColumns& items,
                               const CompareOptions& options) {
  Side nothing;
  nothing.now = side.now;
  return Compare(nothing, side, items, options);
}

}  // namespace fairway::policy
