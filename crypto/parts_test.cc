#include "crypto/parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

std::vector<Digest> RealParts(size_t count) {
  std::vector<Digest> real;
  for (size_t i = 0; i < count; ++i) real.push_back(Sha256(absl::StrCat("part ", i)));
  return real;
}

class Decoys {
 public:
  Digest operator()() { return Sha256(absl::StrCat("decoy ", drawn_++)); }

 private:
  int drawn_ = 0;
};

TEST(Parts, ListHoldsEveryPartAndOnlyItsSizeClassShows) {
  for (size_t count = 0; count <= kMaxCommittedParts; ++count) {
    const std::vector<Digest> real = RealParts(count);
    const auto list = CommitParts(real, Decoys());
    ASSERT_TRUE(list.ok()) << list.status();
    const size_t want = count <= 16    ? 16
                        : count <= 32  ? 32
                        : count <= 64  ? 64
                        : count <= 128 ? 128
                                       : 256;
    EXPECT_EQ(list->size(), want) << count;
    EXPECT_TRUE(CheckCommitted(*list).ok()) << count;
    for (const Digest& part : real) EXPECT_TRUE(IsCommitted(*list, part));
  }
}

TEST(Parts, OrderOfWritingLeavesNoTrace) {
  std::vector<Digest> real = RealParts(5);
  const auto list = CommitParts(real, Decoys());
  std::reverse(real.begin(), real.end());
  EXPECT_EQ(CommitParts(real, Decoys()).value(), list.value());
}

TEST(Parts, WhatIsNotInTheListIsNotCommitted) {
  const std::vector<Digest> list = CommitParts(RealParts(5), Decoys()).value();
  EXPECT_FALSE(IsCommitted(list, Sha256("another part")));
  EXPECT_FALSE(IsCommitted({}, list[0]));
  Digest next = list[7];
  next.bytes[31] ^= 1;
  EXPECT_FALSE(IsCommitted(list, next));
}

TEST(Parts, UnsortedListNeverCommitsToWhatItDoesNotHold) {
  std::vector<Digest> list = CommitParts(RealParts(16), Decoys()).value();
  std::reverse(list.begin(), list.end());
  EXPECT_FALSE(IsCommitted(list, Sha256("another part")));
}

TEST(Parts, SaltLabelAndBytesEachChangeTheDigest) {
  Salt salt{};
  const Digest digest = PartDigest("title", salt, "Night crossing");
  EXPECT_NE(PartDigest("titles", salt, "Night crossing"), digest);
  EXPECT_NE(PartDigest("title", salt, "Night crossings"), digest);
  EXPECT_NE(PartDigest("titleN", salt, "ight crossing"), digest);
  salt[15] = 1;
  EXPECT_NE(PartDigest("title", salt, "Night crossing"), digest);
}

TEST(Parts, LabelTooLongForItsPrefixEndsTheProcess) {
  PartDigest(std::string(0xffff, 'l'), {}, "");
  EXPECT_DEATH(PartDigest(std::string(0x10000, 'l'), {}, ""), "0xffff");
}

TEST(Parts, DecoyThatIsAlreadyThereIsDrawnAgain) {
  const std::vector<Digest> real = RealParts(3);
  bool collided = false;
  Decoys decoys;
  const auto list = CommitParts(real, [&] {
    if (collided) return decoys();
    collided = true;
    return real[1];
  });
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_TRUE(CheckCommitted(*list).ok());
}

}  // namespace
}  // namespace fairway::crypto
