#include "policy/engine/side_index_builder.h"

#include <algorithm>
#include <bit>

namespace fairway::policy {
namespace {

template <typename Use>
void ForEach(const Bits& bits, Use use) {
  const std::vector<uint64_t>& words = bits.words();
  for (size_t w = 0; w < words.size(); ++w) {
    for (uint64_t left = words[w]; left != 0; left &= left - 1) {
      use(w * 64 + static_cast<size_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace

void SideIndexBuilder::Build(const std::vector<SideIndex::Rule>& rules) {
  CollectCuts(rules);
  for (const SideIndex::Rule& rule : rules) AddRule(rule);
  if (!registered_.empty()) MakeSingle(SideIndex::kRegistered, peers_, nullptr, registered_);
  for (const auto& [attribute, demands] : singles_) {
    const FactLayout::Slot& slot = index_.layout_.slot(attribute);
    const auto cuts = cuts_.find(attribute);
    if (cuts == cuts_.end()) {
      MakeSingle(slot.offset, slot.values, nullptr, demands);
    } else {
      MakeSingle(slot.offset, cuts->second.size() + 1, &cuts->second, demands);
    }
  }
  for (const auto& [key, demands] : any_of_) MakeAnyOf(key.first, demands);
  for (const auto& [attribute, demands] : none_of_) MakeNoneOf(attribute, demands);
  index_.rows_.shrink_to_fit();
}

void SideIndexBuilder::CollectCuts(const std::vector<SideIndex::Rule>& rules) {
  const auto collect = [&](const auto& self, const Condition& condition) -> void {
    for (const Condition& child : condition.children) self(self, child);
    if (condition.kind != Condition::Kind::kAtom) return;
    const size_t attribute = condition.atom.attribute;
    const FactLayout::Slot& slot = index_.layout_.slot(attribute);
    if (!slot.used || slot.type != Vocabulary::Type::kNumber) return;
    AppendCuts(condition, attribute, cuts_[attribute]);
  };
  for (const SideIndex::Rule& rule : rules) collect(collect, *rule.condition);
  for (auto& [attribute, cuts] : cuts_) {
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    // Too many: the first ones have rows, conditions with the others are checked one by one.
    if (cuts.size() > SideIndex::kMaxCuts) cuts.resize(SideIndex::kMaxCuts);
  }
}

void SideIndexBuilder::AddRule(const SideIndex::Rule& rule) {
  if (rule.peers != nullptr) {
    registered_.push_back({rule.position, rule.unregistered, *rule.peers});
    return;
  }
  Sorted sorted;
  for (const ConditionPart& part : PartsOf(*rule.condition)) {
    if (AddPart(part, sorted)) continue;
    index_.checks_.push_back({rule.position, part.condition, part.negated, rule.unknown});
  }
  for (auto& [attribute, values] : sorted.singles) {
    singles_[attribute].push_back({rule.position, rule.unknown, std::move(values)});
  }
  for (auto& [key, values] : sorted.any_of) {
    any_of_[key].push_back({rule.position, rule.unknown, std::move(values)});
  }
  for (auto& [attribute, values] : sorted.none_of) {
    none_of_[attribute].push_back({rule.position, rule.unknown, std::move(values)});
  }
}

bool SideIndexBuilder::AddPart(const ConditionPart& part, Sorted& sorted) const {
  const std::optional<size_t> attribute = OnlyAttributeOf(*part.condition);
  if (!attribute || !index_.layout_.slot(*attribute).used) return false;
  const FactLayout::Slot& slot = index_.layout_.slot(*attribute);
  if (slot.type == Vocabulary::Type::kSet) return AddSetPart(part, *attribute, sorted);
  std::optional<Bits> accepted = slot.type == Vocabulary::Type::kNumber
                                     ? AcceptedBuckets(part, cuts_.at(*attribute))
                                     : AcceptedValues(part, slot.values);
  if (!accepted) return false;
  const auto [it, first] = sorted.singles.emplace(*attribute, Bits());
  if (first) {
    it->second = *std::move(accepted);
  } else {
    it->second &= *accepted;
  }
  return true;
}

bool SideIndexBuilder::AddSetPart(const ConditionPart& part, size_t attribute,
                                  Sorted& sorted) const {
  std::optional<std::vector<SetDemand>> demands =
      SetDemandsOf(part, index_.layout_.slot(attribute).values);
  if (!demands) return false;
  bool fits = true;
  for (SetDemand& demand : *demands) {
    if (!demand.any) {
      sorted.none_of[attribute] |= demand.values;
      continue;
    }
    size_t layer = 0;
    while (layer < SideIndex::kMaxLayers && sorted.any_of.contains({attribute, layer})) ++layer;
    if (layer == SideIndex::kMaxLayers) {
      fits = false;
    } else {
      sorted.any_of.emplace(std::pair(attribute, layer), std::move(demand.values));
    }
  }
  return fits;
}

SideIndex::Row SideIndexBuilder::NewRow() {
  index_.rows_.resize(index_.rows_.size() + index_.row_words_);
  return static_cast<Row>(index_.rows_.size() / index_.row_words_ - 1);
}

SideIndex::Row SideIndexBuilder::CopyOf(Row row) {
  const Row copy = NewRow();
  std::copy_n(index_.row(row), index_.row_words_,
              index_.rows_.begin() + static_cast<ptrdiff_t>(copy * index_.row_words_));
  return copy;
}

void SideIndexBuilder::Set(Row row, uint32_t rule) {
  index_.rows_[row * index_.row_words_ + rule / 64] |= uint64_t{1} << (rule % 64);
}

void SideIndexBuilder::Clear(Row row, uint32_t rule) {
  index_.rows_[row * index_.row_words_ + rule / 64] &= ~(uint64_t{1} << (rule % 64));
}

SideIndex::Row SideIndexBuilder::Unconcerned(const Demands& demands) {
  const Row row = NewRow();
  std::fill_n(index_.rows_.begin() + static_cast<ptrdiff_t>(row * index_.row_words_),
              index_.row_words_, ~uint64_t{0});
  for (const Demand& demand : demands) Clear(row, demand.rule);
  return row;
}

void SideIndexBuilder::MakeSingle(uint32_t offset, size_t values, const std::vector<int64_t>* cuts,
                                  const Demands& demands) {
  SideIndex::Single single;
  single.offset = offset;
  single.number = cuts != nullptr;
  if (cuts != nullptr) single.cuts = *cuts;
  single.unknown = Unconcerned(demands);
  // What accepts most values is in the row of all the values nobody mentions, and is taken out of
  // the rows of those it does not accept.
  const Row others = CopyOf(single.unknown);
  std::vector<bool> most(demands.size());
  for (size_t d = 0; d < demands.size(); ++d) {
    if (demands[d].unknown) Set(single.unknown, demands[d].rule);
    most[d] = demands[d].values.Count() * 2 > values;
    if (most[d]) Set(others, demands[d].rule);
  }
  single.row_of.assign(values, others);
  const auto own_row = [&](size_t value) {
    if (single.row_of[value] == others) single.row_of[value] = CopyOf(others);
    return single.row_of[value];
  };
  const Bits all = Bits::FirstN(values);
  for (size_t d = 0; d < demands.size(); ++d) {
    const Demand& demand = demands[d];
    if (most[d]) {
      Bits refused = all;
      refused -= demand.values;
      ForEach(refused, [&](size_t value) { Clear(own_row(value), demand.rule); });
    } else {
      ForEach(demand.values, [&](size_t value) { Set(own_row(value), demand.rule); });
    }
  }
  index_.singles_.push_back(std::move(single));
}

std::vector<SideIndex::Row> SideIndexBuilder::RowsByValue(const Demands& demands, size_t values) {
  std::vector<Row> rows(values, SideIndex::kNoRow);
  for (const Demand& demand : demands) {
    ForEach(demand.values, [&](size_t value) {
      if (rows[value] == SideIndex::kNoRow) rows[value] = NewRow();
      Set(rows[value], demand.rule);
    });
  }
  return rows;
}

void SideIndexBuilder::MakeAnyOf(size_t attribute, const Demands& demands) {
  const FactLayout::Slot& slot = index_.layout_.slot(attribute);
  SideIndex::AnyOf any;
  any.offset = slot.offset;
  any.words = slot.set_words;
  any.base = Unconcerned(demands);
  any.row_of = RowsByValue(demands, slot.values);
  any.unknown = NewRow();
  for (const Demand& demand : demands) {
    if (demand.unknown) Set(any.unknown, demand.rule);
  }
  index_.any_of_.push_back(std::move(any));
}

void SideIndexBuilder::MakeNoneOf(size_t attribute, const Demands& demands) {
  const FactLayout::Slot& slot = index_.layout_.slot(attribute);
  SideIndex::NoneOf none;
  none.offset = slot.offset;
  none.words = slot.set_words;
  none.row_of = RowsByValue(demands, slot.values);
  none.unknown = NewRow();
  for (const Demand& demand : demands) {
    if (!demand.unknown) Set(none.unknown, demand.rule);
  }
  index_.none_of_.push_back(std::move(none));
}

}  // namespace fairway::policy
