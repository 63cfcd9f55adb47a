// A change of the policy from the first draft to the day it is rolled back.
#include "node/policyadmin/proposals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "node/audit/event.h"
#include "node/membership/membership.h"
#include "node/policyadmin/policy_watch.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "node/store/user_table.h"
#include "tests/policyadmin/policy_room.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/status_matchers.h"

namespace fairway::policyadmin {
namespace {

using audit::EventKind;
using store::ProposalState;
using ::testing::ElementsAre;
using testing::HasProblem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Permit;
using testing::PolicyRoom;
using testing::SampleDraft;
using ::testing::SizeIs;
using testing::TestNode;
using testing::TestWorld;

const std::string kGreen = Permit("where item.tlp at most GREEN");
const std::string kAmber = Permit("where item.tlp at most AMBER");
const std::string kClear = Permit("where item.tlp at most CLEAR");

class ProposalsTest : public ::testing::Test {
 protected:
  ProposalsTest()
      : a(world.Add("mombasa-port", "KE")),
        b(world.Add("dar-customs", "TZ")),
        room(a, world.clock) {
    world.Pair(a, b);
    ada = room.Add("ada", {model::Role::kAdministrator});
    ben = room.Add("ben", {model::Role::kAdministrator});
    cy = room.Add("cy", {model::Role::kCommander});
  }

  exchange::Published Publish(const std::string& title, model::Tlp tlp) {
    model::Draft draft = SampleDraft(title);
    draft.tlp = tlp;
    return a.Publish(draft);
  }
  absl::StatusOr<ProposalView> Propose(const std::string& text) {
    return room.proposals.Propose(ada, "p.fpol", text, "agreement 2026/1");
  }
  void Disable(const std::string& name) {
    ASSERT_OK(a.db().Write([&](store::Txn& txn) -> absl::Status {
      store::UserRow row = **store::GetUser(txn, name);
      row.disabled = true;
      return store::UpdateUser(txn, row);
    }));
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  PolicyRoom room;
  model::Caller ada;
  model::Caller ben;
  model::Caller cy;
};

TEST_F(ProposalsTest, ASecondPersonApprovesAndThenItIsApplied) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  EXPECT_EQ(proposed.proposal.number, 1u);
  EXPECT_EQ(proposed.proposal.state, ProposalState::kOpen);
  EXPECT_TRUE(proposed.needs.approver);
  EXPECT_FALSE(proposed.needs.commander);
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-028"));
  EXPECT_THAT(room.proposals.Approve(ada, 1, proposed.preview->digest), HasProblem("FW-POL-025"));
  ASSERT_OK_AND_ASSIGN(const ProposalView approved,
                       room.proposals.Approve(ben, 1, proposed.preview->digest));
  EXPECT_EQ(approved.proposal.state, ProposalState::kApproved);
  ASSERT_OK_AND_ASSIGN(const AppliedPolicy applied, room.proposals.Apply(ada, 1));
  EXPECT_EQ(applied.number, 1u);
  EXPECT_FALSE(applied.alone);
  EXPECT_EQ(a.policy_slot().Get()->number, 1u);
  world.Settle();
  EXPECT_EQ(b.Releases(model::ItemId()).size(), 0u);

  ASSERT_OK_AND_ASSIGN(const std::vector<VersionView> history, room.proposals.History(10));
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_TRUE(history[0].record_verifies);
  EXPECT_EQ(history[0].record->author, "ada");
  ASSERT_THAT(history[0].approvals, SizeIs(1));
  EXPECT_EQ(history[0].approvals[0].user, "ben");
  EXPECT_EQ(a.Leaves(EventKind::kPolicyProposed), 1u);
  EXPECT_EQ(a.Leaves(EventKind::kPolicyApproved), 1u);
  EXPECT_EQ(a.Leaves(EventKind::kPolicyApplied), 1u);
  EXPECT_EQ(a.Leaves(EventKind::kPolicyRefused), 2u);
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-021"));
}

TEST_F(ProposalsTest, AmberNeedsACommander) {
  Publish("amber", model::Tlp::kAmber);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kAmber));
  EXPECT_TRUE(proposed.needs.commander);
  const crypto::Digest digest = proposed.preview->digest;
  ASSERT_OK_AND_ASSIGN(const ProposalView by_ben, room.proposals.Approve(ben, 1, digest));
  EXPECT_EQ(by_ben.proposal.state, ProposalState::kOpen);
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-028"));
  ASSERT_OK_AND_ASSIGN(const ProposalView by_cy, room.proposals.Approve(cy, 1, digest));
  EXPECT_EQ(by_cy.proposal.state, ProposalState::kApproved);
  EXPECT_OK(room.proposals.Apply(ben, 1).status());
}

// Suspended while it is looked at, active again once it is in force: the preview shows nothing of
// it.
TEST_F(ProposalsTest, WhatAPeerThatIsNotActiveMayGetOnceItIsNeedsACommander) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK(a.db().Write([&](store::Txn& txn) {
    return store::SetPeerState(txn, b.id(), model::PeerState::kSuspended, world.clock.Now());
  }));
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  EXPECT_TRUE(proposed.preview->gains_nothing());
  EXPECT_THAT(proposed.needs.why_commander,
              ElementsAre("dar-customs is not active now, and may get more once it is"));
  const crypto::Digest digest = proposed.preview->digest;
  ASSERT_OK(room.proposals.Approve(ben, 1, digest).status());
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-028"));
  ASSERT_OK(room.proposals.Approve(cy, 1, digest).status());
  EXPECT_OK(room.proposals.Apply(ada, 1).status());
}

TEST_F(ProposalsTest, ARuleThatBeginsLaterNeedsACommander) {
  const std::string day =
      absl::FormatTime("%Y-%m-%d", world.clock.Now() + absl::Hours(24), absl::UTCTimeZone());
  ASSERT_OK_AND_ASSIGN(const ProposalView today, Propose(kGreen));
  EXPECT_THAT(today.needs.why_commander, IsEmpty());
  std::string later = kGreen;
  later.insert(later.find("  because"), "  from " + day + "\n");
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(later));
  ASSERT_THAT(proposed.needs.why_commander, SizeIs(1));
  EXPECT_THAT(proposed.needs.why_commander[0], HasSubstr("begins on " + day));
}

TEST_F(ProposalsTest, AnApproverWhoLeftDoesNotCountAnyMore) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  ASSERT_OK(room.proposals.Approve(ben, 1, proposed.preview->digest).status());
  Disable("ben");
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-028"));
}

TEST_F(ProposalsTest, GainsThatAreOthersThanThoseApprovedAreRefusedWithWhatIsDifferent) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  const crypto::Digest digest = proposed.preview->digest;
  ASSERT_OK(room.proposals.Approve(ben, 1, digest).status());
  const exchange::Published late = Publish("came later", model::Tlp::kGreen);
  const auto refused = room.proposals.Apply(ada, 1);
  ASSERT_THAT(refused, HasProblem("FW-POL-026"));
  ASSERT_FALSE(ProblemOf(refused.status())->why.empty());
  EXPECT_THAT(ProblemOf(refused.status())->why[0], HasSubstr("+ dar-customs " + late.ref));
  EXPECT_EQ(a.policy_slot().Get(), nullptr);
  EXPECT_THAT(room.proposals.Approve(cy, 1, digest), HasProblem("FW-POL-026"))
      << "nobody approves what they did not see";
  ASSERT_OK_AND_ASSIGN(const ProposalView shown, room.proposals.Show(1));
  EXPECT_TRUE(shown.gains_changed);
  ASSERT_TRUE(shown.difference.has_value());
  EXPECT_THAT(shown.difference->more, SizeIs(1));
  ASSERT_OK(room.proposals.Approve(ben, 1, shown.preview->digest).status());
  EXPECT_OK(room.proposals.Apply(ada, 1).status());
}

TEST_F(ProposalsTest, WhoOnlyTakesBackNeedsNobody) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  ASSERT_OK(room.proposals.Approve(ben, 1, proposed.preview->digest).status());
  ASSERT_OK(room.proposals.Apply(ada, 1).status());
  EXPECT_THAT(room.proposals.ApplyText(ada, "p.fpol", kAmber, "wider"), HasProblem("FW-POL-028"));
  ASSERT_OK_AND_ASSIGN(const AppliedPolicy tighter,
                       room.proposals.ApplyText(ada, "p.fpol", kClear, "take it back"));
  EXPECT_EQ(tighter.number, 2u);
  EXPECT_FALSE(tighter.alone);
}

TEST_F(ProposalsTest, WithoutAnybodyElseTheAuthorGoesAloneAndItIsSaid) {
  Disable("ben");
  Disable("cy");
  Publish("amber", model::Tlp::kAmber);
  ASSERT_OK_AND_ASSIGN(const AppliedPolicy applied,
                       room.proposals.ApplyText(ada, "p.fpol", kAmber, "only me"));
  EXPECT_TRUE(applied.alone);
  EXPECT_EQ(a.EventsOf(EventKind::kPolicyApplied)[0].detail.count("alone"), 1u);
  ASSERT_OK_AND_ASSIGN(const std::vector<VersionView> history, room.proposals.History(1));
  EXPECT_TRUE(history[0].record->alone);
  EXPECT_TRUE(history[0].record_verifies);
}

TEST_F(ProposalsTest, AnotherVersionSupersedesWhatWaits) {
  ASSERT_OK(Propose(kGreen).status());
  ASSERT_OK(Propose(kAmber).status());
  ASSERT_OK_AND_ASSIGN(const ProposalView second, room.proposals.Show(2));
  ASSERT_OK(room.proposals.Approve(ben, 2, second.preview->digest).status());
  ASSERT_OK(room.proposals.Apply(ada, 2).status());
  ASSERT_OK_AND_ASSIGN(const std::vector<store::Proposal> all, room.proposals.List(10));
  EXPECT_EQ(all[1].state, ProposalState::kSuperseded);
  EXPECT_EQ(all[0].state, ProposalState::kApplied);
  EXPECT_EQ(all[0].applied_as, 1u);
  EXPECT_THAT(room.proposals.Approve(ben, 1, second.preview->digest), HasProblem("FW-POL-021"));
}

TEST_F(ProposalsTest, RejectedAndWithdrawnOnesAreOver) {
  ASSERT_OK(Propose(kGreen).status());
  ASSERT_OK(Propose(kAmber).status());
  EXPECT_THAT(room.proposals.Reject(cy, 1, ""), HasProblem("FW-POL-013"));
  EXPECT_OK(room.proposals.Reject(cy, 1, "too wide"));
  EXPECT_THAT(room.proposals.Withdraw(ben, 2, "mistake"), HasProblem("FW-POL-027"));
  EXPECT_OK(room.proposals.Withdraw(ada, 2, "mistake"));
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-021"));
  EXPECT_THAT(room.proposals.Apply(ada, 2), HasProblem("FW-POL-021"));
  EXPECT_THAT(room.proposals.Apply(ada, 3), HasProblem("FW-POL-020"));
  EXPECT_EQ(a.Leaves(EventKind::kPolicyRejected), 1u);
  EXPECT_EQ(a.Leaves(EventKind::kPolicyWithdrawn), 1u);
}

TEST_F(ProposalsTest, OnlyTheRightRolesTakeEachStep) {
  const model::Caller officer = room.Add("otto", {model::Role::kOfficer});
  EXPECT_THAT(room.proposals.Propose(officer, "p.fpol", kGreen, "r"), HasProblem("FW-AUTH-002"));
  ASSERT_OK(Propose(kGreen).status());
  EXPECT_THAT(room.proposals.Approve(officer, 1, {}), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(room.proposals.Apply(cy, 1), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(room.proposals.ApplyText(cy, "p.fpol", kGreen, "r"), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(room.proposals.Rollback(cy, 1, "r"), HasProblem("FW-AUTH-002"));
}

TEST_F(ProposalsTest, WhatDoesNotPassTheGateIsNotEvenProposed) {
  EXPECT_THAT(Propose("permit nonsense"), HasProblem("FW-POL-001"));
  const std::string failing = kGreen + R"(
test "dar gets no green"
  peer dar-customs
  action replicate
  item { kind: bulletin, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold
)";
  EXPECT_THAT(Propose(failing), HasProblem("FW-POL-002"));
  const std::string broken = kGreen + R"(
guarantee "nothing green leaves" no peer may replicate items where item.tlp at least GREEN
)";
  EXPECT_THAT(Propose(broken), HasProblem("FW-POL-016"));
  EXPECT_THAT(Propose("policy \"x\" version 2 replaces " + std::string(64, 'a') + "\n" +
                      kGreen.substr(kGreen.find('\n') + 1)),
              HasProblem("FW-POL-017"));
  ASSERT_OK_AND_ASSIGN(const std::vector<store::Proposal> all, room.proposals.List(10));
  EXPECT_THAT(all, IsEmpty());
  EXPECT_EQ(a.Leaves(EventKind::kPolicyRefused), 4u);
}

TEST_F(ProposalsTest, ABudgetNeedsItsRoleOrNobodyCanLiftIt) {
  for (int i = 0; i < 2; ++i) Publish("green", model::Tlp::kGreen);
  const std::string lifted =
      kGreen + "budget \"b\" a change may newly release at most 1 items without commander\n";
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(lifted));
  EXPECT_THAT(proposed.needs.roles, ::testing::ElementsAre("commander"));
  ASSERT_OK(room.proposals.Approve(ben, 1, proposed.preview->digest).status());
  EXPECT_THAT(room.proposals.Apply(ada, 1), HasProblem("FW-POL-028"));
  ASSERT_OK(room.proposals.Approve(cy, 1, proposed.preview->digest).status());
  ASSERT_OK_AND_ASSIGN(
      const ProposalView hard,
      Propose(kGreen + "budget \"b\" a change may newly release at most 1 items\n"));
  ASSERT_OK(room.proposals.Approve(cy, 2, hard.preview->digest).status());
  EXPECT_THAT(room.proposals.Apply(ada, 2), HasProblem("FW-POL-029"));
  EXPECT_OK(room.proposals.Apply(ada, 1).status());
}

TEST_F(ProposalsTest, ABudgetInForceBindsTheChangeThatDropsOrRaisesIt) {
  for (int i = 0; i < 2; ++i) Publish("green", model::Tlp::kGreen);
  const auto put = [&](const std::string& text) -> absl::Status {
    const absl::StatusOr<ProposalView> proposed = Propose(text);
    if (!proposed.ok()) return proposed.status();
    const uint64_t number = proposed->proposal.number;
    const auto approved = room.proposals.Approve(cy, number, proposed->preview->digest);
    if (!approved.ok()) return approved.status();
    return room.proposals.Apply(ada, number).status();
  };
  const auto budget = [](int most) {
    return "budget \"b\" a change may newly release at most " + std::to_string(most) + " items\n";
  };
  ASSERT_OK(put(kClear + budget(1)));
  EXPECT_THAT(put(kGreen), HasProblem("FW-POL-029"));
  EXPECT_THAT(put(kGreen + budget(9)), HasProblem("FW-POL-029"));
  ASSERT_OK(put(kClear + budget(9))) << "first the budget, in a change of its own";
  EXPECT_OK(put(kGreen + budget(9)));
}

TEST_F(ProposalsTest, WhoGivesUpAPromiseDoesNotOnlyTakeBack) {
  const std::string permit =
      Permit("where item.tlp at most GREEN and item.topics has none of { cocaine, ivory }");
  const std::string guarantee =
      "guarantee \"no drugs\" no peer may replicate items where item.topics has any of s\n";
  const std::string budget = "budget \"b\" a change may newly release at most 5 items\n";
  const std::string set = "set s = { cocaine, ivory }\n";
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(permit + guarantee + set + budget));
  ASSERT_OK(room.proposals.Approve(ben, 1, proposed.preview->digest).status());
  ASSERT_OK(room.proposals.Apply(ada, 1).status());
  const auto alone = [&](const std::string& text) {
    return room.proposals.ApplyText(ada, "p.fpol", text, "the same permit");
  };
  const auto without = alone(permit + budget);
  ASSERT_THAT(without, HasProblem("FW-POL-028"));
  EXPECT_THAT(ProblemOf(without.status())->why[0], HasSubstr("gives up guarantee \"no drugs\""));
  EXPECT_THAT(alone(permit + guarantee + "set s = { ivory }\n" + budget), HasProblem("FW-POL-028"))
      << "the same words about fewer things";
  EXPECT_THAT(alone(permit + guarantee + set), HasProblem("FW-POL-028"));
  const std::string stricter = "budget \"b\" a change may newly release at most 4 items\n";
  EXPECT_OK(alone(permit + guarantee + set + stricter).status());
}

TEST_F(ProposalsTest, ARollbackIsANewVersionWithTheOldText) {
  Publish("green", model::Tlp::kGreen);
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone(kGreen).status());
  ASSERT_OK(room.ApplyAlone(kClear).status());
  EXPECT_THAT(room.proposals.Rollback(ada, 2, "same"), HasProblem("FW-POL-024"));
  EXPECT_THAT(room.proposals.Rollback(ada, 9, "none"), HasProblem("FW-POL-012"));
  ASSERT_OK_AND_ASSIGN(const Proposals::RolledBack back, room.proposals.Rollback(ada, 1, "again"));
  ASSERT_TRUE(back.applied.has_value());
  EXPECT_EQ(back.applied->number, 3u);
  ASSERT_OK_AND_ASSIGN(const std::vector<VersionView> history, room.proposals.History(1));
  EXPECT_EQ(history[0].record->kind, store::PolicyChange::kRollback);
  EXPECT_EQ(history[0].record->of_version, 1u);
  EXPECT_EQ(history[0].row.text, kGreen);
}

TEST_F(ProposalsTest, ARollbackThatGivesMoreWaitsForTheOthers) {
  Publish("green", model::Tlp::kGreen);
  ASSERT_OK_AND_ASSIGN(const ProposalView proposed, Propose(kGreen));
  ASSERT_OK(room.proposals.Approve(ben, 1, proposed.preview->digest).status());
  ASSERT_OK(room.proposals.Apply(ada, 1).status());
  ASSERT_OK(room.proposals.ApplyText(ada, "p.fpol", kClear, "narrower").status());
  ASSERT_OK_AND_ASSIGN(const Proposals::RolledBack back, room.proposals.Rollback(ada, 1, "again"));
  EXPECT_FALSE(back.applied.has_value());
  ASSERT_TRUE(back.proposed.has_value());
  ASSERT_OK(room.proposals.Approve(ben, 2, back.proposed->preview->digest).status());
  EXPECT_OK(room.proposals.Apply(ada, 2).status());
}

TEST_F(ProposalsTest, AChangedRecordDoesNotVerify) {
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone(kGreen).status());
  ASSERT_OK(a.db().Write([&](store::Txn& txn) -> absl::Status {
    store::PolicyRow row = **store::GetPolicy(txn, 1);
    if (auto put = store::AppendPolicy(txn, row); !put.ok()) return put.status();
    store::PolicyRecord record = **store::GetPolicyRecord(txn, 1);
    record.number = 2;
    return store::PutPolicyRecord(txn, record);
  }));
  ASSERT_OK_AND_ASSIGN(const std::vector<VersionView> history, room.proposals.History(2));
  EXPECT_FALSE(history[0].record_verifies);
  EXPECT_TRUE(history[1].record_verifies);
}

TEST_F(ProposalsTest, InTheShadowTheOldOneServesAndDifferencesAreCounted) {
  ASSERT_OK(Propose(kAmber).status());
  EXPECT_THAT(room.proposals.StartShadow(ada, 1, absl::Minutes(1)), HasProblem("FW-POL-031"));
  EXPECT_THAT(room.proposals.ShowShadow(1), HasProblem("FW-POL-032"));
  Publish("before", model::Tlp::kAmber);
  ASSERT_OK(room.proposals.StartShadow(ada, 1, absl::Hours(2)).status());
  const exchange::Published item = Publish("within", model::Tlp::kAmber);
  Publish("strict", model::Tlp::kAmberStrict);
  room.shadow.Step(world.clock.Now());
  ASSERT_OK_AND_ASSIGN(ShadowView shown, room.proposals.ShowShadow(1));
  EXPECT_EQ(shown.shadow.decisions, 2u);
  EXPECT_EQ(shown.shadow.differences, 1u);
  ASSERT_THAT(shown.differences, SizeIs(1));
  EXPECT_EQ(shown.differences[0].object, a.Latest(item.item)->object);
  EXPECT_THAT(shown.differences[0].after, HasSubstr("release by some"));
  world.Settle();
  EXPECT_EQ(b.Revision(a.id(), item.item), 0u) << "the old one serves";
  world.clock.Advance(absl::Hours(3));
  Publish("after", model::Tlp::kAmber);
  room.shadow.Step(world.clock.Now());
  ASSERT_OK_AND_ASSIGN(shown, room.proposals.ShowShadow(1));
  EXPECT_TRUE(shown.shadow.ended_at.has_value());
  EXPECT_EQ(shown.shadow.decisions, 2u);
  EXPECT_EQ(a.Leaves(EventKind::kPolicyShadow), 2u);
  EXPECT_EQ(room.shadow.Step(world.clock.Now()), absl::InfiniteFuture());
}

// Changes of peers -------------------------------------------------------------------------------

constexpr char kByTier[] = R"(policy "tiers" version 1
permit north
  to peers where peer.tier at least 2
  may replicate
  any item
  because "a test"
test "dar gets nothing"
  peer dar-customs
  action replicate
  item { kind: bulletin, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold
)";

TEST_F(ProposalsTest, APeerThatWouldBreakATestIsNotChangedAndSuspendingAlwaysWorks) {
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone(kByTier).status());
  testing::SeededEntropy entropy(7);
  membership::Membership peers(
      a.db(), a.audit(), world.clock, entropy, a.id(),
      policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary, {},
      &room.change_gate);
  membership::PeerChange promote;
  promote.attributes = model::PeerAttributes();
  promote.attributes->country = "TZ";
  promote.attributes->tier = "2";
  const auto refused = peers.Set(ada, "dar-customs", promote);
  ASSERT_THAT(refused, HasProblem("FW-POL-018"));
  EXPECT_THAT(ProblemOf(refused.status())->why[0], HasSubstr("dar gets nothing"));
  ASSERT_OK_AND_ASSIGN(const membership::PeerStanding same, peers.Show("dar-customs"));
  EXPECT_EQ(same.peer.attributes.tier, "");
  membership::PeerChange suspend;
  suspend.state = model::PeerState::kSuspended;
  EXPECT_OK(peers.Set(ada, "dar-customs", suspend).status());
  membership::PeerChange activate;
  activate.state = model::PeerState::kActive;
  EXPECT_OK(peers.Set(ada, "dar-customs", activate).status());
  promote.attributes->tier = "3";
  EXPECT_OK(peers.Set(ada, "dar-customs", promote).status());
}

// The gate of a node at which something else happens after each answer.
class GateAndThen final : public authz::PeerChangeCheck {
 public:
  GateAndThen(const ChangeGate& gate, std::function<void()> then)
      : gate_(gate), then_(std::move(then)) {}
  absl::StatusOr<std::string> Check(const model::Caller& caller,
                                    const model::Peer& after) const override {
    absl::StatusOr<std::string> basis = gate_.Check(caller, after);
    then_();
    return basis;
  }
  absl::Status StillHolds(store::ReadTxn& txn, const std::string& basis) const override {
    return gate_.StillHolds(txn, basis);
  }

 private:
  const ChangeGate& gate_;
  const std::function<void()> then_;
};

TEST_F(ProposalsTest, APeerIsNotSetBackToWhatItWasWhenItWasAsked) {
  Disable("ben");
  Disable("cy");
  model::PeerAttributes first;
  first.country = "TZ";
  first.tier = "1";
  a.SetAttributes(b, first);
  const GateAndThen gate(room.change_gate, [&] {
    model::PeerAttributes third = first;
    third.tier = "3";
    a.SetAttributes(b, third);
    ASSERT_OK(room.ApplyAlone(kByTier).status());
  });
  testing::SeededEntropy entropy(7);
  membership::Membership peers(
      a.db(), a.audit(), world.clock, entropy, a.id(),
      policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary, {}, &gate);
  membership::PeerChange same;
  same.attributes = first;
  EXPECT_THAT(peers.Set(ada, "dar-customs", same), HasProblem("FW-POL-018"));
  ASSERT_OK_AND_ASSIGN(const membership::PeerStanding stands, peers.Show("dar-customs"));
  EXPECT_EQ(stands.peer.attributes.tier, "3");
}

TEST_F(ProposalsTest, APeerChangeOverABudgetNeedsItsRole) {
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone("policy \"t\" version 1\npermit north\n"
                            "  to peers where peer.tier at least 2\n  may replicate\n  any item\n"
                            "  because \"a test\"\n"
                            "budget \"b\" a change may newly release at most 1 items without "
                            "commander\n")
                .status());
  for (int i = 0; i < 2; ++i) Publish("green", model::Tlp::kGreen);
  model::Peer peer;
  ASSERT_OK(a.db().Read([&](store::ReadTxn& txn) {
    peer = **store::GetPeerByName(txn, "dar-customs");
    return absl::OkStatus();
  }));
  peer.attributes.tier = "1";
  ++peer.attributes.version;
  EXPECT_THAT(room.change_gate.Check(ada, peer), HasProblem("FW-POL-018"));
  const model::Caller both{
      .user = "dee", .uid = 9, .roles = {model::Role::kAdministrator, model::Role::kCommander}};
  ASSERT_OK_AND_ASSIGN(const std::string basis, room.change_gate.Check(both, peer));
  const auto holds = [&] {
    return a.db().Read(
        [&](store::ReadTxn& txn) { return room.change_gate.StillHolds(txn, basis); });
  };
  EXPECT_OK(holds());
  a.SetState(b, model::PeerState::kSuspended);
  EXPECT_THAT(holds(), HasProblem("FW-POL-030"));
}

TEST_F(ProposalsTest, APromiseThatCannotBeLookedAtIsAnAlarmToo) {
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone(kByTier).status());
  PolicyWatch watch(a.db(), a.audit(), a.policy_slot());
  watch.Step(world.clock.Now());
  EXPECT_OK(watch.health());
  ASSERT_OK(a.db().Write([&](store::Txn& txn) -> absl::Status {
    store::PolicyRow row = **store::GetPolicy(txn, 1);
    row.number = 2;
    row.profile_text = "no vocabulary";
    return store::AppendPolicy(txn, row).status();
  }));
  const absl::Time tomorrow = world.clock.Now() + absl::Hours(24);
  EXPECT_EQ(watch.Step(tomorrow), tomorrow + absl::Minutes(1)) << "it tries again";
  EXPECT_THAT(watch.health(), HasProblem("FW-POL-019"));
}

TEST_F(ProposalsTest, APromiseThatIsNotKeptAnyMoreIsAnAlarmOnceForEachChange) {
  Disable("ben");
  Disable("cy");
  ASSERT_OK(room.ApplyAlone(kByTier).status());
  PolicyWatch watch(a.db(), a.audit(), a.policy_slot());
  watch.Step(world.clock.Now());
  EXPECT_OK(watch.health());
  EXPECT_EQ(a.Leaves(EventKind::kPolicyAlarm), 0u);
  model::PeerAttributes promoted;
  promoted.country = "TZ";
  promoted.tier = "1";
  a.SetAttributes(b, promoted);  // behind the gate's back
  ASSERT_OK(a.registry().Refresh());
  const absl::Time next = watch.Step(world.clock.Now());
  EXPECT_THAT(watch.health(), HasProblem("FW-POL-019"));
  EXPECT_EQ(a.Leaves(EventKind::kPolicyAlarm), 1u);
  EXPECT_EQ(next, absl::FromUnixSeconds(1767225600 + 86400)) << "midnight";
  world.clock.Set(next);
  watch.Step(next);
  PolicyWatch after_start(a.db(), a.audit(), a.policy_slot());
  after_start.Step(next);
  EXPECT_THAT(after_start.health(), HasProblem("FW-POL-019"));
  EXPECT_EQ(a.Leaves(EventKind::kPolicyAlarm), 1u);
  promoted.tier = "4";
  a.SetAttributes(b, promoted);
  ASSERT_OK(a.registry().Refresh());
  watch.Step(next);
  EXPECT_OK(watch.health());
  EXPECT_EQ(a.Leaves(EventKind::kPolicyAlarm), 2u);
}

}  // namespace
}  // namespace fairway::policyadmin
