#include "policy/proof/proof.h"

#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::MustLoad;
using testing::Ports;

constexpr char kBulletins[] = R"(
permit atlantic-bulletins
  to      peers where peer.agreements has ATLANTIC-CORRIDOR and peer.tier at least 2
  may     discover, query, replicate
  items   where item.kind in { bulletin, alert } and item.tlp at most AMBER
            and item.topics has any of { cocaine, heroin } and item.age at most 90 days
  with    redact { source.identity, source.contact }, hops 1
  because "MoU"
)";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Proof MustProve(const std::string& before, const std::string& after) {
  const auto old = MustLoad(before);
  const auto young = MustLoad(after);
  EXPECT_NE(old, nullptr);
  EXPECT_NE(young, nullptr);
  absl::StatusOr<Proof> proof = Prove(old.get(), *young);
  EXPECT_TRUE(proof.ok()) << proof.status();
  return *proof;
}

TEST(Proof, AnUnchangedPolicyGainsAndLosesNothing) {
  const Proof proof = MustProve(kBulletins, kBulletins);
  EXPECT_EQ(proof.gain_registered.answer, Answer::kNever);
  EXPECT_EQ(proof.gain_anyone.answer, Answer::kNever);
  EXPECT_EQ(proof.loss.answer, Answer::kNever);
  EXPECT_EQ(proof.fields_registered.answer, Answer::kNever);
  EXPECT_EQ(proof.fields_anyone.answer, Answer::kNever);
  EXPECT_TRUE(proof.PureTightening());
}

TEST(Proof, AWiderMarkingIsAGainWithTheSmallestItemThatShowsIt) {
  const Proof proof =
      MustProve(kBulletins, Replaced(kBulletins, "tlp at most AMBER", "tlp at most AMBER+STRICT"));
  ASSERT_EQ(proof.gain_registered.answer, Answer::kFound);
  const Witness& witness = *proof.gain_registered.witness;
  EXPECT_EQ(witness.text,
            "peer   antwerp-port\naction discover\nitem   { age: 0, kind: bulletin, "
            "releasable-to: { ANY-MEMBER }, state: active, tlp: AMBER+STRICT, "
            "topics: { cocaine } }");
  EXPECT_EQ(proof.gain_registered.peers,
            (std::vector<std::string>{"antwerp-port", "rotterdam-port"}));
  EXPECT_EQ(proof.loss.answer, Answer::kNever);
  EXPECT_FALSE(proof.PureTightening());
  std::cout << proof.ToText();
}

TEST(Proof, AShorterAgeIsALossAndNoGain) {
  const Proof proof = MustProve(kBulletins, Replaced(kBulletins, "90 days", "60 days"));
  EXPECT_TRUE(proof.PureTightening());
  ASSERT_EQ(proof.loss.answer, Answer::kFound);
  EXPECT_EQ(*proof.loss.witness->request.item.FindNumber("item.age"), 61);
}

TEST(Proof, AFieldNoLongerRedactedIsNamed) {
  const Proof proof =
      MustProve(kBulletins,
                Replaced(kBulletins, "{ source.identity, source.contact }", "{ source.identity }"));
  EXPECT_EQ(proof.gain_anyone.answer, Answer::kNever);
  ASSERT_EQ(proof.fields_registered.answer, Answer::kFound);
  EXPECT_EQ(proof.fields_registered.witness->fields, std::vector<std::string>{"source.contact"});
  EXPECT_FALSE(proof.PureTightening());
  std::cout << proof.ToText();
}

TEST(Proof, MoreHopsAreALoosenedTerm) {
  const Proof proof = MustProve(kBulletins, Replaced(kBulletins, "hops 1", "hops 3"));
  ASSERT_EQ(proof.fields_anyone.answer, Answer::kFound);
  EXPECT_EQ(proof.fields_anyone.witness->loosened, std::vector<std::string>{"hops 1 -> 3"});
}

TEST(Proof, SomethingCanBeGainedOnlyByAPeerThatIsNotRegistered) {
  const Proof proof = MustProve(kBulletins, std::string(kBulletins) + R"(
permit carriers
  to peers where peer.agreements has AIR-CARGO-NET
  may query
  items where item.kind is lesson
  because "r"
)");
  EXPECT_EQ(proof.gain_registered.answer, Answer::kNever);
  ASSERT_EQ(proof.gain_anyone.answer, Answer::kFound);
  EXPECT_FALSE(proof.gain_anyone.witness->registered);
  std::cout << proof.ToText();
}

TEST(Proof, ARemovedForbidIsAGain) {
  const std::string forbidden = std::string(kBulletins) + R"(
forbid fence
  to peer antwerp-port
  may do anything
  items where item.topics has heroin
  because "r"
)";
  const Proof proof = MustProve(forbidden, kBulletins);
  ASSERT_EQ(proof.gain_registered.answer, Answer::kFound);
  EXPECT_EQ(proof.gain_registered.peers, std::vector<std::string>{"antwerp-port"});
  EXPECT_TRUE(MustProve(kBulletins, forbidden).PureTightening());
}

TEST(Proof, ADatedForbidLeavesTheOtherDaysOpen) {
  const std::string always = std::string(kBulletins) + R"(
forbid fence to any peer may do anything items where item.topics has heroin because "r"
)";
  const std::string dated = std::string(kBulletins) + R"(
forbid fence to any peer may do anything items where item.topics has heroin
  from 2026-03-01 until 2026-09-01 because "r"
)";
  const Proof proof = MustProve(always, dated);
  ASSERT_EQ(proof.gain_registered.answer, Answer::kFound);
  EXPECT_NE(proof.gain_registered.witness->text.find("day    2026-02-28"), std::string::npos)
      << proof.gain_registered.witness->text;
  const auto old = MustLoad(always);
  const auto young = MustLoad(dated);
  ProofLimits limits;
  limits.first_day = absl::CivilDay(2026, 6, 1) - absl::CivilDay(1970, 1, 1);
  const auto later = Prove(old.get(), *young, limits);
  ASSERT_TRUE(later.ok());
  EXPECT_NE(later->gain_registered.witness->text.find("day    2026-09-02"), std::string::npos)
      << later->gain_registered.witness->text;
}

TEST(Proof, WhatAFloorHoldsBackIsNoGain) {
  const std::string active = std::string(kBulletins) + R"(
permit some to any peer may redistribute
  items where item.kind is lesson and item.state in { active, draft } and item.tlp at least AMBER
  because "r"
)";
  const std::string strict = Replaced(active, "{ active, draft } and item.tlp at least AMBER",
                                      "{ active, recalled } and item.tlp is AMBER");
  EXPECT_TRUE(MustProve(active, strict).PureTightening());
  EXPECT_TRUE(MustProve(strict, active).PureTightening());
}

TEST(Proof, APeerThatIsGivenATierGains) {
  const auto old = MustLoad(kBulletins);
  Registry registry = Ports();
  for (Registry::Peer& peer : registry.peers) {
    if (peer.name == "santos-port") peer.attributes.Set("peer.tier", "2");
  }
  const auto young =
      Policy::Load("test.fpol", kBulletins, testing::DefaultVocabulary(), registry).policy;
  const auto proof = Prove(old.get(), *young);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_EQ(proof->gain_anyone.answer, Answer::kNever);
  ASSERT_EQ(proof->gain_registered.answer, Answer::kFound);
  EXPECT_EQ(proof->gain_registered.peers, std::vector<std::string>{"santos-port"});
  EXPECT_FALSE(proof->PureTightening());
  const auto back = Prove(young.get(), *old);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back->PureTightening());
  EXPECT_EQ(back->loss.peers, std::vector<std::string>{"santos-port"});
}

TEST(Proof, APeerThatJoinsAGroupGainsWhatIsForTheGroup) {
  const std::string text = R"(
permit all to any peer may query items where item.releasable-to has AFRICA because "r"
)";
  const auto old = MustLoad(text);
  Registry registry = Ports();
  registry.groups["AFRICA"].push_back("santos-port");
  const auto young = Policy::Load("test.fpol", text, testing::DefaultVocabulary(), registry).policy;
  const auto proof = Prove(old.get(), *young);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_EQ(proof->gain_registered.peers, std::vector<std::string>{"santos-port"});
}

TEST(Proof, AGuaranteeHoldsOrIsBrokenByACase) {
  const std::string text = std::string(kBulletins) + R"(
guarantee "no source" no peer may discover, query, replicate seeing { source.identity }
  items where item.tlp at most RED
guarantee "no heroin" no peers where peer.tier at most 2 may replicate
  items where item.topics has heroin
)";
  const auto policy = MustLoad(text);
  ASSERT_NE(policy, nullptr);
  const auto findings = ProveGuarantees(*policy);
  ASSERT_TRUE(findings.ok()) << findings.status();
  ASSERT_EQ(findings->size(), 2u);
  EXPECT_TRUE((*findings)[0].Holds());
  EXPECT_EQ((*findings)[1].anyone.answer, Answer::kFound);
}

TEST(Proof, ADutyThatNoLinkCanKeepIsNoRelease) {
  const std::string base = R"(
permit a to any peer may query items where item.kind is lesson with receipt within 24 hours
  because "r"
)";
  const std::string strict = R"(
permit a to any peer may query items where item.kind is lesson with receipt within 24 hours,
  encrypt at rest because "r"
)";
  EXPECT_TRUE(MustProve(base, strict).PureTightening());
  const Proof back = MustProve(strict, base);
  EXPECT_EQ(back.gain_registered.answer, Answer::kFound);
  EXPECT_EQ(back.gain_anyone.answer, Answer::kFound);
  EXPECT_EQ(back.fields_anyone.answer, Answer::kFound);
  // The ports of the test can give receipts, and none of them encrypts.
  EXPECT_EQ(back.fields_registered.answer, Answer::kNever);
}

TEST(Proof, DifferentVocabulariesAreRefused) {
  std::string profile(DefaultProfile());
  const auto other = Vocabulary::Parse(Replaced(profile, "khat, ", "")).vocabulary;
  ASSERT_NE(other, nullptr);
  const auto young = Policy::Load("t", kBulletins, other, Ports()).policy;
  const auto old = MustLoad(kBulletins);
  EXPECT_EQ(Prove(old.get(), *young).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace fairway::policy
