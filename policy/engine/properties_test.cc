// T1–T5 over random policies, edits and requests:
//   T1 adding a permit never withholds an item or a field,
//   T2 adding a forbid or a require never releases one,
//   T3 removing a permit never releases one,
//   T4 what a floor holds back, every policy holds back, by the same floor,
//   T5 whatever is asked there is one answer, always the same, at a cost bounded by the rules.
// And: what is unknown, or a word nobody knows, is never a reason to share. Each failure prints the
// seed and both texts.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using Verdict = Decision::Verdict;
using Words = std::vector<std::string>;

constexpr int kEdits = 2500;  // tried; most are accepted by the checker
constexpr int kFewEdits = 300;
constexpr int kRequests = 30;
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
const Words kPurposes = {"investigation", "safety", "training"};
const Words kControls = {"receipts", "encrypted-at-rest"};
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
  switch (dice.Below(15)) {
    case 6:
      return absl::StrCat("receipt within ", 1 + dice.Below(2), " hours");
    case 7:
      return absl::StrCat("delay ", 1 + dice.Below(2), " hours");
    case 8:
      return absl::StrCat("hold for ", dice.Pick({"officer", "commander"}));
    case 9:
      return absl::StrCat("use for ", Braces({dice.Pick(kPurposes), dice.Pick(kPurposes)}));
    case 10:
      return "watermark";
    case 11:
      return "notify originator";
    case 12:
      return "encrypt at rest";
    case 13:
      return "no copy";
    case 14:
      return "generalise location to region";
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
  if (dice.Chance(2)) request.peer_attributes.SetSet("peer.controls", dice.Some(kControls));
  return request;
}

// The first term of `more` that binds tighter than that of `less`; empty if none does.
std::string TighterTerm(const Duties& more, const Duties& less) {
  const auto bound = [](const auto& mine, const auto& other) {
    return mine && (!other || *other > *mine);
  };
  const auto raised = [](const auto& mine, const auto& other) {
    return mine && (!other || *other < *mine);
  };
  const auto rank = [](const std::optional<std::string>& tlp) -> std::optional<long> {
    if (!tlp) return std::nullopt;
    return std::find(kTlp.begin(), kTlp.end(), *tlp) - kTlp.begin();
  };
  const auto within = [](const std::set<std::string>& a, const std::set<std::string>& b) {
    return std::includes(b.begin(), b.end(), a.begin(), a.end());
  };
  if (bound(more.hops, less.hops)) return "hops";
  if (bound(more.expires_after, less.expires_after)) return "expires after";
  if (bound(more.receipt_within, less.receipt_within)) return "receipt within";
  if (raised(rank(more.raise_tlp), rank(less.raise_tlp))) return "raise tlp";
  if (raised(more.delay, less.delay)) return "delay";
  if (!within(more.hold_for, less.hold_for)) return "hold for";
  if (more.use_for && (!less.use_for || !within(*less.use_for, *more.use_for))) return "use for";
  if (more.watermark && !less.watermark) return "watermark";
  if (more.notify_originator && !less.notify_originator) return "notify originator";
  if (more.encrypt_at_rest && !less.encrypt_at_rest) return "encrypt at rest";
  return more.no_copy && !less.no_copy ? "no copy" : "";
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
  const std::string tighter = TighterTerm(more.duties, less.duties);
  if (tighter.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << tighter << ": " << less.duties.ToText() << " there, "
                                       << more.duties.ToText() << " here";
}

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

// Calls `check` with pairs of a policy and the same policy with one more rule of the kind, both
// accepted by the checker, `edits` tried. Returns how many there were.
template <typename Check>
int ForPairs(const Words& kinds, int edits, Check check) {
  int pairs = 0;
  for (int i = 0; i < edits; ++i) {
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
  const int pairs = ForPairs({"permit"}, kEdits,
                             [&](const Policy& without, const Policy& with, const Request& request,
                                 const std::string& seed) {
                               const Decision more = with.Decide(request);
                               released += more.verdict == Verdict::kRelease;
                               EXPECT_TRUE(AtLeastAsMuch(more, without.Decide(request))) << seed;
                             });
  // Not vacuous: most pairs load, and many requests are released.
  EXPECT_GT(pairs, kEdits / 3);
  EXPECT_GT(released, 4000);
}

TEST(Theorems, T2AForbidOrRequireOnlyTakesAway) {
  int released = 0;
  const int pairs = ForPairs({"forbid", "require"}, kEdits,
                             [&](const Policy& without, const Policy& with, const Request& request,
                                 const std::string& seed) {
                               const Decision more = without.Decide(request);
                               released += more.verdict == Verdict::kRelease;
                               EXPECT_TRUE(AtLeastAsMuch(more, with.Decide(request))) << seed;
                             });
  EXPECT_GT(pairs, kEdits / 3);
  EXPECT_GT(released, 4000);
}

TEST(Theorems, T4NoTextChangesAFloor) {
  const auto nothing = testing::MustLoad("policy \"nothing\"");
  int held_back = 0;
  ForPairs({"permit", "forbid", "require"}, kEdits / 2,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Decision floor = nothing->Decide(request);
             if (floor.rule == "default") return;
             ++held_back;
             const Decision decision = with.Decide(request);
             EXPECT_EQ(decision.rule, floor.rule) << seed;
             EXPECT_EQ(decision.because, floor.because) << seed;
             EXPECT_EQ(decision.verdict, Verdict::kWithhold) << seed;
           });
  EXPECT_GT(held_back, 10'000);
}

TEST(Theorems, ForgettingAnAttributeNeverReleases) {
  ForPairs({"permit", "forbid"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Decision full = with.Decide(request);
             for (const auto& [forgotten, value] : request.item.all()) {
               // Without its originator an item counts as this node's own, and without exclusions
               // nobody is excluded: those two are part of what an item is, not of what is known
               // about it.
               if (forgotten == "item.originator" || forgotten == "item.hops-left") continue;
               Request less = request;
               less.item = Attributes();
               for (const auto& [name, kept] : request.item.all()) {
                 if (name == forgotten) continue;
                 if (const auto* symbol = std::get_if<std::string>(&kept))
                   less.item.Set(name, *symbol);
                 if (const auto* set = std::get_if<Words>(&kept)) less.item.SetSet(name, *set);
                 if (const auto* number = std::get_if<int64_t>(&kept))
                   less.item.SetNumber(name, *number);
               }
               EXPECT_TRUE(AtLeastAsMuch(full, with.Decide(less)))
                   << "without " << forgotten << "\n"
                   << seed;
             }
           });
}

// A word nobody knows could mean any word that is known, or nothing: whatever it means, no more is
// released than would be then.
TEST(Theorems, AWordNobodyKnowsCountsAsTheWorstItCouldMean) {
  ForPairs({"permit", "forbid", "require"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
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
                 EXPECT_TRUE(AtLeastAsMuch(decide({meaning}), unheard_of)) << meaning << "\n"
                                                                           << seed;
               }
             }
           });
}

TEST(Theorems, ExplainAlwaysAgreesWithDecide) {
  ForPairs({"permit", "forbid", "require"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Explanation explanation = with.Explain(request);
             EXPECT_EQ(explanation.decision, with.Decide(request)) << seed;
             for (const Explanation::Rule& rule : explanation.rules) {
               EXPECT_EQ(rule.matches, rule.failing == 0) << rule.name << "\n" << seed;
             }
           });
}

// The same rules in another order, and the same clauses in another order, decide alike.
TEST(Theorems, OrderNeverMatters) {
  int compared = 0;
  ForPairs({"permit", "require"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             std::vector<std::string> rules = absl::StrSplit(with.text(), '\n', absl::SkipEmpty());
             std::reverse(rules.begin(), rules.end());
             const auto reversed = testing::Load(absl::StrJoin(rules, "\n")).policy;
             ASSERT_NE(reversed, nullptr) << seed;
             Decision one = with.Decide(request);
             Decision other = reversed->Decide(request);
             one.line = other.line = 0;
             EXPECT_EQ(one, other) << seed;
             ++compared;
           });
  EXPECT_GT(compared, 1000);
}

// A draft is only ever offered where nothing forbids, and it does what it says; at most it meets
// another permit with which the checker wants it compared (E205).
TEST(Theorems, ADraftReleasesWhatItWasDraftedFor) {
  int released = 0;
  ForPairs({"permit", "forbid"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request& request, const std::string& seed) {
             const Explanation why = with.Explain(request, Explanation::Detail::kWhatDecided);
             if (why.draft.empty()) return;
             EXPECT_EQ(why.decision.rule, "default") << seed;
             const Policy::Loaded loaded = testing::Load(with.text() + why.draft);
             if (loaded.policy == nullptr) {
               EXPECT_TRUE(testing::CodesOf(loaded.diagnostics).contains("E205"))
                   << RenderAll(loaded.diagnostics, "test.fpol", with.text() + why.draft);
               return;
             }
             const Decision decision = loaded.policy->Decide(request);
             EXPECT_EQ(decision.verdict, Verdict::kRelease) << why.ToText() << seed;
             EXPECT_TRUE(decision.rule.starts_with("draft-")) << seed;
             ++released;
           });
  EXPECT_GT(released, 500);
}

// Nothing of a request that makes sense: wrong types, words of every kind, numbers out of range.
Request HostileRequest(Dice& dice) {
  Request request = RandomRequest(dice);
  const Words words = {"",       "ANY-MEMBER", std::string(5000, 'x'), "\xff\xfe", "peer:",
                       "group:", "country:",   "authority:",           "dar-port", "RED",
                       "-1"};
  for (const Vocabulary::Attribute& attribute : testing::DefaultVocabulary()->attributes()) {
    Attributes& side = attribute.name.starts_with("peer.")   ? request.peer_attributes
                       : attribute.name.starts_with("item.") ? request.item
                                                             : request.context;
    switch (dice.Below(12)) {
      case 0:
        side.Set(attribute.name, dice.Pick(words));
        break;
      case 1:
        side.SetSet(attribute.name, dice.Some(words));
        break;
      case 2:
        side.SetNumber(attribute.name, dice.Chance(2) ? INT64_MAX : INT64_MIN);
        break;
      default:
        break;
    }
  }
  if (dice.Chance(4)) request.peer = dice.Pick(words);
  if (dice.Chance(8)) request.action = dice.Pick(words);
  if (dice.Chance(8)) request.self = dice.Pick(words);
  if (dice.Chance(4)) request.now = dice.Chance(2) ? absl::InfiniteFuture() : absl::InfinitePast();
  return request;
}

TEST(Theorems, T5WhateverIsAskedThereIsOneAnswer) {
  Dice hostile(Seed());
  ForPairs({"permit", "forbid", "require"}, kFewEdits,
           [&](const Policy&, const Policy& with, const Request&, const std::string& seed) {
             const Request request = HostileRequest(hostile);
             const Decision decision = with.Decide(request);
             EXPECT_EQ(with.Decide(request), decision) << seed;
             EXPECT_EQ(with.Explain(request).decision, decision) << seed;
             EXPECT_FALSE(decision.rule.empty()) << seed;
             EXPECT_FALSE(with.Explain(request).ToFullText().empty()) << seed;
           });
}

}  // namespace
}  // namespace fairway::policy
