#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "crypto/envelope.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// From an officer at one node to an officer at another: what arrives, what does not, and what both
// sides know of it afterwards.
namespace fairway::replication {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Delivery : public ::testing::Test {
 protected:
  Delivery() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(Delivery, WhatIsPublishedAndPermittedArrivesAndIsAcknowledged) {
  EXPECT_OK(a.Apply(PermitEverything()));
  const exchange::Published item = a.Publish(SampleDraft("Broken seals"));
  world.Settle();

  EXPECT_EQ(b.Text(item.item, "title"), "Broken seals");
  const auto at_b = b.Latest(item.item);
  ASSERT_TRUE(at_b.has_value());
  EXPECT_EQ(at_b->object, item.object);
  EXPECT_EQ(at_b->received_from, a.id());
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  const store::Release release = a.Releases(item.item).front();
  EXPECT_EQ(release.state, store::ReleaseState::kDelivered);
  EXPECT_EQ(release.rule, "everything");
  EXPECT_EQ(release.file, "test.fpol");
  EXPECT_GT(release.line, 0);
  EXPECT_EQ(release.policy_version, 1u);
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");
  EXPECT_EQ(a.Leaves(audit::EventKind::kBatchReleased), 1u);
  EXPECT_EQ(a.Leaves(audit::EventKind::kReceiptAccepted), 1u);
  EXPECT_EQ(b.Leaves(audit::EventKind::kBatchReceived), 1u);
}

TEST_F(Delivery, WithoutAPolicyNothingLeaves) {
  const exchange::Published item = a.Publish(SampleDraft("Broken seals"));
  world.Settle();
  EXPECT_TRUE(a.StatusOf(b).connected);
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_THAT(a.Releases(item.item), IsEmpty());
  EXPECT_EQ(a.Where(item.item, b).rule, "no-policy");
  EXPECT_EQ(a.Leaves(audit::EventKind::kBatchReleased), 0u) << "withholding leaves no leaf";
}

TEST_F(Delivery, APolicyThatPermitsNothingNamesTheDefaultWhenAsked) {
  EXPECT_OK(a.Apply(R"(policy "none" version 1)"));
  const exchange::Published item = a.Publish(SampleDraft("Broken seals"));
  world.Settle();
  EXPECT_FALSE(b.Latest(item.item).has_value());
  const exchange::PeerCopy copy = a.Where(item.item, b);
  EXPECT_EQ(copy.state, "withheld");
  EXPECT_EQ(copy.rule, "default");
}

TEST_F(Delivery, ARedactedSourceStaysAndTheOriginatorsSignatureStillHolds) {
  EXPECT_OK(a.Apply(R"(policy "redacting" version 1

permit bulletins
  to      any peer
  may     replicate
  items   where item.kind is bulletin
  with    strip source, redact officer.*
  because "a test"
)"));
  model::Draft draft = SampleDraft("Broken seals");
  draft.source_identity = "a crane driver called Juma";
  draft.source_method = "told the shift leader";
  draft.officer_name = "Inspector Wanjiru";
  draft.grading = "B2";
  const exchange::Published item = a.Publish(draft);
  world.Settle();

  EXPECT_EQ(b.Text(item.item, "grading"), "B2");
  for (const std::string& label : b.Labels(item.item)) {
    EXPECT_THAT(label, Not(HasSubstr("source"))) << label;
    EXPECT_THAT(label, Not(HasSubstr("officer"))) << label;
    EXPECT_NE(label, "audience");
    EXPECT_NE(label, "caveats");
  }
  // Nothing was signed again: B holds the very bytes of A, and A's item key opens them.
  const auto at_b = b.Latest(item.item);
  ASSERT_TRUE(at_b.has_value());
  EXPECT_EQ(at_b->signed_bytes, a.Latest(item.item)->signed_bytes);
  ASSERT_OK_AND_ASSIGN(const crypto::Signed envelope, crypto::DecodeSigned(at_b->signed_bytes));
  const std::vector<crypto::PublicKey> keys = {a.item_key().public_key()};
  EXPECT_OK(crypto::Open(envelope, crypto::kTypeItem, keys));
  EXPECT_THAT(a.Where(item.item, b).redacted, Contains("source.identity"));
}

TEST_F(Delivery, ANameThatIsRedactedButStillInTheTextHoldsTheItem) {
  EXPECT_OK(a.Apply(R"(policy "redacting" version 1

permit bulletins
  to      any peer
  may     replicate
  any item
  with    redact persons.*
  because "a test"
)"));
  model::Draft draft = SampleDraft("Broken seals");
  draft.persons = {"Juma Hassan"};
  draft.body = "A driver, juma  hassan, was seen at the stack.";
  const exchange::Published held = a.Publish(draft);
  draft.body = "A driver was seen at the stack.";
  const exchange::Published sent = a.Publish(draft);
  world.Settle();
  EXPECT_FALSE(b.Latest(held.item).has_value());
  EXPECT_EQ(a.Where(held.item, b).rule, exchange::kRuleMention);
  EXPECT_TRUE(b.Latest(sent.item).has_value());
}

TEST_F(Delivery, RedGoesToTheNamedOnly) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(a, c);
  EXPECT_OK(a.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For one pair of eyes");
  draft.tlp = model::Tlp::kRed;
  draft.named = {"dar-customs"};
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_FALSE(c.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, c).rule, "P2");
}

TEST_F(Delivery, AnItemForOneCountryAndWithoutOnePeerKeepsToThat) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  TestNode& d = world.Add("tema-port", "GH");
  world.Pair(a, c);
  world.Pair(a, d);
  EXPECT_OK(a.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For Tanzania but one");
  draft.releasable_to = {"country:TZ"};
  draft.not_releasable_to = {"zanzibar-port"};
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_FALSE(c.Latest(item.item).has_value());
  EXPECT_FALSE(d.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, c).rule, "P4");
  EXPECT_EQ(a.Where(item.item, d).rule, "P3");
}

TEST_F(Delivery, OnlyTheNewestRevisionGoesAndItReplacesTheOlder) {
  EXPECT_OK(a.Apply(PermitEverything()));
  const exchange::Published first = a.Publish(SampleDraft("First"));
  const exchange::Published second = a.Revise(first.item, SampleDraft("Second"));
  world.Settle();
  EXPECT_EQ(b.Text(first.item, "title"), "Second");
  EXPECT_THAT(a.Releases(first.item), SizeIs(1)) << "the first was never released";
  a.Revise(first.item, SampleDraft("Third"));
  world.Settle();
  EXPECT_EQ(b.Text(first.item, "title"), "Third");
  EXPECT_EQ(b.Latest(first.item)->body.prev, second.object);
}

TEST_F(Delivery, AFlashGoesBeforeWhatWaitsLonger) {
  EXPECT_OK(a.Apply(PermitEverything()));
  world.net.SetReachable(false);
  world.Settle();
  a.Publish(SampleDraft("Routine"));
  model::Draft draft = SampleDraft("Flash");
  draft.precedence = model::Precedence::kFlash;
  const exchange::Published flash = a.Publish(draft);
  world.Settle();
  world.net.SetReachable(true);
  world.Run(absl::Minutes(2));
  ASSERT_THAT(a.Releases(flash.item), SizeIs(1));
  EXPECT_EQ(a.Releases(flash.item).front().feed_seq, 1u);
}

TEST_F(Delivery, EverythingArrivesOnceWhateverBreaksAndRestarts) {
  EXPECT_OK(a.Apply(PermitEverything()));
  std::vector<exchange::Published> items;
  // Frames vanish from the middle of links, and come twice.
  size_t count = 0;
  world.net.SetFilter([&count](const std::string&, const std::string&, const std::string& frame) {
    ++count;
    if (count % 7 == 3) return std::vector<std::string>{};
    if (count % 5 == 2) return std::vector<std::string>{frame, frame};
    return std::vector<std::string>{frame};
  });
  for (int i = 0; i < 40; ++i) {
    items.push_back(a.Publish(SampleDraft("Item " + std::to_string(i))));
    world.Run(absl::Milliseconds(200));
    if (i % 9 == 4) world.net.BreakAllLinks();
    if (i % 13 == 5) {
      b.Close();
      b.Open();
    }
    if (i % 13 == 11) {
      a.Close();
      a.Open();
    }
  }
  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(10));
  std::set<uint64_t> numbers;
  for (const exchange::Published& item : items) {
    EXPECT_EQ(b.Latest(item.item).value().object, item.object);
    const std::vector<store::Release> releases = a.Releases(item.item);
    ASSERT_THAT(releases, SizeIs(1)) << "released once and never again";
    EXPECT_EQ(releases.front().state, store::ReleaseState::kDelivered);
    numbers.insert(releases.front().feed_seq);
  }
  EXPECT_THAT(numbers, SizeIs(items.size()));
  EXPECT_EQ(*numbers.rbegin(), items.size()) << "the feed has no gap";
  EXPECT_EQ(a.Leaves(audit::EventKind::kFeedAlarm) + b.Leaves(audit::EventKind::kFeedAlarm), 0u);
}

TEST_F(Delivery, APolicyTightenedBeforeAResendKeepsTheContentBack) {
  EXPECT_OK(a.Apply(PermitEverything()));
  // The batch gets lost on the way.
  const std::string raw_a = a.id().raw();
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    return batch && from == raw_a ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  const exchange::Published item = a.Publish(SampleDraft("Second thoughts"));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  EXPECT_OK(a.Apply(R"(policy "none" version 2)"));
  world.net.SetFilter(nullptr);
  world.net.BreakAllLinks();
  world.Run(absl::Minutes(2));

  EXPECT_FALSE(b.Latest(item.item).has_value());
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  EXPECT_EQ(a.Releases(item.item).front().state, store::ReleaseState::kNoContent);

  ASSERT_THAT(a.EventsOf(audit::EventKind::kContentHeldBack), SizeIs(1));
  EXPECT_THAT(a.EventsOf(audit::EventKind::kContentHeldBack)[0].reason, HasSubstr("default"));

  // Widened again, it goes under a new number; the old one keeps its bytes and its state.
  const std::string old_bytes = a.Releases(item.item).front().record_bytes;
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Run(absl::Minutes(2));
  EXPECT_TRUE(b.Latest(item.item).has_value());
  const std::vector<store::Release> releases = a.Releases(item.item);
  ASSERT_THAT(releases, SizeIs(2));
  EXPECT_EQ(releases[0].record_bytes, old_bytes);
  EXPECT_EQ(releases[0].state, store::ReleaseState::kNoContent);
  EXPECT_EQ(releases[1].feed_seq, 2u);
  EXPECT_EQ(releases[1].state, store::ReleaseState::kDelivered);
}

TEST_F(Delivery, ALinkThatTakesNoFramesCostsOneLeafForWhatIsHeldBack) {
  EXPECT_OK(a.Apply(PermitEverything()));
  world.net.SetFull(true);
  const exchange::Published item = a.Publish(SampleDraft("Second thoughts"));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  EXPECT_OK(a.Apply(R"(policy "none" version 2)"));
  world.Run(absl::Seconds(30));
  EXPECT_EQ(a.Leaves(audit::EventKind::kContentHeldBack), 1u);
  world.net.SetFull(false);
  world.net.BreakAllLinks();
  world.Run(absl::Minutes(2));
  EXPECT_EQ(a.Releases(item.item).front().state, store::ReleaseState::kNoContent);
  EXPECT_EQ(a.Leaves(audit::EventKind::kContentHeldBack), 1u);
}

TEST_F(Delivery, AWiderPolicySweepsUpWhatWasWithheld) {
  EXPECT_OK(a.Apply(R"(policy "none" version 1)"));
  std::vector<exchange::Published> items;
  for (int i = 0; i < 150; ++i) items.push_back(a.Publish(SampleDraft(std::to_string(i))));
  world.Settle();
  EXPECT_FALSE(b.Latest(items[0].item).has_value());
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  for (const exchange::Published& item : items) {
    EXPECT_TRUE(b.Latest(item.item).has_value());
    EXPECT_THAT(a.Releases(item.item), SizeIs(1));
  }
}

TEST_F(Delivery, AChangeOfAttributesIsDecidedWithAtOnce) {
  EXPECT_OK(a.Apply(R"(policy "by agreement" version 1

permit members
  to      peers where peer.agreements has INTERPORT-CHARTER
  may     replicate
  any item
  because "a test"
)"));
  const exchange::Published item = a.Publish(SampleDraft("For members"));
  world.Settle();
  EXPECT_FALSE(b.Latest(item.item).has_value());
  model::PeerAttributes member;
  member.country = "TZ";
  member.agreements = {"INTERPORT-CHARTER"};
  a.SetAttributes(b, member);
  world.Run(absl::Seconds(5));
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_EQ(a.Releases(item.item).front().peer_attributes_version, 2u);
}

TEST_F(Delivery, AGroupLeftIsLeftForTheNextDecision) {
  model::PeerAttributes in_group;
  in_group.country = "TZ";
  in_group.groups = {"REEFER-TEAM"};
  a.SetAttributes(b, in_group);
  world.Run(absl::Seconds(2));
  EXPECT_OK(a.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("For the team");
  draft.releasable_to = {"group:REEFER-TEAM"};
  const exchange::Published before = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(b.Latest(before.item).has_value());

  const exchange::Published after = a.Publish(draft);
  model::PeerAttributes out_of_group = in_group;
  out_of_group.groups = {};
  a.SetAttributes(b, out_of_group);
  world.Run(absl::Seconds(5));
  EXPECT_FALSE(b.Latest(after.item).has_value());
  EXPECT_EQ(a.Where(after.item, b).rule, "P3");
}

TEST_F(Delivery, ASuspendedPeerGetsNothingMoreAndLosesItsLinks) {
  EXPECT_OK(a.Apply(PermitEverything()));
  world.Settle();
  EXPECT_TRUE(b.StatusOf(a).connected);
  a.SetState(b, model::PeerState::kSuspended);
  const exchange::Published item = a.Publish(SampleDraft("Too late"));
  world.Run(absl::Seconds(5));
  EXPECT_FALSE(b.StatusOf(a).connected);
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).rule, "P8");
  a.SetState(b, model::PeerState::kActive);
  world.Run(absl::Minutes(2));
  EXPECT_TRUE(b.Latest(item.item).has_value());
}

TEST_F(Delivery, AnExpiredItemGoesToNobody) {
  EXPECT_OK(a.Apply(PermitEverything()));
  world.net.SetReachable(false);
  world.Settle();
  model::Draft draft = SampleDraft("Not for long");
  draft.not_after = world.clock.Now() + absl::Hours(1);
  const exchange::Published item = a.Publish(draft);
  world.Run(absl::Hours(1));
  world.net.SetReachable(true);
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(a.StatusOf(b).connected);
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_EQ(a.Where(item.item, b).rule, exchange::kRuleExpired);
}

std::string PermitFor(const std::string& duties) {
  return "policy \"duties\" version 2\n\npermit all\n  to any peer\n  may replicate\n  any item\n"
         "  with " +
         duties + "\n  because \"a test\"\n";
}

TEST_F(Delivery, WhatExpiredOnTheWayIsReleasedAnewWhileItMayGo) {
  EXPECT_OK(a.Apply(PermitFor("expires after 1 hours")));
  world.net.SetFilter([&](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    return batch ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  const exchange::Published item = a.Publish(SampleDraft("An hour after release"));
  world.Settle();
  ASSERT_THAT(a.Releases(item.item), SizeIs(1));
  world.Run(absl::Hours(2));
  EXPECT_FALSE(b.Latest(item.item).has_value());
  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(10));
  ASSERT_TRUE(b.Latest(item.item).has_value());
  EXPECT_GT(b.Latest(item.item)->terms.expires, world.clock.Now());
  EXPECT_EQ(a.Where(item.item, b).state, "delivered");
}

TEST_F(Delivery, AnAttachmentIsNotServedUnderTermsThatAreStricterNow) {
  EXPECT_OK(a.Apply(PermitFor("hops 2")));
  model::Draft draft = SampleDraft("With a picture");
  draft.attachments = {{.name = "seal.png", .media_type = "image/png", .bytes = "picture"}};
  world.net.SetFilter([&](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool request = decoded.ok() && std::holds_alternative<wire::ChunkRequest>(*decoded);
    return request ? std::vector<std::string>{} : std::vector<std::string>{frame};
  });
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(b.Latest(item.item).has_value());
  EXPECT_OK(a.Apply(PermitFor("raise tlp to AMBER+STRICT")));
  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(10));
  EXPECT_FALSE(b.Attachment(item, "attachments/1", 1).has_value());
  EXPECT_EQ(a.EventsOf(audit::EventKind::kAttachmentServed).front().outcome, "refused");
}

TEST_F(Delivery, AnAttachmentFollowsInChunksAcrossABreak) {
  EXPECT_OK(a.Apply(PermitEverything()));
  model::Draft draft = SampleDraft("With a picture");
  std::string picture;
  for (size_t i = 0; i < 200'000; ++i) picture.push_back(static_cast<char>(i * 31 % 251));
  draft.attachments = {{.name = "seal.png", .media_type = "image/png", .bytes = picture}};
  const exchange::Published item = a.Publish(draft);
  size_t replies = 0;
  world.net.SetFilter([&](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool chunk = decoded.ok() && std::holds_alternative<wire::ChunkReply>(*decoded);
    if (chunk && ++replies == 3) return std::vector<std::string>{};
    return std::vector<std::string>{frame};
  });
  world.Settle();
  EXPECT_FALSE(b.Attachment(item, "attachments/1", 4).has_value());
  b.Close();
  b.Open();
  world.Run(absl::Minutes(3));
  EXPECT_EQ(b.Attachment(item, "attachments/1", 4), picture);
  EXPECT_EQ(b.Leaves(audit::EventKind::kAttachmentReceived), 1u);
}

TEST_F(Delivery, AClockThatIsCorrectedBackByAYearHoldsNothingUp) {
  EXPECT_OK(a.Apply(PermitEverything()));
  world.clock.Advance(absl::Hours(24 * 365));
  world.Settle();
  world.net.SetReachable(false);
  world.Run(absl::Minutes(5));
  world.clock.Advance(-absl::Hours(24 * 365));
  world.net.SetReachable(true);
  const exchange::Published item = a.Publish(SampleDraft("In time"));
  for (TestNode* node : {&a, &b}) node->supervisor().WakeAll();
  world.Run(absl::Minutes(3));
  EXPECT_TRUE(b.Latest(item.item).has_value());
}

TEST_F(Delivery, BothDirectionsShareOneLink) {
  EXPECT_OK(a.Apply(PermitEverything()));
  EXPECT_OK(b.Apply(PermitEverything()));
  const exchange::Published from_a = a.Publish(SampleDraft("From Mombasa"));
  const exchange::Published from_b = b.Publish(SampleDraft("From Dar"));
  world.Settle();
  EXPECT_TRUE(b.Latest(from_a.item).has_value());
  EXPECT_TRUE(a.Latest(from_b.item).has_value());
  EXPECT_EQ(world.net.links_made(), 1u);
  EXPECT_THAT(b.Releases(from_a.item), IsEmpty()) << "nobody gets its own item back";
}

TEST_F(Delivery, APreviewSaysWhatThenHappens) {
  EXPECT_OK(a.Apply(R"(policy "lessons only" version 1

permit lessons
  to      any peer
  may     replicate
  items   where item.kind is lesson
  with    redact topics
  because "a test"
)"));
  ASSERT_OK_AND_ASSIGN(const exchange::Preview no, a.publisher().PreviewOf(SampleDraft("B")));
  ASSERT_THAT(no.peers, SizeIs(1));
  EXPECT_FALSE(no.peers[0].release);
  EXPECT_EQ(no.peers[0].rule, "default");
  model::Draft lesson = SampleDraft("L");
  lesson.kind = model::Kind::kLesson;
  ASSERT_OK_AND_ASSIGN(const exchange::Preview yes, a.publisher().PreviewOf(lesson));
  EXPECT_TRUE(yes.peers[0].release);
  EXPECT_EQ(yes.peers[0].rule, "lessons");
  EXPECT_THAT(yes.peers[0].redacted, ElementsAre("topics"));
  EXPECT_THAT(a.publisher().Publish(TestNode::Officer(), lesson, no.hash),
              ::fairway::testing::HasProblem("FW-PUB-020"));
  EXPECT_OK(a.publisher().Publish(TestNode::Officer(), lesson, yes.hash));
}

}  // namespace
}  // namespace fairway::replication
