#ifndef FAIRWAY_NODE_EDGE_LOCAL_SOCKET_H_
#define FAIRWAY_NODE_EDGE_LOCAL_SOCKET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fairway::edge {

// Who is at the other end of a local connection, as the kernel says (SO_PEERCRED, unix(7)): fixed
// when the connection was made and not to be forged.
struct LocalCaller {
  uint32_t uid = 0;
  uint32_t gid = 0;
  int32_t pid = 0;  // for the record only: processes come and go
  int fd = -1;      // non-blocking stream socket; the receiver owns it
};

// The Unix socket that the command line talks to. The file is mode 0666: the identity of a caller
// is its uid, not whether it may open the file. Thread-safe.
class LocalSocket {
 public:
  // Binds `path` and calls `on_caller` from an own thread for each connection. A socket file that
  // nobody answers on (left by a crash) is replaced.
  //   INVALID_ARGUMENT   the path is empty or longer than a Unix socket's may be (107 bytes)
  //   ALREADY_EXISTS     somebody answers on that path: another node runs there
  //   FAILED_PRECONDITION  the path exists and is not a socket
  //   UNAVAILABLE        it cannot be bound; the message has the system's words
  static absl::StatusOr<std::unique_ptr<LocalSocket>> Start(
      const std::string& path, std::function<void(const LocalCaller&)> on_caller);
  ~LocalSocket();  // as Stop

  // Stops accepting, removes the file, waits for the thread. Callers handed over live on.
  void Stop();

 private:
  class Impl;
  explicit LocalSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_LOCAL_SOCKET_H_
