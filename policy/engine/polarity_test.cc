// Unknown is never a reason to share: what a condition over an unknown, unrecognised or partly
// recognised value counts as, in each kind of rule, with and without `not`.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;
using testing::MustLoad;

using Words = std::vector<std::string>;

// Does a rule of this kind, with this condition on the item, match the request?
bool Matches(const std::string& kind, const std::string& condition, const Request& request) {
  const std::string duty = kind == "require" ? " with hops 7 " : " ";
  std::string text = absl::StrCat(kind, " r to any peer may replicate items where ", condition,
                                  duty, "because \"y\"\n");
  if (kind != "permit") {
    text += "permit base to any peer may replicate items where item.state is active because \"y\"";
  }
  const auto policy = MustLoad(text);
  if (policy == nullptr) return false;
  const Decision decision = policy->Decide(request);
  if (kind == "require") return decision.duties.hops == 7;
  return decision.rule == "r";
}

struct Polarity {
  const char* condition;
  // For a request in which the attribute is unknown.
  bool in_permit;
  bool in_forbid_or_require;
};

class UnknownTest : public ::testing::TestWithParam<Polarity> {};

TEST_P(UnknownTest, CountsAgainstSharing) {
  const Request request = Ask("dar-port");  // has no reliability, contains, regions, revision
  EXPECT_EQ(Matches("permit", GetParam().condition, request), GetParam().in_permit);
  EXPECT_EQ(Matches("forbid", GetParam().condition, request), GetParam().in_forbid_or_require);
  EXPECT_EQ(Matches("require", GetParam().condition, request), GetParam().in_forbid_or_require);
}

INSTANTIATE_TEST_SUITE_P(
    Atoms, UnknownTest,
    ::testing::Values(Polarity{"item.reliability is C", false, true},
                      Polarity{"item.reliability is not C", false, true},
                      Polarity{"item.reliability in { A, B }", false, true},
                      Polarity{"item.reliability not in { A, B }", false, true},
                      Polarity{"item.reliability at least C", false, true},
                      Polarity{"item.reliability at most C", false, true},
                      Polarity{"item.reliability below C", false, true},
                      Polarity{"item.reliability above C", false, true},
                      Polarity{"item.contains has personal-data", false, true},
                      Polarity{"item.contains has any of { personal-data }", false, true},
                      Polarity{"item.contains has all of { personal-data }", false, true},
                      Polarity{"item.contains has none of { personal-data }", false, true},
                      Polarity{"item.contains has only { personal-data }", false, true},
                      Polarity{"item.revision at most 3", false, true},
                      Polarity{"item.revision at least 3", false, true},
                      Polarity{"item.revision is 3", false, true},
                      Polarity{"item.revision is not 3", false, true}));

INSTANTIATE_TEST_SUITE_P(
    UnderNot, UnknownTest,
    ::testing::Values(
        Polarity{"not item.reliability is C", false, true},
        Polarity{"not item.contains has personal-data", false, true},
        Polarity{"not (not item.contains has personal-data)", false, true},
        Polarity{"not (not (not item.contains has personal-data))", false, true},
        Polarity{"not item.revision at most 3", false, true},
        Polarity{"not (item.contains has personal-data or item.kind is alert)", false, true},
        Polarity{"not (item.contains has personal-data and item.kind is bulletin)", false, true}));

// What is known decides where it suffices.
INSTANTIATE_TEST_SUITE_P(
    WithWhatIsKnown, UnknownTest,
    ::testing::Values(
        Polarity{"item.contains has personal-data or item.kind is bulletin", true, true},
        Polarity{"item.contains has personal-data or item.kind is alert", false, true},
        Polarity{"item.contains has personal-data and item.kind is bulletin", false, true},
        Polarity{"item.contains has personal-data and item.kind is alert", false, false},
        Polarity{"not (item.contains has personal-data and item.kind is alert)", true, true},
        Polarity{"not (item.contains has personal-data or item.kind is bulletin)", false, false},
        // In a permit not even a tautology over the unknown is true.
        Polarity{"item.contains has personal-data or not item.contains has personal-data", false,
                 true}));

INSTANTIATE_TEST_SUITE_P(Context, UnknownTest,
                         ::testing::Values(Polarity{"context.emergency is yes", false, true},
                                           Polarity{"context.emergency is not yes", false, true},
                                           Polarity{"not context.emergency is yes", false, true}));

TEST(UnrecognisedTest, AWordTheVocabularyDoesNotKnowIsUnknown) {
  Request request = Ask("dar-port");
  request.item.Set("item.reliability", "C-");
  for (const char* condition : {"item.reliability is C", "item.reliability is not C",
                                "not item.reliability is C", "item.reliability in { A, B, C }"}) {
    EXPECT_FALSE(Matches("permit", condition, request)) << condition;
    EXPECT_TRUE(Matches("forbid", condition, request)) << condition;
  }
}

TEST(UnrecognisedTest, AValueOfTheWrongTypeIsUnknown) {
  Request request = Ask("dar-port");
  request.item.SetSet("item.reliability", {"C"});
  request.item.Set("item.contains", "personal-data");
  request.item.Set("item.revision", "3");
  for (const char* condition :
       {"item.reliability is C", "item.contains has personal-data", "item.revision is 3",
        "item.contains has none of { personal-data }"}) {
    EXPECT_FALSE(Matches("permit", condition, request)) << condition;
    EXPECT_TRUE(Matches("forbid", condition, request)) << condition;
  }
}

TEST(UnrecognisedTest, ANegativeNumberIsUnknown) {
  Request request = Ask("dar-port");
  request.item.SetNumber("item.age", -1);
  EXPECT_FALSE(Matches("permit", "item.age at most 90 days", request));
  EXPECT_TRUE(Matches("forbid", "item.age at least 90 days", request));
}

struct Partial {
  const char* condition;
  Words members;
  bool in_permit;
  bool in_forbid;
};

class PartialSetTest : public ::testing::TestWithParam<Partial> {};

TEST_P(PartialSetTest, IsDecidedByWhatIsKnownIfThatSuffices) {
  Request request = Ask("dar-port");
  request.item.SetSet("item.contains", GetParam().members);
  EXPECT_EQ(Matches("permit", GetParam().condition, request), GetParam().in_permit);
  EXPECT_EQ(Matches("forbid", GetParam().condition, request), GetParam().in_forbid);
}

const Words kNew = {"something-new"};
const Words kNewAndPersonal = {"something-new", "personal-data"};

INSTANTIATE_TEST_SUITE_P(
    All, PartialSetTest,
    ::testing::Values(
        Partial{"item.contains has personal-data", kNewAndPersonal, true, true},
        Partial{"item.contains has personal-data", kNew, false, true},
        Partial{"item.contains has any of { personal-data, operational }", kNewAndPersonal, true,
                true},
        Partial{"item.contains has all of { personal-data, operational }", kNewAndPersonal, false,
                true},
        Partial{"item.contains has all of { personal-data }", kNewAndPersonal, true, true},
        Partial{"item.contains has none of { personal-data }", kNewAndPersonal, false, false},
        Partial{"item.contains has none of { personal-data }", kNew, false, true},
        Partial{"item.contains has only { personal-data }", kNewAndPersonal, false, true},
        Partial{"item.contains has only { operational }", kNewAndPersonal, false, false},
        Partial{"not item.contains has personal-data", kNew, false, true},
        Partial{"not item.contains has personal-data", kNewAndPersonal, false, false}));

TEST(KnownTest, AnEmptySetIsKnown) {
  Request request = Ask("dar-port");
  request.item.SetSet("item.contains", {});
  EXPECT_TRUE(Matches("permit", "item.contains has none of { personal-data }", request));
  EXPECT_TRUE(Matches("permit", "item.contains has only { }", request));
  EXPECT_FALSE(Matches("forbid", "item.contains has personal-data", request));
}

struct Known {
  const char* condition;
  bool holds;
};

class KnownTest : public ::testing::TestWithParam<Known> {};

TEST_P(KnownTest, MeansWhatItSays) {
  Request request = Ask("dar-port");
  request.item.Set("item.reliability", "C");
  request.item.SetSet("item.topics", {"cocaine", "ivory"});
  request.item.SetNumber("item.age", 90);
  for (const char* kind : {"permit", "forbid", "require"}) {
    EXPECT_EQ(Matches(kind, GetParam().condition, request), GetParam().holds) << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ordered, KnownTest,
    ::testing::Values(
        Known{"item.reliability is C", true}, Known{"item.reliability is B", false},
        Known{"item.reliability is not B", true}, Known{"item.reliability is not C", false},
        Known{"item.reliability in { B, C }", true},
        Known{"item.reliability not in { B, C }", false},
        Known{"item.reliability at least C", true}, Known{"item.reliability at least B", false},
        Known{"item.reliability >= D", true}, Known{"item.reliability at most C", true},
        Known{"item.reliability <= D", false}, Known{"item.reliability below C", false},
        Known{"item.reliability < B", true}, Known{"item.reliability above C", false},
        Known{"item.reliability > D", true}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, KnownTest,
    ::testing::Values(Known{"item.age at most 90 days", true}, Known{"item.age at most 89", false},
                      Known{"item.age at least 3 months", true},
                      Known{"item.age at least 91 days", false}, Known{"item.age below 90", false},
                      Known{"item.age < 91", true}, Known{"item.age above 90", false},
                      Known{"item.age > 89", true}, Known{"item.age is 90 days", true},
                      Known{"item.age is not 90", false}, Known{"item.age at most 1 year", true}));

INSTANTIATE_TEST_SUITE_P(
    Sets, KnownTest,
    ::testing::Values(Known{"item.topics has ivory", true}, Known{"item.topics has heroin", false},
                      Known{"item.topics has any of { heroin, ivory }", true},
                      Known{"item.topics has all of { cocaine, ivory }", true},
                      Known{"item.topics has all of { cocaine, heroin }", false},
                      Known{"item.topics has none of { heroin }", true},
                      Known{"item.topics has none of { ivory }", false},
                      Known{"item.topics has only { cocaine, ivory, heroin }", true},
                      Known{"item.topics has only { cocaine }", false}));

INSTANTIATE_TEST_SUITE_P(
    Words, KnownTest,
    ::testing::Values(Known{"item.kind is bulletin and item.tlp is GREEN or item.kind is alert",
                            true},
                      Known{"item.kind is alert and (item.tlp is GREEN or item.pap is RED)", false},
                      Known{"not item.kind is alert and item.tlp is GREEN", true},
                      Known{"item.originator is mombasa-port", true},
                      Known{"item.originator in { dar-port }", false},
                      Known{"item.releasable-to has ANY-MEMBER", true},
                      Known{"item.releasable-to has KE", false}));

TEST(PeerSide, TheSameHoldsForPeers) {
  const auto policy = MustLoad(
      "permit p to any peer may replicate items where item.state is active because \"y\"\n"
      "forbid f to peers where peer.country is not KE may replicate items where item.kind is "
      "bulletin because \"y\"");
  EXPECT_EQ(policy->Decide(Ask("nairobi-airport")).rule, "p");
  EXPECT_EQ(policy->Decide(Ask("dar-port")).rule, "f");
  EXPECT_EQ(policy->Decide(Ask("unknown-port")).rule, "f");
}

TEST(PeerSide, GroupsOfAPeerNobodyRegisteredAreUnknown) {
  const auto policy = MustLoad(
      "permit p to any peer may replicate items where item.state is active because \"y\"\n"
      "permit q to peer AFRICA may query items where item.state is active because \"y\"\n"
      "forbid f to peer AFRICA may replicate items where item.kind is bulletin because \"y\"\n"
      "forbid g to peer dar-port may replicate items where item.kind is lesson because \"y\"");
  Request stranger = Ask("rotterdam-port");
  stranger.peer = "stranger";
  EXPECT_EQ(policy->Decide(stranger).rule, "f");
  stranger.item.Set("item.kind", "lesson");
  EXPECT_EQ(policy->Decide(stranger).rule, "p");
  stranger.action = "query";
  EXPECT_EQ(policy->Decide(stranger).rule, "default");
}

TEST(PeerSide, NoSideCanSpeakForAnother) {
  const auto policy = MustLoad(
      "permit p to peers where peer.tier is 1 may replicate items where item.kind is bulletin and "
      "context.emergency is yes because \"y\"");
  Request request = Ask("santos-port");
  request.context.Set("context.emergency", "yes");
  request.item.Set("peer.tier", "1");
  request.context.Set("peer.tier", "1");
  EXPECT_EQ(policy->Decide(request).rule, "default");
  request = Ask("dar-port");
  request.item.Set("context.emergency", "yes");
  request.peer_attributes.Set("context.emergency", "yes");
  EXPECT_EQ(policy->Decide(request).rule, "default");
  request.context.Set("context.emergency", "yes");
  EXPECT_EQ(policy->Decide(request).rule, "p");
}

TEST(PeerSide, ThePeersIdIsWhoAsksWhateverItsAttributesSay) {
  const auto policy =
      MustLoad("permit p to peers where peer.id is dar-port may replicate any item because \"y\"");
  EXPECT_EQ(policy->Decide(Ask("dar-port")).rule, "p");
  Request request = Ask("santos-port");
  request.peer_attributes.Set("peer.id", "dar-port");
  EXPECT_EQ(policy->Decide(request).rule, "default");
}

}  // namespace
}  // namespace fairway::policy
