#include "node/model/identifiers.h"

#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

constexpr size_t kImoDigits = 7;
constexpr size_t kContainerCharacters = 11;
constexpr size_t kLocodeCharacters = 5;
constexpr size_t kShownCharacters = 40;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// Upper case without the characters in `dropped`.
std::string Squeeze(std::string_view text, std::string_view dropped) {
  std::string squeezed;
  for (char c : text) {
    if (dropped.find(c) == std::string_view::npos) {
      squeezed.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
    }
  }
  return squeezed;
}

// Bytes as a person can read them on any terminal.
std::string Shown(std::string_view text) {
  std::string shown;
  for (char c : text.substr(0, kShownCharacters)) {
    if (c >= 0x20 && c <= 0x7E) {
      shown.push_back(c);
    } else {
      absl::StrAppend(&shown, "\\x", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return shown;
}

absl::Status Refuse(std::string_view what, std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(what), " \"", Shown(text), "\": ", std::string(why)));
}

absl::Status RefuseImo(std::string_view text, std::string_view why) {
  return Refuse("IMO number", text, why);
}
absl::Status RefuseContainer(std::string_view text, std::string_view why) {
  return Refuse("container number", text, why);
}
absl::Status RefuseLocode(std::string_view text, std::string_view why) {
  return Refuse("UN/LOCODE", text, why);
}

bool HasOtherThanAscii(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) > 0x7E || static_cast<unsigned char>(c) < 0x20) return true;
  }
  return false;
}
constexpr std::string_view kNotAscii =
    "holds characters other than plain letters and digits (full-width digits do not count)";

// ISO 6346: A is 10, and the values go up by one, but never to a multiple of 11.
int LetterValue(char letter) {
  int value = 10;
  for (char c = 'A'; c < letter; ++c) {
    ++value;
    if (value % 11 == 0) ++value;
  }
  return value;
}

}  // namespace

absl::StatusOr<std::string> CheckImo(std::string_view text) {
  if (HasOtherThanAscii(text)) return RefuseImo(text, kNotAscii);
  std::string digits = Squeeze(text, " ");
  if (digits.starts_with("IMO")) digits.erase(0, digits.starts_with("IMO:") ? 4 : 3);
  for (char c : digits) {
    if (!IsDigit(c)) return RefuseImo(text, "holds something other than digits");
  }
  if (digits.size() != kImoDigits) {
    return RefuseImo(text, absl::StrCat("has ", digits.size(), " digits, an IMO number has 7"));
  }
  if (digits == "0000000") return RefuseImo(text, "is not a ship's (all zeros)");
  int sum = 0;
  for (size_t i = 0; i + 1 < kImoDigits; ++i) {
    sum += (digits[i] - '0') * static_cast<int>(kImoDigits - i);
  }
  if (digits.back() - '0' != sum % 10) {
    return RefuseImo(text, absl::StrCat("its check digit is ", digits.substr(6),
                                        ", the others give ", sum % 10));
  }
  return digits;
}

absl::StatusOr<std::string> CheckContainer(std::string_view text) {
  if (HasOtherThanAscii(text)) return RefuseContainer(text, kNotAscii);
  const std::string number = Squeeze(text, " -");
  if (number.size() != kContainerCharacters) {
    return RefuseContainer(
        text, absl::StrCat("has ", number.size(), " characters, a container number has 11"));
  }
  for (size_t i = 0; i < kContainerCharacters; ++i) {
    if (i < 4 ? !IsUpper(number[i]) : !IsDigit(number[i])) {
      return RefuseContainer(text, "is not four letters and seven digits");
    }
  }
  if (number[3] != 'U' && number[3] != 'J' && number[3] != 'Z') {
    return RefuseContainer(
        text, absl::StrCat("its category is ", number.substr(3, 1), ", known are U, J and Z"));
  }
  int sum = 0;
  for (size_t i = 0; i + 1 < kContainerCharacters; ++i) {
    const int value = IsUpper(number[i]) ? LetterValue(number[i]) : number[i] - '0';
    sum += value << i;
  }
  const int want = sum % 11 % 10;
  if (number.back() - '0' != want) {
    return RefuseContainer(
        text, absl::StrCat("its check digit is ", number.substr(10), ", the others give ", want));
  }
  return number;
}

absl::StatusOr<std::string> CheckLocode(std::string_view text) {
  if (HasOtherThanAscii(text)) return RefuseLocode(text, kNotAscii);
  const std::string code = Squeeze(text, " ");
  if (code.size() != kLocodeCharacters) {
    return RefuseLocode(text, absl::StrCat("has ", code.size(), " characters, a UN/LOCODE has 5"));
  }
  if (!IsUpper(code[0]) || !IsUpper(code[1])) {
    return RefuseLocode(text, "does not begin with the two letters of a country");
  }
  for (char c : code.substr(2)) {
    if (!IsUpper(c) && !(c >= '2' && c <= '9')) {
      return RefuseLocode(text, "after the country: letters and the digits 2 to 9");
    }
  }
  return code;
}

}  // namespace fairway::model
