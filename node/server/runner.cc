#include "node/server/runner.h"

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"

namespace fairway::server {
namespace {

// A wall clock may be set back by a year while we sleep: nobody sleeps longer than this without
// looking at it again.
constexpr absl::Duration kLongestSleep = absl::Minutes(1);

}  // namespace

Runner::Runner(env::Steppable& steppable, const env::Clock& clock)
    : steppable_(steppable), clock_(clock), thread_([this] { Loop(); }) {}

Runner::~Runner() { Stop(); }

void Runner::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Runner::Wake() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Runner::Loop() {
  absl::Time due = absl::InfinitePast();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const absl::Duration wait = std::clamp(due - clock_.Now(), absl::ZeroDuration(), kLongestSleep);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(wait),
                      [this] { return woken_ || stopping_; });
    if (stopping_) break;
    if (!woken_ && clock_.Now() < due) continue;
    woken_ = false;
    lock.unlock();
    due = steppable_.Step(clock_.Now());
    lock.lock();
  }
}

}  // namespace fairway::server
