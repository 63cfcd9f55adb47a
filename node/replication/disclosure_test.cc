#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/envelope.h"
#include "node/exchange/held.h"
#include "node/store/stored_peer_directory.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// Redaction to the end: what stays back can be disclosed later, what is mentioned waits for a
// person.
namespace fairway::replication {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Redacting(const std::string& labels, int version) {
  return "policy \"redacting\" version " + std::to_string(version) +
         "\n\npermit all\n  to any peer\n  may replicate\n  any item\n  with redact " + labels +
         "\n  because \"a test\"\n";
}

class Disclosure : public ::testing::Test {
 protected:
  Disclosure() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
  }

  // B holds the very bytes of A, and A's item key opens them.
  void ExpectSignedByA(const exchange::Published& item) {
    const auto at_b = b.Latest(item.item);
    ASSERT_TRUE(at_b.has_value());
    EXPECT_EQ(at_b->signed_bytes, a.Latest(item.item)->signed_bytes);
    ASSERT_OK_AND_ASSIGN(const crypto::Signed envelope, crypto::DecodeSigned(at_b->signed_bytes));
    const std::vector<crypto::PublicKey> keys = {a.item_key().public_key()};
    EXPECT_OK(crypto::Open(envelope, crypto::kTypeItem, keys));
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(Disclosure, WhatAPolicyLetsOutLaterIsAddedAndStillVerifies) {
  EXPECT_OK(a.Apply(Redacting("grading, redact vehicle.*", 1)));
  model::Draft draft = SampleDraft("A van");
  draft.grading = "B2";
  draft.plates = {"KAA 123X"};
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_THAT(b.Labels(item.item), Not(Contains("grading")));

  EXPECT_OK(a.Apply(Redacting("vehicle.*", 2)));
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "grading"), "B2");
  EXPECT_THAT(b.Labels(item.item), Not(Contains("vehicle.plate/1")));
  ExpectSignedByA(item);
  EXPECT_THAT(a.Releases(item.item), SizeIs(2));

  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "vehicle.plate/1"), "KAA 123X");
  ExpectSignedByA(item);
  EXPECT_THAT(a.Releases(item.item), SizeIs(3));
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");
  EXPECT_THAT(a.Where(item.item, b).redacted, IsEmpty());
}

TEST_F(Disclosure, WhatWasReleasedInFullIsNotNumberedAgain) {
  EXPECT_OK(a.Apply(PermitEverything()));
  const exchange::Published item = a.Publish(SampleDraft("In full"));
  world.Settle();
  EXPECT_OK(a.Apply(Redacting("grading", 2)));
  world.Run(absl::Hours(25));
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Run(absl::Hours(25));
  EXPECT_THAT(a.Releases(item.item), SizeIs(1));
}

TEST_F(Disclosure, AnOlderRevisionIsNotDisclosed) {
  EXPECT_OK(a.Apply(Redacting("grading", 1)));
  model::Draft draft = SampleDraft("First");
  draft.grading = "B2";
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  EXPECT_EQ(b.Latest(item.item)->body.revision, 2u);
  EXPECT_EQ(b.Text(item.item, "grading"), "B2");
  EXPECT_THAT(a.Releases(item.item), SizeIs(3)) << "the second revision twice, the first once";
}

TEST_F(Disclosure, AnAttachmentThatIsDisclosedLaterFollows) {
  EXPECT_OK(a.Apply(Redacting("attachments", 1)));
  model::Draft draft = SampleDraft("With a picture");
  draft.attachments = {{.name = "seal.png", .media_type = "image/png", .bytes = "picture"}};
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Run(absl::Minutes(2));
  EXPECT_EQ(b.Attachment(item, "attachments/1", 1), "picture");
}

// A redacted name that the text still contains.
class HeldForAPerson : public Disclosure {
 protected:
  HeldForAPerson()
      : directory_(a.db()), desk(a.db(), a.gate(), a.audit(), directory_, world.clock, [this] {
          a.supervisor().WakeAll();
        }) {
    EXPECT_OK(a.Apply(Redacting("persons.*", 1)));
    draft = SampleDraft("A driver");
    draft.persons = {"Juma Hassan"};
    draft.body = "A driver, juma  hassan, was seen at the stack.";
  }

  exchange::HeldOrder Order(const exchange::Published& item, const std::string& peer) const {
    return {.origin = a.id(), .item = item.item, .peer = peer, .if_revision = std::nullopt};
  }

  store::StoredPeerDirectory directory_;
  exchange::HeldDesk desk;
  model::Draft draft;
};

TEST_F(HeldForAPerson, ItIsListedWithTheLabelAndGoesWhenAPersonLetsIt) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(a, c);
  const exchange::Published item = a.Publish(draft);
  a.Publish(SampleDraft("Nothing to hold"));
  world.Settle();
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).state, "held");
  EXPECT_EQ(a.Where(item.item, b).mention, "persons.name/1");

  ASSERT_OK_AND_ASSIGN(const exchange::HeldPage page, desk.List());
  EXPECT_FALSE(page.next_before.has_value());
  ASSERT_THAT(page.held, SizeIs(2));
  EXPECT_EQ(page.held[0].ref, item.ref);
  EXPECT_EQ(page.held[0].peer, "dar-customs");
  EXPECT_EQ(page.held[1].peer, "zanzibar-port");
  EXPECT_EQ(page.held[0].label, "persons.name/1");
  EXPECT_EQ(page.held[0].rule, "all");

  ASSERT_OK_AND_ASSIGN(const exchange::HeldReleased released,
                       desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  EXPECT_EQ(released.label, "persons.name/1");
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  EXPECT_THAT(b.Labels(item.item), Not(Contains("persons.name/1"))) << "the part itself stays";
  EXPECT_FALSE(c.Latest(item.item).has_value()) << "for one peer only";
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");
  EXPECT_THAT(a.Where(item.item, b).because, ::testing::HasSubstr("otto"));
  const std::vector<audit::Event> leaves = a.EventsOf(audit::EventKind::kHoldReleased);
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].actor, "otto");
  EXPECT_EQ(leaves[0].detail.at("peer"), "dar-customs");
  ASSERT_OK_AND_ASSIGN(const exchange::HeldPage left, desk.List());
  EXPECT_THAT(left.held, SizeIs(1));
}

TEST_F(HeldForAPerson, WhatAPersonDidNotSeeIsNotLetGoWithTheRest) {
  draft.plates = {"KAA 123X"};
  draft.body = "Juma Hassan drove KAA 123X.";
  world.net.SetReachable(false);
  const exchange::Published item = a.Publish(draft);
  EXPECT_OK(desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  EXPECT_OK(a.Apply(Redacting("{ persons.*, vehicle.plate }", 2)));
  world.net.SetReachable(true);
  world.Run(absl::Minutes(3));
  EXPECT_FALSE(b.Latest(item.item).has_value()) << "nobody was asked about the plate";
  EXPECT_EQ(a.Where(item.item, b).mention, "vehicle.plate/1");
  EXPECT_OK(desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
}

TEST_F(HeldForAPerson, APersonIsShownAllThatTheTextMentions) {
  EXPECT_OK(a.Apply(Redacting("{ persons.*, vehicle.plate }", 2)));
  draft.plates = {"KAA 123X"};
  draft.body = "Juma Hassan drove KAA 123X.";
  const exchange::Published item = a.Publish(draft);
  ASSERT_OK_AND_ASSIGN(const exchange::HeldPage page, desk.List());
  ASSERT_THAT(page.held, SizeIs(1));
  EXPECT_EQ(page.held[0].label, "persons.name/1, vehicle.plate/1");
  EXPECT_OK(desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
}

TEST_F(HeldForAPerson, TheNextRevisionIsHeldAnew) {
  const exchange::Published item = a.Publish(draft);
  EXPECT_OK(desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_EQ(a.Where(item.item, b).state, "held");
  EXPECT_EQ(b.Latest(item.item)->body.revision, 1u) << "until a person decides";
  draft.body = "A driver was seen at the stack.";
  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_EQ(b.Latest(item.item)->body.revision, 3u);
}

TEST_F(HeldForAPerson, OnlyWhatIsHeldCanBeLetGoAndOnlyByWhomItMay) {
  const exchange::Published item = a.Publish(draft);
  const exchange::Published free = a.Publish(SampleDraft("Nothing to hold"));
  const model::Caller auditor{.user = "amy", .uid = 1003, .roles = {model::Role::kAuditor}};
  EXPECT_THAT(desk.Release(auditor, Order(item, "dar-customs")), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(desk.Release(TestNode::Officer(), Order(free, "dar-customs")),
              HasProblem("FW-HELD-003"));
  EXPECT_THAT(desk.Release(TestNode::Officer(), Order(item, "nobody-known")),
              HasProblem("FW-HELD-002"));
  exchange::HeldOrder unknown = Order(item, "dar-customs");
  unknown.origin = b.id();
  EXPECT_THAT(desk.Release(TestNode::Officer(), unknown), HasProblem("FW-HELD-001"));
  exchange::HeldOrder stale = Order(item, "dar-customs");
  stale.if_revision = 1;
  a.Revise(item.item, draft);
  EXPECT_THAT(desk.Release(TestNode::Officer(), stale), HasProblem("FW-HELD-004"));
  EXPECT_EQ(a.Leaves(audit::EventKind::kHoldReleased), 0u);
}

TEST_F(HeldForAPerson, APolicyThatTightensAfterwardsStillKeepsItHere) {
  world.net.SetReachable(false);
  world.Settle();
  const exchange::Published item = a.Publish(draft);
  EXPECT_OK(desk.Release(TestNode::Officer(), Order(item, "dar-customs")));
  EXPECT_OK(a.Apply(R"(policy "none" version 2)"));
  world.net.SetReachable(true);
  world.Run(absl::Minutes(3));
  EXPECT_FALSE(b.Latest(item.item).has_value());
}

TEST_F(HeldForAPerson, ALongListComesInPages) {
  for (size_t i = 0; i < exchange::kMaxHeldListed + 5; ++i) a.Publish(draft);
  ASSERT_OK_AND_ASSIGN(const exchange::HeldPage first, desk.List());
  EXPECT_THAT(first.held, SizeIs(exchange::kMaxHeldListed));
  ASSERT_TRUE(first.next_before.has_value());
  ASSERT_OK_AND_ASSIGN(const exchange::HeldPage second, desk.List(first.next_before));
  EXPECT_THAT(second.held, SizeIs(5));
  EXPECT_FALSE(second.next_before.has_value());
}

}  // namespace
}  // namespace fairway::replication
