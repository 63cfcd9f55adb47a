#include "node/model/text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  // 0: not UTF-8
};

// RFC 3629, table of section 4, by value: the shortest form is the only one.
CodePoint Next(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return {};
  uint32_t value = first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  const uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

bool IsControl(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool BreaksLine(uint32_t c) {
  return c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

absl::Status Check(std::string_view text, bool one_line) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = Next(text.substr(at));
    if (next.bytes == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("is not UTF-8 at byte ", at, " (0x",
                       absl::Hex(static_cast<uint8_t>(text[at]), absl::kZeroPad2), ")"));
    }
    const bool refused = one_line
                             ? IsControl(next.value) || BreaksLine(next.value)
                             : IsControl(next.value) && next.value != '\n' && next.value != '\t';
    if (refused) {
      return absl::InvalidArgumentError(absl::StrCat("holds the control character U+",
                                                     absl::Hex(next.value, absl::kZeroPad4),
                                                     " at byte ", at));
    }
    at += next.bytes;
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<size_t> FirstInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = Next(text.substr(at));
    if (next.bytes == 0) return at;
    at += next.bytes;
  }
  return std::nullopt;
}

absl::Status CheckBlock(std::string_view text) { return Check(text, /*one_line=*/false); }

absl::Status CheckLine(std::string_view text) { return Check(text, /*one_line=*/true); }

}  // namespace fairway::model
