#ifndef FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/env/entropy.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {

// A node's randomness from a seed. A fork depends on the parent's seed, its name and how many forks
// of that name came before, never on what was drawn meanwhile. One thread.
class SimEntropy : public env::Entropy {
 public:
  explicit SimEntropy(Random random) : random_(std::make_shared<Random>(random)) {}

  void Fill(uint8_t* out, size_t n) override { random_->Fill(out, n); }
  std::unique_ptr<env::Entropy> Fork(std::string_view name) override;

  // What the forks called `name` draw from now on depends on `point` only, not on what they drew
  // before: so that two runs of which one does more draw the same at the same point.
  void Realign(std::string_view name, std::string_view point);

 private:
  explicit SimEntropy(std::shared_ptr<Random> random) : random_(std::move(random)) {}

  std::shared_ptr<Random> random_;
  std::map<std::string, std::vector<std::shared_ptr<Random>>, std::less<>> forks_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_ENTROPY_H_
