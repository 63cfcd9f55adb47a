#ifndef FAIRWAY_TOOLS_BENCHMARK_LOOPBACK_TLS_H_
#define FAIRWAY_TOOLS_BENCHMARK_LOOPBACK_TLS_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace fairway::benchmark {

// Bytes a second that OpenSSL alone moves from one thread to another over a TCP connection of
// 127.0.0.1 with TLS 1.3 and a certificate at both ends, as nodes use it. INTERNAL: what failed.
absl::StatusOr<double> LoopbackTlsBytesPerSecond(uint64_t bytes);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_LOOPBACK_TLS_H_
