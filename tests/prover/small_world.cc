#include "tests/prover/small_world.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::tests {
namespace {

using policy::Attributes;
using policy::Registry;
using Words = std::vector<std::string>;

constexpr char kProfile[] = R"(
profile "small" version 1
actions = discover, query, replicate, redistribute, accept
roles   = officer, commander
fields  = title, body, source.identity, persons.*
enum    peer.id of peers
enum    peer.country = KE, TZ
enum    peer.link = active, suspended
ordered peer.tier = 3 < 2 < 1
set     peer.agreements = MOU, PACT
set     peer.controls = receipts, encrypted-at-rest
enum    item.kind = bulletin, lesson, alert
ordered item.tlp = CLEAR < GREEN < AMBER < AMBER+STRICT < RED
ordered item.pap = CLEAR < GREEN < AMBER < RED
enum    item.state = draft, active, superseded, recalled, expired
enum    item.onward = none, ask, named, community, any
number  item.hops-left
number  item.age in days
enum    item.originator of peers
set     item.releasable-to of audience
set     item.not-releasable-to of audience
set     item.named of audience
set     item.approved-for of audience
set     item.topics = drugs, ivory, arms
set     item.purpose = safety, training
enum    context.emergency = yes, no
)";

const Words& Audience() {
  static const auto* const kWords =
      new Words{"ANY-MEMBER", "alpha", "beta", "home", "G", "KE", "TZ"};
  return *kWords;
}

size_t Roll(std::mt19937_64& dice, size_t sides) {
  return static_cast<size_t>(dice() % static_cast<uint64_t>(sides));
}
bool Chance(std::mt19937_64& dice, size_t percent) { return Roll(dice, 100) < percent; }
template <typename T>
const T& Pick(std::mt19937_64& dice, const std::vector<T>& from) {
  return from[Roll(dice, from.size())];
}

bool IsAudience(const std::string& attribute) {
  return attribute == "item.releasable-to" || attribute == "item.not-releasable-to" ||
         attribute == "item.named" || attribute == "item.approved-for";
}

Words ValuesOf(const std::string& attribute) {
  if (IsAudience(attribute)) return Audience();
  if (attribute == "item.originator") return {"alpha", "beta", "home"};
  if (attribute == "peer.id") return {"alpha", "beta", "home"};
  return SmallVocabulary()->attribute(attribute)->values;
}

std::string InBraces(const Words& words) {
  return absl::StrCat("{ ", absl::StrJoin(words, ", "), " }");
}

Words Some(const std::string& attribute, std::mt19937_64& dice) {
  const Words values = ValuesOf(attribute);
  Words some = {Pick(dice, values)};
  while (Chance(dice, 35)) some.push_back(Pick(dice, values));
  std::sort(some.begin(), some.end());
  some.erase(std::unique(some.begin(), some.end()), some.end());
  return some;
}

std::string Comparison(const std::string& attribute, std::mt19937_64& dice) {
  using Type = policy::Vocabulary::Type;
  const Type type = SmallVocabulary()->attribute(attribute)->type;
  if (type == Type::kNumber) {
    static const Words kTests = {"at most", "at least", "is", "is not", "above", "below"};
    const std::string number =
        attribute == "item.hops-left" ? Pick(dice, Words{"1", "2"}) : Pick(dice, Words{"10", "20"});
    return absl::StrCat(attribute, " ", Pick(dice, kTests), " ", number);
  }
  if (type == Type::kSet) {
    static const Words kTests = {"has any of", "has any of", "has all of", "has none of",
                                 "has only"};
    return absl::StrCat(attribute, " ", Pick(dice, kTests), " ", InBraces(Some(attribute, dice)));
  }
  if (type == Type::kOrdered && Chance(dice, 60)) {
    return absl::StrCat(attribute, " ", Pick(dice, Words{"at most", "at least"}), " ",
                        Pick(dice, ValuesOf(attribute)));
  }
  return absl::StrCat(attribute, " ", Pick(dice, Words{"in", "in", "not in"}), " ",
                      InBraces(Some(attribute, dice)));
}

std::string RandomCondition(const Words& attributes, std::mt19937_64& dice, int depth) {
  const size_t roll = Roll(dice, 100);
  if (depth > 0 && roll < 20) {
    return absl::StrCat("(", RandomCondition(attributes, dice, depth - 1),
                        Chance(dice, 50) ? " or " : " and ",
                        RandomCondition(attributes, dice, depth - 1), ")");
  }
  if (depth > 0 && roll < 32) {
    return absl::StrCat("not (", RandomCondition(attributes, dice, depth - 1), ")");
  }
  return Comparison(Pick(dice, attributes), dice);
}

std::string Conjunction(const Words& attributes, std::mt19937_64& dice) {
  std::string text = RandomCondition(attributes, dice, 2);
  while (Chance(dice, 35)) {
    absl::StrAppend(&text, " and ", RandomCondition(attributes, dice, 1));
  }
  return text;
}

std::string Duty(std::mt19937_64& dice, bool permit) {
  // Mostly such that one is more generous than the other, or E205 leaves nothing to try.
  static const Words kPermit = {"",
                                "",
                                " with hops 3",
                                " with hops 1",
                                " with redact body, hops 1",
                                " with receipt within 2 days",
                                " with receipt within 2 days, hops 1",
                                " with no copy",
                                " with hops 1, encrypt at rest, receipt within 1 days"};
  static const Words kRequire = {
      " with redact source.identity", " with redact body", " with hops 2",
      " with receipt within 1 days",  " with watermark",   " with delay 2 hours",
      " with use for { safety }",     " with no copy",     " with keep only { title, body }"};
  return Pick(dice, permit ? kPermit : kRequire);
}

std::string Rule(const Topic& topic, int number, std::mt19937_64& dice) {
  const size_t roll = Roll(dice, 100);
  const std::string kind = roll < 60 ? "permit" : roll < 82 ? "forbid" : "require";
  std::string text = absl::StrCat(kind, " r", number, "-", dice() % 100000, "\n  to ");
  const size_t to = Roll(dice, 100);
  if (to < 40 || topic.peer.empty()) {
    text += "any peer";
  } else if (to < 60) {
    absl::StrAppend(&text, "peer ", Pick(dice, Words{"alpha", "beta", "G", "alpha, beta"}));
  } else {
    absl::StrAppend(&text, "peers where ", Conjunction(topic.peer, dice));
  }
  static const Words kMay = {"discover",    "query, replicate", "replicate", "redistribute, query",
                             "do anything", "do anything"};
  const bool accepts = Chance(dice, 6);
  absl::StrAppend(&text, "\n  may ", accepts ? "accept" : Pick(dice, kMay), "\n  ");
  if (Chance(dice, 15) || topic.item.empty()) {
    text += "any item";
  } else {
    absl::StrAppend(&text, "items where ", Conjunction(topic.item, dice));
  }
  if (kind != "forbid" && !(accepts && kind == "permit")) text += Duty(dice, kind == "permit");
  if (topic.dates && Chance(dice, 50)) {
    const size_t which = Roll(dice, 3);
    if (which != 0) text += "\n  from 2026-03-01";
    if (which != 1) text += Chance(dice, 50) ? "\n  until 2026-03-31" : "\n  until 2026-06-30";
  }
  return text + "\n  because \"r\"\n";
}

std::vector<Words> Subsets(const Words& words) {
  std::vector<Words> subsets;
  for (size_t bits = 0; bits < (size_t{1} << words.size()); ++bits) {
    Words subset;
    for (size_t i = 0; i < words.size(); ++i) {
      if (((bits >> i) & 1) != 0) subset.push_back(words[i]);
    }
    subsets.push_back(std::move(subset));
  }
  return subsets;
}

}  // namespace

std::shared_ptr<const policy::Vocabulary> SmallVocabulary() {
  static const auto* const kVocabulary =
      new std::shared_ptr<const policy::Vocabulary>(policy::Vocabulary::Parse(kProfile).vocabulary);
  return *kVocabulary;
}

Registry SmallRegistry(uint64_t seed) {
  std::mt19937_64 dice(seed);
  Registry registry;
  registry.self = "home";
  for (const char* name : {"alpha", "beta"}) {
    Registry::Peer peer;
    peer.name = name;
    peer.attributes.Set("peer.link", Chance(dice, 90) ? "active" : "suspended");
    if (Chance(dice, 80)) {
      peer.attributes.Set("peer.tier", Pick(dice, Words{"1", "2", "3"}));
    }
    if (Chance(dice, 80)) {
      peer.attributes.SetSet("peer.agreements",
                             Pick(dice, std::vector<Words>{{}, {"MOU"}, {"MOU", "PACT"}}));
    }
    if (Chance(dice, 80)) {
      peer.attributes.SetSet(
          "peer.controls",
          Pick(dice, std::vector<Words>{{}, {"receipts"}, {"receipts", "encrypted-at-rest"}}));
    }
    peer.country = std::string(name) == "alpha" ? "KE" : "";
    registry.peers.push_back(std::move(peer));
  }
  registry.groups["G"] = {"alpha"};
  return registry;
}

Registry Changed(Registry registry, std::mt19937_64& dice) {
  Registry::Peer& peer = registry.peers[Roll(dice, registry.peers.size())];
  switch (Roll(dice, 7)) {
    case 0:
      peer.attributes.Set("peer.tier", Pick(dice, Words{"1", "2", "3"}));
      break;
    case 1:
      peer.attributes.SetSet("peer.agreements", {"MOU", "PACT"});
      break;
    case 2:
      peer.attributes.SetSet("peer.controls", {"receipts"});
      break;
    case 3:
      peer.country = Pick(dice, Words{"KE", "TZ", ""});
      break;
    case 4:
      registry.groups["G"] = Pick(dice, std::vector<Words>{{}, {"beta"}, {"alpha", "beta"}});
      break;
    case 5:
      peer.attributes.Set("peer.link", Pick(dice, Words{"active", "suspended"}));
      break;
    default:
      registry.peers.pop_back();
      break;
  }
  return registry;
}

Topic RandomTopic(std::mt19937_64& dice, bool small) {
  Topic topic;
  const size_t roll = Roll(dice, 100);
  static const Words kLight = {"item.kind",      "item.tlp",         "item.age",
                               "item.topics",    "item.originator",  "item.onward",
                               "item.hops-left", "context.emergency"};
  if (!small && roll < 8) {
    topic.item = {Pick(dice, Words{"item.releasable-to", "item.named", "item.not-releasable-to",
                                   "item.approved-for"})};
    return topic;
  }
  topic.item = {Pick(dice, kLight)};
  if (Chance(dice, small ? 20 : 60)) topic.item.push_back(Pick(dice, kLight));
  static const Words kPeer = {"peer.tier", "peer.agreements", "peer.controls", "peer.country",
                              "peer.id"};
  topic.peer = {Pick(dice, kPeer)};
  if (!small && Chance(dice, 30)) topic.peer.push_back(Pick(dice, kPeer));
  topic.dates = Chance(dice, 15);
  for (Words* words : {&topic.item, &topic.peer}) {
    std::sort(words->begin(), words->end());
    words->erase(std::unique(words->begin(), words->end()), words->end());
  }
  return topic;
}

std::vector<std::string> RandomRules(const Topic& topic, std::mt19937_64& dice) {
  std::vector<std::string> rules;
  const size_t count = 2 + Roll(dice, 4);
  for (size_t i = 0; i < count; ++i) {
    rules.push_back(Rule(topic, static_cast<int>(i), dice));
  }
  return rules;
}

std::vector<std::string> Edited(std::vector<std::string> rules, const Topic& topic,
                                std::mt19937_64& dice) {
  const size_t edits = 1 + Roll(dice, 2);
  for (size_t i = 0; i < edits; ++i) {
    const size_t roll = Roll(dice, 100);
    if (roll < 25 && rules.size() > 1) {
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(Roll(dice, rules.size())));
    } else if (roll < 55) {
      rules.push_back(Rule(topic, 20 + static_cast<int>(i), dice));
    } else {
      rules[Roll(dice, rules.size())] = Rule(topic, 40 + static_cast<int>(i), dice);
    }
  }
  return rules;
}

Promise RandomPromise(const Topic& topic, int number, std::mt19937_64& dice) {
  Promise promise;
  promise.name = absl::StrCat("g", number);
  const bool anybody = topic.peer.empty() || Chance(dice, 40);
  const std::string peers =
      anybody ? "" : absl::StrCat("peers where ", Conjunction(topic.peer, dice));
  const std::string may =
      absl::StrCat("may ", Pick(dice, Words{"query, replicate", "discover, query"}));
  const std::string items = absl::StrCat("items where ", Conjunction(topic.item, dice));
  std::string seeing;
  if (Chance(dice, 40)) {
    const bool two = Chance(dice, 50);
    seeing = two ? " seeing { body, source.* }" : " seeing { source.identity }";
    promise.seeing = two ? Words{"body", "source.identity"} : Words{"source.identity"};
  }
  promise.guarantee = absl::StrCat("guarantee \"", promise.name, "\" no ", anybody ? "peer" : peers,
                                   " ", may, seeing, " ", items, "\n");
  promise.forbid = absl::StrCat("forbid ", promise.name, " to ", anybody ? "any peer" : peers, " ",
                                may, " ", items, " because \"r\"\n");
  return promise;
}

std::string Joined(const std::vector<std::string>& rules) { return absl::StrJoin(rules, "\n"); }

std::vector<Setter> AllValues(const std::string& attribute, const std::string& who) {
  using Type = policy::Vocabulary::Type;
  std::vector<Setter> values = {{attribute, std::nullopt}};
  const auto add = [&](Attributes::Value value) { values.emplace_back(attribute, value); };
  const Type type = SmallVocabulary()->attribute(attribute)->type;
  if (type == Type::kNumber) {
    // On either side of every number that rules and duties of this world know.
    const std::vector<int64_t> numbers = attribute == "item.hops-left"
                                             ? std::vector<int64_t>{0, 1, 2, 3, 4, 5, 16, 17, 18}
                                             : std::vector<int64_t>{0, 9, 10, 11, 19, 20, 21};
    for (int64_t number : numbers) add(number);
    return values;
  }
  if (type != Type::kSet) {
    for (const std::string& value : ValuesOf(attribute)) add(value);
    if (attribute == "item.originator" || attribute == "peer.country") {
      add(std::string("never-heard-of"));
    }
    return values;
  }
  for (const Words& subset : Subsets(ValuesOf(attribute))) {
    add(subset);
    Words more = subset;
    more.push_back(IsAudience(attribute) ? "peer:never-heard-of" : "never-heard-of");
    add(more);
    if (!IsAudience(attribute)) continue;
    more.back() = absl::StrCat("peer:", who);
    add(more);
  }
  return values;
}

void Apply(const Setter& setter, Attributes& attributes) {
  if (!setter.second) return;
  if (const auto* symbol = std::get_if<std::string>(&*setter.second)) {
    attributes.Set(setter.first, *symbol);
  } else if (const auto* words = std::get_if<Words>(&*setter.second)) {
    attributes.SetSet(setter.first, *words);
  } else {
    attributes.SetNumber(setter.first, std::get<int64_t>(*setter.second));
  }
}

}  // namespace fairway::tests
