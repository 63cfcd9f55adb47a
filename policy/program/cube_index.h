#ifndef FAIRWAY_POLICY_PROGRAM_CUBE_INDEX_H_
#define FAIRWAY_POLICY_PROGRAM_CUBE_INDEX_H_

#include <cstdint>
#include <vector>

#include "policy/program/region.h"

namespace fairway::policy {

// A list of cubes and, for each cell of each variable, which of them allow it: the cubes that meet
// a region are found by a few passes over bits instead of one by one.
class CubeIndex {
 public:
  CubeIndex(const Layout& layout, std::vector<Cube> cubes);

  size_t size() const { return cubes_.size(); }
  const Cube& operator[](size_t i) const { return cubes_[i]; }
  const std::vector<Cube>& cubes() const { return cubes_; }

  // Positions, ascending, of all cubes that meet the region and of none that certainly does not.
  std::vector<uint32_t> Meeting(const Region& region) const { return Meeting(region, nullptr); }
  // The same among some of them: a bit each.
  std::vector<uint32_t> Meeting(const Region& region, const std::vector<uint64_t>* among) const;
  // Positions, ascending, of cubes that certainly hold the whole region.
  std::vector<uint32_t> Holding(const Region& region) const;

 private:
  // Which cubes allow a cell; `any` are those that say nothing about the variable.
  struct Single {
    size_t variable;
    std::vector<uint64_t> any;
    std::vector<uint64_t> rows;
  };
  // Which cubes need a bit of a set.
  struct Need {
    size_t variable;
    size_t bit;
    std::vector<uint64_t> row;
  };
  // Which cubes need no bit of a set at all.
  struct Free {
    size_t variable;
    std::vector<uint64_t> row;
  };

  void Build(const Layout& layout);
  void Filter(const Region& region, std::vector<uint64_t>& left, std::vector<bool>& told) const;

  std::vector<Cube> cubes_;
  size_t words_;
  std::vector<Single> singles_;
  std::vector<Need> needs_;
  std::vector<Free> free_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_CUBE_INDEX_H_
