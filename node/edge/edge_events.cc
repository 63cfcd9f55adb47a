#include "node/edge/edge_events.h"

#include "absl/strings/str_cat.h"

namespace fairway::edge {

std::string ReasonText(const Refusal& refusal) {
  switch (refusal.reason) {
    case RefusalReason::kNotPinned:
      return "not-pinned";
    case RefusalReason::kTlsVersion:
      return "tls-version";
    case RefusalReason::kNoClientCertificate:
      return "no-client-certificate";
    case RefusalReason::kNoAlpn:
      return "no-alpn";
    case RefusalReason::kJoinClosed:
      return "join-closed";
    case RefusalReason::kHandshakeTimeout:
      return "handshake-timeout";
    case RefusalReason::kHandshakeFailed:
      return "handshake-failed";
    case RefusalReason::kGate:
      return absl::StrCat("gate:", refusal.attack);
    case RefusalReason::kTooManyConnections:
      return "too-many-connections";
    case RefusalReason::kPenalty:
      return "penalty";
    case RefusalReason::kJoinRefused:
      return "join-refused";
    case RefusalReason::kNoStream:
      return "no-stream";
  }
  return "unknown";
}

}  // namespace fairway::edge
