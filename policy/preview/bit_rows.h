#ifndef FAIRWAY_POLICY_PREVIEW_BIT_ROWS_H_
#define FAIRWAY_POLICY_PREVIEW_BIT_ROWS_H_

#include <cstddef>
#include <cstdint>

// Loops over rows of bits, the whole cost of a comparison.
namespace fairway::policy {

struct RowSource {
  const uint64_t* row;
  bool complement;
};

inline constexpr size_t kMaxRowSources = 8;

// row = the intersection of 1 … kMaxRowSources sources; with `keep` also of what was in row. `row`
// is none of the sources.
void AndRows(uint64_t* row, const RowSource* sources, size_t count, bool keep, size_t words);

// row = a & b; row = a & ~b. They may be the same rows. Return whether a bit is set.
bool IntersectRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words);
bool SubtractRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words);
// row = ~a; row |= a.
void ComplementRow(uint64_t* row, const uint64_t* a, size_t words);
void UniteRows(uint64_t* row, const uint64_t* a, size_t words);
// Bit i of word w: numbers[64 * w + i] >= least.
void AtLeastRow(uint64_t* row, const int64_t* numbers, int64_t least, size_t words);
// How many bits are set.
size_t CountRow(const uint64_t* row, size_t words);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_BIT_ROWS_H_
