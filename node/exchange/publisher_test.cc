#include "node/exchange/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "node/store/log_table.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::StatusIs;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Not;
using ::testing::SizeIs;

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {}

  uint64_t LogSize() {
    uint64_t size = 0;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      absl::StatusOr<uint64_t> last = store::LastLogSeq(txn);
      if (last.ok()) size = *last;
      return last.status();
    }));
    return size;
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(PublisherTest, APublicationIsOneRevisionOneLogEntryAndOneLeaf) {
  const Published item = a.Publish(SampleDraft("Broken seals"));
  EXPECT_EQ(item.revision, 1u);
  EXPECT_EQ(LogSize(), 1u);
  ASSERT_THAT(a.EventsOf(audit::EventKind::kItemPublished), SizeIs(1));
  const audit::Event leaf = a.EventsOf(audit::EventKind::kItemPublished)[0];
  EXPECT_EQ(leaf.actor, "otto");
  EXPECT_EQ(leaf.role, "officer");
  EXPECT_THAT(leaf.objects, Contains(item.ref));
  EXPECT_EQ(a.Text(item.item, "title"), "Broken seals");
}

TEST_F(PublisherTest, TwoItemsOfTheSameTextShareNoDigest) {
  const Published one = a.Publish(SampleDraft("Same"));
  const Published two = a.Publish(SampleDraft("Same"));
  const auto first = a.Latest(one.item)->body.part_digests;
  const auto second = a.Latest(two.item)->body.part_digests;
  EXPECT_THAT(first, SizeIs(16)) << "padded: nobody counts the parts";
  for (const crypto::Digest& digest : first) EXPECT_THAT(second, Not(Contains(digest)));
}

TEST_F(PublisherTest, ABadDraftChangesNothing) {
  model::Draft draft = SampleDraft("No marking");
  draft.tlp.reset();
  EXPECT_THAT(a.publisher().Publish(TestNode::Officer(), draft), HasProblem("FW-PUB-002"));
  draft = SampleDraft("To a stranger");
  draft.releasable_to = {"atlantis-port"};
  EXPECT_THAT(a.publisher().Publish(TestNode::Officer(), draft), HasProblem("FW-PUB-011"));
  EXPECT_EQ(LogSize(), 0u);
  EXPECT_EQ(a.Leaves(audit::EventKind::kItemPublished), 0u);
}

TEST_F(PublisherTest, WhoIsNeitherOfficerNorCommanderPublishesNothing) {
  const model::Caller auditor{.user = "amina", .uid = 7, .roles = {model::Role::kAuditor}};
  EXPECT_THAT(a.publisher().Publish(auditor, SampleDraft("No")), HasProblem("FW-AUTH-002"));
  const model::Caller commander{.user = "cora", .uid = 8, .roles = {model::Role::kCommander}};
  EXPECT_OK(a.publisher().Publish(commander, SampleDraft("Yes")));
}

TEST_F(PublisherTest, ARevisionFollowsTheOneBefore) {
  const Published first = a.Publish(SampleDraft("First"));
  const Published second = a.Revise(first.item, SampleDraft("Second"));
  EXPECT_EQ(second.revision, 2u);
  EXPECT_EQ(second.ref, first.ref);
  EXPECT_EQ(a.Latest(first.item)->body.prev, first.object);
}

TEST_F(PublisherTest, OnlyOwnItemsAreRevisedAndTheirKindStays) {
  EXPECT_THAT(a.publisher().Revise(TestNode::Officer(), a.id(), model::ItemId{}, SampleDraft("?")),
              HasProblem("FW-PUB-021"));
  const Published own = a.Publish(SampleDraft("Own"));
  model::Draft lesson = SampleDraft("A lesson");
  lesson.kind = model::Kind::kLesson;
  EXPECT_THAT(a.publisher().Revise(TestNode::Officer(), a.id(), own.item, lesson),
              HasProblem("FW-PUB-024"));

  world.Pair(a, b);
  EXPECT_OK(a.Apply(testing::PermitEverything()));
  const Published shared = a.Publish(SampleDraft("Shared"));
  world.Settle();
  ASSERT_TRUE(b.Latest(shared.item).has_value());
  EXPECT_THAT(b.publisher().Revise(TestNode::Officer(), a.id(), shared.item, SampleDraft("Hijack")),
              HasProblem("FW-PUB-022"));
}

TEST_F(PublisherTest, APreviewStoresNothing) {
  world.Pair(a, b);
  ASSERT_OK_AND_ASSIGN(const Preview preview, a.publisher().PreviewOf(SampleDraft("Maybe")));
  EXPECT_THAT(preview.peers, SizeIs(1));
  EXPECT_EQ(LogSize(), 0u);
}

}  // namespace
}  // namespace fairway::exchange
