#ifndef FAIRWAY_POLICY_PROOF_QUESTION_H_
#define FAIRWAY_POLICY_PROOF_QUESTION_H_

#include <optional>
#include <vector>

#include "policy/program/region_search.h"
#include "policy/proof/side.h"

namespace fairway::policy {

// Which duties are good enough: by position in Side::terms. If some duties are good enough so are
// all more generous ones.
using GoodTerms = std::vector<bool>;

// Is there a point at which `here` releases with good terms, `there` does not, and `also`, if
// given, releases (with terms that are good enough for it)?
//
// A side releases with good terms where a permit with good terms matches, no forbid does, no
// require with others does, and every permit with others that matches is beaten by a more generous
// one with good terms. (Permits that can match together are comparable, E205; where a change of a
// peer made two meet that are not, the stricter of each duty holds, and that is what the last
// condition says.) What is shared by both sides cannot make the difference, so each way in which
// they can differ begins with a rule that they do not share.
class Question {
 public:
  using Result = RegionSearch::Result;

  struct Releases {
    const Side* side = nullptr;
    GoodTerms good;
  };

  Releases here;
  std::optional<Releases> there;   // nothing: any point at which `here` releases
  const Shared* shared = nullptr;  // of here and there
  // False if `there` releases, only not with these terms: then its forbids do not count.
  bool there_may_forbid = true;
  std::optional<Releases> also;

  // Looks within a region. After kFound `search` has the point.
  Result Ask(const Region& within, RegionSearch& search);

  // After kFound: the tests the search began with, and those it added; together a box of points
  // that are all answers (the floors aside, and `unless` of permits that are beaten).
  std::vector<RegionSearch::Step> Box(const RegionSearch& search) const;
  // Boxes that were found already, to stay out of.
  void StayOutOf(Cube box) { found_.push_back(std::move(box)); }

 private:
  struct Start {
    Region region;
    uint32_t permit;  // of here
    std::vector<const Cube*> cubes;
    std::vector<Obstacle> obstacles;
  };

  Result AskNotPermitted(const Region& within, RegionSearch& search);
  Result AskForbidden(const Region& within, RegionSearch& search);
  Result AskRequired(const Region& within, RegionSearch& search);
  Result AskUnbeaten(const Region& within, RegionSearch& search);
  Result AskUnbeatenNew(const Region& within, RegionSearch& search);
  Result AskWith(const Region& within, const std::vector<const Cube*>& cubes, RegionSearch& search,
                 const std::vector<Obstacle>& avoid);
  bool IsKept(uint32_t permit) const;
  std::vector<Obstacle> Beating(uint32_t permit, const Region& region) const;
  Result Try(Start start, RegionSearch& search);
  Result TryAlso(const Start& start, const std::vector<Obstacle>& obstacles, RegionSearch& search);
  bool IsNew(uint32_t permit, const GoodTerms& good) const;
  static void AddSide(const Releases& releases, const Region& region, uint32_t permit,
                      std::vector<Obstacle>& obstacles);
  static void AddForbidding(const Releases& releases, const Region& region,
                            std::vector<Obstacle>& obstacles);
  static void AddUnbeaten(const Releases& releases, const Region& region, uint32_t permit,
                          std::vector<Obstacle>& obstacles);

  std::vector<const Cube*> began_with_;
  std::vector<Cube> found_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_QUESTION_H_
