#include "node/server/thread_host.h"

#include <utility>

namespace fairway::server {

env::Wake ThreadHost::Start(env::Steppable& session) {
  auto runner = std::make_shared<Runner>(session, clock_);
  std::lock_guard<std::mutex> lock(mutex_);
  runners_[&session] = runner;
  // A wake that arrives while the session is being stopped must find nobody, not a dead runner.
  return [held = std::weak_ptr<Runner>(runner)] {
    if (const std::shared_ptr<Runner> live = held.lock()) live->Wake();
  };
}

void ThreadHost::Stop(env::Steppable& session) {
  std::shared_ptr<Runner> runner;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = runners_.find(&session);
    if (found == runners_.end()) return;
    runner = std::move(found->second);
    runners_.erase(found);
  }
  runner->Stop();
}

}  // namespace fairway::server
