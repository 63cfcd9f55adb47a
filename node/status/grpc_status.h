#ifndef FAIRWAY_NODE_STATUS_GRPC_STATUS_H_
#define FAIRWAY_NODE_STATUS_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

// The one mapping between the two status types. A Problem goes along as error details, so that the
// command line shows the same lines whether the failure was near or far. Pure, thread-safe.
namespace fairway {

// At most this much of a message crosses: HTTP/2 trailers have a limit of 8 KiB.
inline constexpr size_t kMaxGrpcMessageBytes = 1024;
// Details above this are left out (base64 in a trailer); the message still crosses.
inline constexpr size_t kMaxGrpcDetailBytes = 4096;

grpc::Status ToGrpc(const absl::Status& status);

// A code outside gRPC's list becomes UNKNOWN; details that are not a Problem are dropped.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace fairway

#endif  // FAIRWAY_NODE_STATUS_GRPC_STATUS_H_
