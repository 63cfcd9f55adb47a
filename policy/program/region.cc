#include "policy/program/region.h"

#include <algorithm>
#include <bit>

namespace fairway::policy {
namespace {

using Test = Literal::Test;

bool Intersect(Mask a, Mask b, size_t words) {
  for (size_t w = 0; w < words; ++w) {
    if ((a[w] & b[w]) != 0) return true;
  }
  return false;
}

bool Contains(Mask outer, Mask inner, size_t words) {
  for (size_t w = 0; w < words; ++w) {
    if ((inner[w] & ~outer[w]) != 0) return false;
  }
  return true;
}

// Is inner without `without` inside outer?
bool ContainsRest(Mask outer, Mask inner, Mask without, size_t words) {
  for (size_t w = 0; w < words; ++w) {
    if ((inner[w] & ~without[w] & ~outer[w]) != 0) return false;
  }
  return true;
}

// How many bits of `mask` are not in `without`: 0, 1 or 2 for more; the first of them.
struct Left {
  int count = 0;
  size_t first = 0;
};
Left LeftOf(Mask mask, Mask without, size_t words) {
  Left left;
  for (size_t w = 0; w < words; ++w) {
    const uint64_t bits = mask[w] & ~without[w];
    if (bits == 0) continue;
    if (left.count == 0) left.first = w * 64 + static_cast<size_t>(std::countr_zero(bits));
    left.count += std::popcount(bits) > 1 ? 2 : 1;
    if (left.count > 1) break;
  }
  return left;
}

}  // namespace

uint32_t Layout::Add(bool is_set, size_t cells) {
  Variable variable;
  variable.is_set = is_set;
  variable.cells = static_cast<uint32_t>(cells);
  variable.words = static_cast<uint32_t>((cells + 63) / 64);
  variable.at = static_cast<uint32_t>(point_words_);
  variable.region_at = static_cast<uint32_t>(region_words_);
  point_words_ += variable.words;
  region_words_ += variable.words * (is_set ? 2 : 1);
  variables_.push_back(variable);
  return static_cast<uint32_t>(variables_.size() - 1);
}

size_t Point::CellOf(size_t variable) const {
  const Variable& v = (*layout_)[variable];
  for (size_t w = 0; w < v.words; ++w) {
    const uint64_t bits = words_[v.at + w];
    if (bits != 0) return w * 64 + static_cast<size_t>(std::countr_zero(bits));
  }
  return 0;
}

bool Point::Satisfies(const Literal& literal) const {
  const size_t words = (*layout_)[literal.variable].words;
  const Mask mine = At(literal.variable);
  switch (literal.test) {
    case Test::kIn:
    case Test::kAny:
      return Intersect(mine, literal.mask, words);
    case Test::kNone:
      return !Intersect(mine, literal.mask, words);
    case Test::kAll:
      return Contains(mine, literal.mask, words);
    case Test::kNotAll:
      return !Contains(mine, literal.mask, words);
  }
  return false;
}

bool Point::IsIn(const Cube& cube) const {
  return std::all_of(cube.literals.begin(), cube.literals.end(),
                     [&](const Literal& literal) { return Satisfies(literal); });
}

Region::Region(const Layout& layout) : layout_(&layout), words_(layout.region_words()) {
  for (size_t v = 0; v < layout.size(); ++v) {
    if (layout[v].is_set) continue;
    for (size_t cell = 0; cell < layout[v].cells; ++cell) SetBit(Words(v), cell);
  }
}

bool Region::Assert(size_t variable, Test test, Mask mask) {
  const size_t words = (*layout_)[variable].words;
  uint64_t* const mine = Words(variable);
  uint64_t* const must_not = mine + words;
  switch (test) {
    case Test::kIn: {
      uint64_t left = 0;
      for (size_t w = 0; w < words; ++w) left |= mine[w] &= mask[w];
      return left != 0;
    }
    case Test::kNone: {
      for (size_t w = 0; w < words; ++w) must_not[w] |= mask[w];
      return Settle(variable);
    }
    case Test::kAll: {
      for (size_t w = 0; w < words; ++w) mine[w] |= mask[w];
      return Settle(variable);
    }
    case Test::kAny:
      if (Intersect(mine, mask, words)) return true;
      return AddClause(variable, test, mask);
    case Test::kNotAll:
      if (Intersect(must_not, mask, words)) return true;
      return AddClause(variable, test, mask);
  }
  return false;
}

bool Region::AddClause(size_t variable, Test test, Mask mask) {
  const size_t words = (*layout_)[variable].words;
  uint64_t* const mine = Words(variable);
  uint64_t* const must_not = mine + words;
  const Left left = LeftOf(mask, test == Test::kAny ? must_not : mine, words);
  if (left.count == 0) return false;
  if (left.count == 1) {
    SetBit(test == Test::kAny ? mine : must_not, left.first);
    return Settle(variable);
  }
  clauses_.push_back(
      {static_cast<uint32_t>(variable), test, static_cast<uint32_t>(clause_words_.size())});
  clause_words_.insert(clause_words_.end(), mask, mask + words);
  return true;
}

// Draws the conclusions of what must and must not be there.
bool Region::Settle(size_t variable) {
  const size_t words = (*layout_)[variable].words;
  uint64_t* const must = Words(variable);
  uint64_t* const must_not = must + words;
  bool again = true;
  while (again) {
    again = false;
    if (Intersect(must, must_not, words)) return false;
    for (size_t i = 0; i < clauses_.size(); ++i) {
      const Clause clause = clauses_[i];
      if (clause.variable != variable) continue;
      const bool any = clause.test == Test::kAny;
      const Mask mask = clause_words_.data() + clause.at;
      if (!Intersect(any ? must : must_not, mask, words)) {
        const Left left = LeftOf(mask, any ? must_not : must, words);
        if (left.count == 0) return false;
        if (left.count > 1) continue;
        SetBit(any ? must : must_not, left.first);
        again = true;
      }
      clauses_[i] = clauses_.back();
      clauses_.pop_back();
      --i;
    }
  }
  return true;
}

bool Region::Assert(const Cube& cube) {
  return std::all_of(cube.literals.begin(), cube.literals.end(),
                     [&](const Literal& literal) { return Assert(literal); });
}

bool Region::Deny(const Literal& literal) {
  switch (literal.test) {
    case Test::kIn: {
      const size_t words = (*layout_)[literal.variable].words;
      uint64_t* const mine = Words(literal.variable);
      uint64_t left = 0;
      for (size_t w = 0; w < words; ++w) left |= mine[w] &= ~literal.mask[w];
      return left != 0;
    }
    case Test::kAny:
      return Assert(literal.variable, Test::kNone, literal.mask);
    case Test::kNone:
      return Assert(literal.variable, Test::kAny, literal.mask);
    case Test::kAll:
      return Assert(literal.variable, Test::kNotAll, literal.mask);
    case Test::kNotAll:
      return Assert(literal.variable, Test::kAll, literal.mask);
  }
  return false;
}

Region::Relation Region::RelationTo(const Literal& literal) const {
  const size_t words = (*layout_)[literal.variable].words;
  const Mask mine = Must(literal.variable);
  const Mask must_not = mine + words;
  if (literal.test == Test::kIn) {
    if (!Intersect(mine, literal.mask, words)) return Relation::kContradicted;
    return Contains(literal.mask, mine, words) ? Relation::kImplied : Relation::kOpen;
  }
  const bool about_any = literal.test == Test::kAny || literal.test == Test::kNone;
  const Relation if_true = literal.test == Test::kAny || literal.test == Test::kNotAll
                               ? Relation::kImplied
                               : Relation::kContradicted;
  const Relation if_false =
      if_true == Relation::kImplied ? Relation::kContradicted : Relation::kImplied;
  // "Any" is true once one is there, "not all" once one is missing.
  const Mask decides = about_any ? mine : must_not;
  const Mask against = about_any ? must_not : mine;
  if (Intersect(decides, literal.mask, words)) return if_true;
  if (Contains(against, literal.mask, words)) return if_false;
  for (const Clause& clause : clauses_) {
    if (clause.variable != literal.variable || (clause.test == Test::kAny) != about_any) continue;
    if (ContainsRest(literal.mask, clause_words_.data() + clause.at, against, words)) {
      return if_true;
    }
  }
  return Relation::kOpen;
}

bool Region::HasClauseWith(size_t variable, size_t bit) const {
  return std::any_of(clauses_.begin(), clauses_.end(), [&](const Clause& clause) {
    return clause.variable == variable && TestBit(clause_words_.data() + clause.at, bit);
  });
}

std::optional<std::vector<uint64_t>> Region::ChooseSet(size_t variable, size_t last) const {
  const Mask must = Must(variable);
  std::vector<uint64_t> chosen(must, must + (*layout_)[variable].words);
  if (!Choose(variable, last, chosen)) return std::nullopt;
  return chosen;
}

// Adds bits until every kAny holds; goes back where a kNotAll then fails.
bool Region::Choose(size_t variable, size_t last, std::vector<uint64_t>& chosen) const {
  const size_t words = (*layout_)[variable].words;
  const Mask must_not = MustNot(variable);
  const Clause* unmet = nullptr;
  for (const Clause& clause : clauses_) {
    if (clause.variable != variable) continue;
    const Mask mask = clause_words_.data() + clause.at;
    if (clause.test == Test::kNotAll) {
      if (Contains(chosen.data(), mask, words)) return false;
    } else if (unmet == nullptr && !Intersect(chosen.data(), mask, words)) {
      unmet = &clause;
    }
  }
  if (unmet == nullptr) return true;
  const Mask mask = clause_words_.data() + unmet->at;
  const auto attempt = [&](size_t bit) {
    SetBit(chosen.data(), bit);
    if (Choose(variable, last, chosen)) return true;
    chosen[bit / 64] &= ~(uint64_t{1} << (bit % 64));
    return false;
  };
  for (size_t bit = 0; bit < words * 64; ++bit) {
    if (bit != last && TestBit(mask, bit) && !TestBit(must_not, bit) && attempt(bit)) return true;
  }
  return last < words * 64 && TestBit(mask, last) && !TestBit(must_not, last) && attempt(last);
}

}  // namespace fairway::policy
