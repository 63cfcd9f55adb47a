#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/replication/out_feed.h"
#include "node/replication/send_window.h"
#include "node/store/cursor_table.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// What is urgent goes before what waits, counted in records and not in seconds.
namespace fairway::replication {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::SizeIs;

constexpr size_t kBacklog = 2000;

class Lanes : public ::testing::Test {
 protected:
  Lanes() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
    EXPECT_OK(a.Apply(PermitEverything()));
    world.Settle();
  }

  void Away() {
    world.net.SetReachable(false);
    world.Settle();
  }
  void Back() { world.net.SetReachable(true); }

  exchange::Published PublishAs(model::Precedence precedence, const std::string& title) {
    model::Draft draft = SampleDraft(title);
    draft.precedence = precedence;
    return a.Publish(draft);
  }
  uint64_t NumberOf(const exchange::Published& item) {
    const std::vector<store::Release> rows = a.Releases(item.item);
    return rows.empty() ? 0 : rows.back().feed_seq;
  }
  uint64_t Numbered() {
    uint64_t last = 0;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto feed = store::GetOutFeed(txn, b.id());
      if (feed.ok() && feed->has_value()) last = (*feed)->position.last_seq;
      return feed.status();
    }));
    return last;
  }
  store::LaneCursors Cursors() {
    store::LaneCursors cursors{};
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto read = store::GetCursors(txn, b.id());
      if (read.ok()) cursors = *read;
      return read.status();
    }));
    return cursors;
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(Lanes, AFlashIsTheNextToBeNumberedBeforeABacklogOfThousands) {
  Away();
  for (size_t i = 0; i < kBacklog; ++i) {
    PublishAs(model::Precedence::kRoutine, absl::StrCat("Routine ", i));
  }
  // The flash comes while the backlog is under way: after so many batches.
  size_t batches = 0;
  uint64_t numbered_before = 0;
  uint64_t arrived_before = 0;
  exchange::Published flash;
  const std::string from_a = a.id().raw();
  bool published = false;
  std::vector<uint64_t> sent;
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
    const auto* batch = frame.ok() ? std::get_if<wire::BatchFrame>(&*frame) : nullptr;
    if (batch != nullptr && from == from_a) {
      ++batches;
      const absl::StatusOr<model::FeedBatch> feed = wire::DecodeFeedBatch(batch->batch.body);
      for (const model::FeedRecord& record : feed->records) {
        sent.push_back(record.seq);
      }
    }
    return std::vector<std::string>{bytes};
  });
  Back();
  for (size_t round = 0; round < 1'000'000 && !(published && NumberOf(flash) != 0); ++round) {
    if (!published && batches >= 5) {
      numbered_before = Numbered();
      arrived_before = sent.size();
      flash = PublishAs(model::Precedence::kFlash, "Flash");
      published = true;
    }
    a.StepAll(world.clock.Now());
    b.StepAll(world.clock.Now());
    if (!world.net.DeliverOne()) world.clock.Advance(absl::Milliseconds(50));
  }
  ASSERT_TRUE(published);
  EXPECT_LT(numbered_before, kBacklog / 2) << "the backlog was still waiting";
  EXPECT_EQ(NumberOf(flash), numbered_before + 1);
  EXPECT_LE(NumberOf(flash) - arrived_before,
            SendWindow::kMaxUnackedRecords + OutFeed::kMaxNumbered)
      << "at most what was numbered already goes before it";

  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(5));
  EXPECT_TRUE(b.Latest(flash.item).has_value());
  EXPECT_EQ(Numbered(), kBacklog + 1);
}

TEST_F(Lanes, EachLaneGoesBeforeTheSlowerOnesAndRecallBeforeAll) {
  const exchange::Published old = PublishAs(model::Precedence::kRoutine, "To be recalled");
  world.Settle();
  Away();
  const exchange::Published routine = PublishAs(model::Precedence::kRoutine, "Routine");
  const exchange::Published priority = PublishAs(model::Precedence::kPriority, "Priority");
  const exchange::Published immediate = PublishAs(model::Precedence::kImmediate, "Immediate");
  const exchange::Published flash = PublishAs(model::Precedence::kFlash, "Flash");
  a.Recall(old.item);
  Back();
  world.Run(absl::Minutes(2));
  EXPECT_EQ(NumberOf(old), 2u) << "the recall";
  EXPECT_EQ(NumberOf(flash), 3u);
  EXPECT_EQ(NumberOf(immediate), 4u);
  EXPECT_EQ(NumberOf(priority), 5u);
  EXPECT_EQ(NumberOf(routine), 6u);
}

TEST_F(Lanes, ARecallOvertakesABacklog) {
  const exchange::Published old = PublishAs(model::Precedence::kRoutine, "To be recalled");
  world.Settle();
  Away();
  for (size_t i = 0; i < 300; ++i) PublishAs(model::Precedence::kFlash, absl::StrCat(i));
  a.Recall(old.item);
  Back();
  world.Run(absl::Minutes(3));
  EXPECT_EQ(NumberOf(old), 2u);
  EXPECT_EQ(Numbered(), 302u);
}

TEST_F(Lanes, ASweepYieldsToWhatIsNewAndLiveCursorsNeverGoBack) {
  EXPECT_OK(a.Apply(R"(policy "none" version 2)"));
  std::vector<exchange::Published> old;
  for (size_t i = 0; i < 400; ++i) {
    old.push_back(PublishAs(model::Precedence::kFlash, absl::StrCat("Old ", i)));
  }
  world.Settle();
  ASSERT_EQ(Numbered(), 0u);
  EXPECT_OK(a.Apply(PermitEverything()));
  store::LaneCursors highest = Cursors();
  exchange::Published fresh;
  uint64_t before = 0;
  for (size_t round = 0; round < 1'000'000; ++round) {
    const bool busy = a.StepAll(world.clock.Now());
    const bool other = b.StepAll(world.clock.Now());
    if (before == 0 && Numbered() > 0) {
      before = Numbered();
      fresh = PublishAs(model::Precedence::kRoutine, "New");
    }
    const store::LaneCursors cursors = Cursors();
    for (size_t lane = 0; lane < cursors.size(); ++lane) {
      ASSERT_GE(cursors[lane], highest[lane]);
      highest[lane] = cursors[lane];
    }
    if (!world.net.DeliverOne() && !busy && !other) break;
  }
  world.Run(absl::Minutes(1));
  EXPECT_LT(before, 400u);
  EXPECT_EQ(NumberOf(fresh), before + 1) << "a routine item goes before a sweep of old flashes";
  EXPECT_EQ(Numbered(), 401u);
  for (const exchange::Published& item : old) EXPECT_THAT(a.Releases(item.item), SizeIs(1));
}

}  // namespace
}  // namespace fairway::replication
