#include "node/model/ids.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

// Where the dashes of "8-4-4-4-12" stand in the text.
bool IsDash(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

constexpr size_t kUuidTextBytes = 36;

}  // namespace

std::string AuthorityId::ToString() const { return crypto::Hex(digest.view()); }

absl::StatusOr<AuthorityId> AuthorityIdFromBytes(std::string_view raw32) {
  absl::StatusOr<crypto::Digest> digest = crypto::DigestFromBytes(raw32);
  if (!digest.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("an authority id has 32 bytes, found ", raw32.size()));
  }
  return AuthorityId{*digest};
}

absl::StatusOr<AuthorityId> ParseAuthorityId(std::string_view text) {
  absl::StatusOr<std::string> raw = crypto::UnHex(text);
  if (!raw.ok() || raw->size() != crypto::kDigestBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an authority id has 64 lower case hexadecimal digits, found ", text.size(),
                     " characters"));
  }
  return AuthorityIdFromBytes(*raw);
}

ItemId ItemId::FromRandom(const std::array<uint8_t, kItemIdBytes>& random) {
  ItemId id{random};
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

std::string ItemId::ToString() const {
  const std::string hex = crypto::Hex(view());
  std::string text;
  for (size_t next = 0; text.size() < kUuidTextBytes;) {
    text.push_back(IsDash(text.size()) ? '-' : hex[next++]);
  }
  return text;
}

absl::StatusOr<ItemId> ItemIdFromBytes(std::string_view raw16) {
  if (raw16.size() != kItemIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an item id has 16 bytes, found ", raw16.size()));
  }
  std::array<uint8_t, kItemIdBytes> bytes;
  std::copy(raw16.begin(), raw16.end(), bytes.begin());
  const ItemId id{bytes};
  if (ItemId::FromRandom(bytes) != id) {
    return absl::InvalidArgumentError("an item id is a random UUID (version 4, variant 10)");
  }
  return id;
}

absl::StatusOr<ItemId> ParseItemId(std::string_view text) {
  std::string hex;
  bool dashes_fit = text.size() == kUuidTextBytes;
  for (size_t i = 0; dashes_fit && i < text.size(); ++i) {
    if (IsDash(i)) {
      dashes_fit = text[i] == '-';
    } else {
      hex.push_back(text[i]);
    }
  }
  absl::StatusOr<std::string> raw = crypto::UnHex(hex);
  if (!dashes_fit || !raw.ok()) {
    return absl::InvalidArgumentError(
        "an item id looks like 0c8f7f60-2f0a-4c8e-9d5b-0f6a1e2d3c4b (lower case)");
  }
  return ItemIdFromBytes(*raw);
}

}  // namespace fairway::model
