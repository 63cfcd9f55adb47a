// The floors P1–P8 and P13: what they hold back, under a policy that permits everything to
// everybody, and that no text changes them.

#include "policy/engine/floors.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;

constexpr char kEverything[] =
    "permit all to any peer may discover, query, replicate, redistribute, accept any item "
    "because \"everything\"";

struct Case {
  const char* name;
  const char* peer;
  const char* action;
  std::function<void(Request&)> change;
  const char* withheld_by;  // empty: released
};

using Words = std::vector<std::string>;

std::function<void(Request&)> Set(const char* name, const char* value) {
  return [=](Request& request) { request.item.Set(name, value); };
}

std::function<void(Request&)> Audience(const char* name, Words words) {
  return [=](Request& request) { request.item.SetSet(name, words); };
}

// A copy without one attribute: that attribute is unknown.
Attributes Without(const Attributes& from, const std::string& name) {
  Attributes result;
  for (const auto& [key, value] : from.all()) {
    if (key == name) continue;
    if (const auto* symbol = std::get_if<std::string>(&value)) result.Set(key, *symbol);
    if (const auto* set = std::get_if<Words>(&value)) result.SetSet(key, *set);
    if (const auto* number = std::get_if<int64_t>(&value)) result.SetNumber(key, *number);
  }
  return result;
}

std::function<void(Request&)> Unknown(const char* name) {
  return [=](Request& request) { request.item = Without(request.item, name); };
}

std::function<void(Request&)> Received(const char* onward, int hops_left) {
  return [=](Request& request) {
    request.item.Set("item.originator", "rotterdam-port");
    request.item.Set("item.onward", onward);
    request.item.SetNumber("item.hops-left", hops_left);
  };
}

std::function<void(Request&)> Both(std::function<void(Request&)> a,
                                   std::function<void(Request&)> b) {
  return [=](Request& request) {
    a(request);
    b(request);
  };
}

class FloorTest : public ::testing::TestWithParam<Case> {};

TEST_P(FloorTest, HoldsBackWhatItSays) {
  const auto policy = testing::MustLoad(kEverything);
  ASSERT_NE(policy, nullptr);
  Request request = Ask(GetParam().peer, GetParam().action);
  GetParam().change(request);
  const Decision decision = policy->Decide(request);
  const std::string wanted = GetParam().withheld_by;
  EXPECT_EQ(decision.rule, wanted.empty() ? "all" : wanted) << decision.because;
  EXPECT_EQ(decision.verdict == Decision::Verdict::kRelease, wanted.empty());
  if (wanted.empty()) return;
  EXPECT_EQ(decision.line, 0);
  EXPECT_EQ(decision.file, "");
  EXPECT_FALSE(decision.because.empty());
  EXPECT_FALSE(decision.duties.Releases("title"));
  for (const Explanation::Floor& floor : policy->Explain(request).floors) {
    if (floor.id == wanted) {
      EXPECT_FALSE(floor.holds);
      EXPECT_EQ(floor.detail, decision.because);
    }
  }
}

const auto kNothing = [](Request&) {};

INSTANTIATE_TEST_SUITE_P(
    State, FloorTest,
    ::testing::Values(
        Case{"Active", "dar-port", "replicate", kNothing, ""},
        Case{"Draft", "dar-port", "replicate", Set("item.state", "draft"), "P1"},
        Case{"Recalled", "dar-port", "query", Set("item.state", "recalled"), "P1"},
        Case{"Superseded", "dar-port", "query", Set("item.state", "superseded"), "P1"},
        Case{"Expired", "dar-port", "discover", Set("item.state", "expired"), "P1"},
        Case{"StateUnknown", "dar-port", "replicate", Unknown("item.state"), "P1"},
        Case{"StateUnheardOf", "dar-port", "replicate", Set("item.state", "Active"), "P1"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Red, FloorTest,
    ::testing::Values(
        Case{"NotNamed", "dar-port", "replicate", Set("item.tlp", "RED"), "P2"},
        Case{"Named", "dar-port", "replicate",
             Both(Set("item.tlp", "RED"), Audience("item.named", {"santos-port", "dar-port"})), ""},
        Case{"NamedWithPrefix", "dar-port", "replicate",
             Both(Set("item.tlp", "RED"), Audience("item.named", {"peer:dar-port"})), ""},
        Case{"ACountryNamesNobody", "dar-port", "replicate",
             Both(Set("item.tlp", "RED"), Audience("item.named", {"TZ"})), "P2"},
        Case{"AGroupNamesNobody", "dar-port", "replicate",
             Both(Set("item.tlp", "RED"), Audience("item.named", {"AFRICA"})), "P2"},
        Case{"AnyMemberNamesNobody", "dar-port", "replicate",
             Both(Set("item.tlp", "RED"), Audience("item.named", {"ANY-MEMBER"})), "P2"},
        Case{"P13UnmarkedIsRed", "dar-port", "replicate", Unknown("item.tlp"), "P2"},
        Case{"P13UnheardOfMarkingIsRed", "dar-port", "replicate", Set("item.tlp", "amber"), "P2"},
        Case{"P13UnmarkedButNamed", "dar-port", "replicate",
             Both(Unknown("item.tlp"), Audience("item.named", {"dar-port"})), ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Releasable, FloorTest,
    ::testing::Values(
        Case{"ByName", "dar-port", "replicate", Audience("item.releasable-to", {"dar-port"}), ""},
        Case{"ByCountry", "dar-port", "replicate", Audience("item.releasable-to", {"TZ"}), ""},
        Case{"ByGroupOfThePeer", "dar-port", "replicate",
             Audience("item.releasable-to", {"AFRICA"}), ""},
        Case{"ByGroupOfTheRegistry", "maputo-port", "replicate",
             Audience("item.releasable-to", {"AFRICA"}), ""},
        Case{"ByPrefixedCountry", "dar-port", "query",
             Audience("item.releasable-to", {"country:TZ"}), ""},
        Case{"ByPrefixedGroup", "dar-port", "query",
             Audience("item.releasable-to", {"group:AFRICA"}), ""},
        Case{"GroupIsNoCountry", "dar-port", "query",
             Audience("item.releasable-to", {"country:AFRICA"}), "P3"},
        Case{"SomebodyElse", "dar-port", "replicate",
             Audience("item.releasable-to", {"santos-port", "BR", "ATLANTIC"}), "P3"},
        Case{"Empty", "dar-port", "replicate", Audience("item.releasable-to", {}), "P3"},
        Case{"Unknown", "dar-port", "replicate", Unknown("item.releasable-to"), "P3"},
        Case{"UnheardOf", "dar-port", "replicate", Audience("item.releasable-to", {"all"}), "P3"},
        Case{"NotASet", "dar-port", "replicate", Set("item.releasable-to", "ANY-MEMBER"), "P3"},
        Case{"NoCountryKnown", "unknown-port", "replicate",
             Audience("item.releasable-to", {"TZ", "KE", ""}), "P3"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Excluded, FloorTest,
    ::testing::Values(
        Case{"ByName", "dar-port", "replicate", Audience("item.not-releasable-to", {"dar-port"}),
             "P4"},
        Case{"ByCountry", "dar-port", "replicate", Audience("item.not-releasable-to", {"TZ"}),
             "P4"},
        Case{"ByGroup", "dar-port", "replicate", Audience("item.not-releasable-to", {"AFRICA"}),
             "P4"},
        Case{"Everybody", "dar-port", "replicate",
             Audience("item.not-releasable-to", {"ANY-MEMBER"}), "P4"},
        Case{"SomebodyElse", "dar-port", "replicate",
             Audience("item.not-releasable-to", {"santos-port", "BR", "ATLANTIC"}), ""},
        Case{"Nobody", "dar-port", "replicate", Audience("item.not-releasable-to", {}), ""},
        Case{"NotASet", "dar-port", "replicate", Set("item.not-releasable-to", "BR"), "P4"},
        Case{"AGroupThatIsGone", "dar-port", "replicate",
             Audience("item.not-releasable-to", {"OLD-GROUP"}), "P4"},
        Case{"APrefixedGroupThatIsGone", "dar-port", "replicate",
             Audience("item.not-releasable-to", {"group:OLD-GROUP"}), "P4"},
        Case{
            "AnAuthorityWithoutAName", "dar-port", "replicate",
            Audience("item.not-releasable-to", {std::string(64, 'a'), "authority:ff", "peer:gone"}),
            ""},
        Case{"ACountryIfThePeersIsUnknown", "unknown-port", "replicate",
             Audience("item.not-releasable-to", {"BR"}), "P4"},
        Case{"APeerIfTheCountryIsUnknown", "unknown-port", "replicate",
             Audience("item.not-releasable-to", {"dar-port"}), ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Onward, FloorTest,
    ::testing::Values(
        Case{"Any", "dar-port", "replicate", Received("any", 1), ""},
        Case{"Community", "dar-port", "replicate", Received("community", 1), ""},
        Case{"None", "dar-port", "replicate",
             Both(Received("none", 1), Audience("item.approved-for", {"dar-port"})), "P5"},
        Case{"AskNotApproved", "dar-port", "query", Received("ask", 1), "P5"},
        Case{"AskApproved", "dar-port", "query",
             Both(Received("ask", 1), Audience("item.approved-for", {"AFRICA"})), ""},
        Case{"NamedNotNamed", "dar-port", "query", Received("named", 1), "P5"},
        Case{"NamedNamed", "dar-port", "query",
             Both(Received("named", 1), Audience("item.named", {"dar-port"})), ""},
        Case{"OnwardUnknown", "dar-port", "query", Both(Received("any", 1), Unknown("item.onward")),
             "P5"},
        Case{"OnwardUnheardOf", "dar-port", "query", Received("everybody", 1), "P5"},
        Case{"OwnItemsAreNotBound", "dar-port", "query", Set("item.onward", "none"), ""},
        Case{"NoHopsLeft", "dar-port", "replicate", Received("any", 0), "P6"},
        Case{"HopsUnknown", "dar-port", "replicate",
             Both(Received("any", 1), Unknown("item.hops-left")), "P6"},
        Case{"HopsNegative", "dar-port", "replicate", Received("any", -1), "P6"},
        Case{"OwnItemWithoutHops", "dar-port", "replicate",
             [](Request& request) { request.item.SetNumber("item.hops-left", 0); }, ""}),
    [](const auto& info) { return info.param.name; });

const auto kNamedRed = Both(Set("item.tlp", "RED"), Audience("item.named", {"dar-port"}));

INSTANTIATE_TEST_SUITE_P(
    PassingOn, FloorTest,
    ::testing::Values(
        Case{"RedistributeAmberStrict", "dar-port", "redistribute", Set("item.tlp", "AMBER+STRICT"),
             "P7"},
        Case{"RedistributeRed", "dar-port", "redistribute", kNamedRed, "P7"},
        Case{"RedistributeAmber", "dar-port", "redistribute", Set("item.tlp", "AMBER"), ""},
        Case{"ReplicateAmberStrictOfOurs", "dar-port", "replicate", Set("item.tlp", "AMBER+STRICT"),
             ""},
        Case{"ReplicateAmberStrictOfOthers", "dar-port", "replicate",
             Both(Set("item.tlp", "AMBER+STRICT"), Received("any", 1)), "P7"},
        Case{"QueryRedOfOthers", "dar-port", "query", Both(kNamedRed, Received("any", 1)), "P7"}),
    [](const auto& info) { return info.param.name; });

std::function<void(Request&)> Link(const char* state) {
  return [=](Request& request) { request.peer_attributes.Set("peer.link", state); };
}

INSTANTIATE_TEST_SUITE_P(
    Links, FloorTest,
    ::testing::Values(
        Case{"Suspended", "suspended-port", "replicate", kNothing, "P8"},
        Case{"Quarantined", "dar-port", "query", Link("quarantined"), "P8"},
        Case{"Removed", "dar-port", "query", Link("removed"), "P8"},
        Case{"LinkUnknown", "dar-port", "query",
             [](Request& request) {
               request.peer_attributes = Without(request.peer_attributes, "peer.link");
             },
             "P8"},
        Case{"TheItemCannotSayIt", "suspended-port", "query", Set("peer.link", "active"), "P8"},
        Case{"NoNameAtAll", "", "query", Link("active"), "P3"},
        Case{"EmergencyChangesNothing", "suspended-port", "replicate",
             [](Request& request) { request.context.Set("context.emergency", "yes"); }, "P8"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Accept, FloorTest,
    ::testing::Values(
        Case{"AudienceIsNotAsked", "dar-port", "accept", Unknown("item.releasable-to"), ""},
        Case{"HopsAreNotAsked", "dar-port", "accept", Received("none", 0), ""},
        Case{"RedIsNotAsked", "dar-port", "accept", Set("item.tlp", "RED"), ""},
        Case{"StateIsAsked", "dar-port", "accept", Set("item.state", "recalled"), "P1"},
        Case{"LinkIsAsked", "suspended-port", "accept", kNothing, "P8"}),
    [](const auto& info) { return info.param.name; });

TEST(FloorOrder, TheLowestNumberIsNamed) {
  const auto policy = testing::MustLoad(kEverything);
  Request request = Ask("suspended-port", "redistribute");
  request.item = Attributes();
  EXPECT_EQ(policy->Decide(request).rule, "P1");
  request.item.Set("item.state", "active");
  EXPECT_EQ(policy->Decide(request).rule, "P2");
  request.item.Set("item.tlp", "AMBER+STRICT");
  EXPECT_EQ(policy->Decide(request).rule, "P3");
  request.item.SetSet("item.releasable-to", {"ANY-MEMBER"});
  EXPECT_EQ(policy->Decide(request).rule, "P7");
  request.item.Set("item.tlp", "GREEN");
  EXPECT_EQ(policy->Decide(request).rule, "P8");
}

// A received copy carries min(duty, hops-left - 1); an own item that bounds its hops passes that
// on.
TEST(HopsFloorTest, IsTheSmallerOfDutyAndWhatIsLeft) {
  const auto hops = [](const char* with, const std::function<void(Request&)>& change) {
    const auto policy = testing::MustLoad(
        std::string("permit r to any peer may replicate items where item.kind is bulletin ") +
        with + " because \"y\"");
    Request request = Ask("dar-port");
    change(request);
    const Decision decision = policy->Decide(request);
    EXPECT_EQ(decision.verdict, Decision::Verdict::kRelease) << decision.because;
    return decision.duties.hops;
  };
  EXPECT_EQ(hops("", Received("any", 3)), 2);
  EXPECT_EQ(hops("with hops 1", Received("any", 3)), 1);
  EXPECT_EQ(hops("with hops 5", Received("any", 3)), 2);
  EXPECT_EQ(hops("", Received("any", 1)), 0);
  EXPECT_EQ(hops("", kNothing), std::nullopt);
  EXPECT_EQ(hops("with hops 2", kNothing), 2);
  EXPECT_EQ(
      hops("with hops 2", [](Request& request) { request.item.SetNumber("item.hops-left", 1); }),
      1);
}

}  // namespace
}  // namespace fairway::policy
