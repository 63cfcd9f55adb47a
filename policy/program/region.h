#ifndef FAIRWAY_POLICY_PROGRAM_REGION_H_
#define FAIRWAY_POLICY_PROGRAM_REGION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

// The algebra that logic checks and proofs count with. Everything a request can say is a point in a
// finite space: each variable is a single cell (of a value, of an interval of numbers, of
// "unknown") or a set of bits. A cube is a list of tests that must all hold, a region is what is
// left of the space after tests were asserted.
namespace fairway::policy {

struct Variable {
  bool is_set = false;
  uint32_t cells = 0;  // of a single variable; bits of a set
  uint32_t words = 0;  // 64 cells or bits each
  uint32_t at = 0;     // where its words begin in a point; in a region a set has twice as many
  uint32_t region_at = 0;
};

class Layout {
 public:
  // The position of the new variable.
  uint32_t Add(bool is_set, size_t cells);

  const Variable& operator[](size_t variable) const { return variables_[variable]; }
  size_t size() const { return variables_.size(); }
  size_t point_words() const { return point_words_; }
  size_t region_words() const { return region_words_; }

 private:
  std::vector<Variable> variables_;
  size_t point_words_ = 0;
  size_t region_words_ = 0;
};

// A list of cells or bits of one variable, as many words as the variable has.
using Mask = const uint64_t*;

inline bool TestBit(Mask mask, size_t i) { return ((mask[i / 64] >> (i % 64)) & 1) != 0; }
inline void SetBit(uint64_t* mask, size_t i) { mask[i / 64] |= uint64_t{1} << (i % 64); }

struct Literal {
  enum class Test : uint8_t {
    kIn,      // the cell is in the mask
    kAny,     // the set has a bit of the mask
    kNone,    // it has none
    kAll,     // it has all
    kNotAll,  // at least one is missing
  };
  uint32_t variable = 0;
  Test test = Test::kIn;
  Mask mask = nullptr;  // interned: equal masks of a variable have equal addresses

  friend bool operator==(const Literal&, const Literal&) = default;
};

// Tests that must all hold; sorted, at most one kIn, kNone and kAll for each variable.
struct Cube {
  std::vector<Literal> literals;

  friend bool operator==(const Cube&, const Cube&) = default;
};

// One request: for each variable the one cell or the bits that are there.
class Point {
 public:
  explicit Point(const Layout& layout) : layout_(&layout), words_(layout.point_words()) {}

  uint64_t* At(size_t variable) { return words_.data() + (*layout_)[variable].at; }
  Mask At(size_t variable) const { return words_.data() + (*layout_)[variable].at; }
  size_t CellOf(size_t variable) const;  // of a single variable
  bool Has(size_t variable, size_t bit) const { return TestBit(At(variable), bit); }

  bool Satisfies(const Literal& literal) const;
  bool IsIn(const Cube& cube) const;

 private:
  const Layout* layout_;
  std::vector<uint64_t> words_;
};

class Region {
 public:
  enum class Relation { kImplied, kContradicted, kOpen };

  // The whole space.
  explicit Region(const Layout& layout);

  // Narrows to where the test holds. False if nothing is left; the region is then of no use.
  bool Assert(const Literal& literal) {
    return Assert(literal.variable, literal.test, literal.mask);
  }
  bool Assert(size_t variable, Literal::Test test, Mask mask);
  bool Assert(const Cube& cube);
  // Narrows to where the test does not hold.
  bool Deny(const Literal& literal);

  // kImplied and kContradicted are certain; kOpen is everything else.
  Relation RelationTo(const Literal& literal) const;

  // Single variables: the cells that are left.
  Mask Allowed(size_t variable) const { return words_.data() + (*layout_)[variable].region_at; }
  // Sets: the bits that must and that must not be there.
  Mask Must(size_t variable) const { return words_.data() + (*layout_)[variable].region_at; }
  Mask MustNot(size_t variable) const { return Must(variable) + (*layout_)[variable].words; }

  // Chooses the bits of a set so that all tests hold: as few as possible, and bit `last` only if
  // nothing else does. Exact: nothing only if there is no such choice.
  std::optional<std::vector<uint64_t>> ChooseSet(size_t variable, size_t last) const;

  // Is there a test of several bits of this set, this one among them, that is not decided yet?
  bool HasClauseWith(size_t variable, size_t bit) const;

  const Layout& layout() const { return *layout_; }

 private:
  // A test that is not decided yet, kAny or kNotAll.
  struct Clause {
    uint32_t variable;
    Literal::Test test;
    uint32_t at;  // in clause_words_
  };

  uint64_t* Words(size_t variable) { return words_.data() + (*layout_)[variable].region_at; }
  bool AddClause(size_t variable, Literal::Test test, Mask mask);
  bool Settle(size_t variable);
  bool Choose(size_t variable, size_t last, std::vector<uint64_t>& chosen) const;

  const Layout* layout_;
  std::vector<uint64_t> words_;
  std::vector<Clause> clauses_;
  std::vector<uint64_t> clause_words_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_REGION_H_
