#include "policy/preview/bit_rows.h"

namespace fairway::policy {
namespace {

// Words that stay in registers while the sources are walked.
constexpr size_t kChunk = 8;

uint64_t MaskOf(bool complement) { return complement ? ~uint64_t{0} : 0; }

}  // namespace

void AndRows(uint64_t* row, const RowSource* sources, size_t count, bool keep, size_t words) {
  size_t w = 0;
  for (; w + kChunk <= words; w += kChunk) {
    uint64_t chunk[kChunk];
    for (size_t i = 0; i < kChunk; ++i) chunk[i] = keep ? row[w + i] : ~uint64_t{0};
    for (size_t s = 0; s < count; ++s) {
      const uint64_t* source = sources[s].row + w;
      const uint64_t mask = MaskOf(sources[s].complement);
      for (size_t i = 0; i < kChunk; ++i) chunk[i] &= source[i] ^ mask;
    }
    for (size_t i = 0; i < kChunk; ++i) row[w + i] = chunk[i];
  }
  for (; w < words; ++w) {
    uint64_t word = keep ? row[w] : ~uint64_t{0};
    for (size_t s = 0; s < count; ++s) word &= sources[s].row[w] ^ MaskOf(sources[s].complement);
    row[w] = word;
  }
}

bool CopyRow(uint64_t* row, const uint64_t* source, bool complement, size_t words) {
  const uint64_t mask = MaskOf(complement);
  uint64_t any = 0;
  for (size_t w = 0; w < words; ++w) any |= row[w] = source[w] ^ mask;
  return any != 0;
}

bool IntersectRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words) {
  uint64_t any = 0;
  for (size_t w = 0; w < words; ++w) any |= row[w] = a[w] & b[w];
  return any != 0;
}

bool SubtractRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words) {
  uint64_t any = 0;
  for (size_t w = 0; w < words; ++w) any |= row[w] = a[w] & ~b[w];
  return any != 0;
}

void UniteRows(uint64_t* row, const uint64_t* a, size_t words) {
  for (size_t w = 0; w < words; ++w) row[w] |= a[w];
}

}  // namespace fairway::policy
