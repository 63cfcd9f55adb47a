// Why did it go, or not, back then?
#include "node/policyadmin/past_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/store/release_table.h"
#include "tests/policyadmin/policy_room.h"
#include "tests/support/status_matchers.h"

namespace fairway::policyadmin {
namespace {

using testing::HasProblem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Permit;
using testing::PolicyRoom;
using testing::SampleDraft;
using ::testing::SizeIs;
using testing::TestNode;
using testing::TestWorld;

class PastPolicyTest : public ::testing::Test {
 protected:
  PastPolicyTest()
      : a(world.Add("mombasa-port", "KE")),
        b(world.Add("dar-customs", "TZ")),
        room(a, world.clock) {
    world.Pair(a, b);
    world.Settle();
  }

  PastExplanation At(const exchange::Published& item, absl::Time at) {
    auto past = room.past.Explain(a.id(), item.item, "dar-customs", at, world.clock.Now());
    EXPECT_OK(past.status());
    return past.ok() ? *std::move(past) : PastExplanation();
  }
  // A moment at which nothing happens.
  absl::Time Later(absl::Duration by) {
    world.Run(by);
    const absl::Time moment = world.clock.Now();
    world.Run(absl::Seconds(1));
    return moment;
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  PolicyRoom room;
};

TEST_F(PastPolicyTest, EachVersionAnswersForItsOwnTime) {
  const absl::Time before = world.clock.Now();
  Later(absl::Hours(1));
  const exchange::Published item = a.Publish(SampleDraft("one"));
  const absl::Time no_policy = Later(absl::Hours(1));
  Later(absl::Hours(1));
  ASSERT_OK(room.ApplyAlone(Permit("where item.tlp at most CLEAR")).status());
  const absl::Time first = Later(absl::Hours(1));
  ASSERT_OK(room.ApplyAlone(Permit("where item.tlp at most GREEN")).status());
  const absl::Time second = Later(absl::Hours(1));
  a.SetState(b, model::PeerState::kSuspended);
  const absl::Time suspended = Later(absl::Hours(1));
  a.SetState(b, model::PeerState::kActive);
  a.Recall(item.item);
  const absl::Time recalled = Later(absl::Hours(1));

  EXPECT_EQ(At(item, before).explanation.decision.rule, "not-here");
  EXPECT_EQ(At(item, no_policy).explanation.decision.rule, "no-policy");
  EXPECT_EQ(At(item, first).explanation.decision.rule, "default");
  EXPECT_EQ(At(item, first).policy_number, 1u);
  EXPECT_EQ(At(item, second).explanation.decision.rule, "some");
  EXPECT_EQ(At(item, second).policy_number, 2u);
  EXPECT_THAT(At(item, second).notes, IsEmpty());
  EXPECT_EQ(At(item, suspended).explanation.decision.rule, "P8");
  EXPECT_EQ(At(item, suspended).peer_state, "suspended");
  EXPECT_EQ(At(item, recalled).explanation.decision.rule, "P1");
  EXPECT_THAT(room.past.Explain(a.id(), item.item, "dar-customs",
                                world.clock.Now() + absl::Seconds(1), world.clock.Now()),
              HasProblem("FW-POL-033"));
  EXPECT_THAT(room.past.Explain(a.id(), item.item, "nobody", first, world.clock.Now()),
              HasProblem("FW-PEER-001"));
}

TEST_F(PastPolicyTest, AttributesAndRevisionsAreThoseOfTheTime) {
  ASSERT_OK(room.ApplyAlone("policy \"t\" version 1\npermit north\n"
                            "  to peers where peer.tier at least 2\n  may replicate\n"
                            "  items where item.tlp at most GREEN\n  because \"a test\"\n")
                .status());
  const exchange::Published item = a.Publish(SampleDraft("one"));
  const absl::Time before = Later(absl::Hours(1));
  model::PeerAttributes promoted;
  promoted.country = "TZ";
  promoted.tier = "2";
  a.SetAttributes(b, promoted);
  const absl::Time after = Later(absl::Hours(1));
  model::Draft amber = SampleDraft("two");
  amber.tlp = model::Tlp::kAmber;
  a.Revise(item.item, amber);
  const absl::Time revised = Later(absl::Hours(1));
  EXPECT_EQ(At(item, before).explanation.decision.rule, "default");
  EXPECT_EQ(At(item, after).explanation.decision.rule, "north");
  EXPECT_EQ(At(item, after).revision, 1u);
  EXPECT_EQ(At(item, after).attributes_version, 2u);
  EXPECT_EQ(At(item, revised).explanation.decision.rule, "default");
  EXPECT_EQ(At(item, revised).revision, 2u);
}

TEST_F(PastPolicyTest, BeforeThePeeringWasThereThatIsSaid) {
  const absl::Time before = world.clock.Now() - absl::Hours(1);
  const exchange::Published item = a.Publish(SampleDraft("one"));
  (void)before;
  TestNode& late = world.Add("rio-port", "BR");
  const absl::Time now = Later(absl::Hours(1));
  world.Pair(a, late);
  ASSERT_OK(room.ApplyAlone(Permit("where item.tlp at most GREEN")).status());
  Later(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(
      const PastExplanation past,
      room.past.Explain(a.id(), item.item, "rio-port", now - absl::Minutes(1), world.clock.Now()));
  EXPECT_EQ(past.explanation.decision.verdict, policy::Decision::Verdict::kWithhold);
  ASSERT_THAT(past.notes, Not(IsEmpty()));
  EXPECT_THAT(past.notes[0], HasSubstr("not known before"));
}

// Everything that ever went: asked again, the same rule let it go.
TEST_F(PastPolicyTest, EveryReleaseRowIsExplainedAsItWasDecided) {
  std::vector<exchange::Published> items;
  const std::vector<std::string> policies = {
      Permit("where item.tlp at most GREEN"),
      Permit("where item.topics has reefer-container",
             "permit more\n  to peer dar-customs\n"
             "  may replicate\n  any item\n  with hops 1\n  because \"a test\"\n"),
      Permit("where item.age at most 2 days\n  with redact source.method"),
      Permit("where item.tlp at most AMBER\n  with delay 3 hours"),
  };
  for (int round = 0; round < 12; ++round) {
    ASSERT_OK(room.ApplyAlone(policies[round % policies.size()]).status());
    for (int i = 0; i < 3; ++i) {
      model::Draft draft = SampleDraft(absl::StrCat("round ", round, " item ", i));
      draft.tlp = i == 2 ? model::Tlp::kAmber : model::Tlp::kGreen;
      if (i == 1) draft.source_method = "by watching";
      items.push_back(a.Publish(draft));
    }
    world.Run(absl::Seconds(1));
    if (round % 3 == 1) a.Revise(items[items.size() - 2].item, SampleDraft("revised"));
    if (round % 3 == 2) a.Recall(items[items.size() - 5].item);
    world.Run(absl::Seconds(1));
    if (round == 5) a.SetState(b, model::PeerState::kSuspended);
    if (round == 6) a.SetState(b, model::PeerState::kActive);
    model::PeerAttributes attributes;
    attributes.country = "TZ";
    attributes.tier = round % 2 == 0 ? "2" : "3";
    a.SetAttributes(b, attributes);
    world.Run(absl::Hours(7));
  }
  size_t rows = 0;
  for (const exchange::Published& item : items) {
    for (const store::Release& row : a.Releases(item.item)) {
      if (row.op != model::Op::kPut || row.peer != b.id()) continue;
      ++rows;
      const PastExplanation past = At(item, row.decided_at);
      EXPECT_TRUE(past.of_release);
      EXPECT_EQ(past.explanation.decision.verdict, policy::Decision::Verdict::kRelease);
      EXPECT_EQ(past.explanation.decision.rule, row.rule);
      EXPECT_EQ(past.explanation.decision.line, row.line);
      EXPECT_EQ(past.policy_number, row.policy_version);
      EXPECT_EQ(past.attributes_version, row.peer_attributes_version);
      EXPECT_EQ(past.revision, row.revision);
      EXPECT_THAT(past.notes, IsEmpty()) << "decided again, not read from the row";
    }
  }
  EXPECT_GT(rows, 20u);
}

}  // namespace
}  // namespace fairway::policyadmin
