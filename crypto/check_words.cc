#include "crypto/check_words.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairway::crypto {
namespace {

constexpr int kBitsPerWord = 11;
// Letters that most languages have and that a telephone keeps apart as well as eight can be.
constexpr std::string_view kConsonants = "bdfklmst";
constexpr std::string_view kVowels = "aiou";
constexpr std::string_view kEndings = "nr";

uint32_t Bits(const Digest& digest, int first, int count) {
  uint32_t value = 0;
  for (int bit = first; bit < first + count; ++bit) {
    value = value << 1 | (digest.bytes[bit / 8] >> (7 - bit % 8) & 1);
  }
  return value;
}

}  // namespace

std::string CheckWord(uint32_t index) {
  std::string word;
  word += kConsonants[index >> 8 & 7];
  word += kVowels[index >> 6 & 3];
  word += kConsonants[index >> 3 & 7];
  word += kVowels[index >> 1 & 3];
  word += kEndings[index & 1];
  return word;
}

CheckWords WordsFor(const Digest& transcript) {
  CheckWords result;
  // 66 bits do not fit 64: the decimal number is carried in two halves of ten digits.
  constexpr uint64_t kHalf = 10'000'000'000;
  uint64_t high = 0;
  uint64_t low = 0;
  for (size_t i = 0; i < result.words.size(); ++i) {
    const uint32_t index = Bits(transcript, static_cast<int>(i) * kBitsPerWord, kBitsPerWord);
    result.words[i] = CheckWord(index);
    low = (low << kBitsPerWord) + index;
    high = (high << kBitsPerWord) + low / kHalf;
    low %= kHalf;
  }
  const std::string digits = absl::StrFormat("%010u%010u", high, low);
  for (size_t at = 0; at < digits.size(); at += 5) {
    absl::StrAppend(&result.digits, at == 0 ? "" : " ", digits.substr(at, 5));
  }
  return result;
}

}  // namespace fairway::crypto
