#ifndef FAIRWAY_POLICY_CHECK_RULE_CUBES_H_
#define FAIRWAY_POLICY_CHECK_RULE_CUBES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/program/cube_index.h"
#include "policy/program/region_search.h"
#include "policy/program/space.h"

namespace fairway::policy {

// Where the rules of a program match, as cubes, by kind of rule: what the logic checks look things
// up in. The program must outlive it.
class RuleCubes {
 public:
  explicit RuleCubes(const Program& program);

  struct List {
    CubeIndex index;
    std::vector<uint32_t> rules;  // of each cube: a position in Program::rules
  };

  Space& space() { return space_; }
  const List& Of(CheckedRule::Kind kind) const { return lists_[static_cast<size_t>(kind)]; }
  // Nothing if the rule is too many cubes; it is then in no list.
  const std::optional<std::vector<Cube>>& CubesOf(uint32_t rule) const { return cubes_[rule]; }
  // The part of the space that a cube is.
  Region RegionOf(const Cube& cube) const;

 private:
  Space space_;
  Region everything_;
  std::vector<std::optional<std::vector<Cube>>> cubes_;
  std::vector<List> lists_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_RULE_CUBES_H_
