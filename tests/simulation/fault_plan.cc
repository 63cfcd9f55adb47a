#include "tests/simulation/fault_plan.h"

namespace fairway::simulation {

FaultPlan DrawFaultPlan(Random& random) {
  FaultPlan plan;
  plan.crashes_at_writes = random.Chance(0.7);
  plan.power_loss = random.Chance(0.6);
  plan.eio = random.Chance(0.5);
  plan.disk_full = random.Chance(0.4);
  plan.partitions = random.Chance(0.6);
  plan.clocks = random.Chance(0.5);
  plan.tampering = random.Chance(0.4);
  plan.weather.latency = random.Between(absl::Milliseconds(1), absl::Milliseconds(50));
  if (random.Chance(0.5)) {
    plan.weather.jitter = random.Between(absl::Milliseconds(1), absl::Seconds(2));
  }
  if (random.Chance(0.5)) plan.weather.dial_failure = 0.2;
  if (random.Chance(0.5)) plan.weather.link_break = 0.02;
  // Worse than TCP.
  if (random.Chance(0.3)) plan.weather.drop = 0.02;
  if (random.Chance(0.3)) plan.weather.duplicate = 0.05;
  if (random.Chance(0.3)) plan.weather.reorder = 0.03;
  if (random.Chance(0.3)) plan.weather.replay = 0.05;
  plan.between_operations = random.Between(absl::Milliseconds(200), absl::Seconds(2));
  plan.between_faults = plan.between_operations * static_cast<double>(random.Between(8, 25));
  return plan;
}

}  // namespace fairway::simulation
