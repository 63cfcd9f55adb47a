#ifndef FAIRWAY_NODE_EDGE_DIALLER_H_
#define FAIRWAY_NODE_EDGE_DIALLER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/certificate.h"
#include "crypto/spki.h"
#include "node/edge/connections.h"
#include "node/edge/descriptor.h"
#include "node/edge/edge_events.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {

// Opens connections to peers. Both calls block until they succeed, fail or time out: call them from
// a thread made for it (which will have SIGPIPE blocked). Thread-safe.
class Dialler {
 public:
  // INVALID_ARGUMENT if the identity does not load. `connections` must outlive the dialler.
  // `on_refused` (may be null) gets kNotPinned when somebody else answers where a peer should, and
  // kHandshakeTimeout when who answers does not finish TLS: once for each peer until a dial
  // succeeds again, because this node decides how often it dials.
  static absl::StatusOr<std::unique_ptr<Dialler>> Create(
      const crypto::TlsIdentity& identity, Connections& connections,
      std::function<void(const Refusal&)> on_refused = nullptr);

  // Connects, checks that the server holds the key `want`, and waits for its first bytes, so that a
  // node that does not know our key is told from one that does.
  //   INVALID_ARGUMENT    host_port is not host:port
  //   UNAVAILABLE         no such host, nobody listens there, or it hung up
  //   DEADLINE_EXCEEDED   no answer within `timeout`
  //   UNAUTHENTICATED     another key than `want`, or not TLS 1.3 with this protocol
  //   PERMISSION_DENIED   the server does not accept our key
  //   FAILED_PRECONDITION the peer is under a penalty for an attack
  //   CANCELLED           stopped
  absl::StatusOr<PeerConnection> Dial(const std::string& host_port, const crypto::SpkiPin& want,
                                      const std::string& peer_id, absl::Duration timeout);

  // One join exchange (kAlpnJoin): connects as Dial does, calls make_request with the channel
  // binding, sends the result, returns the answer. `*exporter32` gets the binding (may be null).
  // Errors as Dial, and:
  //   PERMISSION_DENIED   no invitation is open there
  //   INVALID_ARGUMENT    the request is longer than kMaxJoinBytes
  //   DATA_LOSS           the answer is longer than that, or was cut off
  absl::StatusOr<std::string> Join(
      const std::string& host_port, const crypto::SpkiPin& want,
      const std::function<std::string(const std::string& exporter32)>& make_request,
      absl::Duration timeout, std::string* exporter32);

  // Ends calls under way (but not a name look-up) and makes later ones fail with CANCELLED.
  void Stop() { wake_.Wake(); }

 private:
  Dialler(std::shared_ptr<TlsContext> context, WakeDescriptor wake, Connections& connections,
          std::function<void(const Refusal&)> on_refused)
      : context_(std::move(context)),
        wake_(std::move(wake)),
        connections_(connections),
        on_refused_(std::move(on_refused)) {}
  // Connected, and on its way through TLS.
  absl::StatusOr<std::unique_ptr<TlsSession>> Begin(const std::string& host_port,
                                                    const crypto::SpkiPin& want, const char* alpn,
                                                    absl::Time deadline);
  absl::Status Finish(TlsSession& tls, const std::string& host_port, absl::Time deadline);
  // Once for each peer and reason since Connected.
  void ReportOnce(const TlsSession& tls, const std::string& peer_id, const absl::Status& why);
  void Connected(const std::string& peer_id);

  std::shared_ptr<TlsContext> context_;
  WakeDescriptor wake_;
  Connections& connections_;
  const std::function<void(const Refusal&)> on_refused_;
  std::mutex mu_;
  std::set<std::pair<std::string, RefusalReason>> reported_;  // guarded by mu_
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_DIALLER_H_
