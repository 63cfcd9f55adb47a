#ifndef FAIRWAY_NODE_SERVER_THREAD_HOST_H_
#define FAIRWAY_NODE_SERVER_THREAD_HOST_H_

#include <map>
#include <memory>
#include <mutex>

#include "node/env/clock.h"
#include "node/replication/session_host.h"
#include "node/server/runner.h"

namespace fairway::server {

// Gives each session a thread of its own, so that a peer that keeps one busy delays no other.
// Thread-safe.
class ThreadHost final : public replication::SessionHost {
 public:
  explicit ThreadHost(const env::Clock& clock) : clock_(clock) {}  // must outlive this object

  env::Wake Start(env::Steppable& session) override;
  void Stop(env::Steppable& session) override;

 private:
  const env::Clock& clock_;
  std::mutex mutex_;
  std::map<env::Steppable*, std::shared_ptr<Runner>> runners_;  // guarded by mutex_
};

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_THREAD_HOST_H_
