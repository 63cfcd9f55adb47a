#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/envelope.h"
#include "node/replication/recall_waits.h"
#include "node/replication/send_window.h"
#include "node/store/cursor_table.h"
#include "node/store/feed_table.h"
#include "node/store/statement.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// What is recalled goes from everybody who was ever numbered it, and from nobody else is anything
// asked.
namespace fairway::replication {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPermitNothing[] = R"(policy "none" version 2)";

class RecallLane : public ::testing::Test {
 protected:
  RecallLane() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
    EXPECT_OK(a.Apply(PermitEverything()));
  }

  exchange::Published Delivered(const std::string& title) {
    const exchange::Published item = a.Publish(SampleDraft(title));
    world.Settle();
    EXPECT_TRUE(b.Text(item.item, "title").has_value());
    return item;
  }
  static bool IsGoneFrom(TestNode& node, const exchange::Published& item) {
    const auto latest = node.Latest(item.item);
    return node.Labels(item.item).empty() &&
           (!latest.has_value() || latest->state == store::RevisionState::kRecalled);
  }
  // Records that travel from `from` to `to`, by operation.
  void CountRecords(const TestNode& from, const TestNode& to) {
    world.net.SetFilter(
        [this, from = from.id().raw(), to = to.id().raw()](
            const std::string& sender, const std::string& receiver, const std::string& bytes) {
          const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
          const auto* batch = frame.ok() ? std::get_if<wire::BatchFrame>(&*frame) : nullptr;
          if (batch != nullptr && sender == from && receiver == to) {
            const absl::StatusOr<model::FeedBatch> feed = wire::DecodeFeedBatch(batch->batch.body);
            for (const model::FeedRecord& record : feed->records) {
              ++(record.op == model::Op::kRecall ? recalls_ : puts_);
            }
            contents_ += batch->renditions.size();
          }
          return std::vector<std::string>{bytes};
        });
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  size_t recalls_ = 0;
  size_t puts_ = 0;
  size_t contents_ = 0;
};

TEST_F(RecallLane, ARecallIsConfirmedByASignedReceipt) {
  const exchange::Published item = Delivered("Wrong container");
  const absl::Time recalled_at = world.clock.Now();
  const exchange::Recalled recalled = a.Recall(item.item);
  EXPECT_THAT(recalled.peers, ::testing::ElementsAre("dar-customs"));
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  const exchange::PeerCopy copy = a.Where(item.item, b);
  EXPECT_EQ(copy.state, "recalled");
  EXPECT_EQ(copy.recall_since, recalled_at);
  EXPECT_GE(copy.recall_confirmed, recalled_at);
  EXPECT_LT(copy.recall_confirmed, absl::InfiniteFuture());
  EXPECT_EQ(copy.rule, exchange::kRuleRecall);
}

TEST_F(RecallLane, ItReachesAPeerThatWasAwayAndWhereSaysSinceWhenItWaits) {
  const exchange::Published item = Delivered("Wrong container");
  world.net.SetReachable(false);
  world.Settle();
  const absl::Time recalled_at = world.clock.Now();
  a.Recall(item.item);
  world.Run(absl::Hours(1));
  EXPECT_EQ(a.Where(item.item, b).state, "recall-waiting");
  EXPECT_EQ(a.Where(item.item, b).recall_since, recalled_at);
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("link"));
  EXPECT_FALSE(IsGoneFrom(b, item));
  world.net.SetReachable(true);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
  EXPECT_GT(a.Where(item.item, b).recall_confirmed, recalled_at + absl::Hours(1));
}

TEST_F(RecallLane, ALostBatchIsSentAgainAfterARestart) {
  const exchange::Published item = Delivered("Wrong container");
  world.net.SetFilter([](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    return batch ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  a.Recall(item.item);
  world.Settle();
  EXPECT_EQ(a.Where(item.item, b).state, "recall-sent");
  world.net.SetFilter(nullptr);
  a.Close();
  a.Open();
  b.Close();
  b.Open();
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
  EXPECT_THAT(a.Releases(item.item), SizeIs(2)) << "one number for the item, one for its recall";
}

TEST_F(RecallLane, NoPolicyIsAsked) {
  const exchange::Published item = Delivered("Wrong container");
  EXPECT_OK(a.Apply(kPermitNothing));
  world.Settle();
  a.Recall(item.item);
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
}

TEST_F(RecallLane, WhoNeverHadTheItemHearsNothingOfIt) {
  EXPECT_OK(a.Apply(kPermitNothing));
  const exchange::Published item = a.Publish(SampleDraft("Never left"));
  world.Settle();
  CountRecords(a, b);
  a.Recall(item.item);
  world.Run(absl::Minutes(5));
  EXPECT_EQ(recalls_ + puts_, 0u);
  EXPECT_THAT(a.Releases(item.item), IsEmpty());
  EXPECT_EQ(a.Where(item.item, b).state, "withheld");
  EXPECT_EQ(a.Where(item.item, b).rule, exchange::kRuleState);
}

TEST_F(RecallLane, ANewPolicyAfterwardsBringsNothingBack) {
  const exchange::Published item = Delivered("Wrong container");
  a.Recall(item.item);
  world.Settle();
  EXPECT_OK(a.Apply(kPermitNothing));
  world.Settle();
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_THAT(a.Releases(item.item), SizeIs(2));
}

TEST_F(RecallLane, ASuspendedPeerGetsTheRecallAndNothingElse) {
  const exchange::Published item = Delivered("Wrong container");
  a.SetState(b, model::PeerState::kSuspended);
  world.Run(absl::Seconds(2));
  EXPECT_FALSE(a.StatusOf(b).connected) << "no recall waits: the peering has no link";
  EXPECT_OK(b.Apply(PermitEverything()));
  const exchange::Published from_b = b.Publish(SampleDraft("From the suspended one"));
  const exchange::Published later = a.Publish(SampleDraft("Not for the suspended one"));
  world.Run(absl::Minutes(2));

  CountRecords(a, b);
  a.Recall(item.item);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
  EXPECT_EQ(recalls_, 1u);
  EXPECT_EQ(puts_, 0u);
  EXPECT_FALSE(a.Latest(from_b.item).has_value()) << "and it gives nothing";
  EXPECT_FALSE(b.Latest(later.item).has_value());
  EXPECT_FALSE(a.StatusOf(b).connected) << "none waits any more";
  EXPECT_FALSE(b.StatusOf(a).connected);

  a.SetState(b, model::PeerState::kActive);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(a.Latest(from_b.item).has_value());
  EXPECT_TRUE(b.Latest(later.item).has_value());
}

TEST_F(RecallLane, WhatWasNumberedBeforeTheSuspensionGoesWithoutItsContent) {
  const exchange::Published item = Delivered("Wrong container");
  world.net.SetFilter([](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    return batch ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  const exchange::Published under_way = a.Publish(SampleDraft("Under way"));
  world.Settle();
  a.SetState(b, model::PeerState::kQuarantined);
  a.Recall(item.item);
  CountRecords(a, b);
  world.net.BreakAllLinks();
  world.Run(absl::Minutes(3));
  EXPECT_EQ(contents_, 1u) << "the statement";
  EXPECT_FALSE(b.Latest(under_way.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
}

TEST_F(RecallLane, APeerThatRefusesIsShownWithItsCode) {
  const exchange::Published item = Delivered("Wrong container");
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
    auto* sent = frame.ok() ? std::get_if<wire::ReceiptFrame>(&*frame) : nullptr;
    if (sent == nullptr || from != b.id().raw()) return std::vector<std::string>{bytes};
    absl::StatusOr<model::Receipt> receipt = wire::DecodeReceipt(sent->receipt.body);
    receipt->entries.back().outcome = model::Outcome::kRefused;
    receipt->entries.back().code = "FW-RCV-020";
    sent->receipt = crypto::Seal(crypto::kTypeReceipt, wire::EncodeReceipt(*receipt), b.node_key());
    return std::vector<std::string>{wire::EncodeFrame(*sent)};
  });
  a.Recall(item.item);
  world.Settle();
  const exchange::PeerCopy copy = a.Where(item.item, b);
  EXPECT_EQ(copy.state, "recall-refused");
  EXPECT_EQ(copy.code, "FW-RCV-020");
  EXPECT_EQ(copy.recall_confirmed, absl::InfinitePast());
}

TEST_F(RecallLane, ARemovedPeerIsShownAsOneThatStillHasIt) {
  const exchange::Published item = Delivered("Wrong container");
  a.SetState(b, model::PeerState::kRemoved);
  a.Recall(item.item);
  world.Run(absl::Minutes(1));
  EXPECT_EQ(a.Where(item.item, b).state, "recall-waiting");
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("removed"));
  EXPECT_FALSE(IsGoneFrom(b, item));
}

TEST_F(RecallLane, ACorrectionIsFollowedByTheNextRevision) {
  const exchange::Published item = Delivered("Wrong container");
  a.Recall(item.item, model::RecallGrade::kCorrect);
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  a.Revise(item.item, SampleDraft("Right container"));
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "title"), "Right container");
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");
}

TEST_F(RecallLane, WhatIsNumberedAndRecalledBeforeItWentGoesWithoutContent) {
  world.net.SetFilter([](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    return batch ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  const exchange::Published item = a.Publish(SampleDraft("Too fast"));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  a.Recall(item.item);
  world.Settle();
  CountRecords(a, b);
  world.net.BreakAllLinks();
  world.Run(absl::Minutes(3));
  EXPECT_EQ(contents_, 1u) << "the statement";
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
}

TEST_F(RecallLane, ItIsHeardWhileThePolicyOfTheRecipientCannotBeLoaded) {
  EXPECT_OK(b.Apply(PermitEverything()));
  const exchange::Published item = Delivered("Wrong container");
  EXPECT_OK(b.db().Write([](store::Txn& txn) {
    return store::Statement(txn, "UPDATE policy SET text = 'no policy'").Run();
  }));
  b.SetAttributes(a, model::PeerAttributes());  // has it loaded again
  world.Run(absl::Seconds(2));
  const exchange::Published next = a.Publish(SampleDraft("Nobody can say whether it may come in"));
  world.Run(absl::Seconds(2));
  a.Recall(item.item);
  world.Run(absl::Minutes(1));
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_FALSE(b.Latest(next.item).has_value());

  EXPECT_OK(b.Apply(PermitEverything()));
  world.Run(absl::Minutes(5));
  EXPECT_TRUE(b.Latest(next.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).state, "recalled");
}

// As a peer whose disk is full.
class NoReceipts : public RecallLane {
 protected:
  // Fills the window with records that have no receipt, on a link that is known to be fast.
  void FillWindow() {
    for (int i = 0; i < 600; ++i) a.Publish(SampleDraft("Taken"));
    world.Settle();
    Drop([](const wire::Frame& frame, bool from_b) {
      return from_b && std::holds_alternative<wire::ReceiptFrame>(frame);
    });
    for (size_t i = 0; i < SendWindow::kMaxUnackedRecords + 50; ++i) {
      last_ = a.Publish(SampleDraft("Waits"));
    }
    world.Settle();
    ASSERT_EQ(Unacked(), SendWindow::kMaxUnackedRecords);
  }
  void Drop(std::function<bool(const wire::Frame&, bool from_b)> drop) {
    world.net.SetFilter(
        [this, drop](const std::string& from, const std::string&, const std::string& bytes) {
          const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
          const bool gone = frame.ok() && drop(*frame, from == b.id().raw());
          return gone ? std::vector<std::string>{} : std::vector<std::string>{bytes};
        });
  }
  uint64_t Unacked() {
    uint64_t unacked = 0;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto feed = store::GetOutFeed(txn, b.id());
      if (feed.ok() && feed->has_value()) {
        unacked = (*feed)->position.last_seq - (*feed)->acked_seq;
      }
      return feed.status();
    }));
    return unacked;
  }

  exchange::Published last_;
};

TEST_F(NoReceipts, ARecallDoesNotWaitBehindAFullWindow) {
  const exchange::Published item = Delivered("Wrong container");
  ASSERT_NO_FATAL_FAILURE(FillWindow());
  a.Recall(item.item);
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_EQ(Unacked(), SendWindow::kMaxUnackedRecords + 1) << "and nothing else goes beyond it";
}

TEST_F(NoReceipts, NorOnTheNextLinkIfItWasLostOnTheOneBefore) {
  const exchange::Published item = Delivered("Wrong container");
  ASSERT_NO_FATAL_FAILURE(FillWindow());
  const auto is_batch_or_receipt = [](const wire::Frame& frame, bool) {
    return std::holds_alternative<wire::BatchFrame>(frame) ||
           std::holds_alternative<wire::ReceiptFrame>(frame);
  };
  Drop(is_batch_or_receipt);
  a.Recall(item.item);
  world.Settle();
  ASSERT_FALSE(IsGoneFrom(b, item));
  Drop([](const wire::Frame& frame, bool from_b) {
    return from_b && std::holds_alternative<wire::ReceiptFrame>(frame);
  });
  world.net.BreakAllLinks();
  world.Run(absl::Seconds(20));
  EXPECT_TRUE(IsGoneFrom(b, item));
}

TEST_F(RecallLane, ASuspendedPeerIsNotWalkedToPastTheRecallsOfOthers) {
  const exchange::Published item = Delivered("Wrong container");
  EXPECT_OK(a.Apply(kPermitNothing));
  world.Settle();
  a.SetState(b, model::PeerState::kSuspended);
  world.Run(absl::Seconds(2));
  const auto cursor = [&] {
    uint64_t at = 0;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto cursors = store::GetCursors(txn, b.id());
      if (cursors.ok()) at = (*cursors)[static_cast<size_t>(model::Lane::kRecall)];
      return cursors.status();
    }));
    return at;
  };
  uint64_t last = 0;
  for (size_t i = 0; i < kPassAtLeast; ++i) {
    const exchange::Published other = a.Publish(SampleDraft("Never left"));
    a.Recall(other.item);
    last = a.Recalls(a.id(), other.item).back().log_seq;
  }
  world.Run(absl::Seconds(2));
  EXPECT_EQ(cursor(), last);
  EXPECT_FALSE(a.StatusOf(b).connected);
  a.Recall(item.item);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(IsGoneFrom(b, item)) << "its own is not passed";
}

// A revision that leaves out who had the one before.
class Narrowing : public RecallLane {
 protected:
  Narrowing() : c(world.Add("zanzibar-port", "TZ")) { world.Pair(a, c); }

  static model::Draft Without(const std::string& peer) {
    model::Draft draft = SampleDraft("For fewer");
    if (!peer.empty()) draft.not_releasable_to = {peer};
    return draft;
  }

  TestNode& c;
};

TEST_F(Narrowing, ItIsARecallForWhomItLeavesOutAndARevisionForTheOthers) {
  const exchange::Published item = a.Publish(SampleDraft("For all"));
  world.Settle();
  ASSERT_TRUE(c.Latest(item.item).has_value());
  CountRecords(a, c);
  a.Revise(item.item, Without("zanzibar-port"));
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "title"), "For fewer");
  EXPECT_TRUE(IsGoneFrom(c, item));
  EXPECT_EQ(recalls_, 1u);
  EXPECT_EQ(puts_, 0u);
  EXPECT_EQ(a.Where(item.item, c).state, "recalled");
  EXPECT_THAT(a.Where(item.item, c).because, HasSubstr("P4"));
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");

  // Once; and the next revision that lets it in again goes there.
  a.Revise(item.item, Without("zanzibar-port"));
  world.Run(absl::Hours(25));
  a.Revise(item.item, Without(""));
  world.Settle();
  EXPECT_EQ(c.Text(item.item, "title"), "For fewer");
  EXPECT_EQ(a.Where(item.item, c).state, "delivered");
}

TEST_F(Narrowing, WhomItLeftOutHearsNothingOfTheRevisionsAfterThat) {
  const exchange::Published item = a.Publish(SampleDraft("For all"));
  world.Settle();
  ASSERT_TRUE(c.Latest(item.item).has_value());
  CountRecords(a, c);
  for (int revision = 2; revision <= 4; ++revision) {
    a.Revise(item.item, Without("zanzibar-port"));
    world.Settle();
  }
  EXPECT_EQ(b.Latest(item.item)->body.revision, 4u);
  EXPECT_EQ(recalls_, 1u) << "it has nothing left of the item";
  EXPECT_EQ(a.Where(item.item, c).state, "recalled");

  // Let in again it has something again, and is told when that ends.
  a.Revise(item.item, Without(""));
  world.Settle();
  ASSERT_EQ(c.Text(item.item, "title"), "For fewer");
  a.Revise(item.item, Without("zanzibar-port"));
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(c, item));
  EXPECT_EQ(recalls_, 2u);
}

TEST_F(Narrowing, WhereSaysThatASuspendedOrRemovedPeerStillHasWhatItShouldNot) {
  const exchange::Published item = a.Publish(SampleDraft("For all"));
  const exchange::Published still = a.Publish(SampleDraft("For all"));
  world.Settle();
  ASSERT_TRUE(c.Latest(item.item).has_value());
  a.SetState(c, model::PeerState::kSuspended);
  a.Revise(item.item, Without("zanzibar-port"));
  a.Revise(still.item, Without(""));
  world.Run(absl::Minutes(1));
  ASSERT_FALSE(IsGoneFrom(c, item));
  EXPECT_EQ(a.Where(item.item, c).state, "recall-waiting");
  EXPECT_EQ(a.Where(item.item, c).rule, exchange::kRuleNarrowed);
  EXPECT_THAT(a.Where(item.item, c).because, HasSubstr("active again"));
  EXPECT_EQ(a.Where(still.item, c).state, "withheld") << "it may have the next one as well";

  a.SetState(c, model::PeerState::kRemoved);
  EXPECT_EQ(a.Where(item.item, c).state, "recall-waiting");
  EXPECT_THAT(a.Where(item.item, c).because, HasSubstr("removed"));

  a.SetState(c, model::PeerState::kActive);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(IsGoneFrom(c, item));
  EXPECT_EQ(a.Where(item.item, c).state, "recalled");
}

TEST_F(Narrowing, ASweepDoesNotSayItTwice) {
  const exchange::Published item = a.Publish(SampleDraft("For all"));
  world.Settle();
  a.Revise(item.item, Without("zanzibar-port"));
  world.Settle();
  const size_t before = a.Releases(item.item).size();
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Run(absl::Hours(49));
  EXPECT_EQ(a.Releases(item.item).size(), before);
}

TEST_F(Narrowing, AnotherAuthorsItemOfThatIdStays) {
  // C has an item of its own that says the id of A's; B holds both.
  world.Pair(c, b);
  EXPECT_OK(c.Apply(PermitEverything()));
  const exchange::Published of_a = Delivered("By A");
  const exchange::Published of_c = c.Publish(SampleDraft("By C"));
  world.Settle();
  a.Recall(of_a.item);
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, of_a));
  EXPECT_EQ(b.Text(of_c.item, "title"), "By C");
}

TEST_F(Narrowing, ItGoesOnToWhomTheExcludedOnePassedItTo) {
  // A -> B -> D; then A leaves B out, and B did pass the first revision on.
  TestNode& d = world.Add("durban-port", "ZA");
  world.Pair(b, d);
  EXPECT_OK(b.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For all");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(d.Latest(item.item).has_value());
  draft.not_releasable_to = {"dar-customs"};
  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_TRUE(IsGoneFrom(b, item));
  EXPECT_TRUE(IsGoneFrom(d, item));
  EXPECT_EQ(b.Where(item.item, d).state, "recalled");
}

TEST_F(Narrowing, WhoeverHandsARevisionOnRecallsForThoseItLeavesOut) {
  // A -> B -> D; the second revision is for B, but not to be passed on.
  TestNode& d = world.Add("durban-port", "ZA");
  world.Pair(b, d);
  EXPECT_OK(b.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For all");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(d.Latest(item.item).has_value());
  draft.title = "For B";
  draft.onward = model::Onward::kNone;
  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "title"), "For B");
  EXPECT_TRUE(IsGoneFrom(d, item));
  EXPECT_EQ(b.Where(item.item, d).state, "recalled");
}

TEST_F(Narrowing, ARecallFollowsTheItemOverTwoHops) {
  TestNode& d = world.Add("durban-port", "ZA");
  world.Pair(b, d);
  EXPECT_OK(b.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For all");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(d.Latest(item.item).has_value());
  a.Recall(item.item, model::RecallGrade::kPurge);
  world.Settle();
  for (TestNode* node : {&a, &b, &c, &d}) EXPECT_TRUE(IsGoneFrom(*node, item)) << node->name();
  EXPECT_EQ(b.Where(item.item, d).state, "recalled");
}

}  // namespace
}  // namespace fairway::replication
