#include "tests/simulation/random.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fairway::simulation {
namespace {

// splitmix64: spreads a seed over the state, and a name over a seed.
uint64_t Mix(uint64_t& x) {
  x += 0x9e3779b97f4a7c15u;
  uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t RotateLeft(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Random::Random(uint64_t seed) : seed_(seed) {
  uint64_t x = seed;
  for (uint64_t& word : state_) word = Mix(x);
}

uint64_t Random::Next() {
  const uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

uint64_t Random::Below(uint64_t n) {
  assert(n > 0);
  // The bias of the multiply-shift is below 2^-32 for every n used here.
  return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * n) >> 64);
}

int64_t Random::Between(int64_t low, int64_t high) {
  assert(low <= high);
  return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
}

double Random::Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

bool Random::Chance(double p) { return Unit() < p; }

absl::Duration Random::Around(absl::Duration mean) {
  return mean * std::min(20.0, -std::log(1.0 - Unit()));
}

absl::Duration Random::Between(absl::Duration low, absl::Duration high) {
  return low + (high - low) * Unit();
}

void Random::Fill(uint8_t* out, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    uint64_t word = Next();
    for (size_t k = i; k < std::min(n, i + 8); ++k, word >>= 8) {
      out[k] = static_cast<uint8_t>(word);
    }
  }
}

Random Random::Fork(std::string_view name) const {
  uint64_t x = seed_ ^ 0x5bd1e9955bd1e995u;
  uint64_t hash = Mix(x);
  for (const char c : name) {
    x ^= hash ^ static_cast<uint8_t>(c);
    hash = Mix(x);
  }
  return Random(hash);
}

}  // namespace fairway::simulation
