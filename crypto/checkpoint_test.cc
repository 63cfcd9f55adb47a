#include "crypto/checkpoint.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"

namespace fairway::crypto {
namespace {

constexpr std::string_view kOrigin = "fairway/mombasa/node-1";

SigningKey LogKey() { return SigningKey::FromSeed(std::string(kSeedBytes, 'l')); }

TEST(Checkpoint, WhatALogSignsOpensForItsKey) {
  const SigningKey key = LogKey();
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{123456789}, kMaxTreeSize}) {
    const Checkpoint checkpoint{std::string(kOrigin), size, LeafHash("root")};
    const auto opened = OpenCheckpoint(SignCheckpoint(checkpoint, key), kOrigin, key.public_key());
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, checkpoint);
  }
}

TEST(Checkpoint, ThreeLinesAreWhatIsSigned) {
  EXPECT_EQ(CheckpointBody({"fairway/a/b", 7, EmptyRoot()}),
            "fairway/a/b\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
}

TEST(Checkpoint, NoFlippedBitOpens) {
  const SigningKey key = LogKey();
  const std::string note = SignCheckpoint({std::string(kOrigin), 42, LeafHash("root")}, key);
  for (size_t bit = 0; bit < 8 * note.size(); ++bit) {
    std::string changed = note;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(OpenCheckpoint(changed, kOrigin, key.public_key()).ok())
        << "bit " << bit % 8 << " of byte " << bit / 8;
  }
}

TEST(Checkpoint, NoPrefixOpens) {
  const SigningKey key = LogKey();
  const std::string note = SignCheckpoint({std::string(kOrigin), 42, LeafHash("root")}, key);
  for (size_t size = 0; size < note.size(); ++size) {
    EXPECT_FALSE(OpenCheckpoint(note.substr(0, size), kOrigin, key.public_key()).ok()) << size;
  }
}

TEST(Checkpoint, NoteOfExactlyTheLimitIsReadAndOneByteMoreIsNot) {
  const SigningKey key = LogKey();
  const std::string note = SignCheckpoint({std::string(kOrigin), 42, LeafHash("root")}, key);
  // A witness's line, padded to size by its name and by its base64 in steps of four.
  const auto padded = [&](size_t size) {
    std::string line = "\xe2\x80\x94 w ";
    size_t left = size - note.size() - line.size() - 1;
    line.insert(line.size() - 1, left % 4, 'w');
    return absl::StrCat(note, line, std::string(left - left % 4, 'A'), "\n");
  };
  ASSERT_EQ(padded(kMaxNoteBytes).size(), kMaxNoteBytes);
  EXPECT_TRUE(OpenCheckpoint(padded(kMaxNoteBytes), kOrigin, key.public_key()).ok());
  EXPECT_EQ(OpenCheckpoint(padded(kMaxNoteBytes + 1), kOrigin, key.public_key()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Checkpoint, OriginHasTheCharactersAKeyNameMayHave) {
  EXPECT_TRUE(CheckOrigin(kOrigin).ok());
  EXPECT_TRUE(CheckOrigin(std::string(kMaxOriginBytes, 'o')).ok());
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a+b"), std::string("a\nb"),
        std::string("\xc3\xa9"), std::string(kMaxOriginBytes + 1, 'o')}) {
    EXPECT_EQ(CheckOrigin(bad).code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace fairway::crypto
