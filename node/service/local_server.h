#ifndef FAIRWAY_NODE_SERVICE_LOCAL_SERVER_H_
#define FAIRWAY_NODE_SERVICE_LOCAL_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "node/service/call_guard.h"

namespace fairway::service {

// gRPC for the people of this node. Each user has a server of their own, so that who calls is a
// constructor argument and nothing in a request can change it; every method arrives as bytes at the
// call guard, so that what cannot be read is recorded too. Thread-safe.
class LocalServer {
 public:
  static constexpr size_t kMaxServers = 64;      // users connected since the start
  static constexpr size_t kMaxConnections = 64;  // of one user, open at the same time

  explicit LocalServer(CallGuard& guard);  // must outlive this object
  ~LocalServer();                          // as Stop

  // Serves the connection `fd` (a non-blocking stream socket, owned from here on) as the user
  // `uid`, which the kernel said (edge/local_socket.h). A uid that is no user is served too: it
  // gets UNAUTHENTICATED, and a leaf, for each call. What is over a limit above is closed, with a
  // leaf (FW-CALL-007, FW-CALL-009).
  void Serve(uint32_t uid, int fd);

  // Ends all connections and waits for the calls that run. Not to be called from a handler.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_LOCAL_SERVER_H_
