#include "policy/engine/compiled.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fairway::policy
