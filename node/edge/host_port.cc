#include "node/edge/host_port.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fairway::edge {

absl::StatusOr<HostPort> ParseHostPort(const std::string& text) {
  const absl::Status wrong = absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not host:port, as in node.example:7443 or [::1]:7443"));
  HostPort parsed;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong;
  parsed.host = text.substr(0, colon);
  parsed.port = text.substr(colon + 1);
  if (parsed.host.front() == '[') {
    if (parsed.host.back() != ']' || parsed.host.size() < 3) return wrong;
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  } else if (parsed.host.find(':') != std::string::npos) {
    return wrong;  // an IPv6 address without brackets: which colon ends it?
  }
  uint32_t port = 0;
  if (parsed.port.empty() || parsed.port.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(parsed.port, &port) || port > 65535) {
    return wrong;
  }
  return parsed;
}

}  // namespace fairway::edge
