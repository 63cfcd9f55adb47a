#include "crypto/check_words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairway::crypto {
namespace {

constexpr int kBits = 66;

TEST(CheckWords, ListHas2048DifferentWordsOfFiveLetters) {
  std::set<std::string> words;
  for (uint32_t i = 0; i < 2048; ++i) {
    const std::string word = CheckWord(i);
    EXPECT_EQ(word.size(), 5u);
    EXPECT_EQ(word.find_first_not_of("abdfiklmnorstu"), std::string::npos) << word;
    words.insert(word);
  }
  EXPECT_EQ(words.size(), 2048u);
  EXPECT_EQ(CheckWord(2048), CheckWord(0));
}

TEST(CheckWords, FirstSixtySixBitsCountInWordsAndDigitsAndNoOthers) {
  const Digest transcript = Sha256("transcript");
  const CheckWords words = WordsFor(transcript);
  for (int bit = 0; bit < 256; ++bit) {
    Digest other = transcript;
    other.bytes[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
    const CheckWords changed = WordsFor(other);
    EXPECT_EQ(changed.words != words.words, bit < kBits) << bit;
    EXPECT_EQ(changed.digits != words.digits, bit < kBits) << bit;
  }
}

TEST(CheckWords, ChangedBitChangesItsOwnWordOnly) {
  const Digest transcript = Sha256("transcript");
  const CheckWords words = WordsFor(transcript);
  for (int bit = 0; bit < kBits; ++bit) {
    Digest other = transcript;
    other.bytes[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
    const CheckWords changed = WordsFor(other);
    for (int word = 0; word < 6; ++word) {
      EXPECT_EQ(changed.words[word] != words.words[word], word == bit / 11) << bit;
    }
  }
}

TEST(CheckWords, DigitsAreFourGroupsOfFive) {
  EXPECT_EQ(WordsFor(Digest{}).digits, "00000 00000 00000 00000");
  Digest ones;
  ones.bytes.fill(0xff);
  EXPECT_EQ(WordsFor(ones).digits, "73786 97629 48382 06463");  // 2^66 - 1
}

}  // namespace
}  // namespace fairway::crypto
