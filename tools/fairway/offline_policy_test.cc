#include "tools/fairway/offline_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fairway::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPolicy[] = R"(policy "Mombasa" version 1 for mombasa-port

permit liaison
  to      peer rio-port
  may     replicate
  items   where item.kind is bulletin and item.tlp at most AMBER
  because "Letter of 3 March 2026"

test "Rio gets a bulletin"
  peer rio-port action replicate
  item { kind: bulletin, tlp: AMBER, state: active, releasable-to: { ANY-MEMBER } }
  expect release by liaison
)";

TEST(OfflinePolicy, TakesTheNamesInTheTextForPeers) {
  const OfflineCheck result = CheckOffline("m.fpol", kPolicy);
  EXPECT_TRUE(result.check.ok()) << result.check.DebugString() << result.tests.DebugString();
  EXPECT_EQ(result.check.rules(), 1u);
  EXPECT_EQ(result.check.tests(), 1u);
  EXPECT_EQ(result.tests.passed(), 1u);
  EXPECT_THAT(result.assumed, ElementsAre("rio-port"));
}

TEST(OfflinePolicy, TakesTheNamesOfAuthorsAndReadersForPeersToo) {
  std::string text = kPolicy;
  text.replace(text.find("item.kind is bulletin"), 21, "item.originator is dakar-port");
  EXPECT_THAT(CheckOffline("m.fpol", text).assumed, ElementsAre("rio-port", "dakar-port"));
}

TEST(OfflinePolicy, KnowsOfAPeerWhatIsAssumed) {
  std::string text = kPolicy;
  text.replace(text.find("to      peer rio-port"), 21, "to      peers where peer.tier is 2");
  EXPECT_EQ(CheckOffline("m.fpol", text).tests.failed(), 1u);
  const auto peer = ParseAssumption("rio-port country=BR tier=2 agreements=INTERPORT-CHARTER");
  ASSERT_TRUE(peer.ok()) << peer.status();
  const OfflineCheck result = CheckOffline("m.fpol", text, {*peer});
  EXPECT_TRUE(result.check.ok()) << result.tests.DebugString();
  EXPECT_TRUE(result.assumed.empty());
  for (const char* bad : {"rio-port colour=red", "tier=2", "rio-port extra"}) {
    EXPECT_FALSE(ParseAssumption(bad).ok()) << bad;
  }
}

TEST(OfflinePolicy, PointsAtAWordThatIsNotKnown) {
  std::string text = kPolicy;
  text.replace(text.find("AMBER"), 5, "AMBR");
  const OfflineCheck result = CheckOffline("m.fpol", text);
  EXPECT_FALSE(result.check.ok());
  ASSERT_EQ(result.check.diagnostics_size(), 1);
  EXPECT_TRUE(result.check.diagnostics(0).error());
  EXPECT_THAT(result.check.diagnostics(0).rendered(), HasSubstr("m.fpol:6:"));
  EXPECT_THAT(result.check.diagnostics(0).rendered(), HasSubstr("AMBER"));
  EXPECT_EQ(result.tests.results_size(), 0);
}

TEST(OfflinePolicy, CountsATestThatFails) {
  std::string text = kPolicy;
  text.replace(text.find("expect release"), 14, "expect withhold");
  text.replace(text.find(" by liaison"), 11, "");
  const OfflineCheck result = CheckOffline("m.fpol", text);
  EXPECT_FALSE(result.check.ok());
  EXPECT_EQ(result.check.failed_tests(), 1u);
  EXPECT_EQ(result.tests.failed(), 1u);
  EXPECT_FALSE(result.tests.results(0).message().empty());
}

TEST(OfflinePolicy, SurvivesNonsense) {
  for (const char* text : {"", "permit", "\xFF\xFE", "permit x to peer ''''"}) {
    EXPECT_FALSE(CheckOffline("m.fpol", text).check.ok() && text[0] != '\0') << text;
  }
}

}  // namespace
}  // namespace fairway::cli
