// T1–T4 over random policies and requests:
//   T1 adding a permit never withholds an item or a field,
//   T2 adding a forbid or a require never releases one,
//   T3 removing a permit never releases one,
//   T4 what a floor holds back, every policy holds back, by the same floor.
// And: what is unknown, or a word nobody knows, is never a reason to share. Each failure prints the
// seed and both texts.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using Verdict = Decision::Verdict;
using Words = std::vector<std::string>;

constexpr int kPolicies = 300;
constexpr int kRequests = 80;
constexpr uint32_t kSeed = 20261120;

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return engine_() % n; }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  const std::string& Pick(const Words& words) { return words[Below(words.size())]; }
  Words Some(const Words& words) {
    Words some;
    for (const std::string& word : words) {
      if (Chance(2)) some.push_back(word);
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

const Words kKinds = {"bulletin", "lesson", "alert"};
const Words kTlp = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
const Words kTopics = {"cocaine", "ivory", "firearms"};
const Words kContains = {"personal-data", "operational"};
const Words kGrades = {"A", "B", "C", "D"};
const Words kTiers = {"1", "2", "3"};
const Words kAgreements = {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "AIRPORT-NET"};
const Words kPeers = {"dar-port", "maputo-port", "rotterdam-port", "santos-port"};
const Words kActions = {"discover", "query", "replicate", "redistribute"};
const Words kFields = {"summary",         "body",        "persons.*",     "persons.name",
                       "source.identity", "attachments", "location.exact"};
const Words kLabels = {"title",          "summary",       "body",           "persons.name/1",
                       "persons.height", "source.method", "attachments/0",  "location.exact",
                       "grading",        "audience",      "source.identity"};

std::string Braces(const Words& words) {
  return absl::StrCat("{ ", absl::StrJoin(words, ", "), " }");
}

std::string ItemAtom(Dice& dice) {
  const Words orders = {"at most", "at least", "is", "is not"};
  switch (dice.Below(6)) {
    case 0:
      return absl::StrCat("item.kind is ", dice.Chance(3) ? "not " : "", dice.Pick(kKinds));
    case 1:
      return absl::StrCat("item.tlp ", dice.Pick(orders), " ", dice.Pick(kTlp));
    case 2:
      return absl::StrCat("item.topics has ", dice.Pick({"any of", "all of", "none of", "only"}),
                          " ", Braces({dice.Pick(kTopics), dice.Pick(kTopics)}));
    case 3:
      return absl::StrCat("item.contains has ", dice.Chance(2) ? "none of " : "any of ",
                          Braces({dice.Pick(kContains)}));
    case 4:
      return absl::StrCat("item.reliability ", dice.Pick(orders), " ", dice.Pick(kGrades));
    default:
      return absl::StrCat("item.age ", dice.Pick(orders), " ", dice.Below(4) * 10, " days");
  }
}

std::string PeerAtom(Dice& dice) {
  if (dice.Chance(2)) {
    return absl::StrCat("peer.tier ", dice.Pick({"at least", "is", "at most"}), " ",
                        dice.Pick(kTiers));
  }
  return absl::StrCat("peer.agreements has ", dice.Pick(kAgreements));
}

template <typename MakeAtom>
std::string Condition(Dice& dice, MakeAtom atom, size_t depth) {
  if (depth == 0 || dice.Chance(3)) return absl::StrCat(dice.Chance(4) ? "not " : "", atom(dice));
  const char* word = dice.Chance(2) ? " and " : " or ";
  return absl::StrCat(dice.Chance(5) ? "not " : "", "(", Condition(dice, atom, depth - 1), word,
                      Condition(dice, atom, depth - 1), ")");
}

std::string Duty(Dice& dice) {
  switch (dice.Below(6)) {
    case 0:
      return absl::StrCat("redact ", Braces({dice.Pick(kFields), dice.Pick(kFields)}));
    case 1:
      return absl::StrCat("keep only ", Braces({"title", dice.Pick(kFields), dice.Pick(kFields)}));
    case 2:
      return "strip source";
    case 3:
      return absl::StrCat("hops ", dice.Below(3));
    case 4:
      return absl::StrCat("expires after ", 10 + dice.Below(3), " days");
    default:
      return absl::StrCat("raise tlp to ", dice.Pick(kTlp));
  }
}

std::string RandomRule(Dice& dice, const std::string& kind, const std::string& name) {
  std::string to = "any peer";
  if (dice.Chance(3)) to = absl::StrCat("peer ", dice.Pick(kPeers));
  if (dice.Chance(2)) to = absl::StrCat("peers where ", Condition(dice, PeerAtom, 1));
  const std::string may = dice.Chance(4) ? "do anything" : absl::StrJoin({dice.Pick(kActions)}, "");
  std::string with;
  if (kind == "require" || (kind == "permit" && dice.Chance(3))) {
    with = absl::StrCat(" with ", Duty(dice));
  }
  return absl::StrCat(kind, " ", name, " to ", to, " may ", may, " items where ",
                      Condition(dice, ItemAtom, 2), with, " because \"y\"\n");
}

Request RandomRequest(Dice& dice) {
  Request request = testing::Ask(dice.Pick(kPeers), dice.Pick(kActions));
  request.item = Attributes();
  const auto known = [&] { return !dice.Chance(6); };
  if (!dice.Chance(20)) request.item.Set("item.state", "active");
  if (!dice.Chance(20)) request.item.SetSet("item.releasable-to", {"ANY-MEMBER"});
  if (known()) request.item.Set("item.kind", dice.Pick(kKinds));
  if (known()) request.item.Set("item.tlp", dice.Pick(kTlp));
  if (known()) request.item.SetSet("item.topics", dice.Some(kTopics));
  if (known()) request.item.SetSet("item.contains", dice.Some(kContains));
  if (known()) request.item.Set("item.reliability", dice.Pick(kGrades));
  if (known()) request.item.SetNumber("item.age", static_cast<int64_t>(dice.Below(4) * 10));
  if (dice.Chance(3)) request.item.SetSet("item.named", {request.peer});
  if (dice.Chance(4)) {
    request.item.Set("item.originator", "antwerp-port");
    request.item.Set("item.onward", "any");
    request.item.SetNumber("item.hops-left", static_cast<int64_t>(dice.Below(3)));
  }
  if (dice.Chance(8)) request.peer_attributes.Set("peer.tier", "unheard-of");
  return request;
}

// `more` releases everything `less` does: the item, each field, and no tighter terms.
::testing::AssertionResult AtLeastAsMuch(const Decision& more, const Decision& less) {
  if (less.verdict == Verdict::kWithhold) return ::testing::AssertionSuccess();
  if (more.verdict == Verdict::kWithhold) {
    return ::testing::AssertionFailure()
           << "released by " << less.rule << " there, withheld by " << more.rule << " here";
  }
  for (const std::string& label : kLabels) {
    if (less.duties.Releases(label) && !more.duties.Releases(label)) {
      return ::testing::AssertionFailure() << label << " is shown by " << less.rule
                                           << " there and not by " << more.rule << " here";
    }
  }
  if (more.duties.hops && (!less.duties.hops || *less.duties.hops > *more.duties.hops)) {
    return ::testing::AssertionFailure() << "fewer hops";
  }
  if (more.duties.expires_after &&
      (!less.duties.expires_after || *less.duties.expires_after > *more.duties.expires_after)) {
    return ::testing::AssertionFailure() << "expires earlier";
  }
  return ::testing::AssertionSuccess();
}

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

// Calls `check` with pairs of a policy and the same policy with one more rule of the kind, both
// accepted by the checker. Returns how many there were.
template <typename Check>
int ForPairs(const Words& kinds, Check check) {
  int pairs = 0;
  for (int i = 0; i < kPolicies; ++i) {
    const uint32_t seed = Seed() + static_cast<uint32_t>(i);
    Dice dice(seed);
    std::string base;
    const size_t count = 1 + dice.Below(6);
    for (size_t r = 0; r < count; ++r) {
      const std::string rule =
          RandomRule(dice, dice.Pick({"permit", "permit", "permit", "forbid", "require"}),
                     absl::StrCat("r", r));
      // Rules the checker refuses (contradictions, incomparable permits) are left out one by one.
      if (testing::Load(base + rule).policy != nullptr) base += rule;
    }
    const std::string more = base + RandomRule(dice, dice.Pick(kinds), "extra");
    const auto with = testing::Load(more).policy;
    const auto without = testing::Load(base).policy;
    if (with == nullptr || without == nullptr) continue;
    ++pairs;
    for (int q = 0; q < kRequests; ++q) {
      const Request request = RandomRequest(dice);
      check(*without, *with, request, absl::StrCat("seed ", seed, "\n", more));
      if (::testing::Test::HasFailure()) return pairs;
    }
  }
  return pairs;
}

TEST(Theorems, T1AndT3APermitOnlyAdds) {
  int released = 0;
  const int pairs = ForPairs({"permit"}, [&](const Policy& without, const Policy& with,
                                             const Request& request, const std::string& seed) {
    const Decision more = with.Decide(request);
    released += more.verdict == Verdict::kRelease;
    EXPECT_TRUE(AtLeastAsMuch(more, without.Decide(request))) << seed;
  });
  // Not vacuous: most pairs load, and many requests are released.
  EXPECT_GT(pairs, kPolicies / 3);
  EXPECT_GT(released, 500);
}

TEST(Theorems, T2AForbidOrRequireOnlyTakesAway) {
  int released = 0;
  const int pairs =
      ForPairs({"forbid", "require"}, [&](const Policy& without, const Policy& with,
                                          const Request& request, const std::string& seed) {
        const Decision more = without.Decide(request);
        released += more.verdict == Verdict::kRelease;
        EXPECT_TRUE(AtLeastAsMuch(more, with.Decide(request))) << seed;
      });
  EXPECT_GT(pairs, kPolicies / 3);
  EXPECT_GT(released, 500);
}

TEST(Theorems, T4NoTextChangesAFloor) {
  const auto nothing = testing::MustLoad("policy \"nothing\"");
  int held_back = 0;
  ForPairs({"permit", "forbid", "require"},
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Decision floor = nothing->Decide(request);
             if (floor.rule == "default") return;
             ++held_back;
             const Decision decision = with.Decide(request);
             EXPECT_EQ(decision.rule, floor.rule) << seed;
             EXPECT_EQ(decision.because, floor.because) << seed;
             EXPECT_EQ(decision.verdict, Verdict::kWithhold) << seed;
           });
  EXPECT_GT(held_back, 1000);
}

TEST(Theorems, ForgettingAnAttributeNeverReleases) {
  ForPairs({"permit", "forbid"}, [&](const Policy&, const Policy& with, const Request& request,
                                     const std::string& seed) {
    const Decision full = with.Decide(request);
    for (const auto& [forgotten, value] : request.item.all()) {
      // Without its originator an item counts as this node's own, and without exclusions nobody is
      // excluded: those two are part of what an item is, not of what is known about it.
      if (forgotten == "item.originator" || forgotten == "item.hops-left") continue;
      Request less = request;
      less.item = Attributes();
      for (const auto& [name, kept] : request.item.all()) {
        if (name == forgotten) continue;
        if (const auto* symbol = std::get_if<std::string>(&kept)) less.item.Set(name, *symbol);
        if (const auto* set = std::get_if<Words>(&kept)) less.item.SetSet(name, *set);
        if (const auto* number = std::get_if<int64_t>(&kept)) less.item.SetNumber(name, *number);
      }
      EXPECT_TRUE(AtLeastAsMuch(full, with.Decide(less))) << "without " << forgotten << "\n"
                                                          << seed;
    }
  });
}

// A word nobody knows could mean any word that is known, or nothing: whatever it means, no more is
// released than would be then.
TEST(Theorems, AWordNobodyKnowsCountsAsTheWorstItCouldMean) {
  ForPairs({"permit", "forbid", "require"}, [&](const Policy&, const Policy& with,
                                                const Request& request, const std::string& seed) {
    const std::vector<std::pair<std::string, Words>> sets = {{"item.topics", kTopics},
                                                             {"item.contains", kContains}};
    for (const auto& [name, meanings] : sets) {
      const Words* words = request.item.FindSet(name);
      if (words == nullptr) continue;
      const auto decide = [&](const Words& more) {
        Request asked = request;
        Words all = *words;
        all.insert(all.end(), more.begin(), more.end());
        asked.item.SetSet(name, all);
        return with.Decide(asked);
      };
      const Decision unheard_of = decide({"unheard-of"});
      EXPECT_TRUE(AtLeastAsMuch(decide({}), unheard_of)) << name << "\n" << seed;
      for (const std::string& meaning : meanings) {
        EXPECT_TRUE(AtLeastAsMuch(decide({meaning}), unheard_of)) << meaning << "\n" << seed;
      }
    }
  });
}

TEST(Theorems, ExplainAlwaysAgreesWithDecide) {
  ForPairs({"permit", "forbid", "require"},
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Explanation explanation = with.Explain(request);
             EXPECT_EQ(explanation.decision, with.Decide(request)) << seed;
             for (const Explanation::Rule& rule : explanation.rules) {
               EXPECT_EQ(rule.matches, rule.failing == 0) << rule.name << "\n" << seed;
             }
           });
}

}  // namespace
}  // namespace fairway::policy
