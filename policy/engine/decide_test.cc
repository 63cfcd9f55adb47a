#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;
using testing::MustLoad;
using Verdict = Decision::Verdict;

const std::string kTo = " to any peer may replicate items where item.kind is bulletin ";

TEST(DecideTest, NothingMovesWithoutAPermit) {
  const Decision decision = MustLoad("policy \"empty\"")->Decide(Ask("dar-port"));
  EXPECT_EQ(decision.verdict, Verdict::kWithhold);
  EXPECT_EQ(decision.rule, "default");
  EXPECT_EQ(decision.because, "no permit matches");
  EXPECT_EQ(decision.line, 0);
}

TEST(DecideTest, AReleaseNamesRuleReasonFileAndLine) {
  const auto policy = MustLoad("# comment\n\npermit p" + kTo + "because \"article 4\"");
  const Decision decision = policy->Decide(Ask("dar-port"));
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
  EXPECT_EQ(decision.rule, "p");
  EXPECT_EQ(decision.because, "article 4");
  EXPECT_EQ(decision.file, "test.fpol");
  EXPECT_EQ(decision.line, 3);
}

TEST(DecideTest, AForbidThatHoldsWins) {
  const auto policy =
      MustLoad("permit p" + kTo + "because \"y\"\nforbid f" + kTo + "because \"ring fence\"");
  const Decision decision = policy->Decide(Ask("dar-port"));
  EXPECT_EQ(decision.verdict, Verdict::kWithhold);
  EXPECT_EQ(decision.rule, "f");
  EXPECT_EQ(decision.line, 2);
  EXPECT_FALSE(decision.duties.Releases("title"));
}

TEST(DecideTest, ARequireGrantsNothing) {
  const auto policy = MustLoad("require r" + kTo + "with hops 1 because \"y\"");
  EXPECT_EQ(policy->Decide(Ask("dar-port")).rule, "default");
}

TEST(DecideTest, TheMostGenerousPermitCarries) {
  const auto policy = MustLoad(
      "permit a-strict" + kTo + "with redact body, hops 1 because \"y\"\n" + "permit b-plain" +
      kTo + "with hops 2 because \"y\"\n" + "permit c-middle" + kTo + "with hops 1 because \"y\"");
  const Decision decision = policy->Decide(Ask("dar-port"));
  EXPECT_EQ(decision.rule, "b-plain");
  EXPECT_EQ(decision.duties.ToText(), "hops 2");
}

TEST(DecideTest, ActionsAreApart) {
  const auto policy = MustLoad(
      "permit q to any peer may query, discover items where item.kind is bulletin because \"y\"\n"
      "permit d to peer dar-port may do anything items where item.kind is lesson because \"y\"");
  EXPECT_EQ(policy->Decide(Ask("dar-port", "query")).rule, "q");
  EXPECT_EQ(policy->Decide(Ask("dar-port", "discover")).rule, "q");
  EXPECT_EQ(policy->Decide(Ask("dar-port", "replicate")).rule, "default");
  EXPECT_EQ(policy->Decide(Ask("dar-port", "launch")).rule, "default");
  EXPECT_EQ(policy->Decide(Ask("dar-port", "launch")).verdict, Verdict::kWithhold);
  EXPECT_EQ(policy->Decide(Ask("dar-port", "")).verdict, Verdict::kWithhold);
}

TEST(DecideTest, DoAnythingIsAboutWhatLeavesAndNotAboutAccept) {
  const auto policy = MustLoad(
      "permit d to peer dar-port may do anything items where item.kind is bulletin because \"y\"");
  for (const char* action : {"discover", "query", "replicate", "redistribute"}) {
    EXPECT_EQ(policy->Decide(Ask("dar-port", action)).rule, "d") << action;
    EXPECT_TRUE(policy->HasPermitFor(action)) << action;
  }
  EXPECT_EQ(policy->Decide(Ask("dar-port", "accept")).rule, "default");
  EXPECT_FALSE(policy->HasPermitFor("accept"));
  EXPECT_FALSE(policy->HasPermitFor("launch"));
}

TEST(DecideTest, APolicyCanNarrowWhatComesIn) {
  const auto forbids = MustLoad(
      "forbid no-tests to any peer may accept items where item.mode is test because \"y\"");
  EXPECT_FALSE(forbids->HasPermitFor("accept"));
  Request request = Ask("dar-port", "accept");
  EXPECT_EQ(forbids->Decide(request).rule, "default");
  request.item.Set("item.mode", "test");
  EXPECT_EQ(forbids->Decide(request).rule, "no-tests");
  const auto permits =
      MustLoad("permit only-dar to peer dar-port may accept any item because \"y\"");
  EXPECT_TRUE(permits->HasPermitFor("accept"));
  EXPECT_EQ(permits->Decide(request).verdict, Verdict::kRelease);
  EXPECT_EQ(permits->Decide(Ask("santos-port", "accept")).rule, "default");
}

TEST(DecideTest, PeersByNameAndGroup) {
  const auto policy = MustLoad(
      "permit p to peer AFRICA, santos-port may replicate items where item.kind is bulletin "
      "because \"y\"");
  for (const char* peer : {"dar-port", "maputo-port", "nairobi-airport", "santos-port"}) {
    EXPECT_EQ(policy->Decide(Ask(peer)).rule, "p") << peer;
  }
  EXPECT_EQ(policy->Decide(Ask("rotterdam-port")).rule, "default");
}

TEST(DecideTest, DatesIncludeBothEnds) {
  const auto policy = MustLoad("permit p" + kTo + "because \"y\" from 2026-03-01 until 2026-03-31");
  const auto on = [&](absl::CivilSecond second) {
    Request request = Ask("dar-port");
    request.now = absl::FromCivil(second, absl::UTCTimeZone());
    return policy->Decide(request).rule;
  };
  EXPECT_EQ(on(absl::CivilSecond(2026, 2, 28, 23, 59, 59)), "default");
  EXPECT_EQ(on(absl::CivilSecond(2026, 3, 1, 0, 0, 0)), "p");
  EXPECT_EQ(on(absl::CivilSecond(2026, 3, 31, 23, 59, 59)), "p");
  EXPECT_EQ(on(absl::CivilSecond(2026, 4, 1, 0, 0, 0)), "default");
}

TEST(DecideTest, AnUnknownDayIsNoReasonToShare) {
  const auto policy = MustLoad(
      "permit p to any peer may replicate any item because \"y\"\n"
      "forbid f" +
      kTo +
      "because \"y\" from 2026-03-01\n"
      "permit q to any peer may query items where item.kind is bulletin "
      "because \"y\" from 2026-03-01");
  for (absl::Time now : {absl::InfinitePast(), absl::InfiniteFuture(),
                         absl::FromUnixSeconds(-100'000'000'000'000)}) {
    Request request = Ask("dar-port");
    request.now = now;
    EXPECT_EQ(policy->Decide(request).rule, "f");
    request.action = "query";
    EXPECT_EQ(policy->Decide(request).rule, "default");
  }
}

// Two permits that E205 let pass because of the registry, met by a peer whose attributes differ
// from it: the stricter of each holds.
TEST(DecideTest, IncomparablePermitsMergeStrictlyIfTheyEverMeet) {
  const auto policy = MustLoad(
      "permit a to peer santos-port may replicate items where item.kind is bulletin with redact "
      "body because \"y\"\n"
      "permit b to peers where peer.tier is 1 may replicate items where item.kind is bulletin with "
      "hops 1 because \"y\"");
  Request request = Ask("santos-port");
  EXPECT_EQ(policy->Decide(request).duties.ToText(), "redact { body }");
  request.peer_attributes.Set("peer.tier", "1");
  const Decision decision = policy->Decide(request);
  EXPECT_EQ(decision.verdict, Verdict::kRelease);
  EXPECT_EQ(decision.duties.ToText(), "redact { body }; hops 1");
}

TEST(DecideTest, TheOrderOfTheTextChangesNothingButLineNumbers) {
  std::vector<std::string> rules = {
      "permit a" + kTo + "with hops 2 because \"a\"\n",
      "permit b" + kTo + "with hops 2 because \"b\"\n",
      "permit c" + kTo + "with hops 1 because \"c\"\n",
      "require d" + kTo + "with redact body because \"d\"\n",
      "forbid e to any peer may query items where item.kind is bulletin because \"e\"\n",
      "forbid f to any peer may query items where item.state is active because \"f\"\n"};
  std::sort(rules.begin(), rules.end());
  do {
    const auto policy = MustLoad(absl::StrJoin(rules, ""));
    const Decision released = policy->Decide(Ask("dar-port"));
    ASSERT_EQ(released.rule, "a");
    ASSERT_EQ(released.duties.ToText(), "redact { body }; hops 2");
    ASSERT_EQ(policy->Decide(Ask("dar-port", "query")).rule, "e");
  } while (std::next_permutation(rules.begin(), rules.end()));
}

TEST(DecideTest, TheSameInputsGiveTheSameAnswer) {
  const std::string text = "permit p" + kTo + "with redact body because \"y\"";
  const Decision once = MustLoad(text)->Decide(Ask("dar-port"));
  const auto again = MustLoad(text);
  for (int i = 0; i < 3; ++i) {
    const Decision decision = again->Decide(Ask("dar-port"));
    EXPECT_EQ(decision.rule, once.rule);
    EXPECT_EQ(decision.duties.ToText(), once.duties.ToText());
    EXPECT_EQ(decision, again->Decide(Ask("dar-port")));
  }
}

TEST(PolicyTest, RemembersItsTextNameAndTitle) {
  const auto vocabulary = testing::DefaultVocabulary();
  const std::string text = "policy \"Charter\" version 3 for mombasa-port\npermit p" + kTo +
                           "because \"y\"\ntest \"t\" peer dar-port action query item { } expect "
                           "withhold";
  const auto loaded = Policy::Load("charter.fpol", text, vocabulary, testing::Ports());
  ASSERT_NE(loaded.policy, nullptr);
  EXPECT_EQ(loaded.policy->text(), text);
  EXPECT_EQ(loaded.policy->file_name(), "charter.fpol");
  EXPECT_EQ(loaded.policy->head().title, "Charter");
  EXPECT_EQ(loaded.policy->rule_count(), 1u);
  EXPECT_EQ(loaded.policy->test_count(), 1u);
  EXPECT_EQ(loaded.policy->vocabulary(), vocabulary);
}

}  // namespace
}  // namespace fairway::policy
