#include "tests/simulation/sim_entropy.h"

namespace fairway::simulation {

std::unique_ptr<env::Entropy> SimEntropy::Fork(std::string_view name) {
  std::vector<std::shared_ptr<Random>>& forks = forks_[std::string(name)];
  forks.push_back(std::make_shared<Random>(
      random_->Fork(std::string(name) + "#" + std::to_string(forks.size()))));
  return std::unique_ptr<env::Entropy>(new SimEntropy(forks.back()));
}

void SimEntropy::Realign(std::string_view name, std::string_view point) {
  const auto found = forks_.find(name);
  if (found == forks_.end()) return;
  for (size_t i = 0; i < found->second.size(); ++i) {
    *found->second[i] =
        random_->Fork(std::string(name) + "#" + std::to_string(i) + "@" + std::string(point));
  }
}

}  // namespace fairway::simulation
