#include "policy/engine/side_index.h"

#include <algorithm>
#include <array>
#include <bit>

#include "absl/container/inlined_vector.h"
#include "policy/engine/side_index_builder.h"

namespace fairway::policy {
namespace {

constexpr size_t kUsualRows = 64;  // more are kept on the heap
constexpr size_t kBlock = 8;       // words that are cut together

// Calls `use` with the position of each member of a set fact.
template <typename Use>
void ForMembers(const uint64_t* set, size_t words, Use use) {
  for (size_t w = 0; w < words; ++w) {
    for (uint64_t left = set[w]; left != 0; left &= left - 1) {
      use(w * 64 + static_cast<size_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace

SideIndex::SideIndex(const FactLayout& layout, const std::vector<Rule>& rules, size_t bits,
                     size_t peers)
    : layout_(layout), row_words_((bits + 63) / 64) {
  SideIndexBuilder(*this, peers).Build(rules);
}

SideIndex::Row SideIndex::RowOf(const Single& single, const std::vector<uint64_t>& facts,
                                std::optional<uint32_t> registered) const {
  if (single.offset == kRegistered) {
    return registered ? single.row_of[*registered] : single.unknown;
  }
  const uint64_t fact = facts[single.offset];
  if (fact == FactLayout::kUnknown) return single.unknown;
  if (!single.number) return single.row_of[fact];
  const auto above =
      std::upper_bound(single.cuts.begin(), single.cuts.end(), static_cast<int64_t>(fact));
  return single.row_of[static_cast<size_t>(above - single.cuts.begin())];
}

void SideIndex::Cut(const std::vector<uint64_t>& facts, std::optional<uint32_t> registered,
                    std::span<uint64_t> rules) const {
  absl::InlinedVector<const uint64_t*, kUsualRows> rows;
  for (const Single& single : singles_) rows.push_back(row(RowOf(single, facts, registered)));
  for (size_t begin = 0; begin < row_words_; begin += kBlock) {
    const size_t end = std::min(begin + kBlock, row_words_);
    for (const uint64_t* each : rows) {
      for (size_t w = begin; w < end; ++w) rules[w] &= each[w];
    }
  }
  CutSets(facts, rules);
  CutChecked(facts, rules);
}

void SideIndex::CutSets(const std::vector<uint64_t>& facts, std::span<uint64_t> rules) const {
  absl::InlinedVector<const uint64_t*, kUsualRows> rows;
  for (const AnyOf& any : any_of_) {
    rows.clear();
    const uint64_t* fact = &facts[any.offset];
    ForMembers(fact + 1, any.words, [&](size_t member) {
      if (any.row_of[member] != kNoRow) rows.push_back(row(any.row_of[member]));
    });
    if (*fact != FactLayout::kSetKnown) rows.push_back(row(any.unknown));
    const uint64_t* base = row(any.base);
    for (size_t begin = 0; begin < row_words_; begin += kBlock) {
      const size_t end = std::min(begin + kBlock, row_words_);
      std::array<uint64_t, kBlock> hit;
      for (size_t w = begin; w < end; ++w) hit[w - begin] = base[w];
      for (const uint64_t* each : rows) {
        for (size_t w = begin; w < end; ++w) hit[w - begin] |= each[w];
      }
      for (size_t w = begin; w < end; ++w) rules[w] &= hit[w - begin];
    }
  }
  for (const NoneOf& none : none_of_) {
    const uint64_t* fact = &facts[none.offset];
    const auto take_away = [&](const uint64_t* failing) {
      for (size_t w = 0; w < row_words_; ++w) rules[w] &= ~failing[w];
    };
    ForMembers(fact + 1, none.words, [&](size_t member) {
      if (none.row_of[member] != kNoRow) take_away(row(none.row_of[member]));
    });
    if (*fact != FactLayout::kSetKnown) take_away(row(none.unknown));
  }
}

void SideIndex::CutChecked(const std::vector<uint64_t>& facts, std::span<uint64_t> rules) const {
  for (const Check& check : checks_) {
    uint64_t& word = rules[check.rule / 64];
    const uint64_t bit = uint64_t{1} << (check.rule % 64);
    if ((word & bit) == 0) continue;
    // Under `not` what an unknown counts as flips.
    const bool holds = HoldsOver(*check.condition, layout_, facts.data(),
                                 check.negated ? !check.unknown : check.unknown);
    if (holds == check.negated) word &= ~bit;
  }
}

size_t SideIndex::bytes() const {
  size_t bytes = rows_.capacity() * sizeof(uint64_t) + checks_.capacity() * sizeof(Check);
  for (const Single& single : singles_) {
    bytes += single.row_of.capacity() * sizeof(Row) + single.cuts.capacity() * sizeof(int64_t);
  }
  for (const AnyOf& any : any_of_) bytes += any.row_of.capacity() * sizeof(Row);
  for (const NoneOf& none : none_of_) bytes += none.row_of.capacity() * sizeof(Row);
  return bytes;
}

}  // namespace fairway::policy
