#include "tests/simulation/officer.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "node/model/draft.h"
#include "policy/policy.h"
#include "policy/vocabulary.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {
namespace {

const std::vector<std::string> kPeers = {"mombasa-port", "barbados-border"};
const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

TEST(Officer, WritesDraftsThatPassAndNamesEveryKindAndMarking) {
  Random random(11);
  std::set<model::Kind> kinds;
  std::set<model::Tlp> tlps;
  bool attachments = false;
  for (int i = 0; i < 500; ++i) {
    model::Draft draft = RandomDraft(random, kPeers, kNow);
    const absl::Status status = model::Validate(draft);
    ASSERT_TRUE(status.ok()) << "draft " << i << ": " << status;
    kinds.insert(draft.kind);
    tlps.insert(*draft.tlp);
    attachments |= !draft.attachments.empty();
  }
  EXPECT_EQ(kinds.size(), model::AllKinds().size());
  EXPECT_EQ(tlps.size(), model::AllTlps().size());
  EXPECT_TRUE(attachments);
}

TEST(Officer, WritesBadDraftsThatAreRefused) {
  Random random(12);
  for (int i = 0; i < 100; ++i) {
    model::Draft draft = BadDraft(random, kPeers, kNow);
    EXPECT_FALSE(model::Validate(draft).ok()) << "draft " << i << " " << draft.title;
  }
}

TEST(Officer, WritesPoliciesThatLoad) {
  Random random(13);
  auto vocabulary = policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary;
  ASSERT_NE(vocabulary, nullptr);
  policy::Registry registry;
  registry.self = "self";
  for (const std::string& peer : kPeers) registry.peers.push_back({peer, {}, "KE", {}});
  for (int i = 0; i < 300; ++i) {
    const std::string text = RandomPolicy(random, kPeers);
    const policy::Policy::Loaded loaded =
        policy::Policy::Load("sim.fpol", text, vocabulary, registry);
    std::string messages;
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
      messages += policy::Render(diagnostic, "sim.fpol", text);
    }
    ASSERT_NE(loaded.policy, nullptr) << messages;
  }
}

}  // namespace
}  // namespace fairway::simulation
