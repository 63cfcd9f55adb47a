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
      "unknown)\n");
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
            "  also matched atlantic-bulletins, receipts\n");
  ASSERT_EQ(explanation.floors.size(), 8u);
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
