#ifndef FAIRWAY_NODE_SERVICE_CALL_POOL_H_
#define FAIRWAY_NODE_SERVICE_CALL_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fairway::service {

// The threads that handlers run on: gRPC's own must never wait for a disk. What waits is bounded in
// number and in bytes. Thread-safe.
class CallPool {
 public:
  static constexpr size_t kThreads = 16;
  static constexpr size_t kMaxWaiting = 128;
  static constexpr size_t kMaxWaitingBytes = 128 * 1024 * 1024;

  CallPool();
  ~CallPool();  // as Stop

  CallPool(const CallPool&) = delete;
  CallPool& operator=(const CallPool&) = delete;

  // Queues `work`, which holds `bytes` until it has run. False: no room, or stopped; it will not
  // run.
  bool Submit(size_t bytes, std::function<void()> work);

  // Runs what was queued, then ends the threads.
  void Stop();

 private:
  struct Work {
    size_t bytes;
    std::function<void()> run;
  };
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;          // guarded by mutex_
  size_t waiting_bytes_ = 0;          // guarded by mutex_: also of work that runs
  bool stopping_ = false;             // guarded by mutex_
  std::vector<std::thread> threads_;  // last: they use everything above
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_CALL_POOL_H_
