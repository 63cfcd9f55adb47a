#include "node/model/ref.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kRefDigits = 8;

// In the order of Kind's integers.
constexpr std::string_view kLetters = "BALPRSQYN";

absl::Status NotARef(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(text.substr(0, 40)),
                   "\" is not a REF such as B-7K3Q-8M2V: ", std::string(why)));
}

// The value of one base 32 digit, or nothing.
std::optional<uint64_t> DigitValue(char c) {
  if (c == 'I' || c == 'L') c = '1';
  if (c == 'O') c = '0';
  const size_t value = kAlphabet.find(c);
  if (value == std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace

bool Ref::Matches(Kind item_kind, const ItemId& id) const {
  return item_kind == kind && std::equal(prefix.begin(), prefix.end(), id.bytes.begin());
}

std::string RefOf(Kind kind, const ItemId& id) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kRefPrefixBytes; ++i) bits = bits << 8 | id.bytes[i];
  std::string ref(1, kLetters[static_cast<size_t>(kind) - 1]);
  for (size_t i = 0; i < kRefDigits; ++i) {
    if (i % 4 == 0) ref.push_back('-');
    ref.push_back(kAlphabet[bits >> (5 * (kRefDigits - 1 - i)) & 31]);
  }
  return ref;
}

absl::StatusOr<Ref> ParseRef(std::string_view text) {
  std::string squeezed;
  for (char c : text) {
    if (c != '-') squeezed.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
    if (squeezed.size() > kRefDigits + 1) return NotARef(text, "it is too long");
  }
  if (squeezed.size() < kRefDigits + 1) return NotARef(text, "it is too short");

  const size_t letter = kLetters.find(squeezed[0]);
  if (letter == std::string_view::npos) {
    return NotARef(text, absl::StrCat("it begins with one of ", std::string(kLetters)));
  }
  uint64_t bits = 0;
  for (char c : squeezed.substr(1)) {
    const std::optional<uint64_t> digit = DigitValue(c);
    if (!digit.has_value())
      return NotARef(text, "after the first letter: digits, and letters but U");
    bits = bits << 5 | *digit;
  }
  Ref ref;
  ref.kind = *KindFromWire(letter + 1);
  for (size_t i = 0; i < kRefPrefixBytes; ++i) {
    ref.prefix[i] = static_cast<uint8_t>(bits >> (8 * (kRefPrefixBytes - 1 - i)));
  }
  return ref;
}

}  // namespace fairway::model
