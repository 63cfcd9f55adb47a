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

// A term that is not good although there are good ones that do not beat it: permits with it can
// spoil a release.
bool CanSpoil(const Question::Releases& releases, uint32_t term) {
  if (releases.good[term]) return false;
  for (uint32_t other = 0; other < releases.good.size(); ++other) {
    if (releases.good[other] && !IsMoreGenerous(*releases.side, other, term, AllFields())) {
      return true;
    }
  }
  return false;
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
  can_spoil_.clear();
  for (uint32_t term = 0; term < there->good.size(); ++term) {
    can_spoil_.push_back(CanSpoil(*there, term));
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

// A release with good terms within one cube of the other side.
Result Question::AskWith(const Region& within, const Cube& cube, RegionSearch& search,
                         const std::vector<const Cube*>& avoid) {
  Region inside = within;
  if (!inside.Assert(cube)) return Result::kNone;
  const Side& side = *here.side;
  for (uint32_t permit : side.permits.Meeting(inside)) {
    if (!here.good[side.permit_terms[permit]]) continue;
    Region region = inside;
    if (!region.Assert(side.permits[permit])) continue;
    std::vector<Obstacle> obstacles;
    for (const Cube* other : avoid) obstacles.push_back({other, {}});
    Start start{std::move(region), permit, {&cube, &side.permits[permit]}, std::move(obstacles)};
    const Result result = Try(std::move(start), search);
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

Result Question::AskForbidden(const Region& within, RegionSearch& search) {
  if (!there_may_forbid) return Result::kNone;
  for (uint32_t forbid = 0; forbid < there->side->forbids.size(); ++forbid) {
    if (shared->forbids[forbid]) continue;
    const Result result = AskWith(within, there->side->forbids[forbid], search, {});
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
    const Result result = AskWith(within, other.requires_[require], search, {});
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

// There a permit without good terms matches and none that is good and beats it. First: permits that
// only the other side has.
Result Question::AskUnbeaten(const Region& within, RegionSearch& search) {
  const Side& other = *there->side;
  for (uint32_t permit = 0; permit < other.permits.size(); ++permit) {
    const uint32_t term = other.permit_terms[permit];
    if (!can_spoil_[term]) continue;
    const std::vector<uint32_t>& equal = shared->permits_back[permit];
    const bool kept = std::any_of(equal.begin(), equal.end(), [&](uint32_t mine) {
      return here.side->terms[here.side->permit_terms[mine]] == other.terms[term] &&
             !here.good[here.side->permit_terms[mine]];
    });
    if (kept) continue;
    Region inside = within;
    if (!inside.Assert(other.permits[permit])) continue;
    std::vector<const Cube*> avoid;
    for (uint32_t better : other.permits.Meeting(inside)) {
      const uint32_t its = other.permit_terms[better];
      if (there->good[its] && IsMoreGenerous(other, its, term, AllFields())) {
        avoid.push_back(&other.permits[better]);
      }
    }
    const Result result = AskWith(within, other.permits[permit], search, avoid);
    if (result != Result::kNone) return result;
  }
  return Result::kNone;
}

// Second: permits that both sides have, beaten here by one that the other side has not.
Result Question::AskUnbeatenNew(const Region& within, RegionSearch& search) {
  const Side& other = *there->side;
  const Side& side = *here.side;
  const bool any = std::any_of(other.permit_terms.begin(), other.permit_terms.end(),
                               [&](uint32_t term) { return can_spoil_[term]; });
  if (!any) return Result::kNone;
  for (uint32_t permit : side.permits.Meeting(within)) {
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
      const uint32_t term = other.permit_terms[beaten];
      if (!can_spoil_[term]) continue;
      Region region = inside;
      if (!region.Assert(other.permits[beaten])) continue;
      std::vector<Obstacle> obstacles;
      for (uint32_t better : other.permits.Meeting(region)) {
        const uint32_t its = other.permit_terms[better];
        if (there->good[its] && IsMoreGenerous(other, its, term, AllFields())) {
          obstacles.push_back({&other.permits[better], {}});
        }
      }
      Start start{std::move(region),
                  permit,
                  {&side.permits[permit], &other.permits[beaten]},
                  std::move(obstacles)};
      const Result result = Try(std::move(start), search);
      if (result != Result::kNone) return result;
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

// Permits whose terms are not good and that `permit` does not beat: to be stayed out of, or beaten
// by another.
void Question::AddUnbeaten(const Releases& releases, const Region& region, uint32_t permit,
                           std::vector<Obstacle>& obstacles) {
  const Side& side = *releases.side;
  const auto spoils = [&](uint32_t term) {
    return !releases.good[term] &&
           !IsMoreGenerous(side, side.permit_terms[permit], term, AllFields());
  };
  bool any = false;
  for (uint32_t term = 0; term < releases.good.size() && !any; ++term) any = spoils(term);
  if (!any) return;
  const std::vector<uint32_t> meeting = side.permits.Meeting(region);
  for (uint32_t other : meeting) {
    const uint32_t term = side.permit_terms[other];
    if (!spoils(term)) continue;
    Obstacle obstacle{&side.permits[other], {}};
    for (uint32_t better : meeting) {
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
