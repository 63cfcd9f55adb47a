#ifndef FAIRWAY_POLICY_PROGRAM_REGION_SEARCH_H_
#define FAIRWAY_POLICY_PROGRAM_REGION_SEARCH_H_

#include <optional>
#include <vector>

#include "policy/program/region.h"

namespace fairway::policy {

// What a point must satisfy besides lying in a region: the floors, or nothing. Exact: nothing only
// if no point of the region does.
class Completion {
 public:
  virtual ~Completion() = default;
  virtual std::optional<Point> Complete(const Region& region) const = 0;
};

// A cube to stay out of, unless the point is also in one of `unless`.
struct Obstacle {
  const Cube* cube = nullptr;
  std::vector<const Cube*> unless;
};

// Looks for a point of a region that lies in no obstacle. Cubes are subtracted one after the other,
// each time only one that holds the point at hand; what is then forced is concluded before the next
// split. Exact, deterministic, and ends: by a limit on the work if by nothing else.
class RegionSearch {
 public:
  enum class Result { kFound, kNone, kLimit };
  struct Step {
    Literal literal;
    bool denied = false;  // the test must not hold
  };

  // `work` is what may be spent, over all calls; about a microsecond each.
  RegionSearch(const Completion& completion, size_t work)
      : completion_(&completion), work_left_(work) {}

  Result Find(const Region& start, const std::vector<Obstacle>& obstacles);

  // After kFound: the point, and tests that together with the start keep all points out of every
  // obstacle, as few as a greedy look finds.
  const Point& point() const { return *point_; }
  std::vector<Step> Box() const;

  size_t work_left() const { return work_left_; }

 private:
  // kNone to go on, or what is known already.
  Result Visit(Region region, std::vector<uint32_t> live, size_t depth);
  std::optional<Result> Propagate(Region& region, std::vector<uint32_t>& live);
  Result Branch(Region region, const std::vector<uint32_t>& live, uint32_t obstacle, size_t depth);
  std::optional<uint32_t> Blocking(const Point& point, const Region& region,
                                   const std::vector<uint32_t>& live) const;
  bool KeepsOut(const std::vector<Step>& steps) const;

  const Completion* completion_;
  size_t work_left_;
  const Region* start_ = nullptr;
  const std::vector<Obstacle>* obstacles_ = nullptr;
  std::optional<Point> point_;
  std::optional<Region> start_copy_;
  std::vector<Obstacle> obstacles_copy_;
  std::vector<Step> path_;
  std::vector<Step> found_path_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_REGION_SEARCH_H_
