// Compare against Policy::Decide, pair by pair, over random policies, peers and items. Each failure
// prints the seed; FAIRWAY_TEST_SEED sets it.

#include "policy/preview/compare.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using Verdict = Decision::Verdict;
using Words = std::vector<std::string>;

constexpr uint32_t kSeed = 20261121;
constexpr int kRounds = 64;
constexpr size_t kItems = 320;
constexpr size_t kRules = 9;
constexpr char kSelf[] = "mombasa-port";

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return engine_() % n; }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  const std::string& Pick(const Words& words) { return words[Below(words.size())]; }
  Words Some(const Words& words, size_t one_in = 2) {
    Words some;
    for (const std::string& word : words) {
      if (Chance(one_in)) some.push_back(word);
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

const Words kKinds = {"bulletin", "lesson", "alert"};
const Words kTlp = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
const Words kTopics = {"cocaine", "ivory", "firearms", "heroin"};
const Words kContains = {"personal-data", "operational", "medical-data"};
const Words kGrades = {"A", "B", "C", "D"};
const Words kTiers = {"1", "2", "3"};
const Words kAgreements = {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "AIRPORT-NET"};
const Words kControls = {"receipts", "recall-ack", "encrypted-at-rest"};
const Words kPeers = {"dar-port",    "maputo-port",     "rotterdam-port", "antwerp-port",
                      "santos-port", "nairobi-airport", "suspended-port", "unknown-port"};
const Words kGroups = {"AFRICA", "ATLANTIC", "AIRPORTS"};
const Words kActions = {"discover", "query", "replicate", "redistribute"};
const Words kPurposes = {"investigation", "safety", "training"};
const Words kFields = {"summary",     "body",           "persons.*",       "persons.name",
                       "attachments", "location.exact", "source.identity", "grading"};
const Words kAudience = {"ANY-MEMBER",  "dar-port",    "peer:santos-port", "NL",
                         "country:BE",  "AFRICA",      "group:ATLANTIC",   "TZ",
                         "peer:AFRICA", "santos-port", "group:BE",         "maputo-port",
                         "new-port",    "country:TZ"};
const Words kOddAudience = {"OLD-GROUP", "authority:abc", "country:XX", "group:GONE",
                            std::string(64, 'a')};

std::string Braces(const Words& words) {
  return absl::StrCat("{ ", absl::StrJoin(words, ", "), " }");
}

std::string SetAtom(Dice& dice, const std::string& attribute, const Words& words) {
  return absl::StrCat(attribute, " has ", dice.Pick({"any of", "all of", "none of", "only"}), " ",
                      Braces({dice.Pick(words), dice.Pick(words)}));
}

std::string ItemAtom(Dice& dice) {
  const Words orders = {"at most", "at least", "is", "is not", "below", "above"};
  switch (dice.Below(11)) {
    case 0:
      return absl::StrCat("item.kind ", dice.Chance(2) ? "not " : "", "in ",
                          Braces({dice.Pick(kKinds), dice.Pick(kKinds)}));
    case 1:
      return absl::StrCat("item.tlp ", dice.Pick(orders), " ", dice.Pick(kTlp));
    case 2:
    case 3:
      return SetAtom(dice, "item.topics", kTopics);
    case 4:
      return SetAtom(dice, "item.contains", kContains);
    case 5:
      return absl::StrCat("item.reliability ", dice.Pick(orders), " ", dice.Pick(kGrades));
    case 6:
      return absl::StrCat("item.hops-left ", dice.Pick(orders), " ", 1 + dice.Below(3));
    case 7:
      return absl::StrCat("item.originator is ", dice.Chance(2) ? "not " : "",
                          dice.Pick({"antwerp-port", kSelf}));
    case 8:
      return SetAtom(dice, "item.releasable-to", {"ANY-MEMBER", "AFRICA", "NL"});
    case 9:
      return absl::StrCat("context.emergency is ", dice.Chance(2) ? "not " : "", "yes");
    default:
      return absl::StrCat("item.age ", dice.Pick(orders), " ", 1 + dice.Below(5) * 10, " days");
  }
}

std::string PeerAtom(Dice& dice) {
  switch (dice.Below(5)) {
    case 0:
      return absl::StrCat("peer.tier ", dice.Pick({"at least", "is", "at most", "is not"}), " ",
                          dice.Pick(kTiers));
    case 1:
      return SetAtom(dice, "peer.agreements", kAgreements);
    case 2:
      return SetAtom(dice, "peer.controls", kControls);
    case 3:
      return absl::StrCat("peer.country ", dice.Chance(2) ? "not " : "", "in { TZ, NL, BE }");
    default:
      return absl::StrCat("peer.id is not ", dice.Pick(kPeers));
  }
}

template <typename MakeAtom>
std::string ConditionText(Dice& dice, MakeAtom atom, size_t depth) {
  if (depth == 0 || dice.Chance(3)) return absl::StrCat(dice.Chance(4) ? "not " : "", atom(dice));
  const char* word = dice.Chance(2) ? " and " : " or ";
  return absl::StrCat(dice.Chance(5) ? "not " : "", "(", ConditionText(dice, atom, depth - 1), word,
                      ConditionText(dice, atom, depth - 1), ")");
}

std::string Duty(Dice& dice) {
  switch (dice.Below(15)) {
    case 0:
    case 1:
      return absl::StrCat("redact ", Braces({dice.Pick(kFields), dice.Pick(kFields)}));
    case 2:
      return absl::StrCat("keep only ", Braces({"title", dice.Pick(kFields), dice.Pick(kFields)}));
    case 3:
      return "strip source";
    case 4:
    case 5:
      return absl::StrCat("hops ", dice.Below(3));
    case 6:
      return absl::StrCat("expires after ", 10 + dice.Below(3), " days");
    case 7:
      return absl::StrCat("receipt within ", 1 + dice.Below(3), " days");
    case 8:
      return absl::StrCat("delay ", 1 + dice.Below(3), " days");
    case 9:
      return absl::StrCat("use for ", Braces({dice.Pick(kPurposes), dice.Pick(kPurposes)}));
    case 10:
      return dice.Pick({"watermark", "notify originator"});
    case 11:
      return "encrypt at rest";
    case 12:
      return "no copy";
    case 13:
      return absl::StrCat("hold for ", dice.Pick({"officer", "commander"}));
    default:
      return absl::StrCat("raise tlp to ", dice.Pick(kTlp));
  }
}

std::string RandomRule(Dice& dice, const std::string& name) {
  const std::string kind = dice.Pick({"permit", "permit", "permit", "permit", "forbid", "require"});
  std::string to = "any peer";
  if (dice.Chance(4)) to = absl::StrCat("peer ", dice.Pick(kPeers), ", ", dice.Pick(kGroups));
  if (dice.Chance(3)) to = absl::StrCat("peers where ", ConditionText(dice, PeerAtom, 1));
  const std::string may =
      dice.Chance(2)
          ? "do anything"
          : absl::StrJoin(std::set<std::string>{dice.Pick(kActions), dice.Pick(kActions)}, ", ");
  std::string with;
  if (kind == "require" || (kind == "permit" && dice.Chance(2))) {
    with = absl::StrCat(" with ", Duty(dice));
    if (dice.Chance(3)) absl::StrAppend(&with, ", ", Duty(dice));
  }
  std::string dates;
  if (dice.Chance(6)) dates = " until 2026-06-20";
  if (dice.Chance(8)) dates = " from 2026-06-18";
  const std::string items =
      dice.Chance(8) ? "any item" : absl::StrCat("items where ", ConditionText(dice, ItemAtom, 2));
  return absl::StrCat(kind, " ", name, " to ", to, " may ", may, " ", items, with, dates,
                      " because \"y\"\n");
}

// A vocabulary in which some words and fields of the other are missing.
std::shared_ptr<const Vocabulary> OtherVocabulary() {
  static const auto vocabulary =
      Vocabulary::Parse(
          absl::StrReplaceAll(
              absl::string_view(DefaultProfile().data(), DefaultProfile().size()),
              {{"cocaine, heroin,", "heroin,"}, {"grading, source.identity,", "source.identity,"}}))
          .vocabulary;
  return vocabulary;
}

struct World {
  std::shared_ptr<const Vocabulary> vocabulary;
  Registry registry;
  std::vector<std::string> rules;
  std::shared_ptr<const Policy> policy;
  Side side;
};

std::string TextOf(const World& world) { return absl::StrJoin(world.rules, ""); }

std::shared_ptr<const Policy> Load(const World& world, const std::string& more = "") {
  return Policy::Load("test.fpol", TextOf(world) + more, world.vocabulary, world.registry).policy;
}

// Rules the checker refuses (contradictions, incomparable permits) are left out.
void AddRules(Dice& dice, World& world, size_t count, const std::string& prefix) {
  for (size_t i = 0; i < count; ++i) {
    const std::string rule = RandomRule(dice, absl::StrCat(prefix, i));
    if (Load(world, rule) != nullptr) world.rules.push_back(rule);
  }
}

void ShakePeers(Dice& dice, World& world) {
  for (Side::Peer& peer : world.side.peers) {
    if (dice.Chance(2)) peer.attributes.SetSet("peer.controls", dice.Some(kControls));
    if (dice.Chance(4)) peer.attributes.Set("peer.tier", dice.Pick(kTiers));
    if (dice.Chance(6)) peer.attributes.SetSet("peer.agreements", dice.Some(kAgreements));
    if (dice.Chance(8)) peer.attributes.Set("peer.country", dice.Pick({"NL", "KE", "", "??"}));
    if (dice.Chance(10)) peer.attributes.Set("peer.link", dice.Pick({"active", "suspended"}));
    if (dice.Chance(12)) peer.attributes.Set("peer.tier", "unheard-of");
  }
}

void FindPolicyAndPeers(World& world) {
  world.policy = Load(world);
  world.side.policy = world.policy.get();
}

World FirstWorld(Dice& dice) {
  World world;
  world.vocabulary = testing::DefaultVocabulary();
  world.registry = testing::Ports();
  AddRules(dice, world, kRules, "r");
  for (const Registry::Peer& peer : world.registry.peers) {
    world.side.peers.push_back({peer.name, peer.attributes});
  }
  Attributes plain;
  plain.Set("peer.link", "active");
  world.side.peers.push_back({"nobody-registered-this", plain});
  ShakePeers(dice, world);
  world.side.now = absl::FromCivil(absl::CivilSecond(2026, 6, 15, 10, 30, 0), absl::UTCTimeZone());
  return world;
}

// Something else: the rules, the date, the peers, the groups, the vocabulary, or nothing.
World Changed(Dice& dice, World world, int round) {
  switch (round % 8) {
    case 0:
      world.rules.clear();
      AddRules(dice, world, kRules, "n");
      break;
    case 1:
      world.side.now += absl::Hours(24 * 7) + absl::Minutes(static_cast<int64_t>(dice.Below(999)));
      break;
    case 2:
      ShakePeers(dice, world);
      break;
    case 3: {
      world.registry.groups["AFRICA"] = {"dar-port", "santos-port"};
      Registry::Peer added;
      added.name = "new-port";
      added.country = "KE";
      added.attributes.Set("peer.link", "active");
      added.attributes.Set("peer.tier", "1");
      world.registry.peers.push_back(added);
      world.side.peers.push_back({added.name, added.attributes});
      world.side.peers.erase(world.side.peers.begin());
      break;
    }
    case 4:
      world.vocabulary = OtherVocabulary();
      std::erase_if(world.rules, [&](const std::string& rule) {
        World alone = world;
        alone.rules = {rule};
        return Load(alone) == nullptr;
      });
      while (Load(world) == nullptr) world.rules.pop_back();
      break;
    default:
      if (!world.rules.empty()) {
        world.rules.erase(world.rules.begin() +
                          static_cast<std::ptrdiff_t>(dice.Below(world.rules.size())));
      }
      AddRules(dice, world, dice.Below(3), "n");
      break;
  }
  return world;
}

Words RandomAudience(Dice& dice) {
  Words words = dice.Some(kAudience, 6);
  if (dice.Chance(3)) words.push_back("ANY-MEMBER");
  if (dice.Chance(12)) words.push_back(dice.Pick(kOddAudience));
  return words;
}

ItemRow RandomItem(Dice& dice) {
  ItemRow item;
  Attributes& known = item.attributes;
  const auto says = [&] { return !dice.Chance(8); };
  known.Set("item.state", dice.Chance(12) ? "recalled" : "active");
  if (says()) known.Set("item.kind", dice.Chance(20) ? "unheard-of" : dice.Pick(kKinds));
  if (says()) known.Set("item.tlp", dice.Chance(20) ? "PURPLE" : dice.Pick(kTlp));
  if (says()) known.SetSet("item.topics", dice.Some(kTopics));
  if (dice.Chance(6)) known.SetSet("item.topics", {"unheard-of", dice.Pick(kTopics)});
  if (says()) known.SetSet("item.contains", dice.Some(kContains, 3));
  if (says()) known.Set("item.reliability", dice.Pick(kGrades));
  if (says()) known.SetSet("item.releasable-to", RandomAudience(dice));
  if (dice.Chance(2)) known.SetSet("item.releasable-to", {"ANY-MEMBER"});
  if (dice.Chance(4)) known.SetSet("item.not-releasable-to", dice.Some(kAudience, 12));
  if (dice.Chance(30)) known.SetSet("item.not-releasable-to", {dice.Pick(kOddAudience)});
  if (dice.Chance(40)) known.Set("item.not-releasable-to", "dar-port");
  if (dice.Chance(40)) known.SetNumber("item.not-releasable-to", -1);
  if (dice.Chance(3)) known.SetSet("item.named", RandomAudience(dice));
  if (dice.Chance(3)) {
    known.Set("item.originator", dice.Pick({"antwerp-port", "authority:xyz", kSelf}));
    known.Set("item.onward", dice.Pick({"any", "community", "named", "ask", "none"}));
    if (dice.Chance(2)) known.SetSet("item.approved-for", RandomAudience(dice));
    item.received = !dice.Chance(4);
  }
  if (dice.Chance(2)) {
    known.SetNumber("item.hops-left",
                    static_cast<int64_t>(dice.Below(5)) - (dice.Chance(9) ? 2 : 0));
  }
  if (dice.Chance(30)) known.SetSet("item.kind", {"bulletin"});
  if (dice.Chance(30)) known.Set("item.topics", "ivory");
  if (dice.Chance(30)) known.Set("item.age", "10");
  if (dice.Chance(3)) {
    known.SetNumber("item.age", static_cast<int64_t>(dice.Below(60)));
  } else if (says()) {
    item.age_from = absl::FromCivil(absl::CivilDay(2026, 6, 20), absl::UTCTimeZone()) -
                    absl::Hours(24) * static_cast<int64_t>(dice.Below(60));
    if (dice.Chance(2))
      *item.age_from += absl::Microseconds(static_cast<int64_t>(dice.Below(86400)) * 1000001);
  }
  return item;
}

Attributes AsOf(const ItemRow& item, absl::Time now) {
  Attributes attributes = item.attributes;
  if (item.age_from) {
    const absl::Duration age = now - *item.age_from;
    int64_t days = 0;
    if (age > absl::ZeroDuration()) {
      days = age / absl::Hours(24);
      if (age > absl::Hours(24) * days) ++days;
    }
    attributes.SetNumber("item.age", days);
  }
  return attributes;
}

Decision DecideOn(const World& world, const std::string& peer, const ItemRow& item, WayOut way) {
  const auto it = std::find_if(world.side.peers.begin(), world.side.peers.end(),
                               [&](const Side::Peer& each) { return each.name == peer; });
  if (it == world.side.peers.end() || world.policy == nullptr) return Decision();
  Request request;
  request.peer = peer;
  request.peer_attributes = it->attributes;
  request.action = way == WayOut::kDiscover ? "discover"
                   : way == WayOut::kQuery  ? "query"
                   : item.received          ? "redistribute"
                                            : "replicate";
  request.item = AsOf(item, world.side.now);
  request.self = kSelf;
  request.now = world.side.now;
  return world.policy->Decide(request);
}

std::set<std::string> Visible(const Duties& duties) {
  std::set<std::string> visible;
  for (const std::string& field : duties.fields->names()) {
    if (!duties.redact.contains(field) &&
        (!duties.keep_only || duties.keep_only->contains(field))) {
      visible.insert(field);
    }
  }
  return visible;
}

std::string Binding(Duties duties) {
  duties.redact.clear();
  duties.keep_only.reset();
  duties.strip_source = false;
  return duties.ToText();
}

std::vector<std::string> Minus(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::vector<std::string> left;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
  return left;
}

// What the two decisions say of the pair, in words.
std::string Expected(const Decision& before, const Decision& after) {
  const bool was = before.verdict == Verdict::kRelease, is = after.verdict == Verdict::kRelease;
  if (was != is) return is ? "released" : "withheld";
  if (!was) return "";
  const std::set<std::string> saw = Visible(before.duties), sees = Visible(after.duties);
  std::string said;
  if (const auto more = Minus(sees, saw); !more.empty()) {
    absl::StrAppend(&said, "more ", absl::StrJoin(more, ","), ";");
  }
  if (const auto fewer = Minus(saw, sees); !fewer.empty()) {
    absl::StrAppend(&said, "fewer ", absl::StrJoin(fewer, ","), ";");
  }
  if (Binding(before.duties) != Binding(after.duties)) absl::StrAppend(&said, "terms;");
  return said;
}

std::string Found(const WayOutDiff& diff, uint32_t item) {
  std::string said;
  if (diff.newly_released.Contains(item)) absl::StrAppend(&said, "released");
  if (diff.newly_withheld.Contains(item)) absl::StrAppend(&said, "withheld");
  for (const FieldChange& change : diff.more_fields) {
    if (change.items.Contains(item)) {
      absl::StrAppend(&said, "more ", absl::StrJoin(change.fields, ","), ";");
    }
  }
  for (const FieldChange& change : diff.fewer_fields) {
    if (change.items.Contains(item)) {
      absl::StrAppend(&said, "fewer ", absl::StrJoin(change.fields, ","), ";");
    }
  }
  if (diff.changed_terms.Contains(item)) absl::StrAppend(&said, "terms;");
  return said;
}

void ExpectSame(const std::vector<PeerDiff>& a, const std::vector<PeerDiff>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].peer, b[i].peer);
    for (size_t way = 0; way < kWaysOut; ++way) {
      const WayOutDiff& x = a[i].by_way[way];
      const WayOutDiff& y = b[i].by_way[way];
      EXPECT_TRUE(x.newly_released == y.newly_released && x.newly_withheld == y.newly_withheld &&
                  x.changed_terms == y.changed_terms);
      ASSERT_EQ(x.more_fields.size(), y.more_fields.size());
      ASSERT_EQ(x.fewer_fields.size(), y.fewer_fields.size());
      for (size_t f = 0; f < x.more_fields.size(); ++f) {
        EXPECT_EQ(x.more_fields[f].fields, y.more_fields[f].fields);
        EXPECT_TRUE(x.more_fields[f].items == y.more_fields[f].items);
      }
      for (size_t f = 0; f < x.fewer_fields.size(); ++f) {
        EXPECT_EQ(x.fewer_fields[f].fields, y.fewer_fields[f].fields);
        EXPECT_TRUE(x.fewer_fields[f].items == y.fewer_fields[f].items);
      }
    }
  }
}

struct Tally {
  size_t pairs = 0;
  std::map<std::string, size_t> by_outcome;  // the first word
};

void CheckPairs(const World& before, const World& after, const ItemColumns& columns,
                const std::map<uint32_t, ItemRow>& items, Tally& tally) {
  const std::vector<PeerDiff> diffs = Compare(before.side, after.side, columns);
  std::map<std::string, const PeerDiff*> by_peer;
  for (const PeerDiff& diff : diffs) by_peer[diff.peer] = &diff;
  std::set<std::string> peers;
  for (const World* world : {&before, &after}) {
    for (const Side::Peer& peer : world->side.peers) peers.insert(peer.name);
  }
  const WayOutDiff same;
  for (const std::string& peer : peers) {
    for (WayOut way : kAllWaysOut) {
      const auto it = by_peer.find(peer);
      const WayOutDiff& diff = it == by_peer.end() ? same : it->second->on(way);
      for (const auto& [index, item] : items) {
        const Decision was = DecideOn(before, peer, item, way);
        const Decision is = DecideOn(after, peer, item, way);
        const std::string expected = Expected(was, is);
        ASSERT_EQ(Found(diff, index), expected)
            << peer << ", item " << index << ", way " << static_cast<int>(way) << "\nwas "
            << was.rule << ": " << was.duties.ToText() << "\nis " << is.rule << ": "
            << is.duties.ToText() << "\n"
            << TextOf(before) << "---\n"
            << TextOf(after);
        ++tally.pairs;
        ++tally.by_outcome[expected.empty() ? (was.rule.starts_with("P15") ? "P15" : "same")
                                            : expected.substr(0, 4)];
      }
    }
  }
  CompareOptions all;
  all.everything = true;
  ExpectSame(diffs, Compare(before.side, after.side, columns, all));
  CompareOptions two;
  two.threads = 2;
  ExpectSame(diffs, Compare(before.side, after.side, columns, two));
}

TEST(Compare, SaysOfEveryPairWhatTheTwoDecisionsSay) {
  std::cout << "seed " << Seed() << std::endl;
  Tally tally;
  for (int round = 0; round < kRounds; ++round) {
    const uint32_t seed = Seed() + static_cast<uint32_t>(round);
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Dice dice(seed);
    ItemColumns columns(kSelf);
    std::map<uint32_t, ItemRow> items;
    for (size_t i = 0; i < kItems; ++i) {
      const ItemRow item = RandomItem(dice);
      items[columns.Add(item)] = item;
    }
    for (size_t i = 0; i < kItems / 10; ++i) {
      const uint32_t index = static_cast<uint32_t>(dice.Below(kItems));
      if (dice.Chance(2)) {
        EXPECT_EQ(columns.Remove(index), items.erase(index) == 1);
      } else if (columns.Has(index)) {
        items[index] = RandomItem(dice);
        EXPECT_TRUE(columns.Update(index, items[index]));
      }
    }
    World before = FirstWorld(dice);
    FindPolicyAndPeers(before);
    World after = Changed(dice, before, round);
    FindPolicyAndPeers(after);
    if (round % 16 == 15) {
      before.policy = nullptr;
      before.side.policy = nullptr;
    }
    CheckPairs(before, after, columns, items, tally);
    if (HasFailure()) return;
  }
  for (const auto& [outcome, count] : tally.by_outcome) {
    std::cout << outcome << " " << count << "\n";
  }
  std::cout << tally.pairs << " pairs" << std::endl;
  // Not vacuous: all outcomes happen.
  EXPECT_GE(tally.pairs, 500'000u);
  for (const char* outcome : {"rele", "with", "more", "fewe", "term", "same", "P15"}) {
    EXPECT_GT(tally.by_outcome[outcome], 20u) << outcome;
  }
}

}  // namespace
}  // namespace fairway::policy
