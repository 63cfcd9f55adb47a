#ifndef FAIRWAY_NODE_REPLICATION_STRIKES_H_
#define FAIRWAY_NODE_REPLICATION_STRIKES_H_

#include <cstddef>
#include <deque>
#include <string_view>

#include "absl/time/time.h"
#include "node/model/feed.h"

namespace fairway::replication {

// For people, while a peer's feed is suspended.
inline constexpr char kStruckOut[] =
    "it sent more than 50 things within an hour that no honest node sends: what comes from it "
    "waits "
    "for an hour, but for recalls";

// Counts what a peer sent that no honest node sends, and says when that is enough. Some is expected
// (a bug, a version of its own); a stream of it costs signatures, transactions and leaves. What is
// suspended is the peer's feed to this node: its batches stay unanswered, so it keeps them and
// sends them again later, and nothing is lost. Its recalls take effect all the same, and what this
// node owes the peer goes on. Kept in memory: a restart begins anew. Pure; one thread at a time.
class Strikes {
 public:
  static constexpr size_t kMost = 50;  // within kWindow; one more suspends
  static constexpr absl::Duration kWindow = absl::Hours(1);
  static constexpr absl::Duration kSuspension = absl::Hours(1);

  // Records `count` strikes. True if that began a suspension: a leaf and an alarm are due.
  bool Add(size_t count, absl::Time now);

  // What is left of a suspension; zero without one.
  absl::Duration Left(absl::Time now) const;

  // Nothing is younger than `now`: a wall clock that is set back lengthens no suspension.
  void ClockSetBack(absl::Time now);

 private:
  std::deque<absl::Time> times_;  // of the last strikes, at most kMost + 1
  absl::Time suspended_until_ = absl::InfinitePast();
};

// How many lines of a receipt are about something that no honest node sends: no item, a wrong
// signature, a tampered part. Not those that come of time, of policy or of what else is here.
size_t CountStrikes(const model::Receipt& receipt);

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_STRIKES_H_
