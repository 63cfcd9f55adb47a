#include "tests/simulation/schedule.h"

#include <algorithm>
#include <utility>

namespace fairway::simulation {

Schedule::Schedule(absl::Time start, Random random) : now_(start), random_(random) {}

Schedule::EventId Schedule::At(absl::Time when, Action action) {
  if (when == absl::InfiniteFuture()) return {};
  const EventId id{std::max(when, now_), random_.Next(), ++numbers_};
  events_.emplace(id, std::move(action));
  return id;
}

bool Schedule::RunNext() {
  if (events_.empty()) return false;
  const auto node = events_.extract(events_.begin());
  now_ = node.key().at;
  ++events_run_;
  node.mapped()();
  return true;
}

absl::Time Schedule::next() const {
  return events_.empty() ? absl::InfiniteFuture() : events_.begin()->first.at;
}

}  // namespace fairway::simulation
