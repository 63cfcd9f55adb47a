#ifndef FAIRWAY_NODE_SERVICE_PAGE_TOKEN_H_
#define FAIRWAY_NODE_SERVICE_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Where a list goes on: a number of this node's own, for its local callers only.
namespace fairway::service {

enum class TokenKind : char { kItems = 'p', kHeld = 'h', kWatch = 'w' };

std::string MakeToken(TokenKind kind, uint64_t number);

// INVALID_ARGUMENT FW-LIST-002 unless MakeToken(kind, …) made it.
absl::StatusOr<uint64_t> ReadToken(TokenKind kind, std::string_view token);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_PAGE_TOKEN_H_
