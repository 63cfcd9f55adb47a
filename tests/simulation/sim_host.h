#ifndef FAIRWAY_TESTS_SIMULATION_SIM_HOST_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_HOST_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "node/env/steppable.h"
#include "node/env/waker.h"
#include "node/replication/session_host.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/sim_clock.h"

namespace fairway::simulation {

// Steps the parts of one node from the schedule, as server::Runner does with a thread for each: a
// step is due when the node's own clock says so or its wake was called, and no part sleeps for more
// than a minute. How long a woken part takes to run is drawn from `random`. One thread.
class SimHost : public replication::SessionHost {
 public:
  static constexpr absl::Duration kLongestSleep = absl::Minutes(1);

  // `schedule` and `clock` must outlive this object. Nothing runs any more once it is destroyed.
  SimHost(Schedule& schedule, const SimClock& clock, Random random);
  ~SimHost() override;

  env::Wake Start(env::Steppable& steppable) override;
  void Stop(env::Steppable& steppable) override;

  void WakeAll();
  uint64_t steps() const { return steps_; }

 private:
  struct Part {
    env::Steppable* steppable = nullptr;  // null once stopped
    Schedule::EventId next;
  };

  void StepAt(const std::shared_ptr<Part>& part, absl::Time when);
  void Step(const std::shared_ptr<Part>& part);
  void Soon(const std::shared_ptr<Part>& part);

  Schedule& schedule_;
  const SimClock& clock_;
  Random random_;
  std::vector<std::shared_ptr<Part>> parts_;  // in the order in which they were started
  std::shared_ptr<SimHost*> self_;  // empty inside once this object is gone: wakes may be late
  uint64_t steps_ = 0;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_HOST_H_
