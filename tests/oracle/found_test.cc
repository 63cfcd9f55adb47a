// What the comparison found once and must not come back.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "tests/oracle/agreement.h"

namespace fairway::oracle {
namespace {

constexpr char kShareAll[] = R"(
permit all
  to any peer
  may do anything
  any item
  because "a test"
)";

policy::Registry Names() {
  policy::Registry names;
  names.self = "home-port";
  names.groups["EAST"] = {"alpha-port"};
  policy::Registry::Peer peer;
  peer.name = "alpha-port";
  peer.country = "KE";
  names.peers = {peer};
  return names;
}

// The rule both name, for an item of ours that alpha-port may have, after a change.
std::string DecidedBy(const std::function<void(policy::Request&)>& change) {
  const Profile& profile = Profiles()[0];
  policy::Request request;
  request.peer = "alpha-port";
  request.peer_attributes.Set("peer.link", "active");
  request.action = "replicate";
  request.self = "home-port";
  request.item.Set("item.state", "active");
  request.item.Set("item.tlp", "GREEN");
  request.item.SetSet("item.releasable-to", {"ANY-MEMBER"});
  change(request);
  const auto loaded = policy::Policy::Load("p.fpol", kShareAll, profile.vocabulary, Names());
  const auto judge = Judge::Make(kShareAll, profile.text, Names());
  const policy::Decision decision = loaded.policy->Decide(request);
  EXPECT_EQ(InOracleWords(decision), judge->Decide(request));
  EXPECT_EQ(decision, loaded.policy->Explain(request).decision);
  return decision.rule;
}

std::string ExcludedBy(const std::string& word) {
  return DecidedBy(
      [&](policy::Request& request) { request.item.SetSet("item.not-releasable-to", {word}); });
}

TEST(FoundTest, AGroupExcludesAPeerWhoseGroupsNobodyKnows) {
  for (const char* group : {"EAST", "group:EAST"}) {
    EXPECT_EQ(DecidedBy([&](policy::Request& request) {
                request.peer = "stranger";
                request.peer_attributes.Set("peer.country", "NL");
                request.item.SetSet("item.not-releasable-to", {group});
              }),
              "P4");
  }
  EXPECT_EQ(DecidedBy([](policy::Request& request) {
              request.peer = "stranger";
              request.item.SetSet("item.not-releasable-to", {"peer:EAST"});
            }),
            "all");
}

TEST(FoundTest, AnOriginatorThatIsNoNameIsSomebodyElse) {
  EXPECT_EQ(DecidedBy([](policy::Request& request) {
              request.item.SetSet("item.originator", {"home-port"});
            }),
            "P5");
  EXPECT_EQ(
      DecidedBy([](policy::Request& request) { request.item.SetNumber("item.originator", 0); }),
      "P5");
  EXPECT_EQ(DecidedBy([](policy::Request& request) { request.item.Set("item.originator", ""); }),
            "P5");
}

TEST(FoundTest, ACountryThatNobodyKnowsIsUnknown) {
  const auto somewhere = [](const char* attribute, const char* word) {
    return DecidedBy([=](policy::Request& request) {
      request.peer_attributes.Set("peer.country", "XX");
      request.item.SetSet(attribute, {word});
    });
  };
  EXPECT_EQ(somewhere("item.not-releasable-to", "NL"), "P4");
  EXPECT_EQ(somewhere("item.releasable-to", "XX"), "P3");
  EXPECT_EQ(somewhere("item.releasable-to", "country:XX"), "P3");
}

TEST(FoundTest, AWordThatNamesNobodyExcludesEverybody) {
  EXPECT_EQ(ExcludedBy("peer:"), "P4");
  EXPECT_EQ(ExcludedBy("authority:"), "P4");
  EXPECT_EQ(ExcludedBy("group:" + std::string(64, 'a')), "P4");
  EXPECT_EQ(ExcludedBy(std::string(64, 'a')), "all");
  EXPECT_EQ(ExcludedBy("authority:" + std::string(64, 'a')), "all");
}

}  // namespace
}  // namespace fairway::oracle
