#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "node/exchange/held.h"
#include "node/exchange/release_gate.h"
#include "node/store/peer_table.h"
#include "node/store/stored_peer_directory.h"
#include "node/wire/frame.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// Each duty of the policy language that the sender keeps, from the policy's text to the other
// node's store.
namespace fairway::exchange {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const model::Caller kCommander{"carla", 1002, {model::Role::kCommander}};
const model::Caller kBoth{"bea", 1003, {model::Role::kOfficer, model::Role::kCommander}};
const model::Caller kAuditor{"ada", 1004, {model::Role::kAuditor}};

// Alerts go at once; everything else with `duties`.
std::string With(const std::string& duties, int version = 1) {
  return "policy \"duties\" version " + std::to_string(version) +
         "\n\npermit alerts\n  to any peer\n  may replicate, redistribute\n"
         "  items where item.kind is alert\n  because \"urgent\"\n\n"
         "permit others\n  to any peer\n  may replicate, redistribute\n"
         "  items where item.kind is bulletin\n  with " +
         duties + "\n  because \"a test\"\n";
}

model::Draft Alert(const std::string& title) {
  model::Draft draft = SampleDraft(title);
  draft.kind = model::Kind::kAlert;
  return draft;
}

class DutyTest : public ::testing::Test {
 protected:
  DutyTest() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
    Control(a, b, {"receipts", "encrypted-at-rest"});
  }

  void Control(TestNode& node, TestNode& peer, std::vector<std::string> controls) {
    model::PeerAttributes attributes;
    attributes.country = "TZ";
    attributes.controls = std::move(controls);
    node.SetAttributes(peer, attributes);
    world.Settle();
  }

  bool Has(TestNode& node, const Published& item) { return node.Latest(item.item).has_value(); }

  // What the gate says of an item for B at `now`: the rule that keeps it, or "".
  std::string Rule(const Published& item, absl::Time now) {
    std::string rule;
    EXPECT_OK(a.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto peer = store::GetPeer(txn, b.id());
      if (!peer.ok()) return peer.status();
      const auto verdict = a.gate().Decide(txn, item.object, **peer, now);
      if (!verdict.ok()) return verdict.status();
      const Withheld* no = std::get_if<Withheld>(&*verdict);
      rule = no == nullptr ? "" : no->decision.rule;
      return absl::OkStatus();
    }));
    return rule;
  }

  // A node that is killed and started again.
  void Restart(TestNode& node) {
    node.Close();
    node.Open();
    world.Settle();
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

// delay ------------------------------------------------------------------------------------------

TEST_F(DutyTest, ADelayedItemGoesWhenItIsItsTimeAndNotAMillisecondBefore) {
  ASSERT_OK(a.Apply(With("delay 48 hours")));
  const Published item = a.Publish(SampleDraft("Late"));
  const absl::Time stored = a.Latest(item.item)->stored_at;
  world.Settle();
  EXPECT_FALSE(Has(b, item));
  EXPECT_EQ(Rule(item, stored + absl::Hours(48) - absl::Milliseconds(1)), "delay");
  EXPECT_EQ(Rule(item, stored + absl::Hours(48)), "");
  EXPECT_EQ(a.Where(item.item, b).state, "withheld");
  EXPECT_EQ(a.Where(item.item, b).rule, "delay");
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("waits until "));
  world.Run(stored + absl::Hours(48) - absl::Milliseconds(1) - world.clock.Now());
  EXPECT_FALSE(Has(b, item));
  world.Run(absl::Milliseconds(1));
  EXPECT_TRUE(Has(b, item)) << "nobody woke the session but the time";
}

TEST_F(DutyTest, ADelayOutlivesARestart) {
  ASSERT_OK(a.Apply(With("delay 2 hours")));
  const Published item = a.Publish(SampleDraft("Late"));
  world.Settle();
  Restart(a);
  world.Run(absl::Hours(1));
  EXPECT_FALSE(Has(b, item));
  Restart(a);
  world.Run(absl::Hours(1));
  EXPECT_TRUE(Has(b, item));
}

TEST_F(DutyTest, ADelayHoldsUpNothingElse) {
  ASSERT_OK(a.Apply(With("delay 2 hours")));
  const Published late = a.Publish(SampleDraft("Late"));
  const Published alert = a.Publish(Alert("Now"));
  world.Settle();
  EXPECT_FALSE(Has(b, late));
  EXPECT_TRUE(Has(b, alert));
}

TEST_F(DutyTest, AnotherPolicyMovesTheTime) {
  ASSERT_OK(a.Apply(With("delay 10 days")));
  const Published item = a.Publish(SampleDraft("Late"));
  world.Settle();
  ASSERT_OK(a.Apply(With("delay 3 hours", 2)));
  world.Run(absl::Hours(3) - absl::Minutes(1));
  EXPECT_FALSE(Has(b, item));
  world.Run(absl::Minutes(1));
  EXPECT_TRUE(Has(b, item));

  const Published other = a.Publish(SampleDraft("Longer"));
  world.Settle();
  ASSERT_OK(a.Apply(With("delay 6 hours", 3)));
  world.Run(absl::Hours(3));
  EXPECT_FALSE(Has(b, other));
  world.Run(absl::Hours(3));
  EXPECT_TRUE(Has(b, other));
}

TEST_F(DutyTest, ADelayedRevisionRecallsNothing) {
  ASSERT_OK(a.Apply(With("hops 0")));
  const Published item = a.Publish(SampleDraft("First"));
  world.Settle();
  ASSERT_OK(a.Apply(With("delay 2 hours", 2)));
  a.Revise(item.item, SampleDraft("Second"));
  world.Run(absl::Hours(1));
  EXPECT_EQ(b.Latest(item.item)->body.revision, 1u);
  EXPECT_EQ(b.Latest(item.item)->state, store::RevisionState::kActive);
  world.Run(absl::Hours(1));
  EXPECT_EQ(b.Latest(item.item)->body.revision, 2u);
}

// hold for ---------------------------------------------------------------------------------------

class HoldTest : public DutyTest {
 protected:
  HoldTest() { MakeDesk(); }

  void MakeDesk() {
    directory_.emplace(a.db());
    desk.emplace(a.db(), a.gate(), a.audit(), *directory_, world.clock,
                 [this] { a.supervisor().WakeAll(); });
  }

  absl::StatusOr<HeldReleased> LetGo(const model::Caller& caller, const Published& item,
                                     const std::string& peer = "dar-customs") {
    return desk->Release(
        caller, {.origin = a.id(), .item = item.item, .peer = peer, .if_revision = std::nullopt});
  }

  std::optional<store::StoredPeerDirectory> directory_;
  std::optional<HeldDesk> desk;
};

TEST_F(HoldTest, ItWaitsForThatRoleAndGoesWithWhatThePersonSaw) {
  ASSERT_OK(a.Apply(With("redact grading, hold for commander")));
  model::Draft draft = SampleDraft("Held");
  draft.grading = "B2";
  const Published item = a.Publish(draft);
  const Published alert = a.Publish(Alert("Now"));
  world.Settle();
  EXPECT_FALSE(Has(b, item));
  EXPECT_TRUE(Has(b, alert)) << "nothing else waits";
  EXPECT_EQ(a.Where(item.item, b).state, "held");
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("commander"));

  ASSERT_OK_AND_ASSIGN(const HeldPage page, desk->List());
  ASSERT_THAT(page.held, SizeIs(1));
  EXPECT_THAT(page.held[0].roles, ElementsAre(model::Role::kCommander));
  EXPECT_THAT(page.held[0].going, Contains("title"));
  EXPECT_THAT(page.held[0].going, Not(Contains("grading")));
  EXPECT_EQ(page.held[0].label, "");
  EXPECT_EQ(page.held[0].rule, "others");

  EXPECT_THAT(LetGo(TestNode::Officer(), item), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(LetGo(kAuditor, item), HasProblem("FW-AUTH-002"));
  world.Settle();
  EXPECT_FALSE(Has(b, item));

  ASSERT_OK_AND_ASSIGN(const HeldReleased released, LetGo(kCommander, item));
  EXPECT_THAT(released.roles, ElementsAre(model::Role::kCommander));
  EXPECT_THAT(released.still_roles, IsEmpty());
  world.Settle();
  EXPECT_TRUE(Has(b, item));
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("carla let it go as commander"));
  EXPECT_THAT(LetGo(kCommander, item), HasProblem("FW-HELD-003"));
  const std::vector<audit::Event> leaves = a.EventsOf(audit::EventKind::kHoldReleased);
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].role, "commander");
  EXPECT_THAT(leaves[0].detail.at("parts"), HasSubstr("title"));
}

TEST_F(HoldTest, TwoRolesBothHaveToLetItGo) {
  ASSERT_OK(a.Apply(With("hold for commander, hold for auditor")));
  const Published item = a.Publish(SampleDraft("Held"));
  world.Settle();
  ASSERT_OK_AND_ASSIGN(const HeldReleased first, LetGo(kBoth, item));
  EXPECT_THAT(first.still_roles, ElementsAre(model::Role::kAuditor));
  world.Settle();
  EXPECT_FALSE(Has(b, item));
  EXPECT_THAT(LetGo(kCommander, item), HasProblem("FW-AUTH-002")) << "that role let it go already";
  ASSERT_OK(LetGo(kAuditor, item).status());
  world.Settle();
  EXPECT_TRUE(Has(b, item));
}

TEST_F(HoldTest, WhatWasLetGoIsForThatPeerAndThatRevisionAndThoseParts) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(a, c);
  ASSERT_OK(a.Apply(With("redact grading, hold for commander")));
  model::Draft draft = SampleDraft("Held");
  draft.grading = "B2";
  const Published item = a.Publish(draft);
  world.Settle();
  ASSERT_OK(LetGo(kCommander, item).status());
  world.Settle();
  EXPECT_TRUE(Has(b, item));
  EXPECT_FALSE(Has(c, item));

  ASSERT_OK(a.Apply(With("hold for commander", 2)));
  world.Settle();
  EXPECT_THAT(b.Labels(item.item), Not(Contains("grading"))) << "nobody saw that the grading goes";
  EXPECT_EQ(Rule(item, world.clock.Now()), "hold");
  ASSERT_OK(LetGo(kCommander, item).status());
  world.Settle();
  EXPECT_THAT(b.Labels(item.item), Contains("grading"));

  a.Revise(item.item, draft);
  world.Settle();
  EXPECT_EQ(b.Latest(item.item)->body.revision, 1u);
  EXPECT_EQ(b.Latest(item.item)->state, store::RevisionState::kActive);
}

TEST_F(HoldTest, AMentionAndARoleAreJudgedByWhoMayJudgeThem) {
  ASSERT_OK(a.Apply(With("redact persons.*, hold for auditor")));
  model::Draft draft = SampleDraft("A driver");
  draft.persons = {"Juma Hassan"};
  draft.body = "Juma Hassan was seen.";
  const Published item = a.Publish(draft);
  world.Settle();
  ASSERT_OK_AND_ASSIGN(const HeldReleased first, LetGo(kAuditor, item));
  EXPECT_EQ(first.label, "");
  EXPECT_EQ(first.still_label, "persons.name/1");
  EXPECT_EQ(a.Where(item.item, b).rule, "mention");
  ASSERT_OK_AND_ASSIGN(const HeldReleased second, LetGo(TestNode::Officer(), item));
  EXPECT_EQ(second.label, "persons.name/1");
  world.Settle();
  EXPECT_TRUE(Has(b, item));
}

TEST_F(HoldTest, WhatWasLetGoStaysSoAfterARestart) {
  ASSERT_OK(a.Apply(With("hold for commander, delay 2 hours")));
  const Published item = a.Publish(SampleDraft("Held"));
  world.Settle();
  ASSERT_OK(LetGo(kCommander, item).status());
  world.Settle();
  EXPECT_EQ(a.Where(item.item, b).rule, "delay");
  desk.reset();
  directory_.reset();
  Restart(a);
  world.Run(absl::Hours(2));
  EXPECT_TRUE(Has(b, item));
}

// receipt within ---------------------------------------------------------------------------------

class ReceiptTest : public DutyTest {
 protected:
  // While true the receipts of B are lost on their way.
  void LoseReceipts(bool lose) {
    world.net.SetFilter([lose](const std::string&, const std::string&, const std::string& frame) {
      const auto decoded = wire::DecodeFrame(frame);
      const bool receipt = decoded.ok() && std::holds_alternative<wire::ReceiptFrame>(*decoded);
      return lose && receipt ? std::vector<std::string>{} : std::vector<std::string>{frame};
    });
  }
};

TEST_F(ReceiptTest, ALateReceiptHoldsBackWhatNeedsOneAndNothingElse) {
  ASSERT_OK(a.Apply(With("receipt within 2 hours")));
  LoseReceipts(true);
  const Published first = a.Publish(SampleDraft("First"));
  world.Settle();
  const absl::Time due = *a.Releases(first.item)[0].receipt_due;
  EXPECT_EQ(due, a.Releases(first.item)[0].decided_at + absl::Hours(2));
  world.Run(due - absl::Minutes(1) - world.clock.Now());
  const Published in_time = a.Publish(SampleDraft("In time"));
  world.Settle();
  EXPECT_THAT(a.Releases(in_time.item), SizeIs(1));

  EXPECT_EQ(Rule(in_time, due - absl::Milliseconds(1)), "");
  EXPECT_EQ(Rule(in_time, due), "receipt");
  world.Run(due - world.clock.Now());
  const Published late = a.Publish(SampleDraft("Late"));
  const Published alert = a.Publish(Alert("Now"));
  world.Settle();
  EXPECT_THAT(a.Releases(late.item), IsEmpty());
  EXPECT_EQ(a.Where(late.item, b).rule, "receipt");
  EXPECT_THAT(a.Where(late.item, b).because, HasSubstr("record 1"));
  EXPECT_THAT(a.Releases(alert.item), SizeIs(1)) << "it needs no receipt";
  EXPECT_THAT(a.supervisor().StatusOf(b.id())->trouble, HasSubstr("the receipt for record 1"));

  LoseReceipts(false);
  world.Run(absl::Minutes(5));
  EXPECT_TRUE(Has(b, late)) << "it ends by itself when the receipt comes";
  EXPECT_EQ(a.supervisor().StatusOf(b.id())->trouble, "");
  EXPECT_THAT(a.Releases(late.item), SizeIs(1));
  EXPECT_THAT(a.Releases(in_time.item), SizeIs(1)) << "what has its number is not held up";
}

TEST_F(ReceiptTest, ItIsStillLateAfterARestart) {
  ASSERT_OK(a.Apply(With("receipt within 1 hours")));
  LoseReceipts(true);
  a.Publish(SampleDraft("First"));
  world.Run(absl::Hours(1));
  const Published late = a.Publish(SampleDraft("Late"));
  world.Settle();
  Restart(a);
  world.Run(absl::Hours(1));
  EXPECT_THAT(a.Releases(late.item), IsEmpty());
  Restart(a);
  LoseReceipts(false);
  world.Run(absl::Minutes(5));
  EXPECT_TRUE(Has(b, late));
}

// Terms ------------------------------------------------------------------------------------------

TEST_F(DutyTest, WatermarkEncryptionAndPurposeTravelInTheTerms) {
  ASSERT_OK(a.Apply(With("watermark, encrypt at rest, use for { investigation, border-control }")));
  model::Draft draft = SampleDraft("Bound");
  draft.purpose = {"crime-prevention", "investigation"};
  const Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(Has(b, item));
  const model::Terms terms = b.Latest(item.item)->terms;
  EXPECT_TRUE(terms.watermark);
  EXPECT_TRUE(terms.encrypt_at_rest);
  EXPECT_EQ(terms.purpose, std::vector<std::string>{"investigation"});
  EXPECT_EQ(a.Releases(item.item)[0].terms, terms);
}

TEST_F(DutyTest, WhatIsPassedOnIsBoundAsItCame) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(b, c);
  ASSERT_OK(a.Apply(With("watermark, encrypt at rest, use for { investigation }, hops 1")));
  ASSERT_OK(b.Apply(With("hops 1")));
  model::Draft draft = SampleDraft("Bound");
  draft.onward = model::Onward::kCommunity;
  const Published item = a.Publish(draft);
  world.Settle();
  ASSERT_TRUE(Has(b, item));
  EXPECT_FALSE(Has(c, item));
  EXPECT_EQ(b.Where(item.item, c).rule, "P15");
  EXPECT_THAT(b.Where(item.item, c).because, HasSubstr("encrypt at rest"));

  Control(b, c, {"encrypted-at-rest"});
  world.Run(absl::Minutes(2));
  ASSERT_TRUE(Has(c, item));
  EXPECT_TRUE(c.Latest(item.item)->terms.watermark);
  EXPECT_TRUE(c.Latest(item.item)->terms.encrypt_at_rest);
  EXPECT_EQ(c.Latest(item.item)->terms.purpose, std::vector<std::string>{"investigation"});
}

TEST_F(DutyTest, WhatNoCopyCanMeetStaysHere) {
  ASSERT_OK(a.Apply(With("no copy")));
  const Published item = a.Publish(SampleDraft("To look at"));
  world.Settle();
  EXPECT_FALSE(Has(b, item));
  EXPECT_EQ(a.Where(item.item, b).rule, "P15");
  EXPECT_THAT(a.Where(item.item, b).because, HasSubstr("no copy"));
}

TEST_F(DutyTest, TheOriginatorIsToldOfItsOwnItemsByPublishingThem) {
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(b, c);
  ASSERT_OK(a.Apply(With("notify originator, hops 1")));
  ASSERT_OK(b.Apply(With("notify originator")));
  model::Draft draft = SampleDraft("Passed on");
  draft.onward = model::Onward::kCommunity;
  const Published item = a.Publish(draft);
  world.Settle();
  EXPECT_TRUE(Has(b, item));
  EXPECT_FALSE(Has(c, item)) << "B cannot tell A";
  EXPECT_EQ(b.Where(item.item, c).rule, "P15");
  EXPECT_THAT(b.Where(item.item, c).because, HasSubstr("notify originator"));
}

}  // namespace
}  // namespace fairway::exchange
