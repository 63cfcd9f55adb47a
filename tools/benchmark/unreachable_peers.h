#ifndef FAIRWAY_TOOLS_BENCHMARK_UNREACHABLE_PEERS_H_
#define FAIRWAY_TOOLS_BENCHMARK_UNREACHABLE_PEERS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "node/store/database.h"

namespace fairway::benchmark {

// Makes `count` authorities that exist nowhere active peers of a node that does not run: each has a
// session that waits for a link. Their names are numbered from `first`. Errors of the store.
absl::Status AddUnreachablePeers(store::Database& database, size_t first, size_t count);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_UNREACHABLE_PEERS_H_
