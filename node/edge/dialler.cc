#include "node/edge/dialler.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/edge/await_ready.h"
#include "node/edge/descriptor.h"
#include "node/edge/host_port.h"
#include "node/edge/join_exchange.h"
#include "node/edge/tcp_options.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {
namespace {

// TLS alerts (RFC 8446 §6) that say what the server thinks of us.
constexpr int kAlertProtocolVersion = 70;
constexpr int kAlertUnknownCa = 48;
constexpr int kAlertNoApplicationProtocol = 120;

absl::Status Named(const std::string& where, absl::StatusCode code, std::string_view what) {
  return absl::Status(code, absl::StrCat(where, ": ", std::string(what)));
}

absl::StatusOr<Descriptor> ConnectOne(const addrinfo& at, absl::Time deadline, int wake_fd) {
  Descriptor fd(
      socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol));
  if (!fd.valid()) return absl::ResourceExhaustedError(strerror(errno));
  if (connect(fd.get(), at.ai_addr, at.ai_addrlen) != 0 && errno != EINPROGRESS) {
    return absl::UnavailableError(strerror(errno));
  }
  if (absl::Status ready = AwaitReady(fd.get(), POLLOUT, deadline, wake_fd); !ready.ok())
    return ready;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return absl::UnavailableError(strerror(error));
  return fd;
}

absl::StatusOr<Descriptor> ConnectTcp(const std::string& host_port, absl::Time deadline,
                                      int wake_fd) {
  absl::StatusOr<HostPort> parsed = ParseHostPort(host_port);
  if (!parsed.ok()) return parsed.status();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(parsed->host.c_str(), parsed->port.c_str(), &hints, &found)) {
    return Named(host_port, absl::StatusCode::kUnavailable, gai_strerror(error));
  }
  absl::StatusOr<Descriptor> connected = absl::UnavailableError("no address");
  for (const addrinfo* at = found; at != nullptr && !connected.ok(); at = at->ai_next) {
    // Half of what is left for each address but the last: one that swallows packets must not use up
    // the time of the next.
    const absl::Duration left = deadline - absl::Now();
    connected =
        ConnectOne(*at, at->ai_next == nullptr ? deadline : absl::Now() + left / 2, wake_fd);
  }
  freeaddrinfo(found);
  if (!connected.ok()) {
    return Named(host_port, connected.status().code(), std::string(connected.status().message()));
  }
  SetTcpOptions(connected->get());
  return connected;
}

// What an end of the session before any byte came means.
absl::Status Judge(const TlsSession& tls, const std::string& where) {
  switch (tls.peer_alert()) {
    case kAlertUnknownCa:
      return Named(where, absl::StatusCode::kPermissionDenied,
                   "the node there does not accept this node's key: it has not confirmed the "
                   "peering, or has ended it");
    case kAlertNoApplicationProtocol:
      return Named(where, absl::StatusCode::kPermissionDenied,
                   "no invitation is open there, or what answers is not a Fairway node");
    case kAlertProtocolVersion:
      return Named(where, absl::StatusCode::kUnauthenticated, "no TLS 1.3 there");
    default:
      return Named(where, absl::StatusCode::kUnavailable,
                   absl::StrCat("hung up: ", tls.last_error()));
  }
}

// Waits for the first byte without consuming it: in TLS 1.3 the dialling side is done with its
// handshake before the other has judged its key.
absl::Status AwaitFirstByte(TlsSession& tls, const std::string& where, absl::Time deadline,
                            int wake_fd) {
  for (;;) {
    short events = POLLIN;
    switch (tls.Peek()) {
      case TlsSession::Progress::kDone:
        return absl::OkStatus();
      case TlsSession::Progress::kWantRead:
        break;
      case TlsSession::Progress::kWantWrite:
        events = POLLOUT;
        break;
      default:
        return Judge(tls, where);
    }
    if (absl::Status ready = AwaitReady(tls.fd(), events, deadline, wake_fd); !ready.ok()) {
      return Named(where, ready.code(), std::string(ready.message()));
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Dialler>> Dialler::Create(
    const crypto::TlsIdentity& identity, Connections& connections,
    std::function<void(const Refusal&)> on_refused) {
  absl::StatusOr<std::shared_ptr<TlsContext>> context = TlsContext::ForClient(identity);
  if (!context.ok()) return context.status();
  absl::StatusOr<WakeDescriptor> wake = WakeDescriptor::Create();
  if (!wake.ok()) return wake.status();
  return std::unique_ptr<Dialler>(
      new Dialler(*std::move(context), *std::move(wake), connections, std::move(on_refused)));
}

absl::StatusOr<std::unique_ptr<TlsSession>> Dialler::Begin(const std::string& host_port,
                                                           const crypto::SpkiPin& want,
                                                           const char* alpn, absl::Time deadline) {
  absl::StatusOr<Descriptor> fd = ConnectTcp(host_port, deadline, wake_.fd());
  if (!fd.ok()) return fd.status();
  std::unique_ptr<TlsSession> tls = TlsSession::Connect(context_, fd->Release(), want, alpn);
  tls->set_address(host_port);
  return tls;
}

absl::Status Dialler::Finish(TlsSession& tls, const std::string& host_port, absl::Time deadline) {
  const absl::Status shaken = tls.FinishHandshake(deadline, wake_.fd());
  if (shaken.ok()) return shaken;
  if (absl::IsUnauthenticated(shaken) && tls.peer_alert() != 0) return Judge(tls, host_port);
  if (absl::IsUnauthenticated(shaken) && tls.refusal().reason == RefusalReason::kHandshakeFailed &&
      !tls.refusal().pin) {
    return Named(host_port, absl::StatusCode::kUnavailable,
                 absl::StrCat("TLS: ", shaken.message()));
  }
  return Named(host_port, shaken.code(), std::string(shaken.message()));
}

void Dialler::ReportOnce(const TlsSession& tls, const std::string& peer_id,
                         const absl::Status& why) {
  Refusal refusal = tls.refusal();
  if (absl::IsDeadlineExceeded(why)) {
    refusal.reason = RefusalReason::kHandshakeTimeout;
  } else if (!absl::IsUnauthenticated(why) || refusal.reason != RefusalReason::kNotPinned) {
    return;
  }
  refusal.peer_id = peer_id;
  refusal.detail = std::string(why.message());
  {
    std::lock_guard lock(mu_);
    if (!reported_.insert({peer_id, refusal.reason}).second) return;
  }
  if (on_refused_) on_refused_(refusal);
}

void Dialler::Connected(const std::string& peer_id) {
  std::lock_guard lock(mu_);
  std::erase_if(reported_, [&peer_id](const auto& entry) { return entry.first == peer_id; });
}

absl::StatusOr<PeerConnection> Dialler::Dial(const std::string& host_port,
                                             const crypto::SpkiPin& want,
                                             const std::string& peer_id, absl::Duration timeout) {
  BlockSigpipeInThisThread();
  const absl::Time deadline = absl::Now() + timeout;
  const absl::Duration penalty = connections_.PenaltyLeft(peer_id);
  if (penalty > absl::ZeroDuration()) {
    return Named(host_port, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("shut out for another ",
                              absl::FormatDuration(absl::Ceil(penalty, absl::Seconds(1))),
                              " because of an attack"));
  }
  absl::StatusOr<std::unique_ptr<TlsSession>> tls = Begin(host_port, want, kAlpnPeer, deadline);
  if (!tls.ok()) return tls.status();
  absl::Status alive = Finish(**tls, host_port, deadline);
  if (alive.ok()) alive = AwaitFirstByte(**tls, host_port, deadline, wake_.fd());
  if (!alive.ok()) {
    ReportOnce(**tls, peer_id, alive);
    return alive;
  }
  Connected(peer_id);
  return connections_.Adopt(*std::move(tls), peer_id, GateSide::kFromServer);
}

absl::StatusOr<std::string> Dialler::Join(
    const std::string& host_port, const crypto::SpkiPin& want,
    const std::function<std::string(const std::string& exporter32)>& make_request,
    absl::Duration timeout, std::string* exporter32) {
  BlockSigpipeInThisThread();
  const absl::Time deadline = absl::Now() + timeout;
  absl::StatusOr<std::unique_ptr<TlsSession>> tls = Begin(host_port, want, kAlpnJoin, deadline);
  if (!tls.ok()) return tls.status();
  if (absl::Status shaken = Finish(**tls, host_port, deadline); !shaken.ok()) return shaken;
  const std::string exporter = (*tls)->Exporter32();
  if (exporter32 != nullptr) *exporter32 = exporter;
  absl::Status sent = SendJoinMessage(**tls, make_request(exporter), deadline, wake_.fd());
  if (!sent.ok()) return sent;
  absl::StatusOr<std::string> answer = ReceiveJoinMessage(**tls, deadline, wake_.fd());
  (*tls)->SendClose();
  if (answer.ok()) return answer;
  if ((*tls)->peer_alert() != 0) return Judge(**tls, host_port);
  return Named(host_port,
               absl::IsInvalidArgument(answer.status()) ? absl::StatusCode::kDataLoss
                                                        : answer.status().code(),
               std::string(answer.status().message()));
}

}  // namespace fairway::edge
