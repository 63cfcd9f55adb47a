#ifndef FAIRWAY_NODE_EDGE_TCP_OPTIONS_H_
#define FAIRWAY_NODE_EDGE_TCP_OPTIONS_H_

namespace fairway::edge {

// A connection over which nothing is acknowledged for this long is dead. Quiet ones are probed, so
// that a peer that lost its power is noticed too. There is no deadline on slow progress: 64 kbit/s
// has to work.
inline constexpr int kDeadAfterSeconds = 60;
inline constexpr int kProbeAfterSeconds = 20;
inline constexpr int kProbeEverySeconds = 10;
// Bytes the kernel holds beyond what the network has taken: kept small, so that an urgent item does
// not queue behind minutes of routine ones on a slow line.
inline constexpr int kUnsentBytes = 64 << 10;

// Applies the above and TCP_NODELAY. Best effort: a kernel without one of them still connects.
void SetTcpOptions(int fd);

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_TCP_OPTIONS_H_
