#include "tests/support/seeded_entropy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "crypto/digest.h"

namespace fairway::testing {

SeededEntropy::SeededEntropy(uint64_t seed) : seed_("seed " + std::to_string(seed)) {}

void SeededEntropy::Fill(uint8_t* out, size_t n) {
  const std::lock_guard lock(mutex_);
  while (n > 0) {
    if (rest_.empty()) {
      const std::string block = seed_ + " block " + std::to_string(blocks_++);
      rest_ = crypto::TaggedHash("fairway/test/entropy", block).ToString();
    }
    const size_t taken = std::min(n, rest_.size());
    std::memcpy(out, rest_.data(), taken);
    rest_.erase(0, taken);
    out += taken;
    n -= taken;
  }
}

std::unique_ptr<env::Entropy> SeededEntropy::Fork(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const uint64_t count = forks_[std::string(name)]++;
  const std::string child = seed_ + " fork " + std::to_string(count) + " " + std::string(name);
  return std::unique_ptr<env::Entropy>(
      new SeededEntropy(crypto::TaggedHash("fairway/test/fork", child).ToString()));
}

}  // namespace fairway::testing
