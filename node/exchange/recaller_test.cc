#include "node/exchange/recaller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/envelope.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/recall_table.h"
#include "node/wire/recall_codec.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class RecallerTest : public ::testing::Test {
 protected:
  RecallerTest() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {}

  RecallOrder Order(const Published& item, model::RecallGrade grade) {
    return {.origin = a.id(),
            .item = item.item,
            .grade = grade,
            .reason = model::RecallReason::kSourceProtection,
            .note = "telephoned by the harbour master"};
  }
  absl::StatusOr<Recalled> Recall(const RecallOrder& order) {
    return a.recaller().Recall(TestNode::Officer(), order);
  }
  absl::StatusOr<Published> Revise(const Published& item) {
    return a.publisher().Revise(TestNode::Officer(), a.id(), item.item, SampleDraft("Again"));
  }
  std::vector<store::LogEntry> RecallLane() {
    std::vector<store::LogEntry> entries;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto found = store::NextInLane(txn, model::Lane::kRecall, 0, 100);
      if (found.ok()) entries = *found;
      return found.status();
    }));
    return entries;
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(RecallerTest, AWithdrawIsOneStatementOneLogEntryAndOneLeafAndKeepsTheOwnCopy) {
  const Published item = a.Publish(SampleDraft("Broken seals"));
  ASSERT_OK_AND_ASSIGN(const Recalled recalled, Recall(Order(item, model::RecallGrade::kWithdraw)));
  EXPECT_EQ(recalled.ref, item.ref);
  EXPECT_EQ(recalled.through, model::kEveryRevision);
  EXPECT_THAT(recalled.peers, IsEmpty());

  const auto rows = a.Recalls(a.id(), item.item);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].object, recalled.statement);
  EXPECT_EQ(rows[0].by_user, "otto");
  EXPECT_EQ(rows[0].note, "telephoned by the harbour master");
  EXPECT_EQ(rows[0].received_from, std::nullopt);
  const auto lane = RecallLane();
  ASSERT_THAT(lane, SizeIs(1));
  EXPECT_EQ(lane[0].object, recalled.statement);
  EXPECT_EQ(rows[0].log_seq, lane[0].seq);

  const auto leaves = a.EventsOf(audit::EventKind::kItemRecalled);
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].actor, "otto");
  EXPECT_EQ(leaves[0].role, "officer");
  EXPECT_EQ(leaves[0].reason, "source-protection");
  EXPECT_THAT(leaves[0].objects, ElementsAre(item.ref, crypto::Hex(recalled.statement.view())));
  EXPECT_THAT(leaves[0].detail, Contains(Pair("grade", "withdraw")));

  EXPECT_EQ(a.Latest(item.item)->state, store::RevisionState::kRecalled);
  EXPECT_FALSE(a.Latest(item.item)->erased);
  EXPECT_EQ(a.Text(item.item, "title"), "Broken seals");
}

TEST_F(RecallerTest, TheStatementIsSignedByTheItemKeyAndHoldsNoNote) {
  const Published item = a.Publish(SampleDraft("Broken seals"));
  ASSERT_OK_AND_ASSIGN(const Recalled recalled, Recall(Order(item, model::RecallGrade::kPurge)));
  const store::RecallRow row = a.Recalls(a.id(), item.item)[0];
  ASSERT_OK_AND_ASSIGN(const crypto::Signed envelope, crypto::DecodeSigned(row.signed_bytes));
  const crypto::PublicKey key = a.item_key().public_key();
  ASSERT_OK_AND_ASSIGN(const crypto::VerifiedBody body,
                       crypto::Open(envelope, crypto::kTypeRecall, {&key, 1}));
  EXPECT_EQ(body.object_id(), recalled.statement);
  ASSERT_OK_AND_ASSIGN(const model::Recall said, wire::DecodeRecall(body.body()));
  EXPECT_EQ(said, row.recall);
  EXPECT_EQ(said.grade, model::RecallGrade::kPurge);
  EXPECT_EQ(row.signed_bytes.find("harbour"), std::string::npos);
}

TEST_F(RecallerTest, APurgeDestroysTheOwnContentOfAllRevisions) {
  const Published item = a.Publish(SampleDraft("First"));
  const Published second = a.Revise(item.item, SampleDraft("Second"));
  EXPECT_OK(Recall(Order(item, model::RecallGrade::kPurge)));
  EXPECT_TRUE(a.db().health().log_holds_erased) << "and the log is to be emptied";
  for (const model::ObjectId& object : {item.object, second.object}) {
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto parts = store::GetParts(txn, object);
      EXPECT_TRUE(parts.ok() && parts->empty());
      auto revision = store::GetRevision(txn, object);
      EXPECT_TRUE(revision.ok() && (*revision)->erased);
      EXPECT_EQ((*revision)->state, store::RevisionState::kRecalled);
      return absl::OkStatus();
    }));
  }
  EXPECT_EQ(a.Text(item.item, "title"), std::nullopt);
}

TEST_F(RecallerTest, APurgeMayFollowAWithdrawAndNothingFollowsAPurge) {
  const Published item = a.Publish(SampleDraft("Broken seals"));
  ASSERT_OK(Recall(Order(item, model::RecallGrade::kWithdraw)));
  EXPECT_THAT(Recall(Order(item, model::RecallGrade::kWithdraw)), HasProblem("FW-RECALL-003"));
  EXPECT_THAT(Recall(Order(item, model::RecallGrade::kCorrect)), HasProblem("FW-RECALL-003"));
  EXPECT_EQ(a.Text(item.item, "title"), "Broken seals");
  ASSERT_OK(Recall(Order(item, model::RecallGrade::kPurge)));
  EXPECT_EQ(a.Text(item.item, "title"), std::nullopt);
  EXPECT_THAT(Recall(Order(item, model::RecallGrade::kPurge)), HasProblem("FW-RECALL-003"));
  EXPECT_THAT(Recall(Order(item, model::RecallGrade::kWithdraw)), HasProblem("FW-RECALL-003"));
  EXPECT_THAT(RecallLane(), SizeIs(2));
  EXPECT_EQ(a.Leaves(audit::EventKind::kItemRecalled), 2u);
}

TEST_F(RecallerTest, AfterACorrectTheItemIsRevisedAndRecalledAgain) {
  const Published item = a.Publish(SampleDraft("Wrong number"));
  ASSERT_OK_AND_ASSIGN(const Recalled first, Recall(Order(item, model::RecallGrade::kCorrect)));
  EXPECT_EQ(first.through, 1u);
  EXPECT_THAT(Recall(Order(item, model::RecallGrade::kCorrect)), HasProblem("FW-RECALL-003"));
  ASSERT_OK_AND_ASSIGN(const Published second, Revise(item));
  EXPECT_EQ(second.revision, 2u);
  EXPECT_EQ(a.Latest(item.item)->state, store::RevisionState::kActive);
  ASSERT_OK_AND_ASSIGN(const Recalled again, Recall(Order(item, model::RecallGrade::kCorrect)));
  EXPECT_EQ(again.through, 2u);
  EXPECT_NE(again.statement, first.statement);
}

TEST_F(RecallerTest, AfterAWithdrawOrPurgeNothingIsRevised) {
  const Published one = a.Publish(SampleDraft("One"));
  ASSERT_OK(Recall(Order(one, model::RecallGrade::kWithdraw)));
  EXPECT_THAT(Revise(one), HasProblem("FW-PUB-023"));
  const Published two = a.Publish(SampleDraft("Two"));
  ASSERT_OK(Recall(Order(two, model::RecallGrade::kPurge)));
  EXPECT_THAT(Revise(two), HasProblem("FW-PUB-023"));
}

TEST_F(RecallerTest, EachRevisionAfterTheFirstSignsTheRecallOfThoseBefore) {
  const Published item = a.Publish(SampleDraft("First"));
  EXPECT_THAT(a.Recalls(a.id(), item.item), IsEmpty());
  a.Revise(item.item, SampleDraft("Second"));
  a.Revise(item.item, SampleDraft("Third"));
  const auto rows = a.Recalls(a.id(), item.item);
  ASSERT_THAT(rows, SizeIs(2));
  for (uint64_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].recall, model::NarrowingBefore(a.id(), item.item, 1, i + 2));
    EXPECT_FALSE(rows[i].effective);
    ASSERT_OK_AND_ASSIGN(const crypto::Signed envelope, crypto::DecodeSigned(rows[i].signed_bytes));
    const crypto::PublicKey key = a.item_key().public_key();
    EXPECT_OK(crypto::Open(envelope, crypto::kTypeRecall, {&key, 1}));
  }
  EXPECT_THAT(RecallLane(), IsEmpty());
  EXPECT_EQ(a.Text(item.item, "title"), "Third");
  // They do not get in the way of what a person says.
  EXPECT_OK(Recall(Order(item, model::RecallGrade::kCorrect)));
}

TEST_F(RecallerTest, WhatCannotBeRecalledIsRefusedAndChangesNothing) {
  const Published item = a.Publish(SampleDraft("Broken seals"));
  RecallOrder order = Order(item, model::RecallGrade::kWithdraw);
  order.item = model::ItemId{};
  EXPECT_THAT(Recall(order), HasProblem("FW-RECALL-001"));
  order = Order(item, model::RecallGrade::kWithdraw);
  order.note = std::string(model::kMaxRecallNoteBytes + 1, 'n');
  EXPECT_THAT(Recall(order), HasProblem("FW-RECALL-004"));
  order.note = "clear the screen \x1b[2J";
  EXPECT_THAT(Recall(order), HasProblem("FW-RECALL-004"));
  order.note = "";
  order.reason = model::RecallReason::kNarrowed;
  EXPECT_THAT(Recall(order), HasProblem("FW-RECALL-005"));
  const model::Caller auditor{.user = "amina", .uid = 7, .roles = {model::Role::kAuditor}};
  EXPECT_THAT(a.recaller().Recall(auditor, Order(item, model::RecallGrade::kWithdraw)),
              HasProblem("FW-AUTH-002"));
  EXPECT_THAT(a.Recalls(a.id(), item.item), IsEmpty());
  EXPECT_THAT(RecallLane(), IsEmpty());
  EXPECT_EQ(a.Leaves(audit::EventKind::kItemRecalled), 0u);
  EXPECT_EQ(a.Latest(item.item)->state, store::RevisionState::kActive);

  order = Order(item, model::RecallGrade::kWithdraw);
  order.note = std::string(model::kMaxRecallNoteBytes, 'n');
  EXPECT_OK(Recall(order));
}

TEST_F(RecallerTest, OnlyTheOwnAuthoritysItemsAreRecalledAndPeersThatHadThemAreNamed) {
  world.Pair(a, b);
  ASSERT_OK(a.Apply(testing::PermitEverything()));
  const Published item = a.Publish(SampleDraft("Shared"));
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  EXPECT_THAT(b.recaller().Recall(TestNode::Officer(), Order(item, model::RecallGrade::kWithdraw)),
              HasProblem("FW-RECALL-002"));
  ASSERT_OK_AND_ASSIGN(const Recalled recalled, Recall(Order(item, model::RecallGrade::kWithdraw)));
  EXPECT_THAT(recalled.peers, ElementsAre("dar-customs"));
}

}  // namespace
}  // namespace fairway::exchange
