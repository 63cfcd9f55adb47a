#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace fairway::crypto {
namespace {

SigningKey KeyOf(char fill) { return SigningKey::FromSeed(std::string(kSeedBytes, fill)); }

TEST(Ed25519, WhatAKeySignsItsPublicKeyVerifies) {
  const SigningKey key = KeyOf('a');
  for (const size_t size : {0, 1, 63, 64, 65, 100000}) {
    const std::string message(size, 'm');
    EXPECT_TRUE(Verify(key.public_key(), message, key.Sign(message).view())) << size;
  }
}

TEST(Ed25519, NoFlippedBitOfASignatureVerifies) {
  const SigningKey key = KeyOf('a');
  const std::string signature(key.Sign("message").view());
  for (size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(Verify(key.public_key(), "message", changed)) << "bit " << bit;
  }
}

TEST(Ed25519, NoFlippedBitOfAKeyVerifies) {
  const SigningKey key = KeyOf('a');
  const Signature signature = key.Sign("message");
  for (size_t bit = 0; bit < 8 * kPublicKeyBytes; ++bit) {
    PublicKey changed = key.public_key();
    changed.bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(Verify(changed, "message", signature.view())) << "bit " << bit;
  }
}

TEST(Ed25519, NoOtherLengthOfSignatureVerifies) {
  const SigningKey key = KeyOf('a');
  const std::string twice = std::string(key.Sign("m").view()) + std::string(key.Sign("m").view());
  for (size_t size = 0; size <= twice.size(); ++size) {
    EXPECT_EQ(Verify(key.public_key(), "m", twice.substr(0, size)), size == kSignatureBytes);
  }
}

TEST(Ed25519, SeedGivesTheSameKeyAgain) {
  const SigningKey key = KeyOf('a');
  const auto again = SigningKey::FromStoredSeed(key.Seed().view());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->Sign("m"), key.Sign("m"));
  EXPECT_NE(KeyOf('b').public_key(), key.public_key());
}

TEST(Ed25519, KeyStillSignsAfterAMove) {
  SigningKey key = KeyOf('a');
  const PublicKey public_key = key.public_key();
  const SigningKey moved = std::move(key);
  EXPECT_TRUE(Verify(public_key, "m", moved.Sign("m").view()));
}

TEST(Ed25519, FreshSeedOfAnotherLengthEndsTheProcess) {
  EXPECT_DEATH(SigningKey::FromSeed(std::string(31, 'a')), "");
}

TEST(Ed25519, KeyIdsDifferByKey) {
  EXPECT_EQ(KeyId(KeyOf('a').public_key()), KeyId(KeyOf('a').public_key()));
  EXPECT_NE(KeyId(KeyOf('a').public_key()), KeyId(KeyOf('b').public_key()));
}

}  // namespace
}  // namespace fairway::crypto
