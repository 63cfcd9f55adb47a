#ifndef FAIRWAY_TESTS_SUPPORT_SEEDED_ENTROPY_H_
#define FAIRWAY_TESTS_SUPPORT_SEEDED_ENTROPY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "node/env/entropy.h"

namespace fairway::testing {

// The same bytes for the same seed, on every machine. Thread-safe.
class SeededEntropy final : public env::Entropy {
 public:
  explicit SeededEntropy(uint64_t seed);

  void Fill(uint8_t* out, size_t n) override;
  std::unique_ptr<env::Entropy> Fork(std::string_view name) override;

 private:
  explicit SeededEntropy(std::string seed) : seed_(std::move(seed)) {}

  std::mutex mutex_;
  const std::string seed_;
  uint64_t blocks_ = 0;
  std::string rest_;  // of the last block
  std::map<std::string, uint64_t, std::less<>> forks_;
};

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_SEEDED_ENTROPY_H_
