// The tables that exactly-once delivery rests on: log, cursors, releases, feeds, receipts.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/model/recall.h"
#include "node/store/cursor_table.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/node_table.h"
#include "node/store/policy_table.h"
#include "node/store/receipt_table.h"
#include "node/store/release_table.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::fairway::testing::ScratchStore;
using ::fairway::testing::StatusIs;
using model::Lane;

constexpr absl::Time kDay = absl::FromUnixSeconds(1767225600);

model::AuthorityId Authority(const std::string& name) { return {crypto::Sha256(name)}; }
model::ObjectId Object(int i) { return crypto::Sha256("object " + std::to_string(i)); }
model::ItemId Item(uint8_t i) { return model::ItemId::FromRandom({i}); }
const model::AuthorityId kPeer = Authority("peer");

class FeedTablesTest : public ::testing::Test {
 protected:
  template <typename F>
  absl::Status Write(F job) {
    return store_.db().Write(job);
  }
  template <typename F>
  auto Read(F read) {
    std::optional<decltype(read(std::declval<ReadTxn&>()))> result;
    EXPECT_OK(store_.db().Read([&](ReadTxn& txn) {
      result = read(txn);
      return result->status();
    }));
    return **result;
  }

  // Releases of revisions are found through the revision.
  void StoreRevision(int object, uint8_t item) {
    StoredRevision revision;
    revision.object = Object(object);
    revision.body.item_id = Item(item);
    revision.body.revision = static_cast<uint64_t>(object);
    ASSERT_OK(Write([&](Txn& txn) { return PutRevision(txn, revision, {}).status(); }));
  }

  ScratchStore store_;
};

TEST_F(FeedTablesTest, TheLogIsWalkedByLaneAndAsAWhole) {
  const Lane lanes[] = {Lane::kRoutine, Lane::kFlash, Lane::kRoutine, Lane::kRecall, Lane::kFlash};
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK(Write([&](Txn& txn) -> absl::Status {
      auto seq = AppendToLog(txn, Object(i), lanes[i], kDay);
      EXPECT_EQ(seq.value_or(0), static_cast<uint64_t>(i + 1));
      return seq.status();
    }));
  }
  EXPECT_THAT(
      Write([&](Txn& txn) { return AppendToLog(txn, Object(0), Lane::kRoutine, kDay).status(); }),
      StatusIs(absl::StatusCode::kAlreadyExists));
  auto entries = Read([](ReadTxn& t) { return NextInLane(t, Lane::kFlash, 0, 10); });
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].seq, 2u);
  EXPECT_EQ(entries[1].object, Object(4));
  EXPECT_EQ(Read([](ReadTxn& t) { return NextInLane(t, Lane::kFlash, 2, 10); }).size(), 1u);
  EXPECT_EQ(Read([](ReadTxn& t) { return NextInLane(t, Lane::kFlash, 5, 10); }).size(), 0u);
  EXPECT_EQ(Read([](ReadTxn& t) { return NextInLane(t, Lane::kPriority, 0, 10); }).size(), 0u);
  EXPECT_EQ(Read([](ReadTxn& t) { return NextInLane(t, Lane::kRoutine, 0, 1); }).size(), 1u);
  EXPECT_EQ(Read([](ReadTxn& t) { return NextInLane(t, Lane::kRecall, 0, 9); })[0].seq, 4u);
  entries = Read([](ReadTxn& t) { return LogRange(t, 2, 4, 10); });
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[2].lane, Lane::kRecall);
  EXPECT_EQ(Read([](ReadTxn& t) { return LogEntryOf(t, Object(3)); })->seq, 4u);
  EXPECT_EQ(Read([](ReadTxn& t) { return LogEntryOf(t, Object(9)); }), std::nullopt);
  EXPECT_EQ(Read([](ReadTxn& t) { return LastLogSeq(t); }), 5u);
}

TEST_F(FeedTablesTest, ARevisionIsInTheLogOnceWhetherItWasStoredBeforeOrAfter) {
  const auto append = [&](int object) {
    return Write(
        [&](Txn& t) { return AppendToLog(t, Object(object), Lane::kFlash, kDay).status(); });
  };
  StoreRevision(1, 1);
  ASSERT_OK(append(1));
  EXPECT_THAT(append(1), StatusIs(absl::StatusCode::kAlreadyExists));
  ASSERT_OK(append(2));
  StoreRevision(2, 2);
  EXPECT_THAT(append(2), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Read([](ReadTxn& t) { return LogEntryOf(t, Object(1)); })->seq, 1u);
  EXPECT_EQ(Read([](ReadTxn& t) { return LogEntryOf(t, Object(2)); })->seq, 2u);
  // A job that is undone takes the entry out of the revision, too.
  StoreRevision(3, 3);
  EXPECT_FALSE(Write([&](Txn& t) -> absl::Status {
                 EXPECT_OK(AppendToLog(t, Object(3), Lane::kFlash, kDay));
                 return absl::AbortedError("no");
               }).ok());
  ASSERT_OK(append(3));
}

TEST_F(FeedTablesTest, ALiveCursorNeverGoesBack) {
  EXPECT_EQ(Read([](ReadTxn& t) { return GetCursors(t, kPeer); }), LaneCursors{});
  ASSERT_OK(Write([](Txn& t) { return MoveCursor(t, kPeer, Lane::kFlash, 7); }));
  ASSERT_OK(Write([](Txn& t) { return MoveCursor(t, kPeer, Lane::kFlash, 7); }));
  EXPECT_THAT(Write([](Txn& t) { return MoveCursor(t, kPeer, Lane::kFlash, 6); }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(Write([](Txn& t) { return MoveCursor(t, kPeer, Lane::kRecall, 2); }));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetCursors(t, kPeer); }), (LaneCursors{2, 7, 0, 0, 0}));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetCursors(t, Authority("x")); }), LaneCursors{});
}

TEST_F(FeedTablesTest, ASweepIsMovedAndEnds) {
  EXPECT_FALSE(Read([](ReadTxn& t) { return GetSweep(t, kPeer); }).has_value());
  ASSERT_OK(Write([](Txn& t) { return PutSweep(t, kPeer, {1, 90, "policy 3"}); }));
  ASSERT_OK(Write([](Txn& t) { return PutSweep(t, kPeer, {41, 90, "policy 3"}); }));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetSweep(t, kPeer); })->next_seq, 41u);
  ASSERT_OK(Write([](Txn& t) { return EndSweep(t, kPeer); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return GetSweep(t, kPeer); }).has_value());
}

Release ReleaseNumber(uint64_t seq, int object, uint8_t item) {
  Release release;
  release.peer = kPeer;
  release.feed_seq = seq;
  release.object = Object(object);
  release.item = Item(item);
  release.revision = 4;
  release.labels = {"body", "title"};
  release.terms.hops = 1;
  release.terms.tlp_floor = model::Tlp::kAmber;
  release.rule = "customs-alerts";
  release.because = "it is for customs";
  release.file = "policy.fpol";
  release.line = 12;
  release.policy_version = 3;
  release.peer_attributes_version = 2;
  release.profile_hash = crypto::Sha256("profile");
  release.decided_at = kDay;
  release.record_bytes = std::string("re\0cord", 7);
  release.record_hash = crypto::Sha256("record");
  return release;
}

TEST_F(FeedTablesTest, AReleaseKeepsWhatIsNeededToRepeatTheDecision) {
  const Release put = ReleaseNumber(1, 1, 1);
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, put); }));
  EXPECT_THAT(Write([&](Txn& t) { return PutRelease(t, put); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  const auto got = Read([](ReadTxn& t) { return GetRelease(t, kPeer, 1); });
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->labels, put.labels);
  EXPECT_EQ(got->terms, put.terms);
  EXPECT_EQ(got->rule, put.rule);
  EXPECT_EQ(got->because, put.because);
  EXPECT_EQ(got->file, put.file);
  EXPECT_EQ(got->line, 12);
  EXPECT_EQ(got->policy_version, 3u);
  EXPECT_EQ(got->peer_attributes_version, 2u);
  EXPECT_EQ(got->profile_hash, put.profile_hash);
  EXPECT_EQ(got->decided_at, kDay);
  EXPECT_EQ(got->record_bytes, put.record_bytes);
  EXPECT_EQ(got->record_hash, put.record_hash);
  EXPECT_EQ(got->item, put.item);
  EXPECT_EQ(got->revision, 4u);
  EXPECT_EQ(got->op, model::Op::kPut);
  EXPECT_EQ(got->state, ReleaseState::kSent);
}

TEST_F(FeedTablesTest, ReleasesAreFoundByNumberObjectAndItem) {
  for (const Release& release :
       {ReleaseNumber(1, 1, 1), ReleaseNumber(2, 2, 2), ReleaseNumber(3, 3, 1)}) {
    ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, release); }));
  }
  StoreRevision(1, 1);
  StoreRevision(2, 2);
  StoreRevision(3, 1);
  Release recall = ReleaseNumber(4, 40, 1);
  recall.op = model::Op::kRecall;
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, recall); }));
  const auto window = Read([](ReadTxn& t) { return ReleasesFrom(t, kPeer, 2, 10); });
  ASSERT_EQ(window.size(), 3u);
  EXPECT_EQ(window[0].feed_seq, 2u);
  EXPECT_EQ(Read([](ReadTxn& t) { return ReleasesFrom(t, kPeer, 1, 1); }).size(), 1u);
  const model::AuthorityId origin;  // of what StoreRevision stores
  const auto latest = [&](const model::AuthorityId& of) {
    return Read([&](ReadTxn& t) { return LatestReleaseOfItem(t, kPeer, of, Item(1)); });
  };
  EXPECT_EQ(latest(origin)->feed_seq, 3u) << "a recall is no release of a revision";
  EXPECT_FALSE(latest(Authority("x")).has_value()) << "another author's item of that id";
  EXPECT_EQ(Read([](ReadTxn& t) { return LatestReleaseOf(t, kPeer, Object(1)); })->feed_seq, 1u);
  EXPECT_EQ(Read([](ReadTxn& t) { return LatestReleaseOf(t, kPeer, Object(40)); })->feed_seq, 4u);
  EXPECT_EQ(Read([](ReadTxn& t) { return ReleasesOfItem(t, Item(1)); }).size(), 3u);
  EXPECT_TRUE(Read([](ReadTxn& t) { return IsReleased(t, kPeer, Object(1)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return IsReleased(t, kPeer, Object(9)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return IsReleased(t, Authority("x"), Object(1)); }));
}

TEST_F(FeedTablesTest, WhomARecallIsForIsToldFromWhatWasNumbered) {
  const model::AuthorityId origin;
  StoreRevision(1, 1);
  StoreRevision(2, 1);
  Release first = ReleaseNumber(1, 1, 1);
  first.revision = 1;
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, first); }));
  const auto was_numbered = [&](const model::AuthorityId& peer, const model::AuthorityId& of,
                                uint64_t through) {
    return Read([&](ReadTxn& t) { return WasNumbered(t, peer, of, Item(1), through); });
  };
  EXPECT_TRUE(was_numbered(kPeer, origin, 1));
  EXPECT_TRUE(was_numbered(kPeer, origin, model::kEveryRevision));
  EXPECT_FALSE(was_numbered(kPeer, origin, 0));
  EXPECT_FALSE(was_numbered(Authority("x"), origin, 1));
  EXPECT_FALSE(was_numbered(kPeer, Authority("x"), 1)) << "another author's item of that id";
  EXPECT_TRUE(Read([](ReadTxn& t) { return FollowsNumbered(t, kPeer, Object(2)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return FollowsNumbered(t, kPeer, Object(1)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return FollowsNumbered(t, kPeer, Object(7)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return FollowsNumbered(t, Authority("x"), Object(2)); }));

  Release recall = ReleaseNumber(2, 40, 1);
  recall.op = model::Op::kRecall;
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, recall); }));
  EXPECT_TRUE(Read([](ReadTxn& t) { return RecallUnderWay(t, kPeer, 1); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return RecallUnderWay(t, kPeer, 2); }));
}

TEST_F(FeedTablesTest, WhatWasReleasedOfAnObjectIsTheUnionOfItsNumbers) {
  StoreRevision(1, 1);
  const auto labels = [&] {
    return Read([](ReadTxn& t) { return ReleasedLabels(t, kPeer, Object(1)); });
  };
  EXPECT_FALSE(labels().has_value());
  Release second = ReleaseNumber(2, 1, 1);
  second.labels = {"grading", "title"};
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, ReleaseNumber(1, 1, 1)); }));
  ASSERT_OK(Write([&](Txn& t) { return PutRelease(t, second); }));
  EXPECT_EQ(labels(), (std::vector<std::string>{"body", "grading", "title"}));
  ASSERT_OK(Write([](Txn& t) { return SetReleaseState(t, kPeer, 2, ReleaseState::kNoContent); }));
  EXPECT_EQ(labels(), (std::vector<std::string>{"body", "title"}));
}

TEST_F(FeedTablesTest, TheFirstReceiptOfARecordCountsAndContentHeldBackIsNotReleased) {
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    StoreRevision(static_cast<int>(seq), 1);
    ASSERT_OK(
        Write([&](Txn& t) { return PutRelease(t, ReleaseNumber(seq, static_cast<int>(seq), 1)); }));
  }
  const auto mark = [&](std::vector<model::Receipt::Entry> entries) {
    return Write([&](Txn& t) { return MarkReleases(t, kPeer, entries); });
  };
  EXPECT_THAT(mark({{1, model::Outcome::kStored, ""}, {4, model::Outcome::kStored, ""}}),
              StatusIs(absl::StatusCode::kNotFound));
  const auto state = [&](uint64_t seq) {
    return Read([&](ReadTxn& t) { return GetRelease(t, kPeer, seq); })->state;
  };
  EXPECT_EQ(state(1), ReleaseState::kSent);
  ASSERT_OK(mark({{1, model::Outcome::kStored, ""},
                  {2, model::Outcome::kRefused, "FW-X"},
                  {3, model::Outcome::kNoContent, "held"}}));
  ASSERT_OK(mark({{1, model::Outcome::kRefused, "later"}}));
  EXPECT_EQ(state(1), ReleaseState::kDelivered);
  EXPECT_EQ(state(2), ReleaseState::kRefused);
  EXPECT_EQ(state(3), ReleaseState::kNoContent);
  EXPECT_EQ(Read([](ReadTxn& t) { return GetRelease(t, kPeer, 2); })->code, "FW-X");
  EXPECT_TRUE(Read([](ReadTxn& t) { return IsReleased(t, kPeer, Object(2)); }));
  EXPECT_FALSE(Read([](ReadTxn& t) { return IsReleased(t, kPeer, Object(3)); }));
  EXPECT_EQ(Read([](ReadTxn& t) { return CountWithoutContent(t, kPeer, Object(3)); }), 1u);
  EXPECT_EQ(Read([](ReadTxn& t) { return CountWithoutContent(t, kPeer, Object(2)); }), 0u);
  ASSERT_OK(Write([](Txn& t) { return SetReleaseState(t, kPeer, 3, ReleaseState::kSent); }));
  EXPECT_TRUE(Read([](ReadTxn& t) { return IsReleased(t, kPeer, Object(3)); }));
}

TEST_F(FeedTablesTest, AnOutFeedHasNoGapAndIsAcknowledgedForward) {
  const std::string id(model::kFeedIdBytes, 'f');
  const auto advance = [&](uint64_t seq) {
    return Write([&](Txn& t) { return AdvanceOutFeed(t, kPeer, seq, Object(9)); });
  };
  const auto ack = [&](uint64_t seq) {
    return Write([&](Txn& t) { return AckOutFeed(t, kPeer, seq); });
  };
  EXPECT_FALSE(advance(1).ok());
  for (const size_t size : {model::kFeedIdBytes - 1, model::kFeedIdBytes + 1}) {
    EXPECT_FALSE(
        Write([&](Txn& t) { return StartOutFeed(t, kPeer, std::string(size, 'f')); }).ok());
  }
  ASSERT_OK(Write([&](Txn& t) { return StartOutFeed(t, kPeer, id); }));
  EXPECT_THAT(Write([&](Txn& t) { return StartOutFeed(t, kPeer, std::string(16, 'g')); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Write([&](Txn& t) { return StartOutFeed(t, Authority("x"), id); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(advance(2), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(advance(1));
  EXPECT_THAT(advance(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(advance(2));
  EXPECT_THAT(ack(3), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(ack(2));
  ASSERT_OK(ack(1));
  const auto feed = Read([](ReadTxn& t) { return GetOutFeed(t, kPeer); });
  EXPECT_EQ(feed->position, (model::FeedPosition{id, 2, Object(9)}));
  EXPECT_EQ(feed->acked_seq, 2u);
}

TEST_F(FeedTablesTest, AnInFeedTakesEachRecordOnceAndInOrder) {
  const std::string id(model::kFeedIdBytes, 'f');
  const auto append = [&](uint64_t seq) {
    return Write([&](Txn& t) {
      return AppendInRecord(
          t, kPeer, {seq, Object(7), Object(8), model::Outcome::kQuarantined, "FW-Y", kDay});
    });
  };
  EXPECT_THAT(append(1), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(Write([&](Txn& t) { return StartInFeed(t, kPeer, id); }));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetInFeed(t, kPeer); })->last_hash, crypto::Digest());
  EXPECT_THAT(append(2), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(append(1));
  EXPECT_THAT(append(1), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(*Read([](ReadTxn& t) { return GetInFeed(t, kPeer); }),
            (model::FeedPosition{id, 1, Object(7)}));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetInRecord(t, kPeer, 1); })->code, "FW-Y");
  ASSERT_OK(Write([](Txn& t) { return SetInOutcome(t, kPeer, 1, model::Outcome::kStored, ""); }));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetInRecord(t, kPeer, 1); })->outcome,
            model::Outcome::kStored);
  EXPECT_FALSE(Read([](ReadTxn& t) { return GetInRecord(t, kPeer, 2); }).has_value());
  EXPECT_THAT(Write([](Txn& t) { return SetInOutcome(t, kPeer, 2, model::Outcome::kStored, ""); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(FeedTablesTest, AReceiptIsKeptOnceAndFoundByRecord) {
  const auto put = [&](uint64_t first, uint64_t last, const std::string& bytes) {
    return Write([&](Txn& t) {
      return PutReceipt(t, {kPeer, ReceiptSide::kTheirs, first, last, bytes, kDay});
    });
  };
  ASSERT_OK(put(1, 4, "one"));
  ASSERT_OK(put(1, 4, "one"));
  ASSERT_OK(put(5, 5, "two"));
  EXPECT_EQ(Read([](ReadTxn& t) { return ReceiptsOf(t, kPeer, ReceiptSide::kTheirs, 10); }).size(),
            2u);
  const auto find = [&](ReceiptSide side, uint64_t seq) {
    return Read([&](ReadTxn& t) { return ReceiptFor(t, kPeer, side, seq); });
  };
  EXPECT_EQ(find(ReceiptSide::kTheirs, 4)->signed_bytes, "one");
  EXPECT_EQ(find(ReceiptSide::kTheirs, 5)->signed_bytes, "two");
  EXPECT_FALSE(find(ReceiptSide::kTheirs, 6).has_value());
  EXPECT_FALSE(find(ReceiptSide::kOurs, 4).has_value());
}

TEST_F(FeedTablesTest, PoliciesAreNumberedAndTheLastIsActive) {
  EXPECT_FALSE(Read([](ReadTxn& t) { return ActivePolicyRow(t); }).has_value());
  for (const char* text : {"one", "two"}) {
    ASSERT_OK(Write([&](Txn& t) {
      return AppendPolicy(t, {0, "p.fpol", text, {}, "profile", {}, kDay, "amina"}).status();
    }));
  }
  const auto active = Read([](ReadTxn& t) { return ActivePolicyRow(t); });
  EXPECT_EQ(active->number, 2u);
  EXPECT_EQ(active->text, "two");
  EXPECT_EQ(active->text_hash, crypto::Sha256("two"));
  EXPECT_EQ(active->profile_hash, crypto::Sha256("profile"));
  EXPECT_EQ(Read([](ReadTxn& t) { return GetPolicy(t, 1); })->text, "one");
  EXPECT_EQ(Read([](ReadTxn& t) { return PolicyHistory(t, 10); })[0].number, 2u);
}

TEST_F(FeedTablesTest, TheNodeIsMadeOnceAndCountsItsStarts) {
  EXPECT_THAT(Write([](Txn& t) { return CountBoot(t).status(); }),
              StatusIs(absl::StatusCode::kNotFound));
  const NodeRow row{Authority("us"), "node-1", 5, 0, kDay};
  ASSERT_OK(Write([&](Txn& t) { return PutNode(t, row); }));
  EXPECT_THAT(Write([&](Txn& t) { return PutNode(t, row); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  for (uint64_t boot = 1; boot <= 3; ++boot) {
    ASSERT_OK(Write([&](Txn& t) {
      EXPECT_EQ(*CountBoot(t), boot);
      return absl::OkStatus();
    }));
  }
  ASSERT_OK(Write([](Txn& t) { return SetIncarnation(t, 6); }));
  const auto node = Read([](ReadTxn& t) { return GetNode(t); });
  EXPECT_EQ(node->authority, Authority("us"));
  EXPECT_EQ(node->name, "node-1");
  EXPECT_EQ(node->incarnation, 6u);
  EXPECT_EQ(node->boots, 3u);
  ASSERT_OK(Write([](Txn& t) {
    return PutSecret(t, "item", crypto::SecretBytes::CopyOf(std::string("s\0x", 3)));
  }));
  ASSERT_OK(store_.db().Read([](ReadTxn& t) {
    EXPECT_EQ(GetSecret(t, "item")->view(), std::string_view("s\0x", 3));
    EXPECT_THAT(GetSecret(t, "node"), StatusIs(absl::StatusCode::kNotFound));
    return absl::OkStatus();
  }));
}

TEST_F(FeedTablesTest, ANumberThatSqliteCannotHoldIsRefused) {
  EXPECT_OK(Write([](Txn& t) { return MoveCursor(t, kPeer, Lane::kFlash, INT64_MAX); }));
  EXPECT_THAT(Write([](Txn& t) {
                return MoveCursor(t, Authority("x"), Lane::kFlash, uint64_t{INT64_MAX} + 1);
              }),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fairway::store
