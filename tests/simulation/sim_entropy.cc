#include "tests/simulation/sim_entropy.h"

namespace fairway::simulation {

std::unique_ptr<env::Entropy> SimEntropy::Fork(std::string_view name) {
  const uint64_t number = forks_[std::string(name)]++;
  return std::make_unique<SimEntropy>(
      random_.Fork(std::string(name) + "#" + std::to_string(number)));
}

}  // namespace fairway::simulation
