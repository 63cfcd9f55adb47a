#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/authz/attributes.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/model/audience.h"
#include "node/model/draft.h"
#include "policy/policy.h"
#include "tests/support/status_matchers.h"

// What the policy engine is told, and what is made of its answer.
namespace fairway::authz {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pointee;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00:00Z

model::AuthorityId Id(const std::string& name) { return {crypto::Sha256(name)}; }

NameOf Names(std::map<model::AuthorityId, std::string> names) {
  return [names = std::move(names)](const model::AuthorityId& id) -> std::optional<std::string> {
    const auto found = names.find(id);
    if (found == names.end()) return std::nullopt;
    return found->second;
  };
}

ItemFacts Own() {
  ItemFacts facts;
  facts.view.body.origin = Id("self");
  facts.view.body.revision = 3;
  facts.view.body.tlp = model::Tlp::kGreen;
  facts.stored_at = kNow - absl::Hours(30);
  return facts;
}

ItemFacts Received() {
  ItemFacts facts = Own();
  facts.view.body.origin = Id("origin");
  facts.received_from = Id("peer");
  return facts;
}

void AddPart(ItemFacts& facts, std::string label, std::string bytes) {
  facts.view.parts.push_back({.label = std::move(label), .salt = {}, .bytes = std::move(bytes)});
}

model::Peer ActivePeer() {
  model::Peer peer;
  peer.id = Id("peer");
  peer.name = "peer-port";
  peer.state = model::PeerState::kActive;
  return peer;
}

policy::Attributes Of(const ItemFacts& facts) {
  return ForItem(facts, Id("self"), Names({{Id("origin"), "origin-port"}, {Id("x"), "x-port"}}),
                 kNow);
}

TEST(ItemAttributesTest, WhatIsAbsentIsUnknown) {
  const policy::Attributes attributes = Of(Own());
  for (const char* name : {"item.topics", "item.regions", "item.contains", "item.purpose",
                           "item.reliability", "item.releasable-to", "item.not-releasable-to",
                           "item.named", "item.hops-left", "item.approved-for"}) {
    EXPECT_EQ(attributes.Find(name), nullptr) << name;
  }
  EXPECT_THAT(attributes.FindSymbol("item.originator"), Pointee(std::string("self")));
  EXPECT_THAT(attributes.FindNumber("item.revision"), Pointee(3));
}

TEST(ItemAttributesTest, AnAudienceBecomesLocalNamesAndAStrangerANameNobodyKnows) {
  ItemFacts facts = Own();
  using Kind = model::AudienceMember::Kind;
  model::Audience audience;
  audience.releasable_to = {{Kind::kAnyMember, {}, ""}, {Kind::kCountry, {}, "KE"}};
  audience.not_releasable_to = {{Kind::kAuthority, Id("x"), ""}, {Kind::kAuthority, Id("?"), ""}};
  AddPart(facts, "audience", model::EncodeAudience(audience));
  const policy::Attributes attributes = Of(facts);
  EXPECT_THAT(*attributes.FindSet("item.releasable-to"), UnorderedElementsAre("ANY-MEMBER", "KE"));
  EXPECT_THAT(*attributes.FindSet("item.not-releasable-to"),
              UnorderedElementsAre("x-port", "authority:" + Id("?").ToString()));
  EXPECT_THAT(*attributes.FindSet("item.named"), IsEmpty());
}

TEST(ItemAttributesTest, AnAudienceThatCannotBeReadIsUnknown) {
  ItemFacts facts = Own();
  AddPart(facts, "audience", "releasable-to everybody, please");
  EXPECT_EQ(Of(facts).Find("item.releasable-to"), nullptr);
}

TEST(ItemAttributesTest, KnownToContainNothingIsNotUnknown) {
  ItemFacts facts = Own();
  AddPart(facts, "caveats", model::EncodeCaveats({}));
  ASSERT_NE(Of(facts).FindSet("item.contains"), nullptr);
  EXPECT_THAT(*Of(facts).FindSet("item.contains"), IsEmpty());
}

TEST(ItemAttributesTest, APrivatePartThatCameFromAPeerCountsForNothing) {
  ItemFacts facts = Received();
  model::Audience audience;
  audience.releasable_to = {{model::AudienceMember::Kind::kAnyMember, {}, ""}};
  AddPart(facts, "audience", model::EncodeAudience(audience));
  EXPECT_EQ(Of(facts).Find("item.releasable-to"), nullptr);
}

TEST(ItemAttributesTest, OnwardStandsForTheAudienceOfAReceivedItem) {
  ItemFacts facts = Received();
  facts.view.terms.hops = 2;
  for (const auto& [onward, open] :
       std::vector<std::pair<model::Onward, bool>>{{model::Onward::kNone, false},
                                                   {model::Onward::kAsk, false},
                                                   {model::Onward::kNamed, false},
                                                   {model::Onward::kCommunity, true},
                                                   {model::Onward::kAny, true}}) {
    facts.view.body.onward = onward;
    EXPECT_EQ(Of(facts).FindSet("item.releasable-to") != nullptr, open);
  }
  EXPECT_THAT(Of(facts).FindNumber("item.hops-left"), Pointee(2));
  facts.view.terms.hops.reset();
  EXPECT_THAT(Of(facts).FindNumber("item.hops-left"), Pointee(0)) << "terms that say nothing";
}

TEST(ItemAttributesTest, MarkingsAreTheStricterOfBodyAndTerms) {
  ItemFacts facts = Received();
  facts.view.terms.tlp_floor = model::Tlp::kAmberStrict;
  EXPECT_THAT(Of(facts).FindSymbol("item.tlp"), Pointee(std::string("AMBER+STRICT")));
}

TEST(ItemAttributesTest, AgeCountsBegunDays) {
  ItemFacts facts = Own();
  EXPECT_THAT(Of(facts).FindNumber("item.age"), Pointee(2)) << "stored 30 hours ago";
  AddPart(facts, "time.day", "2025-12-22");
  EXPECT_THAT(Of(facts).FindNumber("item.age"), Pointee(10)) << "ten days to the hour";
  EXPECT_EQ(Of(Received()).Find("item.age"), nullptr) << "nobody said when";
}

TEST(PeerAttributesTest, OnlyWhatAnAdministratorSetIsKnown) {
  model::Peer peer = ActivePeer();
  peer.manifest.country = "KE";  // a claim
  EXPECT_EQ(ForPeer(peer).Find("peer.country"), nullptr);
  peer.attributes.country = "TZ";
  EXPECT_THAT(ForPeer(peer).FindSymbol("peer.country"), Pointee(std::string("TZ")));
  EXPECT_THAT(ForPeer(peer).FindSymbol("peer.link"), Pointee(std::string("active")));
  peer.state = model::PeerState::kAwaitingConfirm;
  EXPECT_EQ(ForPeer(peer).Find("peer.link"), nullptr);
}

TEST(RegistryTest, GroupsAreMadeOfTheirMembers) {
  model::Peer one = ActivePeer();
  one.attributes.groups = {"EAST"};
  model::Peer two = ActivePeer();
  two.name = "other-port";
  two.attributes.groups = {"EAST", "SOUTH"};
  const policy::Registry registry = RegistryOf({one, two});
  EXPECT_THAT(registry.groups.at("EAST"), ElementsAre("peer-port", "other-port"));
  EXPECT_THAT(registry.groups.at("SOUTH"), ElementsAre("other-port"));
}

class AuthorizerTest : public ::testing::Test {
 protected:
  AuthorizerTest() : authorizer(slot, Id("self")) {}

  void Load(const std::string& text) {
    auto vocabulary = policy::Vocabulary::Parse(std::string(policy::DefaultProfile()));
    auto active = std::make_shared<ActivePolicy>();
    policy::Policy::Loaded loaded =
        policy::Policy::Load("test.fpol", text, vocabulary.vocabulary, RegistryOf({ActivePeer()}));
    ASSERT_NE(loaded.policy, nullptr) << policy::RenderAll(loaded.diagnostics, "test.fpol", text);
    active->policy = loaded.policy;
    slot.Set(active);
  }
  bool Accepts(const ItemFacts& facts, const model::Peer& peer) {
    const auto decision = authorizer.Accept(facts, peer, Names({}), kNow);
    EXPECT_OK(decision.status());
    return decision.ok() && decision->verdict == policy::Decision::Verdict::kRelease;
  }

  PolicySlot slot;
  Authorizer authorizer;
};

TEST_F(AuthorizerTest, WithoutAPolicyNothingIsReleasedAndTheReasonIsNamed) {
  const policy::Decision decision =
      authorizer.Release(slot.Get().get(), Own(), ActivePeer(), Names({}), kNow);
  EXPECT_EQ(decision.verdict, policy::Decision::Verdict::kWithhold);
  EXPECT_EQ(decision.rule, kRuleNoPolicy);
  EXPECT_FALSE(decision.duties.Releases("title"));
}

TEST_F(AuthorizerTest, AReceivedItemIsAskedAboutAsRedistribution) {
  Load(R"(policy "own only" version 1
permit own
  to any peer
  may replicate
  any item
  because "a test"
)");
  ItemFacts facts = Received();
  facts.view.body.onward = model::Onward::kAny;
  facts.view.terms.hops = 2;
  const policy::Decision decision =
      authorizer.Release(slot.Get().get(), facts, ActivePeer(), Names({}), kNow);
  EXPECT_EQ(decision.rule, "default");
}

TEST_F(AuthorizerTest, ItemsComeInFromActivePeersOnly) {
  EXPECT_TRUE(Accepts(Received(), ActivePeer()));
  model::Peer suspended = ActivePeer();
  suspended.state = model::PeerState::kSuspended;
  EXPECT_FALSE(Accepts(Received(), suspended));
}

TEST_F(AuthorizerTest, APermitForAcceptLetsInNothingElse) {
  Load(R"(policy "alerts in" version 1
permit alerts
  to any peer
  may accept
  items where item.kind is alert
  because "a test"
)");
  ItemFacts facts = Received();
  EXPECT_FALSE(Accepts(facts, ActivePeer()));
  facts.view.body.kind = model::Kind::kAlert;
  EXPECT_TRUE(Accepts(facts, ActivePeer()));
}

TEST_F(AuthorizerTest, AForbidForAcceptKeepsOutOnlyWhatItNames) {
  Load(R"(policy "no alerts in" version 1
forbid alerts
  to any peer
  may accept
  items where item.kind is alert
  because "a test"
)");
  ItemFacts facts = Received();
  EXPECT_TRUE(Accepts(facts, ActivePeer()));
  facts.view.body.kind = model::Kind::kAlert;
  EXPECT_FALSE(Accepts(facts, ActivePeer()));
}

TEST_F(AuthorizerTest, APolicyThatCannotBeLoadedLetsNothingInUntilItCan) {
  EXPECT_TRUE(Accepts(Received(), ActivePeer())) << "no policy was ever applied";
  slot.SetUnreadable();
  const auto decision = authorizer.Accept(Received(), ActivePeer(), Names({}), kNow);
  EXPECT_THAT(decision, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(decision, HasProblem("FW-POL-003"));
  EXPECT_EQ(slot.Get(), nullptr) << "nor does anything leave";
  Load(R"(policy "nothing about accept" version 1
)");
  EXPECT_TRUE(Accepts(Received(), ActivePeer()));
}

TEST(RoleTest, NoRoleStandsForAnother) {
  const model::Caller commander{.user = "cora", .uid = 1, .roles = {model::Role::kCommander}};
  EXPECT_OK(RequireRole(commander, model::Role::kCommander));
  EXPECT_THAT(RequireRole(commander, model::Role::kAdministrator), HasProblem("FW-AUTH-002"));
}

}  // namespace
}  // namespace fairway::authz
