#ifndef FAIRWAY_TESTS_SIMULATION_SIM_CLOCK_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_CLOCK_H_

#include "absl/time/time.h"
#include "node/env/clock.h"
#include "tests/simulation/schedule.h"

namespace fairway::simulation {

// One node's clock: simulated time plus an error of its own, which may jump either way.
class SimClock : public env::Clock {
 public:
  SimClock(const Schedule& schedule, absl::Duration error) : schedule_(schedule), error_(error) {}

  absl::Time Now() const override { return schedule_.now() + error_; }

  absl::Duration error() const { return error_; }
  void SetError(absl::Duration error) { error_ = error; }
  // When, in simulated time, this clock will show `local` if it does not jump before.
  absl::Time ToSimulated(absl::Time local) const { return local - error_; }

 private:
  const Schedule& schedule_;
  absl::Duration error_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_CLOCK_H_
