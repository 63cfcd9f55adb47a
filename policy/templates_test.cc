// The templates that ship: each loads without a remark on a node that is new and on one that is
// not, passes its tests, keeps its guarantees, and reads the same once printed.

#include "policy/templates.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "policy/policy.h"
#include "policy/proof/proof.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

Registry NewNode() {
  Registry registry;
  registry.self = "a-new-node";
  return registry;
}

Policy::Loaded LoadAt(const Template& from, const Registry& registry) {
  return Policy::Load(std::string(from.name) + ".fpol", std::string(from.text),
                      testing::DefaultVocabulary(), registry);
}

TEST(Templates, AreTheTenOfTheCatalogueSortedByName) {
  std::vector<std::string> names;
  for (const Template& each : Templates()) names.emplace_back(each.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "airport-only", "emergency", "international-organisation-read-only",
                "lessons-for-all", "liaison-full-source", "personal-data", "quarantined-peer",
                "regional-drugs-group", "third-party-rule", "wildlife-with-customs"}));
}

class EachTemplate : public ::testing::TestWithParam<Template> {};

TEST_P(EachTemplate, LoadsWithoutARemarkOnANewNodeAndOnAnOldOne) {
  for (const Registry& registry : {Registry(), NewNode(), testing::Ports()}) {
    const auto loaded = LoadAt(GetParam(), registry);
    EXPECT_NE(loaded.policy, nullptr);
    EXPECT_TRUE(loaded.diagnostics.empty())
        << RenderAll(loaded.diagnostics, GetParam().name, GetParam().text);
  }
}

TEST_P(EachTemplate, PassesItsTestsOnANewNodeAndOnAnOldOne) {
  for (const Registry& registry : {NewNode(), testing::Ports()}) {
    const auto loaded = LoadAt(GetParam(), registry);
    ASSERT_NE(loaded.policy, nullptr);
    EXPECT_GE(loaded.policy->test_count(), 3u);
    for (const TestResult& result : loaded.policy->RunTests()) {
      EXPECT_TRUE(result.passed) << result.name << ": " << result.message;
    }
  }
}

TEST_P(EachTemplate, SaysWhatItIsAndPromisesSomething) {
  const auto policy = LoadAt(GetParam(), NewNode()).policy;
  ASSERT_NE(policy, nullptr);
  EXPECT_FALSE(policy->head().title.empty());
  EXPECT_TRUE(policy->head().for_node.empty());
  EXPECT_FALSE(policy->guarantees().empty());
  EXPECT_GT(GetParam().title.size(), 20u);
  EXPECT_LT(GetParam().title.size(), 110u);
  EXPECT_TRUE(GetParam().title.ends_with('.')) << GetParam().title;
  EXPECT_EQ(GetParam().text.find(GetParam().title), 2u);
}

TEST_P(EachTemplate, ReadsTheSameOncePrinted) {
  const auto policy = LoadAt(GetParam(), NewNode()).policy;
  ASSERT_NE(policy, nullptr);
  const auto again =
      Policy::Load("printed", policy->canonical(), testing::DefaultVocabulary(), NewNode());
  ASSERT_NE(again.policy, nullptr);
  EXPECT_EQ(again.policy->canonical(), policy->canonical());
  for (const TestResult& result : again.policy->RunTests()) {
    EXPECT_TRUE(result.passed) << result.name << ": " << result.message;
  }
}

TEST_P(EachTemplate, KeepsItsGuaranteesForEveryItemAndEveryPeerThereCouldBe) {
  for (const Registry& registry : {NewNode(), testing::Ports()}) {
    const auto policy = LoadAt(GetParam(), registry).policy;
    ASSERT_NE(policy, nullptr);
    const auto findings = ProveGuarantees(*policy);
    ASSERT_TRUE(findings.ok()) << findings.status();
    EXPECT_EQ(findings->size(), policy->guarantees().size());
    for (const GuaranteeFinding& finding : *findings) {
      EXPECT_TRUE(finding.Holds())
          << finding.name
          << (finding.anyone.witness ? "\n" + finding.anyone.witness->text : " (too hard)");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachTemplate,
                         ::testing::ValuesIn(Templates().begin(), Templates().end()),
                         [](const auto& info) {
                           std::string name(info.param.name);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace fairway::policy
