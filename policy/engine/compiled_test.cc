#include "policy/engine/compiled.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/engine/side_index.h"
#include "policy/limits.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;
using testing::MustLoad;

constexpr char kPolicy[] = R"fpol(
permit bulletins to any peer may replicate items where item.kind is bulletin
  with redact body because "y"
forbid fence to peer santos-port may replicate items where item.topics has cocaine because "y"
)fpol";

Outcome Decide(const Compiled& compiled, const Request& request) {
  return compiled.Decide(compiled.CodeItem(request.item, request.context, request.self),
                         compiled.CodePeer(request.peer, request.peer_attributes, request.context),
                         compiled.CodeAction(request.action), Calendar::Of(request));
}

TEST(CompiledTest, OneCodedItemServesAllPeers) {
  const auto policy = MustLoad(kPolicy);
  const Compiled compiled(policy->program());
  const Request request = Ask("dar-port");
  const ItemCode item = compiled.CodeItem(request.item, request.context, request.self);
  const auto decide = [&](const std::string& name) {
    const Request asked = Ask(name);
    return compiled.Decide(item, compiled.CodePeer(name, asked.peer_attributes, asked.context),
                           compiled.CodeAction("replicate"), Calendar::Of(asked));
  };
  EXPECT_EQ(decide("dar-port").by, Outcome::By::kPermit);
  EXPECT_EQ(decide("dar-port").rule, 0u);
  EXPECT_EQ(decide("santos-port").by, Outcome::By::kForbid);
  EXPECT_EQ(decide("santos-port").rule, 1u);
  EXPECT_EQ(decide("suspended-port").by, Outcome::By::kFloor);
  EXPECT_EQ(decide("suspended-port").floor, 8);
}

TEST(CompiledTest, ACodeOfAnotherPolicyReleasesNothing) {
  const auto policy = MustLoad(kPolicy);
  const Compiled one(policy->program());
  const Compiled other(policy->program());
  const Request request = Ask("dar-port");
  ASSERT_TRUE(Decide(one, request).released());
  const ItemCode item = one.CodeItem(request.item, request.context, request.self);
  const PeerCode peer = other.CodePeer(request.peer, request.peer_attributes, request.context);
  const size_t action = one.CodeAction("replicate");
  EXPECT_EQ(one.Decide(item, peer, action, Calendar::Of(request)).by, Outcome::By::kDefault);
  EXPECT_EQ(other.Decide(item, peer, action, Calendar::Of(request)).by, Outcome::By::kDefault);
  std::vector<uint32_t> matching;
  one.AppendMatching(item, peer, action, Calendar::Of(request), matching);
  EXPECT_TRUE(matching.empty());
}

// More different bounds than have rows of their own: the rest is checked one by one.
TEST(CompiledTest, ManyBoundsOfANumberAreStillExact) {
  std::string text;
  const int64_t bounds = static_cast<int64_t>(SideIndex::kMaxCuts) + 60;
  for (int64_t i = 1; i <= bounds; ++i) {
    absl::StrAppend(&text, "permit r", i, " to any peer may replicate items where item.age is ",
                    i * 3, " days because \"y\"\n");
  }
  const auto policy = MustLoad(text);
  ASSERT_NE(policy, nullptr);
  Request request = Ask("dar-port");
  for (int64_t i = bounds; i > bounds - 200; --i) {
    request.item.SetNumber("item.age", i * 3);
    EXPECT_EQ(policy->Decide(request).rule, absl::StrCat("r", i));
    request.item.SetNumber("item.age", i * 3 - 1);
    EXPECT_EQ(policy->Decide(request).rule, "default");
  }
}

// More demands on one set than have rows of their own.
TEST(CompiledTest, ManyDemandsOnOneSetAreStillExact) {
  const std::vector<std::string> topics = {"cocaine", "ivory", "piracy", "yachts", "firearms"};
  const auto policy =
      MustLoad(absl::StrCat("permit p to any peer may replicate items where "
                            "item.topics has all of { ",
                            absl::StrJoin(topics, ", "), " } because \"y\""));
  static_assert(SideIndex::kMaxLayers < 5);
  Request request = Ask("dar-port");
  request.item.SetSet("item.topics", topics);
  EXPECT_EQ(policy->Decide(request).rule, "p");
  for (size_t without = 0; without < topics.size(); ++without) {
    std::vector<std::string> fewer = topics;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(without));
    request.item.SetSet("item.topics", fewer);
    EXPECT_EQ(policy->Decide(request).rule, "default") << topics[without];
  }
}

TEST(CompiledTest, CodesShareOnePolicyBetweenThreads) {
  const auto policy = MustLoad(kPolicy);
  const Request request = Ask("dar-port");
  const auto item = policy->CodeItem(request.item, request.context, request.self);
  const auto peer = policy->CodePeer(request.peer, request.peer_attributes, request.context);
  std::vector<std::thread> threads;
  std::atomic<int> released = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        released += policy->Releases(*item, *peer, "replicate", request.now);
        released += policy->Decide(request, *item, *peer) == policy->Decide(request);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(released, 8000);
}

// A large policy: 10,000 rules and 256 coded peers stay below 30 MB, and one decision over all of
// them still ends.
TEST(CompiledTest, ALargePolicyFitsIntoMemory) {
  std::string text;
  const std::vector<std::string> kinds = {"bulletin", "lesson", "alert", "practice"};
  const std::vector<std::string> topics = {"cocaine", "ivory", "piracy", "yachts", "firearms"};
  for (size_t i = 0; i < kMaxRules; ++i) {
    absl::StrAppend(&text, "permit r", i, " to any peer may replicate items where item.kind is ",
                    kinds[i % kinds.size()], " and item.topics has ", topics[i % topics.size()],
                    " because \"y\"\n");
  }
  const auto policy = MustLoad(text);
  ASSERT_NE(policy, nullptr);
  const Compiled& compiled = policy->compiled();
  const Request request = Ask("dar-port");
  const PeerCode peer = compiled.CodePeer(request.peer, request.peer_attributes, request.context);
  const size_t peers = 256 * (sizeof(PeerCode) + peer.rules.capacity() * sizeof(uint64_t));
  EXPECT_LT(compiled.bytes() + peers, size_t{30} << 20);
  std::vector<uint32_t> matching;
  compiled.AppendMatching(compiled.CodeItem(request.item, request.context, request.self), peer,
                          compiled.CodeAction("replicate"), Calendar::Of(request), matching);
  EXPECT_EQ(matching.size(), kMaxRules / (kinds.size() * topics.size()));
  // Of equals the first by name.
  EXPECT_EQ(policy->Decide(request).rule, "r0");
}

}  // namespace
}  // namespace fairway::policy
