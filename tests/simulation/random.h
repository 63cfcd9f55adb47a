#ifndef FAIRWAY_TESTS_SIMULATION_RANDOM_H_
#define FAIRWAY_TESTS_SIMULATION_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace fairway::simulation {

// A seeded stream of choices (xoshiro256**, Blackman and Vigna 2018). The same seed gives the same
// choices on every machine: no distribution of the standard library is used, because those differ
// between libraries. Not for secrets. One thread at a time.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t Next();
  // Uniform in [0, n); n ≥ 1.
  uint64_t Below(uint64_t n);
  // Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high);
  // True with probability p.
  bool Chance(double p);
  // Exponential with this mean, at most 20 times the mean.
  absl::Duration Around(absl::Duration mean);
  // Uniform in [low, high).
  absl::Duration Between(absl::Duration low, absl::Duration high);
  void Fill(uint8_t* out, size_t n);

  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  // A stream of its own for the thing called `name`, so that what one thing draws does not shift
  // what another gets. Depends on this stream's seed and on `name` only.
  Random Fork(std::string_view name) const;

 private:
  double Unit();

  uint64_t seed_;
  uint64_t state_[4];
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_RANDOM_H_
