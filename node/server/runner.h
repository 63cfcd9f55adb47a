#ifndef FAIRWAY_NODE_SERVER_RUNNER_H_
#define FAIRWAY_NODE_SERVER_RUNNER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/env/clock.h"
#include "node/env/steppable.h"
#include "node/env/waker.h"

namespace fairway::server {

// One thread for one Steppable: calls Step, sleeps for as long as it was until the time that Step
// returned (a minute at most), or until woken. Setting the clock back does not make it sleep
// longer. In the simulator a seeded scheduler does the same on one thread.
class Runner {
 public:
  // Starts at once. `steppable` and `clock` must outlive this object.
  Runner(env::Steppable& steppable, const env::Clock& clock);
  ~Runner();  // as Stop

  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // The next Step comes at once; several wakes before it count as one. Thread-safe, never waits
  // for a Step, may be called from inside one.
  void Wake();

  // Waits for the Step under way, never interrupts it; after return there is none. Not to be called
  // from inside a Step.
  void Stop();

 private:
  void Loop();

  env::Steppable& steppable_;
  const env::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;      // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: it uses everything above
};

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_RUNNER_H_
