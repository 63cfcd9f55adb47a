#ifndef FAIRWAY_NODE_SERVER_SERVER_H_
#define FAIRWAY_NODE_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/secret_bytes.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/model/ids.h"
#include "node/server/config.h"

namespace fairway::server {

// A running node with its sockets: peers over TLS, people over the Unix socket.
class Server {
 public:
  // Opens the node in `data_dir` and serves. `clock` and `entropy` outlive the server.
  // Errors of NodeCore::Open, of the listener (the address is taken) and of the local socket
  // (another fairwayd serves this directory).
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& data_dir,
                                                       const Config& config,
                                                       const crypto::SecretBytes& database_key,
                                                       const env::Clock& clock,
                                                       env::Entropy& entropy);
  ~Server();  // as Stop

  // Where peers can connect, with the real port.
  std::string peer_address() const;
  // OK, or why the policy of this node could not be loaded: then nothing leaves.
  absl::Status policy_trouble() const;

  // The disk has no space: store::Database, "a full disk".
  bool disk_full() const;

  // Stops taking calls and connections, lets running ones end, closes the store.
  void Stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_SERVER_H_
