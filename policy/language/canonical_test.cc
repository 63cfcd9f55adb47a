// The canonical text: one fixed layout, the same for every order, layout and spelling of one
// policy, and a policy of its own that decides alike.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using Words = std::vector<std::string>;

constexpr int kPolicies = 2'000;
constexpr int kRequests = 20;
constexpr uint32_t kSeed = 20261121;

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return engine_() % n; }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  std::string Pick(const Words& words) { return words[Below(words.size())]; }
  template <typename T>
  void Shuffle(std::vector<T>& all) {
    std::shuffle(all.begin(), all.end(), engine_);
  }

 private:
  std::mt19937 engine_;
};

TEST(CanonicalTest, HasOneFixedLayout) {
  const auto policy = testing::MustLoad(R"fpol(
# a comment
budget "few" a change may newly release at most 0500 items to dar-port without commander
guarantee "no red" no peers where (peer.tier <= 3 and peer.link is active) may query, discover
  seeing { source.method, persons.* , source.method } items where item.tlp is RED
test "t" peer { tier: 2, link: active } action query on 2026-02-03 item { topics: { ivory, cocaine }, kind: bulletin, age: 1 days }
  context { emergency: yes } expect release by lessons with hops 1, redact summary
require care because "y" with hold for officer, use for { training, safety }, hold for commander, no copy
  to peer maputo-port, dar-port, maputo-port
  may do anything any item
permit lessons
  because "Charter, art. 3"
  with receipt within 1 days, redact summary, hops 01, redact { body }, generalise location to region
  items where ((item.kind is lesson or item.topics has any of drugs)) and (item.age < 2 months
    and not (item.tlp > GREEN or item.contains has only { operational, medical-data }))
  until 2026-12-31 from 2026-01-01
  may query, discover to any peer
set drugs = { heroin, cocaine, heroin }
policy "Two" version 007 for mombasa-port replaces 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
)fpol");
  ASSERT_NE(policy, nullptr);
  EXPECT_EQ(policy->canonical(),
            R"fpol(policy "Two" version 7 for mombasa-port replaces )fpol"
            R"fpol(00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff

set drugs = { cocaine, heroin }

permit lessons
  to      any peer
  may     discover, query
  items   where (item.kind is lesson or item.topics has any of drugs)
            and item.age below 2 months
            and not (item.tlp above GREEN or item.contains has only { medical-data, operational })
  with    redact { body, summary }, generalise location to region, hops 1, receipt within 1 day
  because "Charter, art. 3"
  from    2026-01-01
  until   2026-12-31

require care
  to      peer dar-port, maputo-port
  may     do anything
  items   any item
  with    use for { safety, training }, hold for commander, hold for officer, no copy
  because "y"

test "t"
  peer { link: active, tier: 2 } action query on 2026-02-03
  item { age: 1 day, kind: bulletin, topics: { cocaine, ivory } }
  context { emergency: yes }
  expect release by lessons with redact summary, hops 1

guarantee "no red"
  no      peers where peer.tier at most 3
            and peer.link is active
  may     discover, query
  seeing  { persons.*, source.method }
  items   where item.tlp is RED

budget "few" a change may newly release at most 500 items to peer dar-port without commander
)fpol");
  EXPECT_EQ(policy->guarantees(), Words{"no red"});
  ASSERT_EQ(policy->budgets().size(), 1u);
  EXPECT_EQ(policy->budgets()[0].at_most, 500u);
  EXPECT_EQ(policy->budgets()[0].peer, "dar-port");
  EXPECT_EQ(policy->budgets()[0].without_role, "commander");
  EXPECT_EQ(policy->head().version, 7u);
  EXPECT_EQ(policy->head().for_node, "mombasa-port");
  EXPECT_EQ(policy->head().replaces.size(), 64u);
}

TEST(CanonicalTest, WhatMeansSomethingElseReadsDifferently) {
  const auto canonical = [](const std::string& condition) {
    return testing::MustLoad("permit r to any peer may query items where " + condition +
                             " because \"y\"")
        ->canonical();
  };
  EXPECT_NE(canonical("item.kind is lesson and item.tlp is RED or item.mode is test"),
            canonical("item.kind is lesson and (item.tlp is RED or item.mode is test)"));
  EXPECT_NE(canonical("not item.kind is lesson and item.tlp is GREEN"),
            canonical("not (item.kind is lesson and item.tlp is GREEN)"));
  EXPECT_EQ(canonical("(item.kind is lesson and item.tlp is GREEN) or item.mode is test"),
            canonical("item.kind is lesson and item.tlp is GREEN or item.mode is test"));
}

// --- one policy, written in many ways ------------------------------------------------------------

// A list whose order means nothing, to be written between braces or without them.
std::string Set(const Words& words) { return absl::StrCat("{[", absl::StrJoin(words, "|"), "]}"); }
std::string List(const Words& words) { return absl::StrCat("[", absl::StrJoin(words, "|"), "]"); }

// Declarations, each a first line and clauses; clauses and declarations may change places.
struct Declaration {
  std::string first;
  Words clauses;
  bool any_order = true;
};

Words Some(Dice& dice, const Words& words) {
  Words some = {dice.Pick(words)};
  while (dice.Chance(2)) some.push_back(dice.Pick(words));
  return some;
}

const Words kTopics = {"cocaine", "ivory", "firearms", "stowaways"};
const Words kFields = {"summary", "body", "persons.*", "persons.name", "source.*", "attachments"};
const Words kActions = {"discover", "query", "replicate", "redistribute"};
const Words kPeers = {"dar-port", "maputo-port", "AFRICA", "santos-port"};

std::string ItemAtom(Dice& dice) {
  switch (dice.Below(7)) {
    case 0:
      return absl::StrCat("item.kind in ", Set(Some(dice, {"bulletin", "lesson", "alert"})));
    case 1:
      return absl::StrCat("item.tlp ", dice.Pick({"at most", "at least", "is not"}), " ",
                          dice.Pick({"CLEAR", "GREEN", "AMBER"}));
    case 2:
      return absl::StrCat("item.topics has ", dice.Pick({"any of", "all of", "none of", "only"}),
                          " ", Set(Some(dice, kTopics)));
    case 3:
      return "item.topics has any of drugs";
    case 4:
      return absl::StrCat("item.contains has ", dice.Pick({"personal-data", "operational"}));
    case 5:
      return absl::StrCat("item.reliability at least ", dice.Pick({"A", "B", "C"}));
    default:
      return absl::StrCat("item.age at most ", 10 * dice.Below(4), " days");
  }
}

std::string Condition(Dice& dice, size_t depth) {
  if (depth == 0 || dice.Chance(3)) return ItemAtom(dice);
  return absl::StrCat(dice.Chance(4) ? "not " : "", "(", Condition(dice, depth - 1),
                      dice.Pick({" and ", " or "}), Condition(dice, depth - 1), ")");
}

std::string Duties(Dice& dice) {
  Words duties = {absl::StrCat("redact ", Set(Some(dice, kFields)))};
  if (dice.Chance(2)) duties.push_back(absl::StrCat("hops ", dice.Below(3)));
  if (dice.Chance(3)) duties.push_back("generalise location to region");
  if (dice.Chance(3)) duties.push_back(absl::StrCat("delay ", 1 + dice.Below(3), " days"));
  if (dice.Chance(3)) duties.push_back("hold for commander");
  if (dice.Chance(3)) duties.push_back("hold for officer");
  if (dice.Chance(3)) duties.push_back("use for " + Set(Some(dice, {"training", "safety"})));
  if (dice.Chance(3)) duties.push_back("watermark");
  if (dice.Chance(3)) duties.push_back("raise tlp to AMBER");
  return List(duties);
}

Declaration RandomRule(Dice& dice, const std::string& kind, size_t number) {
  Declaration rule{absl::StrCat(kind, " r", number), {}};
  rule.clauses.push_back(dice.Chance(2) ? "to peer " + List(Some(dice, kPeers))
                                        : "to peers where peer.tier at least 2");
  rule.clauses.push_back(dice.Chance(4) ? "may do anything" : "may " + List(Some(dice, kActions)));
  rule.clauses.push_back(dice.Chance(5) ? "items any item" : "items where " + Condition(dice, 2));
  if (kind == "require" || (kind == "permit" && dice.Chance(4))) {
    rule.clauses.push_back("with " + Duties(dice));
  }
  rule.clauses.push_back(absl::StrCat("because \"reason ", number, "\""));
  if (dice.Chance(4)) rule.clauses.push_back("from 2026-01-01");
  if (dice.Chance(4)) rule.clauses.push_back("until 2026-12-31");
  return rule;
}

std::vector<Declaration> RandomPolicy(Dice& dice) {
  std::vector<Declaration> all = {{"policy \"x\" version 3", {}},
                                  {"set drugs = " + Set(Some(dice, kTopics)), {}}};
  for (size_t i = 0; i < 2 + dice.Below(4); ++i) {
    all.push_back(RandomRule(dice, dice.Pick({"permit", "permit", "forbid", "require"}), i));
  }
  all.push_back({"permit uses-the-set",
                 {"to peer dar-port", "may query", "items where item.topics has any of drugs",
                  "because \"y\""}});
  all.push_back({"guarantee \"g\"",
                 {"no peers where peer.tier is 4", "may " + List(Some(dice, kActions)),
                  "seeing " + Set(Some(dice, kFields)), "items where " + Condition(dice, 1)}});
  all.push_back({"budget \"b\" a change may newly release at most 5 items to any one peer", {}});
  all.push_back({"test \"t\"",
                 {"peer dar-port action query", "item { topics: " + Set(Some(dice, kTopics)) + " }",
                  "expect withhold"},
                 false});
  return all;
}

// The text with every list in some order, some members twice.
std::string Spell(const std::string& text, Dice& dice) {
  std::string spelt;
  size_t at = 0;
  for (size_t open; (open = text.find('[', at)) != std::string::npos;) {
    const size_t close = text.find(']', open);
    Words words = absl::StrSplit(text.substr(open + 1, close - open - 1), '|');
    const bool braces = open > 0 && text[open - 1] == '{';
    if (braces && dice.Chance(2)) words.push_back(words.front());
    dice.Shuffle(words);
    absl::StrAppend(&spelt, text.substr(at, open - at), " ",
                    absl::StrJoin(words, dice.Chance(2) ? "," : " ,\n      "), " ");
    at = close + 1;
  }
  return spelt + text.substr(at);
}

std::string Write(std::vector<Declaration> policy, Dice& dice) {
  dice.Shuffle(policy);
  std::string text;
  for (Declaration& declaration : policy) {
    if (declaration.any_order) dice.Shuffle(declaration.clauses);
    absl::StrAppend(&text, Spell(declaration.first, dice), dice.Chance(3) ? " # why\n" : "\n");
    for (const std::string& clause : declaration.clauses) {
      absl::StrAppend(&text, dice.Chance(2) ? "  " : "\n\t", Spell(clause, dice), "\n");
    }
  }
  return text;
}

Request RandomRequest(Dice& dice) {
  Request request =
      testing::Ask(dice.Pick({"dar-port", "maputo-port", "santos-port"}), dice.Pick(kActions));
  request.item.Set("item.kind", dice.Pick({"bulletin", "lesson", "alert"}));
  request.item.Set("item.tlp", dice.Pick({"CLEAR", "GREEN", "AMBER"}));
  request.item.SetSet("item.topics", Some(dice, kTopics));
  if (dice.Chance(2)) request.item.SetSet("item.contains", {"operational"});
  if (dice.Chance(2)) request.item.Set("item.reliability", dice.Pick({"A", "C", "F"}));
  request.item.SetNumber("item.age", static_cast<int64_t>(dice.Below(40)));
  return request;
}

Decision WithoutPlace(Decision decision) {
  decision.file.clear();
  decision.line = 0;
  return decision;
}

TEST(CanonicalProperty, OrderAndSpellingMeanNothingAndReadingItAgainChangesNothing) {
  int loaded = 0;
  for (int i = 0; i < kPolicies && !HasFailure(); ++i) {
    Dice dice(Seed() + static_cast<uint32_t>(i));
    const std::vector<Declaration> policy = RandomPolicy(dice);
    const std::string text = Write(policy, dice);
    const auto first = testing::Load(text);
    SCOPED_TRACE(absl::StrCat("seed ", Seed() + static_cast<uint32_t>(i), "\n", text,
                              RenderAll(first.diagnostics, "test.fpol", text)));
    const auto other = testing::Load(Write(policy, dice));
    ASSERT_EQ(first.policy == nullptr, other.policy == nullptr);
    if (first.policy == nullptr) continue;  // two permits of which neither is more generous
    ++loaded;
    const std::string& canonical = first.policy->canonical();
    EXPECT_EQ(other.policy->canonical(), canonical);
    const auto again = testing::MustLoad(canonical);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->canonical(), canonical);
    EXPECT_EQ(again->rule_count(), first.policy->rule_count());
    EXPECT_EQ(again->guarantees(), first.policy->guarantees());
    for (int k = 0; k < kRequests; ++k) {
      const Request request = RandomRequest(dice);
      EXPECT_EQ(WithoutPlace(again->Decide(request)), WithoutPlace(first.policy->Decide(request)));
    }
  }
  EXPECT_GT(loaded, kPolicies / 6);
}

}  // namespace
}  // namespace fairway::policy
