#include "node/server/runner.h"

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"

namespace fairway::server {
namespace {

// A wall clock may be set forward while we sleep: nobody sleeps longer than this. A step that comes
// early is harmless.
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
  absl::Duration wait;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    // So long, whatever becomes of the wall clock meanwhile: waiting until it shows a certain time
    // would stop everything for a year once it is set back by one.
    changed_.wait_for(lock, absl::ToChronoNanoseconds(wait),
                      [this] { return woken_ || stopping_; });
    if (stopping_) break;
    woken_ = false;
    lock.unlock();
    const absl::Time now = clock_.Now();
    wait = std::clamp(steppable_.Step(now) - now, absl::ZeroDuration(), kLongestSleep);
    lock.lock();
  }
}

}  // namespace fairway::server
