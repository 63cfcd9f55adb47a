#include "policy/proof/question.h"

#include <algorithm>
#include <utility>

namespace fairway::policy {
namespace {

using Result = Question::Result;

bool IsImplied(const Region& region, const Cube& cube) {
  return std::all_of(cube.literals.begin(), cube.literals.end(), [&](const Literal& literal) {
    return region.RelationTo(literal) == Region::Relation::kImplied;
  });
}

bool IsMoreGenerous(const Side& side, uint32_t a, uint32_t b, const FieldSet& all) {
  return side.terms[a].AtLeastAsGenerousAs(side.terms[b], all);
}

const FieldSet& AllFields() {
  // Fields beyond those of a vocabulary are in no duty, so they compare alike.
  static const FieldSet kAll = FieldSet().set();
  return kAll;
}

}  // namespace

Result Question::Ask(const Region& within, RegionSearch& search) {
  if (!there) {
    for (uint32_t permit : here.side->permits.Meeting(within)) {
      if (!here.good[here.side->permit_terms[permit]]) continue;
      Region region = within;
      if (!region.Assert(here.side->permits[permit])) continue;
      Start start{std::move(region), permit, {&here.side->permits[permit]}, {}};
      const Result result = Try(std::move(start), search);
      if (result != Result::kNone) return result;
    }
    return Result::kNone;
  }
  for (auto ask : {&Question::AskNotPermitted, &Question::AskForbidden, &Question::AskRequired,
                   &Question::AskUnbeaten, &Question::AskUnbeatenNew}) {
    const Result result = (this->*ask)(within, search);
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

bool Question::IsNew(uint32_t permit, const GoodTerms& good) const {
  const std::vector<uint32_t>& equal = shared->permits[permit];
  return std::none_of(equal.begin(), equal.end(),
                      [&](uint32_t other) { return good[there->side->permit_terms[other]]; });
}

// No permit with good terms matches there.
Result Question::AskNotPermitted(const Region& within, RegionSearch& search) {
  const Side& side = *here.side;
  for (uint32_t permit : side.permits.Meeting(within)) {
    if (!here.good[side.permit_terms[permit]] || !IsNew(permit, there->good)) continue;
    Region region = within;
    if (!region.Assert(side.permits[permit])) continue;
    std::vector<Obstacle> obstacles;
    bool covered = false;
    for (uint32_t other : there->side->permits.Meeting(region)) {
      if (!there->good[there->side->permit_terms[other]]) continue;
      const Cube& cube = there->side->permits[other];
      covered = IsImplied(region, cube);
      if (covered) break;
      obstacles.push_back({&cube, {}});
    }
    if (covered) continue;
    Start start{std::move(region), permit, {&side.permits[permit]}, std::move(obstacles)};
    const Result result = Try(std::move(start), search);
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

// A release with good terms within cubes of the other side.
Result Question::AskWith(const Region& within, const std::vector<const Cube*>& cubes,
                         RegionSearch& search, const std::vector<Obstacle>& avoid) {
  Region inside = within;
  for (const Cube* cube : cubes) {
    if (!inside.Assert(*cube)) return Result::kNone;
  }
  const Side& side = *here.side;
  for (uint32_t permit : side.permits.Meeting(inside)) {
    if (!here.good[side.permit_terms[permit]]) continue;
    Region region = inside;
    if (!region.Assert(side.permits[permit])) continue;
    Start start{std::move(region), permit, cubes, avoid};
    start.cubes.push_back(&side.permits[permit]);
    const Result result = Try(std::move(start), search);
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

Result Question::AskForbidden(const Region& within, RegionSearch& search) {
  if (!there_may_forbid) return Result::kNone;
  for (uint32_t forbid = 0; forbid < there->side->forbids.size(); ++forbid) {
    if (shared->forbids[forbid]) continue;
    const Result result = AskWith(within, {&there->side->forbids[forbid]}, search, {});
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

Result Question::AskRequired(const Region& within, RegionSearch& search) {
  const Side& other = *there->side;
  for (uint32_t require = 0; require < other.requires_.size(); ++require) {
    if (there->good[other.require_terms[require]]) continue;
    const std::vector<uint32_t>& equal = shared->requires_[require];
    const bool kept = std::any_of(equal.begin(), equal.end(), [&](uint32_t mine) {
      return !here.good[here.side->require_terms[mine]];
    });
    if (kept) continue;
    const Result result = AskWith(within, {&other.requires_[require]}, search, {});
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

// Does this side have that permit of the other as well, and is it not good enough here either?
bool Question::IsKept(uint32_t permit) const {
  const DutyTerms& terms = there->side->terms[there->side->permit_terms[permit]];
  const std::vector<uint32_t>& equal = shared->permits_back[permit];
  return std::any_of(equal.begin(), equal.end(), [&](uint32_t mine) {
    const uint32_t its = here.side->permit_terms[mine];
    return here.side->terms[its] == terms && !here.good[its];
  });
}

// There: the permits with good terms that beat this one.
std::vector<Obstacle> Question::Beating(uint32_t permit, const Region& region) const {
  const Side& other = *there->side;
  std::vector<Obstacle> beating;
  for (uint32_t better : other.permits.Meeting(region)) {
    const uint32_t its = other.permit_terms[better];
    if (there->good[its] && IsMoreGenerous(other, its, other.permit_terms[permit], AllFields())) {
      beating.push_back({&other.permits[better], {}});
    }
  }
  return beating;
}

// There a permit without good terms matches and none that is good and beats it. As some permit with
// good terms matches (else it was asked already), that one is its rival. First: permits that only
// the other side has.
Result Question::AskUnbeaten(const Region& within, RegionSearch& search) {
  const Side& other = *there->side;
  if (!other.HasRivals()) return Result::kNone;
  for (uint32_t permit = 0; permit < other.permits.size(); ++permit) {
    if (there->good[other.permit_terms[permit]] || IsKept(permit)) continue;
    for (uint32_t rival : other.Rivals(permit)) {
      if (!there->good[other.permit_terms[rival]]) continue;
      Region region = within;
      if (!region.Assert(other.permits[permit]) || !region.Assert(other.permits[rival])) continue;
      const Result result = AskWith(within, {&other.permits[permit], &other.permits[rival]}, search,
                                    Beating(permit, region));
      if (result != Result::kNone) return result;
    }
  }
  return Result::kNone;
}

// Second: permits that both sides have, beaten here by one that the other side has not.
Result Question::AskUnbeatenNew(const Region& within, RegionSearch& search) {
  const Side& other = *there->side;
  if (!other.HasRivals()) return Result::kNone;
  const Side& side = *here.side;
  for (uint32_t permit = 0; permit < side.permits.size(); ++permit) {
    const DutyTerms& terms = side.terms[side.permit_terms[permit]];
    const std::vector<uint32_t>& same = shared->permits[permit];
    const bool known = std::any_of(same.begin(), same.end(), [&](uint32_t theirs) {
      return other.terms[other.permit_terms[theirs]] == terms &&
             there->good[other.permit_terms[theirs]];
    });
    if (!here.good[side.permit_terms[permit]] || known) continue;
    Region inside = within;
    if (!inside.Assert(side.permits[permit])) continue;
    for (uint32_t beaten : other.permits.Meeting(inside)) {
      if (there->good[other.permit_terms[beaten]]) continue;
      for (uint32_t rival : other.Rivals(beaten)) {
        if (!there->good[other.permit_terms[rival]]) continue;
        Region region = inside;
        const std::vector<const Cube*> cubes = {&side.permits[permit], &other.permits[beaten],
                                                &other.permits[rival]};
        if (!region.Assert(*cubes[1]) || !region.Assert(*cubes[2])) continue;
        std::vector<Obstacle> obstacles = Beating(beaten, region);
        Start start{std::move(region), permit, cubes, std::move(obstacles)};
        const Result result = Try(std::move(start), search);
        if (result != Result::kNone) return result;
      }
    }
  }
  return Result::kNone;
}

void Question::AddForbidding(const Releases& releases, const Region& region,
                             std::vector<Obstacle>& obstacles) {
  const Side& side = *releases.side;
  for (uint32_t forbid : side.forbids.Meeting(region)) {
    obstacles.push_back({&side.forbids[forbid], {}});
  }
  for (uint32_t require : side.requires_.Meeting(region)) {
    if (releases.good[side.require_terms[require]]) continue;
    obstacles.push_back({&side.requires_[require], {}});
  }
}

// Rivals of `permit` whose terms are not good: to be stayed out of, or beaten by another.
void Question::AddUnbeaten(const Releases& releases, const Region& region, uint32_t permit,
                           std::vector<Obstacle>& obstacles) {
  const Side& side = *releases.side;
  for (uint32_t other : side.Rivals(permit)) {
    const uint32_t term = side.permit_terms[other];
    Region both = region;
    if (releases.good[term] || !both.Assert(side.permits[other])) continue;
    Obstacle obstacle{&side.permits[other], {}};
    for (uint32_t better : side.permits.Meeting(both)) {
      const uint32_t its = side.permit_terms[better];
      if (releases.good[its] && IsMoreGenerous(side, its, term, AllFields())) {
        obstacle.unless.push_back(&side.permits[better]);
      }
    }
    obstacles.push_back(std::move(obstacle));
  }
}

Result Question::Try(Start start, RegionSearch& search) {
  std::vector<Obstacle>& obstacles = start.obstacles;
  for (const Cube& box : found_) obstacles.push_back({&box, {}});
  AddForbidding(here, start.region, obstacles);
  AddUnbeaten(here, start.region, start.permit, obstacles);
  if (also) AddForbidding(*also, start.region, obstacles);
  const Result result = search.Find(start.region, obstacles);
  began_with_ = start.cubes;
  if (result != Result::kFound || !also) return result;
  return TryAlso(start, obstacles, search);
}

Result Question::TryAlso(const Start& start, const std::vector<Obstacle>& obstacles,
                         RegionSearch& search) {
  const Side& side = *also->side;
  for (uint32_t permit : side.permits.Meeting(start.region)) {
    if (!also->good[side.permit_terms[permit]]) continue;
    Region region = start.region;
    if (!region.Assert(side.permits[permit])) continue;
    std::vector<Obstacle> all = obstacles;
    AddUnbeaten(*also, region, permit, all);
    const Result result = search.Find(region, all);
    if (result == Result::kNone) continue;
    began_with_ = start.cubes;
    began_with_.push_back(&side.permits[permit]);
    return result;
  }
  return Result::kNone;
}

std::vector<RegionSearch::Step> Question::Box(const RegionSearch& search) const {
  std::vector<RegionSearch::Step> steps;
  for (const Cube* cube : began_with_) {
    for (const Literal& literal : cube->literals) steps.push_back({literal, false});
  }
  for (const RegionSearch::Step& step : search.Box()) steps.push_back(step);
  return steps;
}

}  // namespace fairway::policy
