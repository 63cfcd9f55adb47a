#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>

#include "node/exchange/release_gate.h"
#include "node/store/peer_table.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// Chunks of an attachment whose item was numbered for a peer more than once.
namespace fairway::exchange {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::SizeIs;

std::string Permitting(const std::string& duties, int version) {
  return "policy \"trial\" version " + std::to_string(version) +
         "\n\npermit all\n  to any peer\n  may replicate\n  any item\n  with " + duties +
         "\n  because \"a test\"\n";
}

class LaterDisclosure : public ::testing::Test {
 protected:
  LaterDisclosure() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
  }

  Published PublishAPicture() {
    model::Draft draft = SampleDraft("With a picture");
    draft.grading = "B2";
    draft.attachments = {{.name = "seal.png", .media_type = "image/png", .bytes = "picture"}};
    const Published item = a.Publish(draft);
    world.Settle();
    return item;
  }

  // The chunk, or the rule that keeps it here.
  std::string Chunk(const Published& item, absl::Time now) {
    std::string answer;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto peer = store::GetPeer(txn, b.id());
      if (!peer.ok()) return peer.status();
      const auto opened = a.gate().OpenChunk(
          txn, {.object = item.object, .label = "attachments/1", .index = 0}, **peer, now);
      if (!opened.ok()) return opened.status();
      const ReleasedChunk* chunk = std::get_if<ReleasedChunk>(&*opened);
      answer = chunk != nullptr ? chunk->reply().data : std::get<Withheld>(*opened).decision.rule;
      return absl::OkStatus();
    }));
    return answer;
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(LaterDisclosure, AChunkGoesThoughTheLastNumberWasGivenWithoutItsAttachment) {
  EXPECT_OK(a.Apply(Permitting("redact grading", 1)));
  const Published item = PublishAPicture();
  EXPECT_OK(a.Apply(Permitting("redact attachments", 2)));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(2));
  EXPECT_EQ(Chunk(item, world.clock.Now()), kRuleNarrowed);
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  EXPECT_EQ(Chunk(item, world.clock.Now()), "picture");
}

TEST_F(LaterDisclosure, AChunkGoesOnlyWhileAllTermsItWasGivenUnderLetIt) {
  EXPECT_OK(a.Apply(Permitting("redact grading, expires after 2 days", 1)));
  const Published item = PublishAPicture();
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(2));
  EXPECT_FALSE(a.Releases(item.item).back().terms.expires.has_value());
  EXPECT_EQ(Chunk(item, world.clock.Now() + absl::Hours(47)), "picture");
  EXPECT_EQ(Chunk(item, world.clock.Now() + absl::Hours(49)), kRuleExpired);
}

TEST_F(LaterDisclosure, NoChunkGoesThatNoNumberGave) {
  EXPECT_OK(a.Apply(Permitting("redact attachments", 1)));
  const Published item = PublishAPicture();
  EXPECT_EQ(Chunk(item, world.clock.Now()), kRuleNotReleased);
}

}  // namespace
}  // namespace fairway::exchange
