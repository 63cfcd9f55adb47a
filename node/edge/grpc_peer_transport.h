#ifndef FAIRWAY_NODE_EDGE_GRPC_PEER_TRANSPORT_H_
#define FAIRWAY_NODE_EDGE_GRPC_PEER_TRANSPORT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/certificate.h"
#include "crypto/spki.h"
#include "node/edge/edge_events.h"
#include "node/edge/peer_pins.h"
#include "node/env/peer_transport.h"

namespace fairway::edge {

// Everything between this node and its peers' networks: listener, dialler, connections and links in
// one object. Thread-safe; no call waits, except Join, Detach (for a running event) and Stop.
class GrpcPeerTransport final : public env::PeerTransport {
 public:
  struct Options {
    std::string listen;  // "host:port"; empty: this node only dials
    EdgeLimits limits;
    absl::Duration dial_timeout = absl::Seconds(10);
    // on_peer is not used: peers' events go where Attach says.
    EdgeEvents events;
    TimeSource now = absl::Now;
  };

  // `pins` must outlive the transport; `identity` is read during the call only. Errors as
  // Listener::Start and Dialler::Create.
  static absl::StatusOr<std::unique_ptr<GrpcPeerTransport>> Start(
      Options options, const crypto::TlsIdentity& identity, const PinBook& pins);
  ~GrpcPeerTransport() override;  // as Stop

  // Where it listens, with the real port; empty without a listener.
  std::string bound_address() const;

  // env::PeerTransport. Dial wants the pin to be in the PinBook for that peer: a peer that was
  // removed while the dial was under way does not come up. A peer that connects without being
  // attached is closed at once.
  void Attach(const std::string& peer_id, env::PeerEvents* events) override;
  void Detach(const std::string& peer_id) override;
  void Dial(const std::string& peer_id, const std::string& endpoint,
            const crypto::SpkiPin& pin) override;
  bool Send(env::LinkId link, std::string frame) override;
  void CloseLink(env::LinkId link, std::string why) override;
  void ClosePeer(const std::string& peer_id) override;

  // Dialler::Join.
  absl::StatusOr<std::string> Join(
      const std::string& host_port, const crypto::SpkiPin& want,
      const std::function<std::string(const std::string& exporter32)>& make_request,
      absl::Duration timeout, std::string* exporter32);

  // Closes everything and waits for its threads. Detach the peers first if their events are to end
  // before that; links still up get OnLinkDown.
  void Stop();

 private:
  class Impl;
  explicit GrpcPeerTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_GRPC_PEER_TRANSPORT_H_
