#include <gtest/gtest.h>

#include <string>

#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;
using testing::MustLoad;

constexpr char kPolicy[] = R"fpol(policy "Atlantic"
permit atlantic-bulletins
  to      peers where peer.agreements has ATLANTIC-CORRIDOR and peer.tier at least 2
  may     replicate
  items   where item.kind in { bulletin, alert } and item.age at most 90 days
            and (item.tlp is GREEN or item.pap is CLEAR)
  with    redact source.identity, hops 1
  because "Atlantic Corridor MoU art. 4(2)"

permit lessons
  to      any peer
  may     query
  items   where item.kind is lesson
  because "Charter art. 3"

require receipts
  to      any peer
  may     replicate
  items   where item.contains has none of { operational }
  with    receipt within 24 hours
  because "Every copy is confirmed"

forbid ring-fence
  to      peer santos-port
  may     replicate
  items   where item.topics has insider-threat
  from    2026-06-01 until 2026-06-30
  because "Order 2026/03"
)fpol";

TEST(ExplainTest, AgreesWithDecide) {
  const auto policy = MustLoad(kPolicy);
  for (const auto& peer : testing::Ports().peers) {
    for (const char* action : {"discover", "query", "replicate", "redistribute", "accept", "x"}) {
      const Request request = Ask(peer.name, action);
      EXPECT_EQ(policy->Explain(request).decision, policy->Decide(request)) << peer.name << action;
    }
  }
}

TEST(ExplainTest, AReleaseShowsRuleDutiesAndWhatElseMatched) {
  EXPECT_EQ(MustLoad(kPolicy)->Explain(Ask("rotterdam-port")).ToText(),
            "replicate bulletin -> rotterdam-port: RELEASE\n"
            "  decided by  atlantic-bulletins (test.fpol:2) — Atlantic Corridor MoU art. 4(2)\n"
            "  duties      redact { source.identity }; receipt within 24 hours; hops 1\n"
            "  also matched receipts\n");
}

TEST(ExplainTest, TheNearestMissShowsEachConditionWithTheActualValue) {
  Request request = Ask("santos-port");
  request.item.SetNumber("item.age", 120);
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  ASSERT_TRUE(explanation.nearest_miss.has_value());
  EXPECT_EQ(explanation.rules[*explanation.nearest_miss].failing, 2u);
  EXPECT_EQ(
      explanation.ToText(),
      "replicate bulletin -> santos-port: WITHHOLD\n"
      "  decided by  default — no permit matches\n"
      "  also matched receipts\n"
      "  nearest miss: permit atlantic-bulletins (test.fpol:2) fails 2 conditions\n"
      "     ok  peer.agreements has ATLANTIC-CORRIDOR           (is { ATLANTIC-CORRIDOR })\n"
      "     x   peer.tier at least 2                            (is 3)\n"
      "     ok  item.kind in { bulletin, alert }                (is bulletin)\n"
      "     x   item.age at most 90 days                        (is 120)\n"
      "     ok  item.tlp is GREEN or item.pap is CLEAR          (is item.tlp = GREEN, item.pap = "
      "unknown)\n"
      "  what would change it\n"
      "     - peer.tier, which this node's administrator sets, would have to be at least 2; it is "
      "3\n"
      "     - item.age would have to be at most 90 days; it is 120\n"
      "  a draft that would release it; look at it in a preview first\n"
      "     permit draft-atlantic-bulletins\n"
      "       to      peer santos-port\n"
      "       may     replicate\n"
      "       items   where item.kind in { bulletin, alert }\n"
      "                 and (item.tlp is GREEN or item.pap is CLEAR)\n"
      "                 and item.age at most 120 days\n"
      "       with    redact { source.identity }, hops 1\n"
      "       because \"draft: name the agreement it rests on\"\n");
}

TEST(ExplainTest, TheDraftOfANearestMissReleasesWhenItIsAdded) {
  Request request = Ask("santos-port");
  request.item.SetNumber("item.age", 120);
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  const auto with_draft = MustLoad(kPolicy + explanation.draft);
  ASSERT_NE(with_draft, nullptr);
  const Decision decision = with_draft->Decide(request);
  EXPECT_EQ(decision.verdict, Decision::Verdict::kRelease);
  EXPECT_EQ(decision.rule, "draft-atlantic-bulletins");
  EXPECT_EQ(decision.duties.hops, 1);
  // Nothing else is let go by it.
  EXPECT_EQ(with_draft->Decide(Ask("maputo-port")).rule, "default");
  request.item.SetNumber("item.age", 121);
  EXPECT_EQ(with_draft->Decide(request).rule, "default");
}

TEST(ExplainTest, WithoutAnyPermitTheDraftSaysNoMoreThanTheItem) {
  const Explanation explanation = MustLoad("policy \"empty\"")->Explain(Ask("dar-port"));
  EXPECT_EQ(explanation.changes,
            std::vector<std::string>{"there is no permit at all: one would have to be written"});
  EXPECT_EQ(explanation.draft,
            "permit draft-replicate\n"
            "  to      peer dar-port\n"
            "  may     replicate\n"
            "  items   where item.kind is bulletin\n"
            "            and item.tlp is GREEN\n"
            "  with    in full\n"
            "  because \"draft: name the agreement it rests on\"\n");
}

TEST(ExplainTest, AForbidIsSaidToStandInTheWayOfEveryPermit) {
  const auto policy = MustLoad(
      "forbid no-persons to any peer may do anything items where item.contains has personal-data "
      "and item.kind is bulletin because \"order 4\"");
  const Explanation explanation = policy->Explain(Ask("dar-port"));
  EXPECT_EQ(explanation.verdict_class, Explanation::Class::kForbidden);
  EXPECT_EQ(explanation.draft, "");
  EXPECT_EQ(explanation.changes,
            (std::vector<std::string>{
                "forbid no-persons (test.fpol:1) stands in the way and no permit can lift it: the "
                "forbid itself would have to go or be narrowed",
                "it only matches because nobody knows whether item.contains has personal-data; "
                "recording that may free it (is unknown)",
                "besides, no permit matches"}));
}

TEST(ExplainTest, ADutyTheLinkCannotKeepIsP15AndNoPermitLiftsIt) {
  const auto policy = MustLoad(
      "permit p to any peer may replicate, query items where item.kind is bulletin with hops 1 "
      "because \"y\"\n"
      "require r to any peer may replicate items where item.kind is bulletin "
      "with receipt within 4 hours because \"y\"");
  EXPECT_EQ(policy->Decide(Ask("dar-port")).rule, "p");
  const Request request = Ask("unknown-port");
  const Explanation explanation = policy->Explain(request);
  EXPECT_EQ(explanation.decision, policy->Decide(request));
  EXPECT_EQ(explanation.verdict_class, Explanation::Class::kDutyUnmet);
  EXPECT_EQ(
      explanation.ToText(),
      "replicate bulletin -> unknown-port: WITHHOLD\n"
      "  decided by  P15 — the duty 'receipt within' needs a peer with the control receipts, "
      "and unknown-port is not known to have it\n"
      "  also matched p, r\n"
      "  what would change it\n"
      "     - P15 stands in the way and no permit can lift it: unknown-port would have to get "
      "the control, or the duty would have to go\n");
  const Request query = Ask("unknown-port", "query");
  EXPECT_EQ(policy->Decide(query).rule, "p");
  EXPECT_TRUE(policy->Explain(query).floors.back().holds);
}

TEST(ExplainTest, APeerIsToldTheKindOfAnswerAndNothingElse) {
  const auto policy = MustLoad(kPolicy);
  EXPECT_EQ(policy->Explain(Ask("rotterdam-port")).ToPeerText(), "released");
  Request fenced = Ask("santos-port");
  fenced.item.SetSet("item.topics", {"insider-threat"});
  const std::string forbidden = policy->Explain(fenced).ToPeerText();
  EXPECT_EQ(forbidden, "withheld: not permitted");
  // Nobody learns from the answer that there is an order about it.
  EXPECT_EQ(policy->Explain(Ask("maputo-port")).ToPeerText(), forbidden);
  EXPECT_EQ(policy->Explain(Ask("suspended-port")).ToPeerText(),
            "withheld: a floor of the federation does not hold");
}

TEST(ExplainTest, TheShortFormShowsTheSameAnswerWithFewerRules) {
  const auto policy = MustLoad(kPolicy);
  for (const auto& peer : testing::Ports().peers) {
    for (const char* action : {"query", "replicate", "accept", "x"}) {
      const Request request = Ask(peer.name, action);
      const Explanation brief = policy->Explain(request, Explanation::Detail::kWhatDecided);
      EXPECT_EQ(brief.ToText(), policy->Explain(request).ToText());
      EXPECT_LE(brief.rules.size(), 3u);
    }
  }
}

TEST(ExplainTest, AnotherActionAndUnknownValuesAreShownAsWhatTheyAre) {
  Request request = Ask("dar-port", "query");
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  ASSERT_TRUE(explanation.nearest_miss.has_value());
  const Explanation::Rule& miss = explanation.rules[*explanation.nearest_miss];
  EXPECT_EQ(miss.name, "lessons");
  ASSERT_EQ(miss.conditions.size(), 1u);
  EXPECT_EQ(miss.conditions[0].actual, "bulletin");
  const Explanation::Rule& atlantic = explanation.rules[0];
  EXPECT_EQ(atlantic.conditions[0].text, "may replicate");
  EXPECT_FALSE(atlantic.conditions[0].ok);
  EXPECT_EQ(atlantic.conditions[0].actual, "query");
  const Explanation::Rule& receipts = explanation.rules[2];
  EXPECT_EQ(receipts.kind, Explanation::Rule::Kind::kRequire);
  EXPECT_EQ(receipts.conditions[1].actual, "unknown");
  EXPECT_TRUE(receipts.conditions[1].ok);
}

TEST(ExplainTest, AForbidIsNamedWithItsDates) {
  Request request = Ask("santos-port");
  request.item.SetSet("item.topics", {"insider-threat"});
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  EXPECT_EQ(explanation.decision.rule, "ring-fence");
  const Explanation::Rule& fence = explanation.rules[3];
  EXPECT_TRUE(fence.matches);
  EXPECT_EQ(fence.failing, 0u);
  EXPECT_EQ(fence.conditions[0].text, "from 2026-06-01 until 2026-06-30");
  EXPECT_EQ(fence.conditions[0].actual, "2026-06-15");
  EXPECT_EQ(fence.conditions[1].text, "peer is santos-port");
}

TEST(ExplainTest, AFloorIsNamedWithWhatFailed) {
  Request request = Ask("rotterdam-port");
  request.item.SetSet("item.releasable-to", {"TZ", "KE"});
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  EXPECT_EQ(explanation.ToText(),
            "replicate bulletin -> rotterdam-port: WITHHOLD\n"
            "  decided by  P3 — the item is for { TZ, KE }, and rotterdam-port is not among them\n"
            "  also matched atlantic-bulletins, receipts\n"
            "  what would change it\n"
            "     - P3 stands in the way and no permit can lift it: the item would have to be for "
            "rotterdam-port: by name, by its country, by one of its groups or as ANY-MEMBER\n");
  EXPECT_EQ(explanation.verdict_class, Explanation::Class::kFloor);
  ASSERT_EQ(explanation.floors.size(), 9u);
  EXPECT_FALSE(explanation.floors[2].holds);
  EXPECT_TRUE(explanation.floors[7].holds);
}

TEST(ExplainTest, WhatTheVocabularyDoesNotKnowIsPointedOut) {
  Request request = Ask("rotterdam-port");
  request.item.SetSet("item.topics", {"cocaine", "unobtainium"});
  request.item.Set("item.colour", "red");
  request.item.Set("peer.tier", "1");
  const Explanation explanation = MustLoad(kPolicy)->Explain(request);
  EXPECT_EQ(explanation.not_understood,
            (std::vector<std::string>{"item.colour = red", "item.topics = { cocaine, unobtainium }",
                                      "peer.tier = 1"}));
  EXPECT_NE(explanation.ToText().find("not understood"), std::string::npos);
}

TEST(ExplainTest, TheFullTextHasEveryFloorAndEveryRule) {
  const std::string text = MustLoad(kPolicy)->Explain(Ask("dar-port", "accept")).ToFullText();
  for (const char* piece : {"ok  P1", "-   P2", "-   P3", "ok  P8",
                            "permit atlantic-bulletins (test.fpol:2) does not match",
                            "permit lessons", "require receipts", "forbid ring-fence"}) {
    EXPECT_NE(text.find(piece), std::string::npos) << piece << " in\n" << text;
  }
}

TEST(ExplainTest, AnEmptyRequestIsExplainedToo) {
  const Explanation explanation = MustLoad(kPolicy)->Explain(Request());
  EXPECT_EQ(explanation.decision.rule, "P1");
  EXPECT_NE(explanation.ToText().find("item -> nobody: WITHHOLD"), std::string::npos);
}

// --- the tests inside a policy
// ---------------------------------------------------------------------

TestResult RunOne(const std::string& test) {
  const auto policy = MustLoad(
      "permit p to any peer may replicate items where item.kind is bulletin with redact body, hops "
      "1 because \"why\"\n"
      "test \"t\" " +
      test);
  if (policy == nullptr) return {};
  return policy->RunTests().at(0);
}

const std::string kReleased =
    "peer dar-port action replicate item { kind: bulletin, tlp: GREEN, state: active, "
    "releasable-to: { ANY-MEMBER } } expect ";

TEST(RunTestsTest, PassesWhenVerdictRuleAndDutiesAreAsExpected) {
  for (const char* expectation :
       {"release", "release by p", "release by p with hops 1", "release with redact body",
        "release with hops 1, redact body", "release with hops 2"}) {
    const TestResult result = RunOne(kReleased + expectation);
    EXPECT_TRUE(result.passed) << result.message;
    EXPECT_EQ(result.name, "t");
    EXPECT_EQ(result.line, 2);
    EXPECT_EQ(result.message, "");
  }
}

TEST(RunTestsTest, SaysWhatCameInstead) {
  EXPECT_EQ(RunOne(kReleased + "withhold").message,
            "expected withhold, got release by p (test.fpol:1) — why");
  EXPECT_EQ(RunOne(kReleased + "release by default").message,
            "expected release by default, got release by p (test.fpol:1) — why");
  EXPECT_EQ(RunOne("peer dar-port action query item { state: active } expect release").message,
            "expected release, got withhold by P2 — an item without a known TLP is RED and goes "
            "only to peers named one by one, and dar-port is not named");
}

TEST(RunTestsTest, DutiesMustBeAtLeastAsStrict) {
  EXPECT_EQ(RunOne(kReleased + "release with hops 0").message,
            "expected at least: hops 0, got release by p (test.fpol:1) — why with redact { body }; "
            "hops 1");
  EXPECT_FALSE(RunOne(kReleased + "release with redact summary").passed);
  EXPECT_FALSE(RunOne(kReleased + "release with in full").passed);
  EXPECT_FALSE(RunOne(kReleased + "release with expires after 3 days").passed);
}

TEST(RunTestsTest, WhatATestDoesNotMentionIsUnknown) {
  EXPECT_TRUE(RunOne("peer dar-port action replicate item { kind: bulletin, tlp: GREEN, state: "
                     "active } expect withhold by P3")
                  .passed);
}

}  // namespace
}  // namespace fairway::policy
