#include "policy/program/region_search.h"

#include <algorithm>
#include <utility>

namespace fairway::policy {
namespace {

using Relation = Region::Relation;

constexpr size_t kMaxDepth = 2'000;
// Looking at this many obstacles counts as much as one split.
constexpr size_t kObstaclesPerWork = 32;

bool IsBlockedBy(const Point& point, const Obstacle& obstacle) {
  return point.IsIn(*obstacle.cube) &&
         std::none_of(obstacle.unless.begin(), obstacle.unless.end(),
                      [&](const Cube* cube) { return point.IsIn(*cube); });
}

}  // namespace

RegionSearch::Result RegionSearch::Find(const Region& start,
                                        const std::vector<Obstacle>& obstacles) {
  start_ = &start;
  obstacles_ = &obstacles;
  path_.clear();
  std::vector<uint32_t> live(obstacles.size());
  for (size_t i = 0; i < live.size(); ++i) live[i] = static_cast<uint32_t>(i);
  const Result result = Visit(start, std::move(live), 0);
  if (result == Result::kFound) {
    start_copy_ = start;
    obstacles_copy_ = obstacles;
  }
  return result;
}

// Drops the obstacles that the region does not meet; where only one test of an obstacle is still
// open, it must fail.
std::optional<RegionSearch::Result> RegionSearch::Propagate(Region& region,
                                                            std::vector<uint32_t>& live) {
  bool again = true;
  while (again) {
    again = false;
    std::vector<uint32_t> kept;
    for (uint32_t index : live) {
      const Obstacle& obstacle = (*obstacles_)[index];
      const Literal* open = nullptr;
      size_t count = 0;
      bool apart = false;
      for (const Literal& literal : obstacle.cube->literals) {
        const Relation relation = region.RelationTo(literal);
        if (relation == Relation::kContradicted) {
          apart = true;
          break;
        }
        if (relation == Relation::kOpen) {
          open = &literal;
          ++count;
        }
      }
      if (apart) continue;
      if (obstacle.unless.empty()) {
        if (count == 0) return Result::kNone;
        if (count == 1) {
          if (!region.Deny(*open)) return Result::kNone;
          path_.push_back({*open, true});
          again = true;
          continue;
        }
      }
      kept.push_back(index);
    }
    live = std::move(kept);
  }
  return std::nullopt;
}

std::optional<uint32_t> RegionSearch::Blocking(const Point& point, const Region& region,
                                               const std::vector<uint32_t>& live) const {
  std::optional<uint32_t> best;
  size_t fewest = SIZE_MAX;
  for (uint32_t index : live) {
    const Obstacle& obstacle = (*obstacles_)[index];
    if (!IsBlockedBy(point, obstacle)) continue;
    size_t open = obstacle.unless.size();
    for (const Literal& literal : obstacle.cube->literals) {
      if (region.RelationTo(literal) == Relation::kOpen) ++open;
    }
    if (open < fewest) {
      fewest = open;
      best = index;
    }
  }
  return best;
}

RegionSearch::Result RegionSearch::Visit(Region region, std::vector<uint32_t> live, size_t depth) {
  const size_t cost = 1 + live.size() / kObstaclesPerWork;
  if (cost > work_left_ || depth > kMaxDepth) {
    work_left_ = 0;
    return Result::kLimit;
  }
  work_left_ -= cost;
  const size_t path = path_.size();
  Result result = Result::kNone;
  if (!Propagate(region, live)) {
    std::optional<Point> point = completion_->Complete(region);
    if (point) {
      const std::optional<uint32_t> blocking = Blocking(*point, region, live);
      if (blocking) {
        result = Branch(std::move(region), live, *blocking, depth);
      } else {
        result = Result::kFound;
        point_ = std::move(point);
        found_path_ = path_;
      }
    }
  }
  path_.resize(path);
  return result;
}

RegionSearch::Result RegionSearch::Branch(Region region, const std::vector<uint32_t>& live,
                                          uint32_t obstacle, size_t depth) {
  std::vector<uint32_t> rest;
  std::copy_if(live.begin(), live.end(), std::back_inserter(rest),
               [&](uint32_t index) { return index != obstacle; });
  const size_t path = path_.size();
  for (const Literal& literal : (*obstacles_)[obstacle].cube->literals) {
    if (region.RelationTo(literal) != Relation::kOpen) continue;
    Region outside = region;
    if (outside.Deny(literal)) {
      path_.push_back({literal, true});
      const Result result = Visit(std::move(outside), rest, depth + 1);
      path_.pop_back();
      if (result != Result::kNone) return result;
    }
    if (!region.Assert(literal)) {
      path_.resize(path);
      return Result::kNone;
    }
    path_.push_back({literal, false});
  }
  Result result = Result::kNone;
  for (const Cube* cube : (*obstacles_)[obstacle].unless) {
    Region inside = region;
    if (!inside.Assert(*cube)) continue;
    const size_t before = path_.size();
    for (const Literal& literal : cube->literals) path_.push_back({literal, false});
    result = Visit(std::move(inside), rest, depth + 1);
    path_.resize(before);
    if (result != Result::kNone) break;
  }
  path_.resize(path);
  return result;
}

bool RegionSearch::KeepsOut(const std::vector<Step>& steps) const {
  Region region = *start_copy_;
  for (const Step& step : steps) {
    if (!(step.denied ? region.Deny(step.literal) : region.Assert(step.literal))) return false;
  }
  return std::all_of(obstacles_copy_.begin(), obstacles_copy_.end(), [&](const Obstacle& obstacle) {
    const auto certain = [&](const Cube& cube, Relation relation, bool all) {
      const auto is = [&](const Literal& literal) {
        return region.RelationTo(literal) == relation;
      };
      return all ? std::all_of(cube.literals.begin(), cube.literals.end(), is)
                 : std::any_of(cube.literals.begin(), cube.literals.end(), is);
    };
    return certain(*obstacle.cube, Relation::kContradicted, false) ||
           std::any_of(obstacle.unless.begin(), obstacle.unless.end(),
                       [&](const Cube* cube) { return certain(*cube, Relation::kImplied, true); });
  });
}

std::vector<RegionSearch::Step> RegionSearch::Box() const {
  std::vector<Step> steps = found_path_;
  // The point was outside of the obstacles that were still there; a test that fails at it keeps all
  // others out as well.
  Region region = *start_copy_;
  for (const Step& step : steps) {
    if (step.denied) {
      region.Deny(step.literal);
    } else {
      region.Assert(step.literal);
    }
  }
  for (const Obstacle& obstacle : obstacles_copy_) {
    const std::vector<Literal>& literals = obstacle.cube->literals;
    const bool apart = std::any_of(literals.begin(), literals.end(), [&](const Literal& literal) {
      return region.RelationTo(literal) == Relation::kContradicted;
    });
    if (apart) continue;
    const auto fails = std::find_if(literals.begin(), literals.end(), [&](const Literal& literal) {
      return !point_->Satisfies(literal);
    });
    if (fails == literals.end()) continue;
    region.Deny(*fails);
    steps.push_back({*fails, true});
  }
  if (!KeepsOut(steps)) return steps;
  for (size_t i = steps.size(); i-- > 0;) {
    std::vector<Step> fewer = steps;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (KeepsOut(fewer)) steps = std::move(fewer);
  }
  return steps;
}

}  // namespace fairway::policy
