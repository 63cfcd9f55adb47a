#ifndef FAIRWAY_NODE_WIRE_STRICT_H_
#define FAIRWAY_NODE_WIRE_STRICT_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Protobuf bytes that are accepted in one form only. What a general parser lets through (fields it
// does not know, twice, in any order, long varints, defaults written out) is where two readers of
// the same signed bytes can come to differ. Pure, thread-safe.
namespace fairway::wire {

inline constexpr int kMaxNesting = 8;
inline constexpr size_t kMaxRepeated = 4096;  // of any one field

// OK iff `bytes` is what this build's own encoder writes for some message of this type: known
// fields with the right wire type, ascending, singular ones at most once, shortest varints, no
// default written out, integers within their type, enum values that have a name, strings in UTF-8,
// at most kMaxRepeated of a field and kMaxNesting levels.
//   INVALID_ARGUMENT   anything else; names the field ("batch.renditions[2].parts[0].label")
absl::Status CheckStrict(std::string_view bytes, const google::protobuf::Descriptor& type);

// Parses `bytes` into `message` after CheckStrict.
//   INVALID_ARGUMENT   CheckStrict's, or more than `max_bytes`
absl::Status ParseStrict(std::string_view bytes, size_t max_bytes,
                         google::protobuf::Message& message);

template <typename Message>
absl::StatusOr<Message> ParseAs(std::string_view bytes, size_t max_bytes) {
  Message message;
  absl::Status status = ParseStrict(bytes, max_bytes, message);
  if (!status.ok()) return status;
  return message;
}

// The one encoding that CheckStrict accepts.
std::string Encode(const google::protobuf::Message& message);

// Valid UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_STRICT_H_
