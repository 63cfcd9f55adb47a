#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/exchange/refusal.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// What a node passes on of what it was given: no further and no longer than it was told.
namespace fairway::replication {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;

class Onward : public ::testing::Test {
 protected:
  // A chain: each knows only its neighbours.
  Onward()
      : a(world.Add("mombasa-port", "KE")),
        b(world.Add("dar-customs", "TZ")),
        c(world.Add("beira-port", "MZ")),
        d(world.Add("durban-port", "ZA")) {
    world.Pair(a, b);
    world.Pair(b, c);
    world.Pair(c, d);
    for (TestNode* node : {&a, &b, &c, &d}) EXPECT_OK(node->Apply(PermitEverything()));
  }

  static std::string PermitWith(const std::string& duties) {
    return absl::StrCat(
        "policy \"onward\" version 2\n\npermit onward\n  to any peer\n"
        "  may replicate, redistribute\n  any item\n  with ",
        duties, "\n  because \"a test\"\n");
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  TestNode& c;
  TestNode& d;
};

TEST_F(Onward, WithoutTheOfficersWordNothingGoesFurther) {
  const exchange::Published item = a.Publish(SampleDraft("Stays with B"));
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_FALSE(c.Latest(item.item).has_value());
  EXPECT_EQ(b.Where(item.item, c).rule, exchange::kRuleOnward);
}

TEST_F(Onward, HopsAreConsumedAndEndTheJourney) {
  model::Draft draft = SampleDraft("Two hops");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_EQ(b.Latest(item.item).value().terms.hops, 2u);
  EXPECT_EQ(c.Latest(item.item).value().terms.hops, 1u);
  EXPECT_EQ(d.Latest(item.item).value().terms.hops, 0u);
  EXPECT_EQ(d.Latest(item.item).value().body.origin, a.id());

  EXPECT_OK(a.Apply(PermitWith("hops 1")));
  const exchange::Published shorter = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(c.Latest(shorter.item).has_value());
  EXPECT_FALSE(d.Latest(shorter.item).has_value());
  EXPECT_EQ(c.Where(shorter.item, d).rule, exchange::kRuleHops);
}

TEST_F(Onward, TheOriginatorsSignatureIsCheckedByWhoNeverMetIt) {
  model::Draft draft = SampleDraft("From afar");
  draft.tlp = model::Tlp::kClear;
  draft.onward = model::Onward::kAny;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  // C and D know A only by the manifest that came along, whose object id is A's name.
  EXPECT_EQ(d.Latest(item.item).value().signed_bytes, a.Latest(item.item)->signed_bytes);
}

TEST_F(Onward, TermsReceivedAreAFloorForWhatIsPassedOn) {
  EXPECT_OK(a.Apply(PermitWith("hops 2, raise tlp to AMBER, expires after 10 days")));
  EXPECT_OK(b.Apply(PermitWith("expires after 90 days")));
  model::Draft draft = SampleDraft("Ten days of amber");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  const model::Terms at_b = b.Latest(item.item).value().terms;
  const model::Terms at_c = c.Latest(item.item).value().terms;
  EXPECT_EQ(at_b.tlp_floor, model::Tlp::kAmber);
  EXPECT_EQ(at_c.tlp_floor, model::Tlp::kAmber);
  EXPECT_EQ(at_c.expires, at_b.expires);
  EXPECT_EQ(at_c.hops, 1u);
}

TEST_F(Onward, AnItemRaisedToAmberStrictStays) {
  EXPECT_OK(a.Apply(PermitWith("hops 2, raise tlp to AMBER+STRICT")));
  model::Draft draft = SampleDraft("Strict on arrival");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_FALSE(c.Latest(item.item).has_value());
}

TEST_F(Onward, AnItemWithExclusionsGetsNoHop) {
  // B could not know whom A excludes, so it must not pass the item on at all.
  a.Know(c, false);
  model::Draft draft = SampleDraft("Not for Beira");
  draft.tlp = model::Tlp::kClear;
  draft.onward = model::Onward::kAny;
  draft.not_releasable_to = {"beira-port"};
  const exchange::Published item = a.Publish(draft);
  world.Run(absl::Minutes(1));
  EXPECT_EQ(b.Latest(item.item).value().terms.hops, 0u);
  EXPECT_FALSE(c.Latest(item.item).has_value());
}

TEST_F(Onward, WhatExpiresWhileItWaitsIsNotPassedOn) {
  EXPECT_OK(a.Apply(PermitWith("hops 2, expires after 1 hour")));
  EXPECT_OK(b.Apply(R"(policy "none" version 2)"));
  model::Draft draft = SampleDraft("One hour");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  world.Run(absl::Hours(1));
  EXPECT_OK(b.Apply(PermitEverything()));
  world.Settle();
  EXPECT_FALSE(c.Latest(item.item).has_value());
  EXPECT_EQ(b.Where(item.item, c).rule, exchange::kRuleExpired);
}

TEST_F(Onward, TwoWaysToOneItemMakeOneItem) {
  world.Pair(a, c);
  model::Draft draft = SampleDraft("By two roads");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_EQ(c.Latest(item.item).value().object, item.object);
  EXPECT_EQ(a.Where(item.item, c).state, "delivered");
  const std::string other = b.Where(item.item, c).state;
  EXPECT_TRUE(other == "delivered" || other == "withheld") << other;
  EXPECT_EQ(c.Leaves(audit::EventKind::kItemRefused), 0u);
}

// A gives B everything for a short time and C all but the plate; B passes on to C what it has.
constexpr char kPlateForDarOnly[] = R"(policy "plate" version 3

permit dar
  to      peer dar-customs
  may     replicate
  any item
  with    hops 2, expires after 10 days
  because "a test"

permit beira
  to      peer beira-port
  may     replicate
  any item
  with    hops 2, redact vehicle.plate
  because "a test"
)";

TEST_F(Onward, PartsGivenUnderStricterTermsDoNotTravelUnderLooserOnes) {
  world.Pair(a, c);
  EXPECT_OK(a.Apply(kPlateForDarOnly));
  EXPECT_OK(b.Apply(R"(policy "none" version 2)"));
  model::Draft draft = SampleDraft("A van");
  draft.plates = {"KAA 123X"};
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "vehicle.plate/1"), "KAA 123X");
  const model::Terms before = c.Latest(item.item).value().terms;
  EXPECT_EQ(c.Text(item.item, "vehicle.plate/1"), std::nullopt);

  EXPECT_OK(b.Apply(PermitEverything()));
  world.Settle();
  EXPECT_EQ(b.Where(item.item, c).state, "delivered");
  EXPECT_EQ(c.Latest(item.item).value().terms, before) << "nobody but A can shorten A's word";
  EXPECT_EQ(c.Text(item.item, "vehicle.plate/1"), std::nullopt) << "it came for ten days only";
  EXPECT_EQ(d.Text(item.item, "vehicle.plate/1"), std::nullopt);
}

std::string PermitOnly(const std::string& peer) {
  return absl::StrCat("policy \"one\" version 4\n\npermit one\n  to peer ", peer,
                      "\n  may replicate\n  any item\n  with hops 2\n  because \"a test\"\n");
}

TEST_F(Onward, AReceiptDoesNotTellThatThereIsANewerRevision) {
  EXPECT_OK(a.Apply(PermitOnly("dar-customs")));
  for (TestNode* node : {&b, &c}) EXPECT_OK(node->Apply(R"(policy "none" version 2)"));
  model::Draft draft = SampleDraft("First");
  draft.onward = model::Onward::kCommunity;
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  // The second revision is for C alone, and nobody tells B.
  world.Pair(a, c);
  const std::string from_a = a.id().raw(), to_b = b.id().raw();
  world.net.SetFilter(
      [=](const std::string& from, const std::string& to, const std::string& frame) {
        const bool lost = from == from_a && to == to_b;
        return lost ? std::vector<std::string>{} : std::vector<std::string>{frame};
      });
  EXPECT_OK(a.Apply(PermitOnly("beira-port")));
  a.Revise(item.item, draft);
  world.Settle();
  ASSERT_EQ(c.Latest(item.item).value().body.revision, 2u);
  ASSERT_EQ(b.Latest(item.item).value().body.revision, 1u);

  EXPECT_OK(b.Apply(PermitEverything()));
  world.Settle();
  EXPECT_EQ(b.Where(item.item, c).code, exchange::refusal::kNotAccepted);
  EXPECT_EQ(c.EventsOf(audit::EventKind::kItemRefused).at(0).reason, exchange::refusal::kNotNewer);
}

TEST_F(Onward, TheOriginatorsStricterWordHoldsForACopyThatCameAnotherWay) {
  EXPECT_OK(c.Apply(R"(policy "none" version 2)"));
  model::Draft draft = SampleDraft("A van");
  draft.plates = {"KAA 123X"};
  draft.onward = model::Onward::kCommunity;
  EXPECT_OK(b.Apply(PermitWith("hops 2, redact vehicle.plate")));
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_EQ(c.Text(item.item, "vehicle.plate/1"), std::nullopt);
  EXPECT_EQ(c.Latest(item.item).value().terms.hops, 1u);

  EXPECT_OK(a.Apply(PermitWith("hops 0, raise tlp to AMBER")));
  world.Pair(a, c);
  world.Settle();
  EXPECT_EQ(c.Text(item.item, "vehicle.plate/1"), "KAA 123X");
  EXPECT_EQ(c.Latest(item.item).value().terms.hops, 0u);
  EXPECT_EQ(c.Latest(item.item).value().terms.tlp_floor, model::Tlp::kAmber);
  EXPECT_OK(c.Apply(PermitEverything()));
  world.Settle();
  EXPECT_FALSE(d.Latest(item.item).has_value());
}

TEST_F(Onward, APolicyForAcceptNarrowsWhatComesIn) {
  EXPECT_OK(b.Apply(R"(policy "no lessons in" version 2

forbid lessons
  to      any peer
  may     accept
  items   where item.kind is lesson
  because "a test"
)"));
  model::Draft lesson = SampleDraft("A lesson");
  lesson.kind = model::Kind::kLesson;
  const exchange::Published refused = a.Publish(lesson);
  const exchange::Published stored = a.Publish(SampleDraft("A bulletin"));
  world.Settle();
  EXPECT_FALSE(b.Latest(refused.item).has_value());
  EXPECT_TRUE(b.Latest(stored.item).has_value());
  const exchange::PeerCopy copy = a.Where(refused.item, b);
  EXPECT_EQ(copy.state, "refused");
  EXPECT_EQ(copy.code, "FW-RCV-016");
}

}  // namespace
}  // namespace fairway::replication
