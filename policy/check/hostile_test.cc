// Bytes nobody meant as a policy: they are refused with places inside the text, or they load and
// then every question has an answer. They never crash and never take long.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "policy/limits.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

constexpr int kMutants = 20'000;
constexpr uint32_t kSeed = 4242;

constexpr char kPolicy[] =
    R"fpol(policy "x" version 3 for mombasa-port replaces 1122334455667788112233445566778811223344556677881122334455667788
set drugs = { cocaine, heroin }
permit a
  to      peers where peer.agreements has ATLANTIC-CORRIDOR and not (peer.tier is 4 or peer.id is dar-port)
  may     discover, query
  items   where item.kind in { bulletin, alert } and item.topics has any of drugs and item.age at most 90 days
  with    redact { source.identity, persons.* }, hops 1, expires after 180 days
  from    2026-01-01 until 2026-12-31
  because "MoU art. 4"
require b to any peer may do anything items where item.contains has none of { operational }
  with keep only { title, body }, raise tlp to AMBER, generalise location to region, delay 2 days,
       hold for commander, watermark, notify originator, use for { training }, encrypt at rest,
       no copy because "é"
guarantee "g" no peers where peer.tier at most 3 may query seeing { source.* } items where item.tlp is RED
budget "b" a change may newly release at most 5 items to any one peer without commander
forbid c to peer AFRICA may replicate any item because "y"
test "t" peer santos-port action query on 2026-02-03
  item { kind: bulletin, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, age: 3 days }
  context { emergency: yes } expect withhold by default
)fpol";

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

std::string Mutate(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"permit",
                                                   "not",
                                                   "(",
                                                   ")",
                                                   "{",
                                                   "}",
                                                   ",",
                                                   "\"",
                                                   "\n",
                                                   "#",
                                                   "where",
                                                   "item.",
                                                   ".*",
                                                   "at",
                                                   "has",
                                                   "with",
                                                   "because",
                                                   "999999999",
                                                   "2026-13-45",
                                                   "<=",
                                                   "\xff",
                                                   "\xc3",
                                                   std::string(1, '\0'),
                                                   "peer",
                                                   "any",
                                                   "test",
                                                   "expect",
                                                   "set x =",
                                                   "in full",
                                                   "of",
                                                   "guarantee \"x\"",
                                                   "budget \"x\" a change may",
                                                   "no",
                                                   "seeing",
                                                   "delay",
                                                   "0123456789abcdef01"};
  const auto below = [&](size_t n) { return random() % std::max<size_t>(n, 1); };
  for (size_t edits = 1 + below(4); edits > 0; --edits) {
    const size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 1:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 2:
        text.erase(at, below(12));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(40)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

void LoadAndUse(const std::string& text, const std::shared_ptr<const Vocabulary>& vocabulary,
                const Registry& registry, const Request& request) {
  const auto loaded = Policy::Load("mutant.fpol", text, vocabulary, registry);
  EXPECT_EQ(loaded.policy == nullptr, HasErrors(loaded.diagnostics));
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    EXPECT_GE(diagnostic.line, 1);
    EXPECT_LE(diagnostic.line, lines);
    EXPECT_GE(diagnostic.column, 1);
    EXPECT_FALSE(diagnostic.message.empty());
  }
  RenderAll(loaded.diagnostics, "mutant.fpol", text);
  if (loaded.policy == nullptr) return;
  EXPECT_EQ(loaded.policy->Explain(request).decision, loaded.policy->Decide(request));
  loaded.policy->RunTests();
  const std::string& canonical = loaded.policy->canonical();
  const auto again = Policy::Load("canonical", canonical, vocabulary, registry);
  ASSERT_NE(again.policy, nullptr) << RenderAll(again.diagnostics, "canonical", canonical);
  EXPECT_EQ(again.policy->canonical(), canonical);
}

TEST(HostileText, MutantsOfAPolicyNeverCrash) {
  const auto vocabulary = testing::DefaultVocabulary();
  const Registry registry = testing::Ports();
  const Request request = testing::Ask("santos-port", "query");
  std::mt19937 random(Seed());
  for (int i = 0; i < kMutants && !HasFailure(); ++i) {
    const std::string text = Mutate(kPolicy, random);
    SCOPED_TRACE(absl::StrCat("seed ", Seed(), ", mutant ", i));
    LoadAndUse(text, vocabulary, registry, request);
  }
}

TEST(HostileText, MutantsOfAProfileNeverCrash) {
  std::mt19937 random(Seed());
  for (int i = 0; i < 500; ++i) {
    const std::string text = Mutate(std::string(DefaultProfile()), random);
    SCOPED_TRACE(absl::StrCat("seed ", Seed(), ", mutant ", i));
    const auto parsed = Vocabulary::Parse(text);
    EXPECT_EQ(parsed.vocabulary == nullptr, HasErrors(parsed.diagnostics));
    if (parsed.vocabulary != nullptr) {
      LoadAndUse(kPolicy, parsed.vocabulary, testing::Ports(), testing::Ask("santos-port"));
    }
  }
}

TEST(HostileText, RandomBytesNeverCrash) {
  std::mt19937 random(Seed());
  const auto vocabulary = testing::DefaultVocabulary();
  for (int i = 0; i < 2'000; ++i) {
    std::string text(random() % 300, '\0');
    for (char& c : text) c = static_cast<char>(random());
    LoadAndUse(text, vocabulary, Registry(), Request());
    EXPECT_EQ(Vocabulary::Parse(text).vocabulary, nullptr);
  }
}

// The costliest texts that fit: each is read, checked and answered within seconds, also on a slow
// machine and with every check of the standard library on.
class CostlyText : public ::testing::TestWithParam<int> {};

std::string Repeat(const std::string& piece, size_t limit = kMaxPolicyTextBytes) {
  std::string text;
  text.reserve(limit);
  while (text.size() + piece.size() <= limit) text += piece;
  return text;
}

std::string Costly(int which) {
  const std::string tail = " because \"y\"";
  std::string text;
  switch (which) {
    case 0:  // many permits with differing duties that must be compared pair by pair
      for (int i = 0; text.size() < kMaxPolicyTextBytes - 200; ++i) {
        absl::StrAppend(&text, "permit r", i, " to any peer may query items where item.age is ", i,
                        i % 2 == 0 ? " with hops 1" : " with strip source", " because \"y\"\n");
      }
      return text;
    case 1:  // long conjunctions over one set
      for (int i = 0; text.size() < kMaxPolicyTextBytes - 20'000; ++i) {
        absl::StrAppend(&text, "permit r", i,
                        " to any peer may query items where item.topics has ivory");
        for (size_t k = 1; k < kMaxConditionParts; ++k) text += " and item.topics has any of s";
        text += tail + "\n";
      }
      return text + "set s = { ivory, cocaine }";
    case 2:  // alternatives of alternatives
      for (int i = 0; text.size() < kMaxPolicyTextBytes - 20'000; ++i) {
        absl::StrAppend(&text, "permit r", i,
                        " to any peer may query items where item.kind is aar");
        for (size_t k = 1; k + 2 < kMaxConditionParts; k += 2) {
          absl::StrAppend(&text, " and (item.age is not ", k, " or item.revision is not ", k, ")");
        }
        text += tail + "\n";
      }
      return text;
    case 3:
      return Repeat("(");
    case 4:
      return Repeat("permit ");
    case 5:
      return Repeat("\"");
    case 6:
      return Repeat("zzzzzzzz\n");
    case 7:
      return Repeat("permit r to peer x may share items where item.zlp is y because \"z\"\n");
    case 8:
      return Repeat("test \"x\" peer { } action query item { kind: bulletin } expect withhold\n");
    default:
      return "permit r to any peer may query items where " + Repeat("not ", 100'000);
  }
}

TEST_P(CostlyText, IsReadInBoundedTime) {
  const std::string text = Costly(GetParam());
  ASSERT_LE(text.size(), kMaxPolicyTextBytes);
  const absl::Time start = absl::Now();
  LoadAndUse(text, testing::DefaultVocabulary(), testing::Ports(),
             testing::Ask("dar-port", "query"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
}

INSTANTIATE_TEST_SUITE_P(All, CostlyText, ::testing::Range(0, 10));

}  // namespace
}  // namespace fairway::policy
