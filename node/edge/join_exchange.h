#ifndef FAIRWAY_NODE_EDGE_JOIN_EXCHANGE_H_
#define FAIRWAY_NODE_EDGE_JOIN_EXCHANGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {

// The framing of a join: one message each way, lp32, 1 … kMaxJoinBytes. Both block until done,
// failed or `deadline`; `wake_fd` becoming readable ends them with CANCELLED (-1: none).
//   INVALID_ARGUMENT   the message is empty or too long
//   DATA_LOSS          the other side hung up in between
//   DEADLINE_EXCEEDED
absl::Status SendJoinMessage(TlsSession& tls, const std::string& message, absl::Time deadline,
                             int wake_fd);
absl::StatusOr<std::string> ReceiveJoinMessage(TlsSession& tls, absl::Time deadline, int wake_fd);

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_JOIN_EXCHANGE_H_
