#ifndef FAIRWAY_NODE_REPLICATION_SESSION_HOST_H_
#define FAIRWAY_NODE_REPLICATION_SESSION_HOST_H_

#include "node/env/steppable.h"
#include "node/env/waker.h"

namespace fairway::replication {

// Runs what the supervisor makes: a thread each in production, a seeded queue in a simulation.
// Thread-safe.
class SessionHost {
 public:
  virtual ~SessionHost() = default;

  // From now on `session` is stepped, until Stop. The wake that is returned may be called until
  // then from any thread.
  virtual env::Wake Start(env::Steppable& session) = 0;

  // After return no Step of `session` runs or will run. Never called from one of its own steps.
  virtual void Stop(env::Steppable& session) = 0;
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_SESSION_HOST_H_
