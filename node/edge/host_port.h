#ifndef FAIRWAY_NODE_EDGE_HOST_PORT_H_
#define FAIRWAY_NODE_EDGE_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"

namespace fairway::edge {

struct HostPort {
  std::string host;  // name or address, without brackets
  std::string port;  // "0" … "65535"
};

// "host:port", "192.0.2.7:7443" or "[2001:db8::7]:7443". INVALID_ARGUMENT says what was found.
absl::StatusOr<HostPort> ParseHostPort(const std::string& text);

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_HOST_PORT_H_
