#ifndef FAIRWAY_NODE_EDGE_AWAIT_READY_H_
#define FAIRWAY_NODE_EDGE_AWAIT_READY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fairway::edge {

// Blocks until `fd` is ready for one of `events` (poll(2)) or broken: OK. Or until `deadline`:
// DEADLINE_EXCEEDED. Or until `wake_fd` (-1: none) is readable: CANCELLED.
absl::Status AwaitReady(int fd, short events, absl::Time deadline, int wake_fd);

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_AWAIT_READY_H_
