#include "crypto/mac.h"

#include <gtest/gtest.h>

#include <string>

namespace fairway::crypto {
namespace {

TEST(Mac, HkdfOfFewerBytesIsTheStartOfMore) {
  const SecretBytes all = HkdfSha256("key", "salt", "info", kMaxHkdfBytes);
  for (const size_t n : {0, 1, 31, 32, 33, 64, 8159}) {
    EXPECT_EQ(HkdfSha256("key", "salt", "info", n).view(), all.view().substr(0, n)) << n;
  }
}

TEST(Mac, HkdfBeyondItsLimitEndsTheProcess) {
  EXPECT_DEATH(HkdfSha256("key", "salt", "info", kMaxHkdfBytes + 1), "");
}

TEST(Mac, ConstantTimeEqualIsEqual) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
  EXPECT_FALSE(ConstantTimeEqual("", "a"));
}

TEST(Mac, EveryBitOfKeyAndMessageCounts) {
  const std::string key(32, 'k');
  const std::string message(40, 'm');
  const Digest mac = HmacSha256(key, message);
  for (size_t bit = 0; bit < 8 * key.size(); ++bit) {
    std::string other = key;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(HmacSha256(other, message), mac);
  }
  for (size_t bit = 0; bit < 8 * message.size(); ++bit) {
    std::string other = message;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(HmacSha256(key, other), mac);
  }
}

}  // namespace
}  // namespace fairway::crypto
