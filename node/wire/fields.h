#ifndef FAIRWAY_NODE_WIRE_FIELDS_H_
#define FAIRWAY_NODE_WIRE_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "api/v1/item.pb.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "node/model/ids.h"
#include "node/model/terms.h"

// Single fields: what the message type cannot say of them. Every failure is INVALID_ARGUMENT and
// names the field. Pure, thread-safe.
namespace fairway::wire {

// "field `name` what".
absl::Status BadField(std::string_view name, std::string_view what);

absl::Status CheckSize(std::string_view name, std::string_view bytes, size_t want);
absl::Status CheckMaxSize(std::string_view name, std::string_view bytes, size_t limit);
absl::Status CheckMaxCount(std::string_view name, size_t count, size_t limit);

absl::StatusOr<crypto::Digest> ReadDigest(std::string_view name, std::string_view bytes);
absl::StatusOr<model::AuthorityId> ReadAuthority(std::string_view name, std::string_view bytes);
absl::StatusOr<model::ItemId> ReadItemId(std::string_view name, std::string_view bytes);
absl::StatusOr<crypto::Signed> ReadSigned(std::string_view name, std::string_view bytes);

// A mandatory enumeration: the message type has made sure that the number has a name.
template <typename Model>
absl::StatusOr<Model> ReadEnum(std::string_view name, int number) {
  if (number == 0) return BadField(name, "is missing");
  return static_cast<Model>(number);
}

// 1970-01-01T00:00:01Z … 9999-12-31T23:59:59Z, in whole seconds.
absl::StatusOr<absl::Time> ReadWholeSeconds(std::string_view name, int64_t milliseconds);
// The same range in milliseconds.
absl::StatusOr<absl::Time> ReadMilliseconds(std::string_view name, int64_t milliseconds);

inline constexpr uint32_t kMaxHops = 16;
// Of revisions and manifest versions: what a database can hold, so that a larger one is a bad item
// and not a failure to store it.
inline constexpr uint64_t kMaxVersion = INT64_MAX;
inline constexpr size_t kMaxPurposes = 64;
inline constexpr size_t kMaxPurposeBytes = 64;

v1::Terms ToProto(const model::Terms& terms);
absl::StatusOr<model::Terms> ReadTerms(std::string_view name, const v1::Terms& proto);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_FIELDS_H_
