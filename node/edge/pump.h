#ifndef FAIRWAY_NODE_EDGE_PUMP_H_
#define FAIRWAY_NODE_EDGE_PUMP_H_

#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/edge/descriptor.h"
#include "node/edge/edge_events.h"
#include "node/edge/frame_gate.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {

struct PumpEnd {
  std::string attack;  // of the other side's, as FrameGate::attack(); else empty
  absl::Status why;    // never OK
};

// Moves bytes between `tls` and `plain_fd` (non-blocking) through a gate in each direction until
// both sides have ended, one of them broke or attacked, or `wake` fires. Reads from one side only
// while the other takes what was read before. A side that has ended is told to the other, which
// gets a short time to finish. `answered` is PeerConnection::answered.
PumpEnd RunPump(TlsSession& tls, int plain_fd, GateSide inbound, const EdgeLimits& limits,
                const WakeDescriptor& wake, std::atomic<bool>& answered);

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_PUMP_H_
