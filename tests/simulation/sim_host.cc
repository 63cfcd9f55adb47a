#include "tests/simulation/sim_host.h"

#include <algorithm>
#include <vector>

namespace fairway::simulation {
namespace {

// What a step costs, and what a thread takes to wake up.
constexpr absl::Duration kStepTime = absl::Microseconds(20);
constexpr absl::Duration kSlowestWake = absl::Microseconds(500);

}  // namespace

SimHost::SimHost(Schedule& schedule, const SimClock& clock, Random random)
    : schedule_(schedule),
      clock_(clock),
      random_(random),
      self_(std::make_shared<SimHost*>(this)) {}

SimHost::~SimHost() {
  *self_ = nullptr;
  for (const std::shared_ptr<Part>& part : parts_) {
    part->steppable = nullptr;
    schedule_.Cancel(part->next);
  }
}

env::Wake SimHost::Start(env::Steppable& steppable) {
  auto part = std::make_shared<Part>();
  part->steppable = &steppable;
  parts_.push_back(part);
  Soon(part);
  return [self = self_, weak = std::weak_ptr<Part>(part)] {
    const std::shared_ptr<Part> woken = weak.lock();
    if (*self != nullptr && woken != nullptr) (*self)->Soon(woken);
  };
}

void SimHost::Stop(env::Steppable& steppable) {
  const auto found = std::find_if(
      parts_.begin(), parts_.end(),
      [&steppable](const std::shared_ptr<Part>& part) { return part->steppable == &steppable; });
  if (found == parts_.end()) return;
  (*found)->steppable = nullptr;
  schedule_.Cancel((*found)->next);
  parts_.erase(found);
}

void SimHost::WakeAll() {
  for (const std::shared_ptr<Part>& part : parts_) Soon(part);
}

void SimHost::Soon(const std::shared_ptr<Part>& part) {
  StepAt(part, schedule_.now() + random_.Between(kStepTime, kSlowestWake));
}

void SimHost::StepAt(const std::shared_ptr<Part>& part, absl::Time when) {
  if (part->steppable == nullptr || part->next.at <= when) return;
  schedule_.Cancel(part->next);
  part->next = schedule_.At(when, [this, part] {
    part->next = {};
    Step(part);
  });
}

void SimHost::Step(const std::shared_ptr<Part>& part) {
  if (part->steppable == nullptr) return;
  ++steps_;
  const absl::Time due = part->steppable->Step(clock_.Now());
  const absl::Duration wait =
      std::clamp(due - clock_.Now(), kStepTime, std::max(kStepTime, kLongestSleep));
  StepAt(part, schedule_.now() + wait);
}

}  // namespace fairway::simulation
