#ifndef FAIRWAY_POLICY_PROGRAM_FLOOR_COMPLETION_H_
#define FAIRWAY_POLICY_PROGRAM_FLOOR_COMPLETION_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policy/program/region_search.h"
#include "policy/program/space.h"

namespace fairway::policy {

// The floors P1–P8 and P13 as the engine has them, for regions: completes a region to a point at
// which they hold. The audience words of a point:
//   a bit                      the bare name: a peer, a country, a group, ANY-MEMBER
//   the bit "not all known"    also a word that is no bare name; for releasable-to, named and
//                              approved-for that may be "peer:NAME" of whoever asks, for
//                              not-releasable-to one that means nobody here
// A word like "group:G" lets through, and holds back, nobody whom the bare word G does not, so the
// bare words are all that needs to be tried.
class FloorCompletion : public Completion {
 public:
  // The floors of `holding` must all hold; those of `failing`, if given, must not.
  FloorCompletion(Space& space, std::vector<size_t> holding, std::optional<size_t> failing);

  // Where the two sides say different things of one peer: its country on that side.
  void SetCountry(size_t side, size_t cell) { country_of_[side] = cell; }

  // The same with another choice of sides; what was looked up of names is shared.
  FloorCompletion(const FloorCompletion& like, std::vector<size_t> holding,
                  std::optional<size_t> failing)
      : FloorCompletion(like) {
    holding_ = std::move(holding);
    failing_ = failing;
    country_of_.assign(country_of_.size(), std::nullopt);
  }

  std::optional<Point> Complete(const Region& region) const override;

  // Could the two sides' floors differ for this name at all?
  static bool MayDiffer(const Space& space, size_t who);

 private:
  using Words = std::vector<uint64_t>;

  // One way to pass all floors but those about who is in which audience.
  struct Way {
    std::vector<Literal> literals;
    bool audience = true;            // P3 and P4 are asked
    bool named_itself = false;       // P2
    std::optional<size_t> includes;  // P5: the variable that must include who asks
  };

  void AddWays();
  Literal In(size_t variable, const std::vector<size_t>& cells);
  std::optional<Point> CompleteWay(const Way& way, const Region& region) const;
  std::optional<Point> CompleteWho(const Way& way, const Region& region, size_t who) const;
  std::optional<Point> CompleteCountry(const Way& way, Region region, size_t who,
                                       size_t country) const;
  std::optional<Point> CompleteFailing(const Way& way, const Region& region, size_t who,
                                       size_t country) const;
  std::optional<Point> CompleteAll(const Region& region) const;
  std::vector<size_t> Countries(const Region& region) const;
  std::vector<size_t> AllowedCells(const Region& region, size_t variable) const;
  Words Means(size_t side, size_t who, size_t country) const;
  Words MightMean(size_t side, size_t who, size_t country) const;
  std::optional<size_t> FallbackCountry(size_t side, size_t who) const;
  bool IsRegistered(size_t side, size_t who) const;
  bool HasCountry(size_t side, size_t who, size_t country) const;

  Space& space_;
  std::vector<size_t> holding_;
  std::optional<size_t> failing_;
  std::vector<std::optional<size_t>> country_of_;  // by side
  size_t releasable_, excluded_, named_, approved_, country_, onward_;
  size_t mark_;  // "not all of it is known", of any audience
  std::vector<Literal> always_;
  std::vector<Way> ways_;
  Literal community_;                                       // onward is any or community
  Literal only_named_;                                      // onward is named
  std::shared_ptr<std::vector<std::vector<Words>>> means_;  // side, who: without the country
  std::vector<Words> foreign_;  // side: names it does not know, which may be groups
  std::vector<Words> groups_;   // side: the groups it knows
  Words countries_;
  std::vector<size_t> country_bit_;  // by cell of peer.country
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_FLOOR_COMPLETION_H_
