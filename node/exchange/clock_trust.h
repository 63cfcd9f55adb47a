#ifndef FAIRWAY_NODE_EXCHANGE_CLOCK_TRUST_H_
#define FAIRWAY_NODE_EXCHANGE_CLOCK_TRUST_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fairway::exchange {

// May the clock decide that something is destroyed? Hiding what a clock calls expired costs nothing
// and is done at once by whoever shows things; destroying it cannot be taken back, and clocks are
// sometimes a year off (an empty battery, a wrong time server, a typing mistake).
//
// The mark is the highest time of a trusted clock. A clock within kMostStep of it, either way, is
// trusted and moves it forward; so a clock that is set back a little brings nothing back. One
// further away is doubted, until it is within kMostStep again, or has gone on from there for
// kProbation while the node ran, without another jump; then the mark is where it is, also when that
// is earlier. While it is doubted, only what both the mark and the clock call expired may be
// destroyed.
//
// Small steps are no way round that: all that the mark jumped ahead (moved further than the node
// can have run between two looks) may come to kMostStep, and is forgotten evenly: kMostStep in
// kProbation of running. A step beyond that is doubted as well, until enough is forgotten.
//
// What this cannot tell: a wrong clock that nobody corrects for a day, jumps of two days a day, and
// a clock that only runs fast. A node that was off for longer than kMostStep erases what expired
// meanwhile a day later; it is hidden from the start. A value; not thread-safe.
class ClockTrust {
 public:
  static constexpr absl::Duration kMostStep = absl::Hours(48);
  static constexpr absl::Duration kProbation = absl::Hours(24);
  // What one interval between two looks counts for: a node that slept did not run.
  static constexpr absl::Duration kMostInterval = absl::Minutes(1);

  ClockTrust() = default;  // nothing is known: the first look is trusted
  // What Encode wrote. DATA_LOSS otherwise.
  static absl::StatusOr<ClockTrust> Decode(std::string_view text);
  std::string Encode() const;

  // The clock says `now`. To be called often: at least once in kMostInterval.
  void Look(absl::Time now);

  // What expired at or before this may be destroyed. InfinitePast before the first look.
  absl::Time destroy_up_to() const;
  bool doubted() const { return doubted_; }
  absl::Time mark() const { return mark_; }          // InfinitePast before the first look
  absl::Time last_look() const { return last_; }     // likewise
  absl::Duration ran() const { return ran_; }        // of kProbation, while doubted
  absl::Duration jumped() const { return jumped_; }  // ahead, and not forgotten: up to kMostStep

  bool operator==(const ClockTrust&) const = default;

 private:
  absl::Time mark_ = absl::InfinitePast();
  absl::Time last_ = absl::InfinitePast();
  bool doubted_ = false;
  absl::Duration ran_ = absl::ZeroDuration();
  absl::Duration jumped_ = absl::ZeroDuration();
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_CLOCK_TRUST_H_
