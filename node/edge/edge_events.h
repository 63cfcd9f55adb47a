#ifndef FAIRWAY_NODE_EDGE_EDGE_EVENTS_H_
#define FAIRWAY_NODE_EDGE_EDGE_EVENTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/spki.h"

namespace fairway::edge {

// TLS application protocols (ALPN, RFC 7301) that are spoken here.
inline constexpr char kAlpnPeer[] = "h2";
inline constexpr char kAlpnJoin[] = "fairway-join/1";

// A join is one request and one answer, each a 32-bit big-endian length and that many bytes.
inline constexpr uint32_t kMaxJoinBytes = 64u << 10;

enum class RefusalReason {
  kNotPinned,   // the key is not one of this node's peers'
  kTlsVersion,  // older than TLS 1.3
  kNoClientCertificate,
  kNoAlpn,      // none of the protocols above was offered
  kJoinClosed,  // a join while no invitation is open
  kHandshakeTimeout,
  kHandshakeFailed,     // anything else that is not TLS as it is spoken here
  kGate,                // HTTP/2 attack; Refusal::attack names it
  kTooManyConnections,  // limits for each address and for each peer
  kPenalty,             // a peer that was cut off for an attack came back too early
  kJoinRefused,         // a join request that was malformed or got no answer
  kNoStream,            // a peer that connected and then opened no stream in time
};

// One connection that was refused or cut off. Repetitions are folded: the first is reported at
// once, further ones with the same reason, address and peer once in a minute with their number.
struct Refusal {
  RefusalReason reason = RefusalReason::kHandshakeFailed;
  std::string attack;                  // for kGate: FrameGate::attack()
  std::string address;                 // "192.0.2.7:50122", "[2001:db8::7]:50122"
  std::optional<crypto::SpkiPin> pin;  // if the other side showed a key
  std::string peer_id;                 // if that key is a peer's; else empty
  std::string detail;                  // for people
  uint64_t count = 1;                  // how many refusals this stands for
};

// The stable name: "not-pinned", "tls-version", "no-client-certificate", "no-alpn", "join-closed",
// "handshake-timeout", "handshake-failed", "gate:<attack>", "too-many-connections", "penalty",
// "join-refused", "no-stream".
std::string ReasonText(const Refusal& refusal);

// A connection with a pinned peer. `plaintext_fd` is a non-blocking stream socket that the receiver
// owns and must close; the edge moves bytes between it and TLS. Closing either end ends both.
struct PeerConnection {
  std::string peer_id;
  std::string address;  // where it is, for people
  int plaintext_fd = -1;
  std::string exporter32;   // RFC 9266 channel binding, equal on both ends
  uint64_t connection = 0;  // for Connections::Close
  // On a dialled connection: becomes true before gRPC can see that the other side answered a call.
  std::shared_ptr<const std::atomic<bool>> answered;
};

struct JoinRequest {
  std::string request;
  std::string exporter32;
  crypto::SpkiPin client_pin;
  std::string client_key32;  // the Ed25519 key that the applicant's TLS side proved to hold
  std::string address;
};

// Called from edge threads; must be thread-safe. on_peer and on_refused must not block for long.
struct EdgeEvents {
  std::function<void(PeerConnection)> on_peer;
  // The answer to send, or an error: then nothing is answered and kJoinRefused is reported.
  std::function<absl::StatusOr<std::string>(const JoinRequest&)> on_join;
  std::function<bool()> join_open;  // null means never
  std::function<void(const Refusal&)> on_refused;
};

struct EdgeLimits {
  absl::Duration handshake = absl::Seconds(3);
  // Connections that have not shown who they are. One more closes the oldest of them, so that
  // half-open sockets delay nobody who completes a handshake in a round trip or two.
  int handshakes_per_address = 4;  // IPv6: for each /64
  int handshakes_total = 256;
  // The same for an address from which a pinned peer came within a day. Peers stand behind one
  // address with strangers (a port authority's NAT): there, more may be under way at once.
  int handshakes_per_peer_address = 16;
  // Failed handshakes in one minute; one more and the address is dropped for a minute. Not so for
  // loopback (whoever is on this machine can do worse), nor for an address from which a pinned peer
  // came within a day: who shares an address with a peer must not be able to lock it out. There
  // only the handshakes under way are bounded, which one thread does in turn with everybody else's.
  // What a stranger can do from there is to delay that peer's next connection; what is connected
  // stays connected, and a node that knows where its peer listens dials it too.
  int failures_per_address = 10;
  // Authenticated connections of one peer; one more closes that peer's oldest, which is dead more
  // often than not when a peer comes back.
  int connections_per_peer = 2;
  // After an attack, for the peer whose key it was: who shares its address is not touched.
  absl::Duration first_penalty = absl::Minutes(1);  // doubles with each attack
  absl::Duration last_penalty = absl::Hours(1);
  // Per connection, from the network. Beyond, the edge stops reading.
  uint64_t ingress_bytes_per_second = 20'000'000;
  uint64_t ingress_burst_bytes = 64'000'000;
  int joins_at_once = 4;
  absl::Duration join = absl::Seconds(10);  // for the whole exchange
  // After TLS, for the dialling side to open its stream.
  absl::Duration open_stream = absl::Seconds(10);
};

// What time it is for penalties, limits of a minute and folding. Deadlines of sockets are the
// machine's own.
using TimeSource = std::function<absl::Time()>;

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_EDGE_EVENTS_H_
