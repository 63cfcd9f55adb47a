#ifndef FAIRWAY_TESTS_ORACLE_DICE_H_
#define FAIRWAY_TESTS_ORACLE_DICE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace fairway::oracle {

// Where a generator takes its choices from: a seed, or the bytes of a fuzzer.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  // Choices are these bytes, then zeros.
  Dice(const uint8_t* bytes, size_t size) : bytes_(bytes), left_(size) {}

  // One of 0 … n-1; n is at least 1.
  uint64_t Below(uint64_t n) {
    if (bytes_ == nullptr) return random_() % n;
    uint64_t value = 0;
    for (uint64_t range = 1; range < n && left_ > 0; range <<= 8) {
      value = value << 8 | *bytes_;
      ++bytes_;
      --left_;
    }
    return value % n;
  }
  bool Percent(uint64_t chance) { return Below(100) >= 100 - chance; }
  template <typename T>
  const T& Of(const std::vector<T>& all) {
    return all[Below(all.size())];
  }
  // Some of them, at least one, in any order.
  template <typename T>
  std::vector<T> Some(const std::vector<T>& all, size_t most) {
    std::vector<T> some;
    const size_t count = 1 + Below(most);
    for (size_t i = 0; i < count; ++i) some.push_back(Of(all));
    return some;
  }

 private:
  std::mt19937_64 random_;
  const uint8_t* bytes_ = nullptr;
  size_t left_ = 0;
};

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_DICE_H_
