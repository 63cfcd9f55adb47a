#ifndef FAIRWAY_NODE_MODEL_IDS_H_
#define FAIRWAY_NODE_MODEL_IDS_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "crypto/digest.h"

namespace fairway::model {

// The id of a signed object: crypto::ObjectId of its type and body.
using ObjectId = crypto::Digest;

// Which authority: the object id of its manifest, version 1. Never typed by people, who use the
// name their own administrator gave.
struct AuthorityId {
  crypto::Digest digest;

  auto operator<=>(const AuthorityId&) const = default;
  std::string raw() const { return digest.ToString(); }  // 32 bytes
  std::string ToString() const;                          // 64 lower case hexadecimal digits

  template <typename H>
  friend H AbslHashValue(H h, const AuthorityId& id) {
    return H::combine(std::move(h), id.digest);
  }
};

// INVALID_ARGUMENT unless 32 bytes.
absl::StatusOr<AuthorityId> AuthorityIdFromBytes(std::string_view raw32);
// Inverse of ToString. INVALID_ARGUMENT unless 64 lower case hexadecimal digits.
absl::StatusOr<AuthorityId> ParseAuthorityId(std::string_view text);

inline constexpr size_t kItemIdBytes = 16;

// Which item, through all its revisions: a random UUID (RFC 9562, version 4), so that it counts
// nothing and tells nothing.
struct ItemId {
  std::array<uint8_t, kItemIdBytes> bytes{};

  // Sets the version and variant bits in 16 random bytes.
  static ItemId FromRandom(const std::array<uint8_t, kItemIdBytes>& random);

  auto operator<=>(const ItemId&) const = default;
  // Valid while this object lives.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string raw() const { return std::string(view()); }
  std::string ToString() const;  // "8-4-4-4-12" lower case hexadecimal digits

  template <typename H>
  friend H AbslHashValue(H h, const ItemId& id) {
    return H::combine_contiguous(std::move(h), id.bytes.data(), id.bytes.size());
  }
};

// INVALID_ARGUMENT unless 16 bytes with version 4 and variant 10.
absl::StatusOr<ItemId> ItemIdFromBytes(std::string_view raw16);
// Inverse of ToString. INVALID_ARGUMENT for anything it does not write.
absl::StatusOr<ItemId> ParseItemId(std::string_view text);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_IDS_H_
