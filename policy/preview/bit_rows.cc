#include "policy/preview/bit_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstring>

// On processors that have them, wider registers and an instruction that counts bits; chosen when
// the program starts. Sanitizers do not get along with that choice.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FAIRWAY_FOR_EACH_PROCESSOR __attribute__((target_clones("default", "avx2")))
#else
#define FAIRWAY_FOR_EACH_PROCESSOR
#endif
#define FAIRWAY_INLINE __attribute__((always_inline)) inline

namespace fairway::policy {
namespace {

// Words that are handled together: two of the widest registers.
constexpr size_t kChunk = 8;
using Chunk = uint64_t __attribute__((vector_size(kChunk * sizeof(uint64_t))));

uint64_t MaskOf(bool complement) { return complement ? ~uint64_t{0} : 0; }

// `count` is known when this is compiled, so that all sources stay in registers.
template <size_t count>
FAIRWAY_INLINE void And(uint64_t* row, const RowSource* sources, bool keep, size_t words) {
  const uint64_t* from[count];
  uint64_t mask[count];
  for (size_t s = 0; s < count; ++s) {
    from[s] = sources[s].row;
    mask[s] = MaskOf(sources[s].complement);
  }
  size_t w = 0;
  for (; w + kChunk <= words; w += kChunk) {
    Chunk all, next;
    std::memcpy(&all, from[0] + w, sizeof(all));
    all ^= mask[0];
#pragma GCC unroll 8
    for (size_t s = 1; s < count; ++s) {
      std::memcpy(&next, from[s] + w, sizeof(next));
      all &= next ^ mask[s];
    }
    if (keep) {
      std::memcpy(&next, row + w, sizeof(next));
      all &= next;
    }
    std::memcpy(row + w, &all, sizeof(all));
  }
  for (; w < words; ++w) {
    uint64_t word = keep ? row[w] : ~uint64_t{0};
    for (size_t s = 0; s < count; ++s) word &= from[s][w] ^ mask[s];
    row[w] = word;
  }
}

}  // namespace

FAIRWAY_FOR_EACH_PROCESSOR
void AndRows(uint64_t* row, const RowSource* sources, size_t count, bool keep, size_t words) {
  switch (count) {
    case 1:
      return And<1>(row, sources, keep, words);
    case 2:
      return And<2>(row, sources, keep, words);
    case 3:
      return And<3>(row, sources, keep, words);
    case 4:
      return And<4>(row, sources, keep, words);
    case 5:
      return And<5>(row, sources, keep, words);
    case 6:
      return And<6>(row, sources, keep, words);
    case 7:
      return And<7>(row, sources, keep, words);
    default:
      return And<8>(row, sources, keep, words);
  }
}

FAIRWAY_FOR_EACH_PROCESSOR
bool IntersectRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words) {
  uint64_t any = 0;
  size_t w = 0;
  for (; w + kChunk <= words; w += kChunk) {
    for (size_t i = 0; i < kChunk; ++i) any |= row[w + i] = a[w + i] & b[w + i];
  }
  for (; w < words; ++w) any |= row[w] = a[w] & b[w];
  return any != 0;
}

FAIRWAY_FOR_EACH_PROCESSOR
bool SubtractRows(uint64_t* row, const uint64_t* a, const uint64_t* b, size_t words) {
  uint64_t any = 0;
  size_t w = 0;
  for (; w + kChunk <= words; w += kChunk) {
    for (size_t i = 0; i < kChunk; ++i) any |= row[w + i] = a[w + i] & ~b[w + i];
  }
  for (; w < words; ++w) any |= row[w] = a[w] & ~b[w];
  return any != 0;
}

void ComplementRow(uint64_t* row, const uint64_t* a, size_t words) {
  for (size_t w = 0; w < words; ++w) row[w] = ~a[w];
}

void UniteRows(uint64_t* row, const uint64_t* a, size_t words) {
  for (size_t w = 0; w < words; ++w) row[w] |= a[w];
}

FAIRWAY_FOR_EACH_PROCESSOR
void AtLeastRow(uint64_t* row, const int64_t* numbers, int64_t least, size_t words) {
  using Numbers = int64_t __attribute__((vector_size(sizeof(Chunk))));
  constexpr Chunk kFirstBits = {1, 2, 4, 8, 16, 32, 64, 128};
  for (size_t w = 0; w < words; ++w) {
    Chunk bits = {};
#pragma GCC unroll 8
    for (size_t chunk = 0; chunk < 64 / kChunk; ++chunk) {
      Numbers some;
      std::memcpy(&some, numbers + w * 64 + chunk * kChunk, sizeof(some));
      bits |= reinterpret_cast<Chunk>(some >= least) & (kFirstBits << (chunk * kChunk));
    }
    uint64_t word = 0;
    for (size_t i = 0; i < kChunk; ++i) word |= bits[i];
    row[w] = word;
  }
}

FAIRWAY_FOR_EACH_PROCESSOR
size_t CountRow(const uint64_t* row, size_t words) {
  size_t count = 0;
  for (size_t w = 0; w < words; ++w) count += static_cast<size_t>(std::popcount(row[w]));
  return count;
}

#if defined(__x86_64__)
namespace {

__attribute__((target("bmi2"))) uint64_t FastExtract(uint64_t word, uint64_t mask) {
  return _pext_u64(word, mask);
}
__attribute__((target("bmi2"))) uint64_t FastDeposit(uint64_t bits, uint64_t mask) {
  return _pdep_u64(bits, mask);
}
const bool kHasFastMoves = __builtin_cpu_supports("bmi2") != 0;

}  // namespace
#endif

uint64_t ExtractBits(uint64_t word, uint64_t mask) {
#if defined(__x86_64__)
  if (kHasFastMoves) return FastExtract(word, mask);
#endif
  uint64_t bits = 0;
  for (uint64_t next = 1; mask != 0; mask &= mask - 1, next <<= 1) {
    if ((word & mask & (~mask + 1)) != 0) bits |= next;
  }
  return bits;
}

uint64_t DepositBits(uint64_t bits, uint64_t mask) {
#if defined(__x86_64__)
  if (kHasFastMoves) return FastDeposit(bits, mask);
#endif
  uint64_t word = 0;
  for (; mask != 0; mask &= mask - 1, bits >>= 1) {
    if ((bits & 1) != 0) word |= mask & (~mask + 1);
  }
  return word;
}

}  // namespace fairway::policy
