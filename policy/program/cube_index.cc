#include "policy/program/cube_index.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace fairway::policy {
namespace {

using Test = Literal::Test;

// A variable of which more cells are left says too little to be worth the reading.
constexpr size_t kMaxCellsRead = 64;
constexpr size_t kCellsHeld = 12;

size_t CountBits(Mask mask, size_t words) {
  size_t count = 0;
  for (size_t w = 0; w < words; ++w) count += static_cast<size_t>(std::popcount(mask[w]));
  return count;
}

template <typename F>
void ForEachBit(Mask mask, size_t words, F f) {
  for (size_t w = 0; w < words; ++w) {
    for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
      f(w * 64 + static_cast<size_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace

CubeIndex::CubeIndex(const Layout& layout, std::vector<Cube> cubes)
    : cubes_(std::move(cubes)), words_((cubes_.size() + 63) / 64) {
  Build(layout);
}

void CubeIndex::Build(const Layout& layout) {
  std::vector<size_t> single_of(layout.size(), SIZE_MAX);
  std::map<std::pair<size_t, size_t>, size_t> need_of;
  for (size_t i = 0; i < cubes_.size(); ++i) {
    for (const Literal& literal : cubes_[i].literals) {
      const size_t v = literal.variable;
      const size_t words = layout[v].words;
      if (literal.test == Test::kIn) {
        if (single_of[v] == SIZE_MAX) {
          single_of[v] = singles_.size();
          singles_.push_back({v, std::vector<uint64_t>(words_, ~uint64_t{0}),
                              std::vector<uint64_t>(words_ * layout[v].cells)});
        }
        Single& single = singles_[single_of[v]];
        single.any[i / 64] &= ~(uint64_t{1} << (i % 64));
        ForEachBit(literal.mask, words,
                   [&](size_t cell) { SetBit(single.rows.data() + cell * words_, i); });
        continue;
      }
      const bool needs = literal.test == Test::kAll ||
                         (literal.test == Test::kAny && CountBits(literal.mask, words) == 1);
      if (!needs) continue;
      ForEachBit(literal.mask, words, [&](size_t bit) {
        auto free = std::find_if(free_.begin(), free_.end(),
                                 [&](const Free& each) { return each.variable == v; });
        if (free == free_.end()) {
          free = free_.insert(free, {v, std::vector<uint64_t>(words_, ~uint64_t{0})});
        }
        free->row[i / 64] &= ~(uint64_t{1} << (i % 64));
        const auto [it, added] = need_of.emplace(std::pair(v, bit), needs_.size());
        if (added) needs_.push_back({v, bit, std::vector<uint64_t>(words_)});
        SetBit(needs_[it->second].row.data(), i);
      });
    }
  }
}

// `told` are the single variables after which nothing is left to ask about.
void CubeIndex::Filter(const Region& region, std::vector<uint64_t>& left,
                       std::vector<bool>& told) const {
  std::vector<uint64_t> some(words_);
  for (const Single& single : singles_) {
    const Variable& variable = region.layout()[single.variable];
    const Mask allowed = region.Allowed(single.variable);
    if (CountBits(allowed, variable.words) > kMaxCellsRead) continue;
    told[single.variable] = true;
    some = single.any;
    ForEachBit(allowed, variable.words, [&](size_t cell) {
      const uint64_t* const row = single.rows.data() + cell * words_;
      for (size_t w = 0; w < words_; ++w) some[w] |= row[w];
    });
    for (size_t w = 0; w < words_; ++w) left[w] &= some[w];
  }
  for (const Need& need : needs_) {
    if (!TestBit(region.MustNot(need.variable), need.bit)) continue;
    for (size_t w = 0; w < words_; ++w) left[w] &= ~need.row[w];
  }
}

std::vector<uint32_t> CubeIndex::Holding(const Region& region) const {
  std::vector<uint32_t> holding;
  if (cubes_.empty()) return holding;
  std::vector<uint64_t> left(words_, ~uint64_t{0});
  if (cubes_.size() % 64 != 0) left.back() = (uint64_t{1} << (cubes_.size() % 64)) - 1;
  std::vector<uint64_t> row(words_);
  for (const Single& single : singles_) {
    // A cube that holds the region allows each cell that is left; a few tell most.
    size_t read = 0;
    row = single.any;
    for (size_t w = 0; w < words_; ++w) row[w] = ~row[w];
    ForEachBit(region.Allowed(single.variable), region.layout()[single.variable].words,
               [&](size_t cell) {
                 if (++read > kCellsHeld) return;
                 const uint64_t* const allows = single.rows.data() + cell * words_;
                 for (size_t w = 0; w < words_; ++w) row[w] &= allows[w];
               });
    for (size_t w = 0; w < words_; ++w) left[w] &= row[w] | single.any[w];
  }
  for (const Free& free : free_) {
    row = free.row;
    for (const Need& need : needs_) {
      if (need.variable != free.variable || !TestBit(region.Must(need.variable), need.bit))
        continue;
      for (size_t w = 0; w < words_; ++w) row[w] |= need.row[w];
    }
    for (size_t w = 0; w < words_; ++w) left[w] &= row[w];
  }
  ForEachBit(left.data(), words_, [&](size_t i) {
    const bool holds = std::all_of(
        cubes_[i].literals.begin(), cubes_[i].literals.end(), [&](const Literal& literal) {
          return region.RelationTo(literal) == Region::Relation::kImplied;
        });
    if (holds) holding.push_back(static_cast<uint32_t>(i));
  });
  return holding;
}

std::vector<uint32_t> CubeIndex::Meeting(const Region& region,
                                         const std::vector<uint64_t>* among) const {
  std::vector<uint32_t> meeting;
  if (cubes_.empty()) return meeting;
  std::vector<uint64_t> left(words_, ~uint64_t{0});
  if (among != nullptr) left = *among;
  if (cubes_.size() % 64 != 0) left.back() &= (uint64_t{1} << (cubes_.size() % 64)) - 1;
  std::vector<bool> told(region.layout().size());
  Filter(region, left, told);
  ForEachBit(left.data(), words_, [&](size_t i) {
    const bool meets = std::none_of(
        cubes_[i].literals.begin(), cubes_[i].literals.end(), [&](const Literal& literal) {
          if (told[literal.variable]) return false;
          return region.RelationTo(literal) == Region::Relation::kContradicted;
        });
    if (meets) meeting.push_back(static_cast<uint32_t>(i));
  });
  return meeting;
}

}  // namespace fairway::policy
