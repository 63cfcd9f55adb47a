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

// The bits of `word` where `mask` has one, moved together to the lowest; and back.
uint64_t ExtractBits(uint64_t word, uint64_t mask);
uint64_t DepositBits(uint64_t bits, uint64_t mask);

// `count` bits of a row from the bit `at`, 1 … 64; and added to a row that has none there.
inline uint64_t BitsAt(const uint64_t* row, size_t at, size_t count) {
  const size_t shift = at % 64;
  uint64_t bits = row[at / 64] >> shift;
  if (shift + count > 64) bits |= row[at / 64 + 1] << (64 - shift);
  return bits;  // what is beyond `count` may be anything
}
inline void PutBitsAt(uint64_t* row, size_t at, size_t count, uint64_t bits) {
  const size_t shift = at % 64;
  row[at / 64] |= bits << shift;
  if (shift + count > 64) row[at / 64 + 1] |= bits >> (64 - shift);
}

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_BIT_ROWS_H_
