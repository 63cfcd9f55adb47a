#include "policy/check/rule_cubes.h"

#include <array>
#include <utility>

namespace fairway::policy {
namespace {

constexpr size_t kKinds = 3;

}  // namespace

RuleCubes::RuleCubes(const Program& program)
    : space_({&program}), everything_(space_.Everything(std::nullopt)) {
  std::array<std::vector<Cube>, kKinds> cubes;
  std::array<std::vector<uint32_t>, kKinds> rules;
  for (uint32_t i = 0; i < program.rules.size(); ++i) {
    const size_t kind = static_cast<size_t>(program.rules[i].kind);
    cubes_.push_back(space_.CubesOf(0, program.rules[i]));
    if (!cubes_.back()) continue;
    for (const Cube& cube : *cubes_.back()) {
      cubes[kind].push_back(cube);
      rules[kind].push_back(i);
    }
  }
  for (size_t kind = 0; kind < kKinds; ++kind) {
    lists_.push_back({CubeIndex(space_.layout(), std::move(cubes[kind])), std::move(rules[kind])});
  }
}

Region RuleCubes::RegionOf(const Cube& cube) const {
  Region region = everything_;
  region.Assert(cube);
  return region;
}

}  // namespace fairway::policy
