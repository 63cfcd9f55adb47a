#include "node/service/page_token.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"

namespace fairway::service {

std::string MakeToken(TokenKind kind, uint64_t number) {
  return absl::StrCat(std::string(1, static_cast<char>(kind)), number);
}

absl::StatusOr<uint64_t> ReadToken(TokenKind kind, std::string_view token) {
  uint64_t number = 0;
  const char* end = token.data() + token.size();
  if (token.size() > 1) {
    const auto read = std::from_chars(token.data() + 1, end, number);
    if (read.ec == std::errc() && read.ptr == end && MakeToken(kind, number) == token) {
      return number;
    }
  }
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-LIST-002",
                      .message = "the page token is not one that this node gave",
                      .why = {},
                      .next = {"ask for the first page again, without a token"}});
}

}  // namespace fairway::service
