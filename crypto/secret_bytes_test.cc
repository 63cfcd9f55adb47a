#include "crypto/secret_bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace fairway::crypto {
namespace {

TEST(SecretBytes, StartsAsZerosOfTheSizeAsked) {
  const SecretBytes secret(48);
  EXPECT_EQ(secret.view(), std::string(48, '\0'));
}

TEST(SecretBytes, CopyHoldsTheBytesGivenAndIsItsOwn) {
  std::string original = "correct\0horse";
  SecretBytes copy = SecretBytes::CopyOf(original);
  original[0] = 'X';
  EXPECT_EQ(copy.view(), "correct");
  copy.data()[0] = 'C';
  EXPECT_EQ(copy.view(), "Correct");
}

TEST(SecretBytes, MovedFromIsEmpty) {
  SecretBytes a = SecretBytes::CopyOf("one");
  SecretBytes b = std::move(a);
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move): what the contract says
  EXPECT_EQ(a.view(), "");
  SecretBytes c = SecretBytes::CopyOf("two");
  c = std::move(b);
  EXPECT_EQ(c.view(), "one");
  EXPECT_EQ(b.size(), 0u);  // NOLINT(bugprone-use-after-move)
}

TEST(SecretBytes, MayBeEmpty) {
  EXPECT_EQ(SecretBytes(0).view(), "");
  EXPECT_EQ(SecretBytes::CopyOf("").size(), 0u);
}

}  // namespace
}  // namespace fairway::crypto
