#ifndef FAIRWAY_TESTS_SIMULATION_SCHEDULE_H_
#define FAIRWAY_TESTS_SIMULATION_SCHEDULE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "absl/time/time.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {

// Simulated time and what is going to happen in it. Events run one at a time, in order of their
// time; events of the same instant run in an order that the seed decides, because a real machine
// promises none. One thread.
class Schedule {
 public:
  using Action = std::function<void()>;
  // What Cancel takes. A default one names no event.
  struct EventId {
    absl::Time at = absl::InfiniteFuture();
    uint64_t tie = 0;
    uint64_t number = 0;
    friend bool operator<(const EventId& a, const EventId& b) {
      return std::tie(a.at, a.tie, a.number) < std::tie(b.at, b.tie, b.number);
    }
  };

  Schedule(absl::Time start, Random random);

  absl::Time now() const { return now_; }

  // `action` runs at `when`, or now if that is past. For absl::InfiniteFuture(): never.
  EventId At(absl::Time when, Action action);
  EventId After(absl::Duration delay, Action action) { return At(now_ + delay, std::move(action)); }
  // Nothing happens if the event has run or was cancelled.
  void Cancel(const EventId& id) { events_.erase(id); }

  // Moves time to the earliest event and runs it. False if there is none.
  bool RunNext();
  // absl::InfiniteFuture() if there is none.
  absl::Time next() const;
  uint64_t events_run() const { return events_run_; }

 private:
  absl::Time now_;
  Random random_;
  uint64_t numbers_ = 0;
  uint64_t events_run_ = 0;
  std::map<EventId, Action> events_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SCHEDULE_H_
