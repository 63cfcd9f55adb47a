#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "node/replication/backoff.h"
#include "node/replication/link_inbox.h"
#include "node/replication/send_window.h"
#include "tests/support/seeded_entropy.h"

// How long to wait, how much may be under way, how much may wait here.
namespace fairway::replication {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

TEST(BackoffTest, WaitsGrowToAMinuteAndAreSpreadOverTheWholeRange) {
  testing::SeededEntropy entropy(7);
  absl::Duration longest;
  absl::Duration shortest = absl::InfiniteDuration();
  for (int run = 0; run < 200; ++run) {
    Backoff backoff(entropy);
    EXPECT_LE(backoff.Next(), Backoff::kFirst);
    for (int i = 0; i < 8; ++i) backoff.Next();
    const absl::Duration late = backoff.Next();
    EXPECT_LE(late, Backoff::kMost);
    longest = std::max(longest, late);
    shortest = std::min(shortest, late);
    backoff.Reset();
    EXPECT_LE(backoff.Next(), Backoff::kFirst);
  }
  EXPECT_GT(longest, absl::Seconds(50));
  EXPECT_LT(shortest, absl::Seconds(10));
}

TEST(SendWindowTest, HoldsExactlyItsRecords) {
  constexpr size_t kMost = SendWindow::kMaxUnackedRecords;
  constexpr size_t kUrgent = SendWindow::kUrgentRecords;
  SendWindow window;
  EXPECT_EQ(window.RecordRoom(), kMost);
  window.Sent(kMost - 1, kMost - 1, 100, kStart);
  EXPECT_EQ(window.RecordRoom(), 1u);
  window.Sent(kMost, 1, 1, kStart);
  EXPECT_EQ(window.RecordRoom(), 0u);
  EXPECT_EQ(window.UrgentRoom(), kUrgent);
  window.Sent(kMost + kUrgent - 1, kUrgent - 1, 1, kStart);
  EXPECT_EQ(window.UrgentRoom(), 1u);
  window.Sent(kMost + kUrgent, 1, 1, kStart);
  EXPECT_EQ(window.UrgentRoom(), 0u);
  window.Acked(kMost - 1, kStart);
  EXPECT_EQ(window.RecordRoom(), kMost - 1 - kUrgent);
  window.Acked(kMost + kUrgent, kStart);
  window.Sent(kMost + kUrgent + 1, 1, 1, kStart);
  EXPECT_EQ(window.RecordRoom(), kMost - 1);
}

TEST(SendWindowTest, HoldsNoMoreBytesThanALinkCarriesInAFewSeconds) {
  SendWindow window;
  window.Sent(1, 1, SendWindow::kMinBatchBytes, kStart);
  EXPECT_GT(window.RecordRoom(), 0u) << "one batch under way keeps a slow link busy";
  window.Sent(2, 1, SendWindow::kMinBatchBytes, kStart);
  EXPECT_EQ(window.RecordRoom(), 0u);
  EXPECT_GT(window.UrgentRoom(), 0u) << "a recall does not wait for bytes";
}

TEST(SendWindowTest, BatchesGrowOnAFastLinkAndShrinkOnASlowOne) {
  SendWindow window;
  uint64_t seq = 0;
  absl::Time now = kStart;
  for (int i = 0; i < 12; ++i) {
    window.Sent(++seq, 1, window.batch_bytes(), now);
    now += absl::Milliseconds(50);
    window.Acked(seq, now);
  }
  EXPECT_EQ(window.batch_bytes(), SendWindow::kMaxBatchBytes);
  for (int i = 0; i < 12; ++i) {
    window.Sent(++seq, 1, window.batch_bytes(), now);
    now += absl::Seconds(10);
    window.Acked(seq, now);
  }
  EXPECT_EQ(window.batch_bytes(), SendWindow::kMinBatchBytes);
}

TEST(SendWindowTest, SmallBatchesSayNothingAboutTheSpeedOfALink) {
  SendWindow window;
  for (uint64_t seq = 1; seq < 20; ++seq) {
    window.Sent(seq, 1, 500, kStart);
    window.Acked(seq, kStart + absl::Milliseconds(5));
  }
  EXPECT_EQ(window.batch_bytes(), SendWindow::kMinBatchBytes);
}

TEST(SendWindowTest, ALinkIsGivenUpAfterThirtyQuietSecondsAndTheTimeItNeeds) {
  SendWindow window;
  EXPECT_EQ(window.Deadline(), absl::InfiniteFuture()) << "nothing is under way";
  window.Sent(1, 1, 8000, kStart);
  EXPECT_EQ(window.Deadline(), kStart + absl::Seconds(31));
  window.Heard(kStart + absl::Seconds(20));
  EXPECT_EQ(window.Deadline(), kStart + absl::Seconds(51));
  window.Acked(1, kStart + absl::Seconds(21));
  EXPECT_EQ(window.Deadline(), absl::InfiniteFuture());
}

TEST(LinkInboxTest, KeepsTheOrderAndWakesForEach) {
  LinkInbox inbox;
  int wakes = 0;
  inbox.UseWake([&wakes] { ++wakes; });
  inbox.OnLinkUp({.link = 1, .dialled = true, .exporter32 = std::string(32, 'e')});
  inbox.OnFrame(1, "one");
  inbox.OnFrame(1, "two");
  inbox.OnLinkDown(1, absl::OkStatus());
  EXPECT_EQ(wakes, 4);
  EXPECT_TRUE(std::holds_alternative<LinkInbox::Up>(*inbox.Take()));
  EXPECT_EQ(std::get<LinkInbox::Frame>(*inbox.Take()).bytes, "one");
  EXPECT_EQ(std::get<LinkInbox::Frame>(*inbox.Take()).bytes, "two");
  EXPECT_TRUE(std::holds_alternative<LinkInbox::Down>(*inbox.Take()));
  EXPECT_FALSE(inbox.Take().has_value());
}

TEST(LinkInboxTest, AFloodIsSaidOnceAndTakesNoMoreMemory) {
  LinkInbox inbox;
  constexpr size_t kMost = kMaxInboxBytes - kInboxFrameOverhead;
  inbox.OnFrame(1, std::string(kMost, 'x'));
  inbox.OnFrame(1, "y");
  inbox.OnFrame(1, "z");
  inbox.OnFrame(2, "of the next link");
  inbox.OnFrame(1, "by turns");
  inbox.OnFrame(2, "by turns");
  EXPECT_EQ(std::get<LinkInbox::Frame>(*inbox.Take()).bytes.size(), kMost);
  EXPECT_EQ(std::get<LinkInbox::Flooded>(*inbox.Take()).link, 1u);
  EXPECT_EQ(std::get<LinkInbox::Flooded>(*inbox.Take()).link, 2u);
  EXPECT_FALSE(inbox.Take().has_value());
}

TEST(LinkInboxTest, EmptyFramesAreAFloodToo) {
  LinkInbox inbox;
  constexpr size_t kMost = kMaxInboxBytes / kInboxFrameOverhead;
  for (size_t i = 0; i < kMost + 1; ++i) inbox.OnFrame(1, "");
  for (size_t i = 0; i < kMost; ++i) {
    ASSERT_TRUE(std::holds_alternative<LinkInbox::Frame>(*inbox.Take())) << i;
  }
  EXPECT_TRUE(std::holds_alternative<LinkInbox::Flooded>(*inbox.Take()));
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace fairway::replication
