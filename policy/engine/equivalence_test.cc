// The compiled decision and the rule-by-rule one are the same function: compared over random
// policies, items, peers, circumstances, actions and days, with everything that can be unknown
// left out now and then, words nobody knows, peers nobody registered, and rules the checker would
// refuse together. Prints the seed and the text on a failure; FAIRWAY_TEST_SEED repeats it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/engine/compiled.h"
#include "policy/engine/decision_words.h"
#include "policy/engine/rule_by_rule.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using Words = std::vector<std::string>;

constexpr int kPolicies = 500;
constexpr int kRequests = 600;
constexpr uint32_t kSeed = 20261121;

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
const Words kTopics = {"cocaine", "ivory", "firearms", "piracy", "yachts"};
const Words kGrades = {"A", "B", "C", "D"};
const Words kAgreements = {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "AIRPORT-NET"};
const Words kPeers = {"dar-port",    "maputo-port",  "rotterdam-port",
                      "santos-port", "unknown-port", "suspended-port"};
const Words kGroups = {"AFRICA", "ATLANTIC", "AIRPORTS"};
const Words kActions = {"discover", "query", "replicate", "redistribute", "accept"};
const Words kPurposes = {"investigation", "safety", "training"};
const Words kAudience = {"ANY-MEMBER",
                         "dar-port",
                         "rotterdam-port",
                         "santos-port",
                         "TZ",
                         "BR",
                         "ATLANTIC",
                         "AFRICA",
                         "peer:dar-port",
                         "country:BR",
                         "group:ATLANTIC",
                         "peer:TZ",
                         "country:dar-port",
                         "nobody-knows",
                         "group:nobody-knows",
                         "country:QQ",
                         "QQ",
                         "stranger",
                         "peer:stranger",
                         "mombasa-port",
                         "authority:x",
                         std::string(64, 'a')};

std::string Braces(const Words& words) {
  return absl::StrCat("{ ", absl::StrJoin(words, ", "), " }");
}

Words OneOrTwo(Dice& dice, const Words& words) {
  Words some = {dice.Pick(words)};
  const std::string& other = dice.Pick(words);
  if (other != some[0]) some.push_back(other);
  return some;
}

std::string SetAtom(Dice& dice, const std::string& attribute, const Words& words) {
  if (dice.Chance(4)) return absl::StrCat(attribute, " has ", dice.Pick(words));
  return absl::StrCat(attribute, " has ", dice.Pick({"any of", "all of", "none of", "only"}), " ",
                      Braces(OneOrTwo(dice, words)));
}

std::string SymbolAtom(Dice& dice, const std::string& attribute, const Words& words) {
  if (dice.Chance(2)) {
    return absl::StrCat(attribute, dice.Chance(2) ? " is " : " is not ", dice.Pick(words));
  }
  return absl::StrCat(attribute, dice.Chance(2) ? " in " : " not in ",
                      Braces(OneOrTwo(dice, words)));
}

std::string OrderAtom(Dice& dice, const std::string& attribute, const std::string& value) {
  return absl::StrCat(attribute, " ",
                      dice.Pick({"at most", "at least", "is", "is not", "<=", ">="}), " ", value);
}

std::string ContextAtom(Dice& dice) {
  if (dice.Chance(2)) return SymbolAtom(dice, "context.purpose", kPurposes);
  return "context.emergency is yes";
}

std::string ItemAtom(Dice& dice) {
  switch (dice.Below(9)) {
    case 0:
      return SymbolAtom(dice, "item.kind", kKinds);
    case 1:
      return OrderAtom(dice, "item.tlp", dice.Pick(kTlp));
    case 2:
      return SetAtom(dice, "item.topics", kTopics);
    case 3:
      return SetAtom(dice, "item.contains", {"personal-data", "operational", "third-party"});
    case 4:
      return OrderAtom(dice, "item.reliability", dice.Pick(kGrades));
    case 5:
      return SetAtom(dice, "item.releasable-to", {"ATLANTIC", "dar-port", "TZ", "ANY-MEMBER"});
    case 6:
      return SymbolAtom(dice, "item.originator", {"dar-port", "mombasa-port", "santos-port"});
    case 7:
      return dice.Chance(3)
                 ? ContextAtom(dice)
                 : absl::StrCat(OrderAtom(dice, "item.revision", absl::StrCat(1 + dice.Below(4))));
    default:
      return absl::StrCat(OrderAtom(dice, "item.age", absl::StrCat(dice.Below(5) * 10)), " days");
  }
}

std::string PeerAtom(Dice& dice) {
  switch (dice.Below(6)) {
    case 0:
      return OrderAtom(dice, "peer.tier", dice.Pick({"1", "2", "3"}));
    case 1:
      return SetAtom(dice, "peer.agreements", kAgreements);
    case 2:
      return SymbolAtom(dice, "peer.country", {"TZ", "BR", "NL"});
    case 3:
      return SymbolAtom(dice, "peer.id", {"dar-port", "santos-port"});
    case 4:
      return SetAtom(dice, "peer.controls", {"receipts", "encrypted-at-rest"});
    default:
      return ContextAtom(dice);
  }
}

template <typename MakeAtom>
std::string Condition(Dice& dice, MakeAtom atom, size_t depth) {
  if (depth == 0 || dice.Chance(4)) return absl::StrCat(dice.Chance(5) ? "not " : "", atom(dice));
  const char* word = dice.Chance(3) ? " or " : " and ";
  return absl::StrCat(dice.Chance(6) ? "not " : "", "(", Condition(dice, atom, depth - 1), word,
                      Condition(dice, atom, depth - 1), ")");
}

// Duties are set behind the text, so that also permits meet of which neither is more generous.
DutyTerms RandomTerms(Dice& dice, size_t fields) {
  DutyTerms terms;
  if (dice.Chance(3)) terms.redact.set(1 + dice.Below(fields - 1));
  if (dice.Chance(6)) {
    terms.keep.emplace();
    for (size_t i = 0; i < fields; ++i) terms.keep->set(i, i == 0 || dice.Chance(2));
  }
  if (dice.Chance(3)) terms.hops = static_cast<int>(dice.Below(3));
  if (dice.Chance(4)) terms.expires_hours = static_cast<int64_t>(24 * (1 + dice.Below(2)));
  if (dice.Chance(6)) terms.receipt_hours = static_cast<int64_t>(1 + dice.Below(2));
  if (dice.Chance(6)) terms.tlp = dice.Below(5);
  if (dice.Chance(8)) terms.pap = dice.Below(4);
  if (dice.Chance(8)) terms.delay_hours = static_cast<int64_t>(1 + dice.Below(2));
  if (dice.Chance(8)) terms.hold_roles = static_cast<uint32_t>(1 + dice.Below(3));
  if (dice.Chance(6)) {
    terms.use_for.emplace();
    terms.use_for->Set(dice.Below(3));
    terms.use_for->Set(dice.Below(3));
  }
  terms.watermark = dice.Chance(8);
  terms.notify_originator = dice.Chance(8);
  terms.encrypt_at_rest = dice.Chance(12);
  terms.no_copy = dice.Chance(16);
  return terms;
}

std::string RandomRule(Dice& dice, const std::string& kind, const std::string& name) {
  std::string to = "any peer";
  if (dice.Chance(3)) to = absl::StrCat("peer ", dice.Pick(kPeers));
  if (dice.Chance(6)) to = absl::StrCat("peer ", dice.Pick(kGroups), ", ", dice.Pick(kPeers));
  if (dice.Chance(2)) to = absl::StrCat("peers where ", Condition(dice, PeerAtom, dice.Below(3)));
  const bool accept = kind != "require" && dice.Chance(6);
  std::string may = dice.Chance(3) ? "do anything" : dice.Pick({"discover", "query", "replicate"});
  if (accept) may = "accept";
  const Words dates = {"from 2026-06-01", "until 2026-06-14", "from 2026-06-15 until 2026-06-15",
                       "until 2026-06-30"};
  return absl::StrCat(kind, " ", name, " to ", to, " may ", may, " items where ",
                      Condition(dice, ItemAtom, dice.Below(4)), " ",
                      kind == "require" ? "with hops 3 " : "",
                      dice.Chance(4) ? absl::StrCat(dice.Pick(dates), " ") : "", "because \"y\"\n");
}

Words RandomAudience(Dice& dice) {
  Words words;
  for (size_t n = dice.Below(3); n > 0; --n) words.push_back(dice.Pick(kAudience));
  return words;
}

Attributes RandomItem(Dice& dice, const std::string& peer) {
  Attributes item;
  const auto known = [&] { return !dice.Chance(6); };
  const auto words = [&](const Words& of, size_t one_in) {
    Words some = dice.Some(of, one_in);
    if (dice.Chance(10)) some.push_back("unheard-of");
    return some;
  };
  if (!dice.Chance(20)) item.Set("item.state", dice.Chance(20) ? "draft" : "active");
  if (!dice.Chance(30)) {
    item.SetSet("item.releasable-to", dice.Chance(3) ? RandomAudience(dice) : Words{"ANY-MEMBER"});
  }
  if (dice.Chance(6)) item.SetSet("item.not-releasable-to", RandomAudience(dice));
  if (dice.Chance(60)) item.Set("item.not-releasable-to", "santos-port");
  if (dice.Chance(3)) item.SetSet("item.named", {dice.Chance(2) ? peer : dice.Pick(kAudience)});
  if (dice.Chance(4)) item.SetSet("item.approved-for", RandomAudience(dice));
  if (known()) item.Set("item.kind", dice.Chance(15) ? "unheard-of" : dice.Pick(kKinds));
  if (known()) item.Set("item.tlp", dice.Chance(15) ? "PINK" : dice.Pick(kTlp));
  if (known()) item.SetSet("item.topics", words(kTopics, 3));
  if (known()) item.SetSet("item.contains", words({"personal-data", "operational"}, 2));
  if (known()) item.Set("item.reliability", dice.Pick(kGrades));
  if (known()) item.SetNumber("item.age", static_cast<int64_t>(dice.Below(9) * 5));
  if (known()) item.SetNumber("item.revision", static_cast<int64_t>(dice.Below(6)) - 1);
  if (dice.Chance(20)) item.Set("item.age", "10");
  if (dice.Chance(3)) {
    item.Set("item.originator", dice.Pick({"antwerp-port", "dar-port", "mombasa-port", "x"}));
    if (known()) item.Set("item.onward", dice.Pick({"any", "community", "named", "ask", "none"}));
  }
  if (dice.Chance(4)) item.SetNumber("item.hops-left", static_cast<int64_t>(dice.Below(4)));
  if (dice.Chance(30)) item.Set("peer.tier", "1");
  if (dice.Chance(30)) item.Set("item.unheard-of", "1");
  return item;
}

Request RandomRequest(Dice& dice) {
  Request request =
      testing::Ask(dice.Chance(8) ? dice.Pick({"stranger", "TZ", "AFRICA", "", "mombasa-port"})
                                  : dice.Pick(kPeers),
                   dice.Chance(40) ? "launch" : dice.Pick(kActions));
  if (dice.Chance(2))
    request.peer_attributes.SetSet("peer.controls",
                                   dice.Some({"receipts", "encrypted-at-rest", "unheard-of"}));
  if (dice.Chance(6)) request.peer_attributes.Set("peer.link", "active");
  if (dice.Chance(8)) request.peer_attributes.Set("peer.tier", dice.Pick({"1", "2", "x"}));
  if (dice.Chance(10)) request.peer_attributes.Set("peer.country", dice.Pick({"QQ", "", "BR"}));
  if (dice.Chance(20)) request.peer_attributes.Set("peer.country", "dar-port");
  if (dice.Chance(8)) request.peer_attributes.SetSet("peer.agreements", {"unheard-of"});
  if (dice.Chance(20)) request.peer_attributes.Set("peer.id", "dar-port");
  request.item = RandomItem(dice, request.peer);
  if (dice.Chance(2)) request.context.Set("context.purpose", dice.Pick(kPurposes));
  if (dice.Chance(4)) request.context.Set("context.emergency", dice.Pick({"yes", "no", "x"}));
  if (dice.Chance(8)) request.self = "other-port";
  request.now += absl::Hours(24) * (static_cast<int>(dice.Below(3)) - 1);
  if (dice.Chance(8)) request.now = absl::InfinitePast();
  return request;
}

// A policy of rules the checker takes one by one, with duties of all kinds.
std::unique_ptr<Program> RandomProgram(Dice& dice, std::string& text) {
  const size_t count = 1 + dice.Below(dice.Chance(4) ? 90 : 12);
  for (size_t r = 0; r < count; ++r) {
    const std::string kind = dice.Pick({"permit", "permit", "permit", "forbid", "require"});
    // A rule that can never match, or is cut out of a text too long, is another rule's turn.
    const std::string rule = RandomRule(dice, kind, absl::StrCat("r", (r * 37) % 101));
    if (testing::Load(rule).policy != nullptr) text += rule;
  }
  // Alone each is taken; together their duties, given below, may be incomparable.
  const auto policy = testing::Load(text).policy;
  if (policy == nullptr) return nullptr;
  auto program = std::make_unique<Program>(policy->program());
  for (CheckedRule& rule : program->rules) {
    if (rule.kind != CheckedRule::Kind::kForbid && !dice.Chance(4)) {
      rule.duties = RandomTerms(dice, program->world.vocabulary().fields()->size());
    }
  }
  return program;
}

uint32_t Seed() {
  const char* given = std::getenv("FAIRWAY_TEST_SEED");
  return given == nullptr ? kSeed : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

struct Seen {
  int decisions = 0;
  std::map<Outcome::By, int> by;
  int merged = 0;  // released with duties beyond the carrier's
};

void Compare(const Program& program, const Compiled& compiled, const Request& request,
             const Calendar& calendar, const std::string& text, Seen& seen) {
  const RuleByRule expected =
      DecideRuleByRule(program, request, program.world.Bind(request), calendar);
  const ItemCode item = compiled.CodeItem(request.item, request.context, request.self);
  const PeerCode peer = compiled.CodePeer(request.peer, request.peer_attributes, request.context);
  const size_t action = compiled.CodeAction(request.action);
  const Outcome outcome = compiled.Decide(item, peer, action, calendar);
  const Decision decision = InWords(program, request, outcome);
  ASSERT_EQ(decision, expected.decision)
      << text << request.action << " -> " << request.peer << "\n"
      << decision.rule << ": " << decision.because << " (" << decision.duties.ToText() << ")\n"
      << expected.decision.rule << ": " << expected.decision.because << " ("
      << expected.decision.duties.ToText() << ")";
  std::vector<uint32_t> matching;
  compiled.AppendMatching(item, peer, action, calendar, matching);
  std::vector<bool> matches(program.rules.size());
  for (uint32_t rule : matching) matches[rule] = true;
  ASSERT_EQ(matches, expected.matches) << text << request.action << " -> " << request.peer;
  ++seen.decisions;
  ++seen.by[outcome.by];
  seen.merged += outcome.released() && !(outcome.terms == program.rules[outcome.rule].duties);
}

TEST(EquivalenceTest, TheCompiledDecisionIsTheOneThatExplanationsShow) {
  Seen seen;
  for (int i = 0; i < kPolicies; ++i) {
    const uint32_t seed = Seed() + static_cast<uint32_t>(i);
    Dice dice(seed);
    std::string text;
    const auto program = RandomProgram(dice, text);
    if (program == nullptr) continue;
    const Compiled compiled(*program);
    for (int q = 0; q < kRequests; ++q) {
      const Request request = RandomRequest(dice);
      Calendar calendar = Calendar::Of(request);
      calendar.ignore_dates = dice.Chance(10);
      Compare(*program, compiled, request, calendar, absl::StrCat("seed ", seed, "\n", text), seen);
      if (HasFatalFailure()) return;
    }
  }
  // Not vacuous: every way to decide was met often.
  EXPECT_GE(seen.decisions, 200'000);
  for (const auto by : {Outcome::By::kFloor, Outcome::By::kForbid, Outcome::By::kDefault,
                        Outcome::By::kUnmet, Outcome::By::kPermit}) {
    EXPECT_GT(seen.by[by], 1000) << static_cast<int>(by);
  }
  EXPECT_GT(seen.merged, 1000);
}

}  // namespace
}  // namespace fairway::policy
