#include "tools/fairway/policy_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What an administrator reads about a change of policy, word by word.
namespace fairway::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kDay = 24 * 3600 * 1000;
constexpr int64_t kNow = 1'795'000'000'000;  // 2026-11-18
const absl::Time kNowTime = absl::FromUnixMillis(kNow);

v1::PolicyPreviewResponse ThreeTooMany() {
  v1::PolicyPreviewResponse preview;
  preview.set_against(4);
  preview.set_items(1842);
  preview.set_peers(3);
  preview.set_took_us(31'000);
  v1::PeerChange& bravo = *preview.add_changes();
  bravo.set_peer("bravo");
  bravo.set_new_items(3);
  bravo.set_more_fields(3118);
  bravo.add_new_fields("source.contact");
  bravo.add_rules("port-bulletins");
  v1::ChangedItem& item = *bravo.add_newly_released();
  item.set_ref("B-7K3Q-8M2V");
  item.set_kind("bulletin");
  item.set_tlp("TLP:AMBER");
  item.add_contains("personal-data");
  item.set_rule("port-bulletins");
  item.set_file("ports.fpol");
  item.set_line(7);
  v1::PeerChange& charlie = *preview.add_changes();
  charlie.set_peer("charlie");
  charlie.set_withdrawn(42);
  charlie.set_withdrawn_delivered(40);
  preview.set_unchanged_peers(1);
  v1::NewlyReleased& gain = *preview.mutable_gain();
  gain.set_items(3);
  gain.set_highest_tlp("TLP:AMBER");
  gain.set_at_highest_tlp(2);
  gain.set_personal_data(1);
  gain.set_received(1);
  gain.add_originators()->set_originator("rio-port");
  gain.mutable_originators(0)->set_items(1);
  v1::ProposedRecall& recall = *preview.add_recalls();
  recall.set_ref("B-AAAA-BBBB");
  recall.set_peer("charlie");
  recall.set_own(true);
  preview.set_recalls_total(40);
  preview.set_tests_passed(34);
  preview.set_digest("\x7f\x3c\x9a\x12\xb4\xc5\xd6\xe7\xff");
  preview.mutable_need()->set_second_person(true);
  preview.mutable_need()->set_commander(true);
  preview.mutable_need()->add_missing(
      "the approval of a commander who is not ana: 1 item with personal data");
  preview.mutable_need()->add_may_approve("dora");
  preview.mutable_need()->add_may_approve("eva");
  return preview;
}

TEST(PreviewText, SaysWhoGetsWhatAndWhoHasToAgree) {
  EXPECT_EQ(
      PreviewText("ports.fpol", ThreeTooMany(), kAnyWidth, false),
      "ports.fpol, compared with version 4, which is in force\n"
      "1,842 stored items, 3 peers, each decided, 31 ms\n"
      "\n"
      "PEER     NEWLY-GETS  NO-LONGER        SEES-MORE                SEES-LESS  OTHER-TERMS  BY\n"
      "bravo    +3          0                +3,118 (source.contact)  0          0            "
      "port-bulletins\n"
      "charlie  0           -42 (it has 40)  0                        0          0\n"
      "For 1 other peer nothing changes.\n"
      "\n"
      "Newly released: 3 items, up to TLP:AMBER (2); 1 with personal data, or nobody said that "
      "they "
      "have none; 1 received from rio-port "
      "(1)\n"
      "40 copies are with a peer already that may no longer have it. A policy cannot fetch it "
      "back; "
      "a recall can:\n"
      "   charlie has B-AAAA-BBBB   → fairway recall B-AAAA-BBBB --reason CODE\n"
      "   and 39 more: -o json has them\n"
      "Tests: 34 pass\n"
      "Before it can be applied it needs:\n"
      "   the approval of a commander who is not ana: 1 item with personal data\n"
      "   who can: dora, eva\n"
      "Preview 7f3c9a12b4c5d6e7   (an approval is for exactly these gains)\n");
}

TEST(PreviewText, IsToldPeerByPeerWhereTheTableDoesNotFit) {
  const std::string narrow = PreviewText("ports.fpol", ThreeTooMany(), 60, false);
  EXPECT_THAT(narrow, HasSubstr("bravo\n"
                                "   newly gets   +3\n"
                                "      by        port-bulletins\n"
                                "   sees more    +3,118 (source.contact)\n"
                                "charlie\n"
                                "   no longer    -42 (it has 40)\n"));
  EXPECT_THAT(narrow, Not(HasSubstr("NEWLY-GETS")));
}

TEST(PreviewText, ListsTheItemsIfAsked) {
  EXPECT_THAT(PreviewText("ports.fpol", ThreeTooMany(), kAnyWidth, true),
              AllOf(HasSubstr("bravo newly gets, the first 1 of 3:\n"),
                    HasSubstr("B-7K3Q-8M2V  bulletin  TLP:AMBER  this node  personal-data  "
                              "port-bulletins (ports.fpol:7)  -\n")));
}

TEST(PreviewText, OfWhatOnlyTakesAwayNeedsNobodyElse) {
  v1::PolicyPreviewResponse preview;
  preview.mutable_need()->set_tightening(true);
  EXPECT_THAT(PreviewText("x", preview, kAnyWidth, false),
              AllOf(HasSubstr("compared with sharing nothing"),
                    HasSubstr("Nothing changes for any"), HasSubstr("one person may apply it")));
}

TEST(PreviewText, NamesWhatStandsInTheWay) {
  v1::PolicyPreviewResponse preview;
  v1::BudgetFinding& budget = *preview.add_budgets();
  budget.set_name("small steps");
  budget.set_line(9);
  budget.set_at_most(2);
  budget.set_found(412);
  budget.set_peer("bravo");
  budget.set_exceeded(true);
  v1::TestResult& test = *preview.add_failed_tests();
  test.set_name("red stays");
  test.set_line(30);
  test.set_message("expected withhold\ngot release");
  v1::GuaranteeFinding& broken = *preview.add_guarantees();
  broken.set_name("nothing above AMBER");
  broken.set_line(40);
  broken.set_text("item { tlp: RED }");
  const std::string text = PreviewText("x", preview, kAnyWidth, false);
  EXPECT_THAT(text, HasSubstr("Budget \"small steps\": 412 new items to bravo, at most 2: EXCEEDED "
                              "(line 9); nobody can let it pass\n"));
  EXPECT_THAT(text,
              HasSubstr("FAIL \"red stays\" (line 30)\n     expected withhold\n     got rel"));
  EXPECT_THAT(text, HasSubstr("Guarantee \"nothing above AMBER\" (line 40): BROKEN, for example\n"
                              "     item { tlp: RED }\n"));
  preview.mutable_budgets(0)->set_needs_role("commander");
  EXPECT_THAT(PreviewText("x", preview, kAnyWidth, false),
              HasSubstr("needs the approval of a commander\n"));
}

TEST(PreviewText, OfATextWithErrorsIsTheErrors) {
  v1::PolicyPreviewResponse preview;
  v1::Diagnostic& error = *preview.add_diagnostics();
  error.set_error(true);
  error.set_rendered("x:1:1: error E101: …\n  ^");
  EXPECT_EQ(PreviewText("x", preview, kAnyWidth, false), "x:1:1: error E101: …\n  ^\n");
}

TEST(PreviewText, CannotBeForgedByAName) {
  v1::PolicyPreviewResponse preview = ThreeTooMany();
  preview.mutable_changes(0)->set_peer("bravo\nTests: 99 pass");
  preview.mutable_need()->set_missing(0, "x\x1b[2J\nPreview 00");
  const std::string text = PreviewText("ports\n.fpol", preview, 60, true);
  EXPECT_THAT(text, Not(HasSubstr("\nTests: 99")));
  EXPECT_THAT(text, Not(HasSubstr("\nPreview 00")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ProofText, SaysWhatIsCertainAndShowsACaseForWhatIsNot) {
  v1::PolicyProveResponse proof;
  proof.set_against(4);
  proof.set_took_us(504'000);
  proof.mutable_gain_registered()->set_answer(v1::ANSWER_NEVER);
  v1::ProofFinding& anyone = *proof.mutable_gain_anyone();
  anyone.set_answer(v1::ANSWER_FOUND);
  anyone.mutable_witness()->set_text("peer   any with tier: 2\naction replicate\n");
  anyone.mutable_witness()->set_before("withhold by default");
  anyone.mutable_witness()->set_after("release by channel");
  anyone.mutable_witness()->add_loosened("hops 1 -> hops 3");
  anyone.add_boxes("agreements has CHANNEL-MOU · kind bulletin · tlp at most GREEN");
  proof.mutable_loss()->set_answer(v1::ANSWER_TOO_HARD);
  v1::GuaranteeFinding& holds = *proof.add_guarantees();
  holds.set_name("nothing above AMBER");
  holds.set_holds(true);
  EXPECT_EQ(
      ProofText("ports.fpol", proof),
      "ports.fpol, compared with version 4, which is in force\n"
      "for every possible item, not only stored ones, 504 ms\n"
      "\n"
      "Could one of your peers get something new?      NO: none of them does (proved)\n"
      "And if a peer were changed, or a new one came?  YES\n"
      "   the smallest case:\n"
      "     peer   any with tier: 2\n"
      "     action replicate\n"
      "     now:   withhold by default\n"
      "     then:  release by channel\n"
      "     milder:      hops 1 -> hops 3\n"
      "   in all:\n"
      "     agreements has CHANNEL-MOU · kind bulletin · tlp at most GREEN\n"
      "Could a peer lose something?                    NOT PROVED: too much to go through, so take "
      "it "
      "as yes\n"
      "Guarantee \"nothing above AMBER\": holds for every possible item (proved)\n");
}

v1::ProposalView Proposal() {
  v1::ProposalView proposal;
  proposal.set_number(12);
  proposal.set_state("open");
  proposal.set_file_name("ports.fpol");
  proposal.set_author("ana");
  proposal.set_proposed_ms(kNow - kDay / 2);
  proposal.set_reason("decision 2026/114");
  proposal.mutable_gain()->set_items(412);
  proposal.mutable_need()->add_missing("the approval of a second person");
  proposal.mutable_need()->add_may_approve("dora");
  proposal.mutable_need()->add_may_approve("eva");
  return proposal;
}

TEST(ProposalText, SaysForWhomItWaitsAndWhatComesNext) {
  EXPECT_EQ(ProposalText(Proposal(), kNowTime),
            "Proposal 12   waits for dora or eva\n"
            "   file          ports.fpol\n"
            "   proposed by   ana, 2026-11-17 23:06:40 UTC (12h ago)\n"
            "   because       decision 2026/114\n"
            "   releases      412 items\n"
            "Before it can be applied it needs:\n"
            "   the approval of a second person\n"
            "   who can: dora, eva\n"
            "   → fairway policy preview --proposal 12\n"
            "   → fairway policy approve 12\n");
  v1::ProposalView approved = Proposal();
  approved.mutable_need()->clear_missing();
  EXPECT_EQ(ProposalStateText(approved), "may be applied");
  EXPECT_THAT(ProposalText(approved, kNowTime), HasSubstr("→ fairway policy apply 12\n"));
  v1::ProposalView alone = Proposal();
  alone.mutable_need()->clear_may_approve();
  EXPECT_EQ(ProposalStateText(alone), "waits for somebody who is not here yet");
}

TEST(ProposalText, SaysThatAnApprovalOfOtherGainsDoesNotCount) {
  v1::ProposalView proposal = Proposal();
  proposal.set_gains_changed(true);
  proposal.add_more("+ bravo B-7K3Q-8M2V title, body");
  v1::ApprovalView& approval = *proposal.add_approvals();
  approval.set_user("dora");
  approval.add_roles("commander");
  approval.set_at_ms(kNow);
  EXPECT_THAT(ProposalText(proposal, kNowTime),
              AllOf(HasSubstr("to be looked at again: what it releases has changed"),
                    HasSubstr("of other gains: it no longer counts\n"),
                    HasSubstr("newly gained  + bravo B-7K3Q-8M2V title, body\n")));
}

TEST(ProposalText, SaysHowItEnded) {
  v1::ProposalView proposal = Proposal();
  proposal.set_closed_by("dora");
  proposal.set_state("applied");
  proposal.set_applied_as(5);
  EXPECT_EQ(ProposalStateText(proposal), "applied by dora as version 5");
  proposal.set_state("rejected");
  proposal.set_closed_reason("three items too many");
  EXPECT_EQ(ProposalStateText(proposal), "rejected by dora: three items too many");
  EXPECT_THAT(ProposalText(proposal, kNowTime), Not(HasSubstr("→")));
}

TEST(ProposalsText, IsATableOrLinesAsThereIsRoom) {
  v1::PolicyProposalsResponse proposals;
  EXPECT_EQ(ProposalsText(proposals, kNowTime, kAnyWidth), "");
  *proposals.add_proposals() = Proposal();
  EXPECT_EQ(ProposalsText(proposals, kNowTime, kAnyWidth),
            "NUMBER  BY   AGE  FILE        STATE                  REASON\n"
            "12      ana  12h  ports.fpol  waits for dora or eva  decision 2026/114\n");
  EXPECT_EQ(ProposalsText(proposals, kNowTime, 60),
            "12  ports.fpol  by ana, 12h ago\n"
            "   waits for dora or eva\n"
            "   decision 2026/114\n");
}

TEST(PolicyStateText, SaysOnlyWhatIsToBeKnown) {
  v1::StatusResponse status;
  EXPECT_EQ(PolicyStateText(status, kNowTime), "");
  status.add_policy_alarms("guarantee \"x\" is broken");
  status.set_open_proposals(1);
  status.mutable_shadow()->set_proposal(12);
  status.mutable_shadow()->set_since_ms(kNow - 2 * 3600'000);
  status.mutable_shadow()->set_decisions(9);
  status.set_nobody_else_checks(true);
  EXPECT_EQ(PolicyStateText(status, kNowTime),
            "POLICY ALARM   guarantee \"x\" is broken\n"
            "1 change of policy waits   → fairway policy proposals\n"
            "proposal 12 is tried beside the policy in force, since 2h: 0 of 9 decisions would be "
            "others   → fairway policy shadow\n"
            "only one person may change or approve policy: nobody else checks what it lets out\n");
}

TEST(HistoryText, SaysWhoCheckedEachVersionOrThatNobodyDid) {
  v1::PolicyHistoryResponse history;
  v1::PolicyVersionView& second = *history.add_versions();
  second.set_number(2);
  second.set_in_force(true);
  second.set_applied_ms(kNow);
  second.set_applied_by("ana");
  second.set_author("ana");
  second.add_approved_by("dora");
  second.set_recorded(true);
  second.set_record_verifies(true);
  second.set_file_name("ports.fpol");
  second.set_reason("decision");
  v1::PolicyVersionView& first = *history.add_versions();
  first.set_number(1);
  first.set_applied_ms(kNow);
  first.set_applied_by("ana");
  first.set_recorded(true);
  first.set_record_verifies(true);
  first.set_alone(true);
  first.set_file_name("policy.fpol");
  EXPECT_EQ(HistoryText(history, kAnyWidth),
            "VERSION       APPLIED           BY   AUTHOR  CHECKED-BY  FILE         REASON\n"
            "2 (in force)  2026-11-18 11:06  ana  ana     dora        ports.fpol   decision\n"
            "1             2026-11-18 11:06  ana  -       NOBODY      policy.fpol\n");
  second.set_record_verifies(false);
  EXPECT_THAT(HistoryText(history, 40), HasSubstr("checked by RECORD BROKEN\n"));
}

TEST(ShadowText, SaysHowManyDecisionsWouldHaveBeenOthers) {
  v1::ShadowView shadow;
  shadow.set_proposal(12);
  shadow.set_running(true);
  shadow.set_since_ms(kNow - kDay);
  shadow.set_until_ms(kNow + kDay);
  shadow.set_decisions(1000);
  shadow.set_different(3);
  v1::ShadowDifference& difference = *shadow.add_differences();
  difference.set_ref("B-7K3Q-8M2V");
  difference.set_peer("bravo");
  difference.set_in_force("withhold by default");
  difference.set_shadow("release by ports");
  difference.set_at_ms(kNow - 60'000);
  EXPECT_THAT(ShadowText(shadow, kNowTime),
              AllOf(HasSubstr("runs beside the policy in force"),
                    HasSubstr("1,000 decisions, 3 of them would have been others"),
                    HasSubstr("60s  B-7K3Q-8M2V  bravo  withhold by default  release by ports")));
}

}  // namespace
}  // namespace fairway::cli
