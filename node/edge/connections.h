#ifndef FAIRWAY_NODE_EDGE_CONNECTIONS_H_
#define FAIRWAY_NODE_EDGE_CONNECTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/edge/edge_events.h"
#include "node/edge/frame_gate.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {

// All authenticated connections of this node, accepted and dialled: one thread each moves bytes
// between TLS and a plaintext socket pair, with a FrameGate in both directions. Knows which peers
// are under a penalty. Thread-safe.
class Connections {
 public:
  // `on_refused` gets kGate when a connection is cut off for an attack, kTooManyConnections when a
  // peer's oldest connection gives way to its newest.
  Connections(EdgeLimits limits, std::function<void(const Refusal&)> on_refused,
              TimeSource now = absl::Now);
  ~Connections();  // as Stop
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Takes over a completed handshake. `inbound` is whose bytes come from the network: kFromClient
  // for an accepted connection, kFromServer for a dialled one.
  //   FAILED_PRECONDITION  the peer is under a penalty (PenaltyLeft)
  //   RESOURCE_EXHAUSTED   no file descriptor or thread to be had
  //   CANCELLED            stopped
  absl::StatusOr<PeerConnection> Adopt(std::unique_ptr<TlsSession> tls, const std::string& peer_id,
                                       GateSide inbound);

  // Closes sockets. Each takes effect within milliseconds and does not wait. Unknown ids are fine.
  void Close(uint64_t connection);
  void ClosePeer(std::string_view peer_id);

  // How long `peer_id` is still shut out after an attack; zero if it is not.
  absl::Duration PenaltyLeft(const std::string& peer_id) const;

  // Live connections of one peer.
  int CountOf(const std::string& peer_id) const;

  // Closes everything and waits for all threads. Adopt fails from then on.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_CONNECTIONS_H_
