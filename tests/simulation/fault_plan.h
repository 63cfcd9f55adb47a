#ifndef FAIRWAY_TESTS_SIMULATION_FAULT_PLAN_H_
#define FAIRWAY_TESTS_SIMULATION_FAULT_PLAN_H_

#include "absl/time/time.h"
#include "tests/simulation/random.h"
#include "tests/simulation/sim_network.h"

namespace fairway::simulation {

// Which faults a world has, and how often. Each class is on in about half of all worlds, because
// faults that always come together hide each other (Groce et al., "Swarm Testing", 2012).
struct FaultPlan {
  bool crashes_at_writes = false;  // at a chosen disk operation, rather than between two events
  bool power_loss = false;
  bool eio = false;
  bool disk_full = false;
  bool partitions = false;
  bool clocks = false;
  bool tampering = false;
  NetworkWeather weather;
  absl::Duration between_faults;
  absl::Duration between_operations;
};

FaultPlan DrawFaultPlan(Random& random);

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_FAULT_PLAN_H_
