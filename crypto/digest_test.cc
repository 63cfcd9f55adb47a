#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace fairway::crypto {
namespace {

TEST(Digest, StreamGivesTheSameWhereverTheInputIsCut) {
  const std::string input(1000, 'q');
  for (size_t cut = 0; cut <= input.size(); cut += 37) {
    Sha256Stream stream;
    stream.Update(std::string_view(input).substr(0, cut));
    stream.Update(std::string_view(input).substr(cut));
    EXPECT_EQ(stream.Finish(), Sha256(input)) << cut;
  }
}

TEST(Digest, StreamStartsAgainAfterFinish) {
  Sha256Stream stream;
  stream.Update("first");
  EXPECT_EQ(stream.Finish(), Sha256("first"));
  stream.Update("second");
  EXPECT_EQ(stream.Finish(), Sha256("second"));
  EXPECT_EQ(stream.Finish(), Sha256(""));
}

TEST(Digest, StreamGoesOnWhereItWasAfterAMove) {
  Sha256Stream from;
  from.Update("one ");
  Sha256Stream to = std::move(from);
  to.Update("two");
  EXPECT_EQ(to.Finish(), Sha256("one two"));
  Sha256Stream other;
  other.Update("three");
  to = std::move(other);
  EXPECT_EQ(to.Finish(), Sha256("three"));
}

TEST(Digest, TagAndInputCannotBeShiftedIntoEachOther) {
  EXPECT_NE(TaggedHash("ab", "c"), TaggedHash("a", "bc"));
  EXPECT_NE(TaggedHash("a", "x"), TaggedHash("b", "x"));
  EXPECT_NE(TaggedHash("", "x"), Sha256("x"));
}

TEST(Digest, TagOfMoreThan255BytesEndsTheProcess) {
  TaggedHash(std::string(255, 't'), "x");
  EXPECT_DEATH(TaggedHash(std::string(256, 't'), "x"), "255");
}

TEST(Digest, ThreadsDoNotDisturbEachOther) {
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      const std::string input(100 + t, static_cast<char>('a' + t));
      const Digest want = Sha256(input);
      for (int i = 0; i < 5000; ++i) wrong[t] += Sha256(input) != want;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Digest, OrdersBytewiseAndHashes) {
  Digest low, high;
  low.bytes[31] = 0xff;
  high.bytes[0] = 0x80;
  EXPECT_LT(low, high);
  const absl::flat_hash_set<Digest> set = {low, high, low};
  EXPECT_EQ(set.size(), 2u);
}

TEST(Digest, HexRoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(UnHex(Hex(all)).value(), all);
}

TEST(Digest, Base32Of32BytesHas52Characters) {
  EXPECT_EQ(Base32(Sha256("x").view()).size(), 52u);
  EXPECT_EQ(Base32(std::string(5, '\xff')), "77777777");
  EXPECT_EQ(Base32(std::string(1, '\xff')), "74");
}

}  // namespace
}  // namespace fairway::crypto
