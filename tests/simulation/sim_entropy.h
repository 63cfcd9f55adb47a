#ifndef FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "node/env/entropy.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {

// A node's randomness from a seed. A fork depends on the parent's seed, its name and how many forks
// of that name came before, never on what was drawn meanwhile. One thread.
class SimEntropy : public env::Entropy {
 public:
  explicit SimEntropy(Random random) : random_(random) {}

  void Fill(uint8_t* out, size_t n) override { random_.Fill(out, n); }
  std::unique_ptr<env::Entropy> Fork(std::string_view name) override;

 private:
  Random random_;
  std::map<std::string, uint64_t, std::less<>> forks_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_
