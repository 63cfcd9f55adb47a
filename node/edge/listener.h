#ifndef FAIRWAY_NODE_EDGE_LISTENER_H_
#define FAIRWAY_NODE_EDGE_LISTENER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/certificate.h"
#include "node/edge/connections.h"
#include "node/edge/edge_events.h"
#include "node/edge/peer_pins.h"

namespace fairway::edge {

// Accepts TCP connections, finishes TLS within EdgeLimits::handshake, and hands pinned peers to
// `connections` and then to EdgeEvents::on_peer. One thread does all handshakes without blocking,
// so that half-open sockets cost a descriptor and nothing else; when descriptors run out, the
// newest connection is shed and accepting goes on. Thread-safe.
class Listener {
 public:
  // `bind` is "host:port"; "[::]:7443" takes both families, port 0 any free port. `pins` and
  // `connections` must outlive the listener.
  //   INVALID_ARGUMENT   the address is not host:port, or the identity does not load
  //   UNAVAILABLE        the address cannot be bound (in use, not ours, not allowed)
  static absl::StatusOr<std::unique_ptr<Listener>> Start(
      const std::string& bind, const crypto::TlsIdentity& identity, const PinBook& pins,
      Connections& connections, EdgeEvents events, EdgeLimits limits, TimeSource now = absl::Now);
  ~Listener();  // as Stop

  // Where it listens, with the real port.
  std::string bound_address() const;

  // Stops accepting, drops unfinished handshakes and joins, and waits for its threads. Connections
  // that were handed over live on until Connections::Stop.
  void Stop();

 private:
  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_LISTENER_H_
