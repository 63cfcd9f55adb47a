#include "tests/oracle/generator.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "policy/policy.h"
#include "tests/oracle/printer.h"
#include "tests/oracle/reader.h"

namespace fairway::oracle {
namespace {

constexpr char kSmallProfile[] = R"(
profile "small" version 1
actions = discover, query, replicate, redistribute, accept, show-on-map
fields = title, body, persons.*, persons.name, persons.photo, source.identity, source.deep.secret,
         place.exact, place.region, facts.*, attachments
roles = officer, commander
enum peer.id of peers
set peer.groups of audience
enum peer.country = KE, NL, DE
ordered peer.tier = 3 < 2 < 1
enum peer.link = active, suspended, removed
set peer.agreements = NORTH, SOUTH, EAST-NET
set peer.controls = receipts, encrypted-at-rest, audit-export
set peer.friends of audience
number peer.years in days
enum item.kind = bulletin, alert, lesson
ordered item.tlp = CLEAR < GREEN < AMBER < AMBER+STRICT < RED
ordered item.pap = CLEAR < GREEN < AMBER < RED
ordered item.reliability = C < B < A
enum item.state = draft, active, superseded, recalled, expired, quarantined
enum item.onward = none, ask, named, community, any
number item.hops-left
number item.age in days
number item.revision
enum item.originator of peers
enum item.handler of peers
set item.releasable-to of audience
set item.not-releasable-to of audience
set item.named of audience
set item.approved-for of audience
set item.topics = ivory, arms, cash
set item.purpose = safety, training, audit
ordered context.alarm = low < high
enum context.purpose = safety, training
set context.asked = now, later
set context.for of audience
number context.count
)";

constexpr char kBareProfile[] = R"(
actions = discover, query, replicate, redistribute, accept
fields = title, body
roles = officer
enum peer.id of peers
enum peer.country = KE, NL
enum peer.link = active, suspended, quarantined, removed
enum item.kind = bulletin, alert
ordered item.tlp = CLEAR < GREEN < AMBER < AMBER+STRICT < RED
ordered item.pap = CLEAR < GREEN < AMBER < RED
enum item.state = draft, active, superseded, recalled, expired, quarantined
enum item.onward = none, ask, named, community, any
number item.hops-left
enum item.originator of peers
set item.releasable-to of audience
set item.not-releasable-to of audience
set item.named of audience
set item.approved-for of audience
)";

std::string Repeat(char c, size_t times) { return std::string(times, c); }

Profile MakeProfile(std::string text) {
  Profile profile;
  policy::Vocabulary::Parsed parsed = policy::Vocabulary::Parse(text);
  std::optional<ProfileText> words = ReadProfile(text);
  if (parsed.vocabulary == nullptr || !words) {
    std::fprintf(stderr, "%s", policy::RenderAll(parsed.diagnostics, "profile", text).c_str());
    std::abort();
  }
  profile.vocabulary = parsed.vocabulary;
  profile.words = *std::move(words);
  profile.text = std::move(text);
  return profile;
}

const std::vector<std::string>& PeerNames() {
  static const auto* const names = new std::vector<std::string>{
      "alpha-port", "bravo-port", "charlie_port", "delta", "echo-air", "foxtrot"};
  return *names;
}

bool Listed(const Attribute& attribute) { return attribute.domain == Attribute::Domain::kListed; }

}  // namespace

const std::vector<Profile>& Profiles() {
  static const auto* const profiles = new std::vector<Profile>{
      MakeProfile(kSmallProfile), MakeProfile(std::string(policy::DefaultProfile())),
      MakeProfile(kBareProfile)};
  return *profiles;
}

Generator::Generator(Dice& dice)
    : Generator(dice, Profiles()[std::array{0, 0, 0, 0, 0, 1, 1, 1, 1, 2}[dice.Below(10)]]) {}

Generator::Generator(Dice& dice, const Profile& profile) : dice_(dice), profile_(&profile) {
  odd_ = dice.Of(std::vector<uint64_t>{0, 2, 5, 15});
  ChooseFocus();
  MakeRegistry();
  MakeChain();
}

// --- names
// ----------------------------------------------------------------------------------------

void Generator::ChooseFocus() {
  for (const Attribute& attribute : profile_->words.attributes) {
    if (!Listed(attribute) || attribute.type == Attribute::Type::kNumber) continue;
    std::vector<std::string>& focus = focus_[attribute.name];
    focus = attribute.values;
    while (focus.size() > 6) focus.erase(focus.begin() + dice_.Below(focus.size()));
  }
}

void Generator::MakeRegistry() {
  registry_.self = "home-port";
  std::vector<std::string> names = PeerNames();
  names.resize(2 + dice_.Below(names.size() - 1));
  if (dice_.Percent(4)) {  // more than a machine word has bits
    for (size_t i = 60 + dice_.Below(80); i-- > 0;) names.push_back("peer-" + std::to_string(i));
  }
  for (const char* group : {"EAST", "WEST", "NOBODY"}) {
    if (dice_.Percent(80)) groups_.push_back(group);
  }
  for (const std::string& group : groups_) registry_.groups[group] = {};
  for (const std::string& name : names) {
    policy::Registry::Peer peer;
    peer.name = name;
    for (const std::string& group : groups_) {
      if (group == "NOBODY" || !dice_.Percent(40)) continue;
      registry_.groups[group].push_back(peer.name);
      peer.groups.push_back(group);
    }
    if (dice_.Percent(5)) {  // a group that only the peer knows of
      peer.groups.push_back("LONELY");
      if (std::find(groups_.begin(), groups_.end(), "LONELY") == groups_.end()) {
        groups_.push_back("LONELY");
      }
    }
    registry_.peers.push_back(std::move(peer));
  }
  for (policy::Registry::Peer& peer : registry_.peers) {
    MakePeerAttributes(peer.name, peer.attributes);
    if (const std::string* country = peer.attributes.FindSymbol("peer.country")) {
      const Attribute* known = profile_->words.Find("peer.country");
      if (known != nullptr && std::count(known->values.begin(), known->values.end(), *country)) {
        peer.country = *country;
      }
    }
  }
}

// A name that audiences may use.
std::string Generator::AudienceName() {
  const auto countries = focus_.find("peer.country");
  switch (dice_.Below(countries == focus_.end() ? 5 : 7)) {
    case 0:
      return "ANY-MEMBER";
    case 1:
    case 2:
      return dice_.Of(registry_.peers).name;
    case 3:
    case 4:
      return groups_.empty() ? "ANY-MEMBER" : dice_.Of(groups_);
    default:
      return dice_.Of(countries->second);
  }
}

// The same as items write it: with a prefix, the right one or not, or not a name at all.
std::string Generator::WrittenAudience() {
  const uint64_t how = dice_.Below(100);
  if (how >= odd_ + 10) return AudienceName();
  if (how >= odd_) {
    return dice_.Of(std::vector<std::string>{"peer:", "country:", "group:", "authority:"}) +
           AudienceName();
  }
  static const auto* const odd = new std::vector<std::string>{Repeat('0', 63) + "a",
                                                              Repeat('f', 64),
                                                              Repeat('A', 64),
                                                              Repeat('a', 63),
                                                              Repeat('a', 65),
                                                              "peer:" + Repeat('b', 64),
                                                              "authority:" + Repeat('c', 64),
                                                              "authority:",
                                                              "group:" + Repeat('b', 64),
                                                              "group:UNHEARD",
                                                              "country:XX",
                                                              "country:KEN",
                                                              "peer:stranger",
                                                              "stranger",
                                                              "",
                                                              " ",
                                                              "any-member",
                                                              "ANY-MEMBER ",
                                                              "*",
                                                              "group:ANY-MEMBER",
                                                              "home-port",
                                                              "peer:home-port",
                                                              "peer:",
                                                              "group:",
                                                              "GROUP:EAST",
                                                              "group:group:EAST",
                                                              "alpha-port ",
                                                              "KE",
                                                              "XX",
                                                              "LONELY"};
  return dice_.Of(*odd);
}

std::vector<std::string> Generator::ValuesFor(const Attribute& attribute) {
  if (attribute.domain == Attribute::Domain::kListed) return focus_[attribute.name];
  std::vector<std::string> names;
  for (const policy::Registry::Peer& peer : registry_.peers) names.push_back(peer.name);
  if (attribute.domain == Attribute::Domain::kPeers) names.push_back(registry_.self);
  if (attribute.domain == Attribute::Domain::kAudience) {
    names = {};
    for (int i = 0; i < 6; ++i) names.push_back(AudienceName());
  }
  return names;
}

std::string Generator::Date() {
  static const auto* const dates = new std::vector<std::string>{
      "2026-01-01", "2026-06-14", "2026-06-15", "2026-06-16", "2026-12-31",
      "2024-02-29", "2028-02-29", "2027-03-01", "2000-01-01", "2099-12-31"};
  return dice_.Of(*dates);
}

int64_t Generator::Number() {
  static const auto* const numbers = new std::vector<int64_t>{
      0, 1, 1, 2, 2, 3, 4, 14, 15, 16, 17, 18, 29, 30, 31, 59, 60, 61, 89, 90, 91, 365, 999999999};
  return dice_.Of(*numbers);
}

// --- rules
// ----------------------------------------------------------------------------------------

Words Generator::MakeWords(const Attribute& attribute, size_t most) {
  Words words;
  const std::vector<std::string> values = ValuesFor(attribute);
  words.list = dice_.Some(values, most);
  if (dice_.Percent(12) && sets_.size() < 200) {
    words.set_name = "set-" + std::to_string(sets_.size() + 1);
    sets_.push_back({words.set_name, words.list});
    words.list.clear();
  }
  return words;
}

Condition Generator::MakeComparison(const Attribute& attribute, bool wide) {
  Condition c;
  c.attribute = attribute.name;
  const uint64_t how = dice_.Below(100);
  if (attribute.type == Attribute::Type::kNumber) {
    c.value = std::to_string(Number());
    c.op = how < 10   ? Op::kIs
           : how < 20 ? Op::kIsNot
           : how < 50 ? Op::kAtMost
           : how < 70 ? Op::kAtLeast
           : how < 85 ? Op::kBelow
                      : Op::kAbove;
    if (attribute.in_days && dice_.Percent(70)) {
      c.unit = dice_.Of(std::vector<std::string>{"day", "days", "days", "hours", "months", "year"});
      c.value = std::to_string(std::stoll(c.value) % 1000 * (c.unit == "hours" ? 24 : 1));
    }
    return c;
  }
  if (attribute.type == Attribute::Type::kSet) {
    c.value = dice_.Of(ValuesFor(attribute));
    c.op = how < 30   ? Op::kHas
           : how < 60 ? Op::kHasAny
           : how < 70 ? Op::kHasAll
           : how < 85 ? Op::kHasNone
                      : Op::kHasOnly;
    if (c.op != Op::kHas) c.values = MakeWords(attribute, wide ? 5 : 3);
    if (c.op == Op::kHasOnly && dice_.Percent(10)) c.values = Words();
    return c;
  }
  c.value = dice_.Of(ValuesFor(attribute));
  if (attribute.type == Attribute::Type::kOrdered && how < 60) {
    c.op = how < 25 ? Op::kAtMost : how < 45 ? Op::kAtLeast : how < 52 ? Op::kBelow : Op::kAbove;
    return c;
  }
  c.op = how % 10 < 3 ? Op::kIs : how % 10 < 5 ? Op::kIsNot : how % 10 < 8 ? Op::kIn : Op::kNotIn;
  if (c.op == Op::kIn) c.values = MakeWords(attribute, wide ? 6 : 3);
  if (c.op == Op::kNotIn) c.values = MakeWords(attribute, 2);
  return c;
}

Condition Generator::MakeCondition(const std::string& side, int depth, bool wide) {
  const uint64_t how = dice_.Below(100);
  if (depth > 0 && how >= 60) {
    Condition all;
    if (how < 70) {
      all.kind = Condition::Kind::kNot;
      all.parts.push_back(MakeCondition(side, depth - 1, wide));
      return all;
    }
    all.kind = how < 85 ? Condition::Kind::kAnd : Condition::Kind::kOr;
    const size_t count = 2 + dice_.Below(2);
    for (size_t i = 0; i < count; ++i) all.parts.push_back(MakeCondition(side, depth - 1, wide));
    return all;
  }
  std::vector<const Attribute*> eligible;
  const bool context = dice_.Percent(10);
  for (const Attribute& attribute : profile_->words.attributes) {
    const std::string prefix = context ? "context." : side;
    if (attribute.name.compare(0, prefix.size(), prefix) == 0) eligible.push_back(&attribute);
  }
  if (eligible.empty()) return MakeCondition(side, 0, wide);
  return MakeComparison(*dice_.Of(eligible), wide);
}

std::vector<std::string> Generator::FieldPatterns(size_t most) {
  std::vector<std::string> patterns;
  for (const std::string& field : profile_->words.fields) {
    if (field == "title") continue;
    patterns.push_back(field);
    const size_t dot = field.find('.');
    if (dot != std::string::npos) patterns.push_back(field.substr(0, dot) + ".*");
  }
  return dice_.Some(patterns, most);
}

Duty Generator::MakeDuty(Duty::Kind kind) {
  Duty duty;
  duty.kind = kind;
  const auto markings = [&](const char* name) {
    const Attribute* attribute = profile_->words.Find(name);
    return attribute == nullptr ? std::vector<std::string>{"RED"} : attribute->values;
  };
  static const auto* const units = new std::vector<std::string>{
      "hour", "hours", "hours", "days", "day", "month", "months", "year", "years"};
  duty.number = 1 + dice_.Below(50);
  duty.unit = dice_.Of(*units);
  switch (kind) {
    case Duty::Kind::kRedact:
      duty.words.list = FieldPatterns(3);
      break;
    case Duty::Kind::kKeepOnly:
      duty.words.list = FieldPatterns(8);
      duty.words.list.push_back("title");
      break;
    case Duty::Kind::kHops:
      duty.number = dice_.Below(17);
      break;
    case Duty::Kind::kRaiseTlp:
      duty.word = dice_.Of(markings("item.tlp"));
      break;
    case Duty::Kind::kRaisePap:
      duty.word = dice_.Of(markings("item.pap"));
      break;
    case Duty::Kind::kHoldFor:
      duty.word = dice_.Of(profile_->words.roles);
      break;
    case Duty::Kind::kGeneralise: {
      std::vector<std::string> fields;
      for (const std::string& field : profile_->words.fields) {
        if (field.find('.') != std::string::npos && field.back() != '*') fields.push_back(field);
      }
      const std::string field = fields.empty() ? "x.y" : dice_.Of(fields);
      duty.word = field.substr(0, field.find('.'));
      duty.level = field.substr(field.find('.') + 1);
      break;
    }
    case Duty::Kind::kUseFor: {
      const Attribute* purpose = profile_->words.Find("item.purpose");
      if (purpose != nullptr) {
        duty.words = MakeWords(*purpose, 4);
      } else {
        duty.words.list = {"safety"};
      }
      break;
    }
    default:
      break;
  }
  return duty;
}

std::vector<Duty> Generator::MakeDuties(size_t most) {
  const bool bare = profile_->words.Find("item.purpose") == nullptr;
  std::vector<Duty> duties;
  std::set<Duty::Kind> seen;
  const size_t count = 1 + dice_.Below(most);
  for (size_t i = 0; i < count; ++i) {
    const auto kind = static_cast<Duty::Kind>(1 + dice_.Below(16));
    const bool needs_more = kind == Duty::Kind::kUseFor || kind == Duty::Kind::kGeneralise ||
                            kind == Duty::Kind::kStripSource;
    if (bare && needs_more) continue;
    // Hard to meet: less often.
    if ((kind == Duty::Kind::kNoCopy || kind == Duty::Kind::kEncryptAtRest ||
         kind == Duty::Kind::kReceipt) &&
        dice_.Percent(50)) {
      continue;
    }
    const bool again = kind == Duty::Kind::kRedact || kind == Duty::Kind::kKeepOnly ||
                       kind == Duty::Kind::kGeneralise || kind == Duty::Kind::kHoldFor;
    if (!seen.insert(kind).second && !(again && dice_.Percent(30))) continue;
    duties.push_back(MakeDuty(kind));
  }
  if (duties.empty()) duties.push_back(MakeDuty(Duty::Kind::kHops));
  return duties;
}

// Duties of permits that can meet: each step adds one or tightens one.
void Generator::MakeChain() {
  chain_ = {{}};
  const size_t steps = dice_.Below(6);
  for (size_t step = 0; step < steps; ++step) {
    std::vector<Duty> next = chain_.back();
    Duty added = MakeDuties(1)[0];
    const auto same = std::find_if(next.begin(), next.end(),
                                   [&](const Duty& duty) { return duty.kind == added.kind; });
    const bool adds_up = added.kind == Duty::Kind::kRedact || added.kind == Duty::Kind::kHoldFor ||
                         added.kind == Duty::Kind::kGeneralise;
    if (same == next.end() || adds_up) {
      next.push_back(std::move(added));
    } else if (added.kind == Duty::Kind::kHops) {
      same->number = std::min(same->number, added.number);
    } else if (added.kind == Duty::Kind::kDelay) {
      same->number += 1;
    } else if (added.kind == Duty::Kind::kExpires || added.kind == Duty::Kind::kReceipt) {
      same->number = std::max<int64_t>(1, same->number - 1);
    }
    chain_.push_back(std::move(next));
  }
}

Rule Generator::MakeRule(Rule::Kind kind) {
  Rule rule;
  rule.kind = kind;
  const bool permit = kind == Rule::Kind::kPermit;
  static const auto* const names =
      new std::vector<std::string>{"a", "b", "m", "z", "Z", "rule-", "Aa", "a-", "a+"};
  rule.name = dice_.Of(*names) + std::to_string(++made_);
  rule.because = "reason of " + rule.name;
  const uint64_t to = dice_.Below(100);
  if (to < (permit ? 50 : 30)) {
    rule.to = Rule::To::kAny;
  } else if (to < 70) {
    rule.to = Rule::To::kNames;
    const size_t count = 1 + dice_.Below(permit ? 4 : 2);
    for (size_t i = 0; i < count; ++i) {
      rule.to_names.push_back(groups_.empty() || dice_.Percent(50) ? dice_.Of(registry_.peers).name
                                                                   : dice_.Of(groups_));
    }
    std::sort(rule.to_names.begin(), rule.to_names.end());
    rule.to_names.erase(std::unique(rule.to_names.begin(), rule.to_names.end()),
                        rule.to_names.end());
  } else {
    rule.to = Rule::To::kWhere;
    rule.to_where = MakeCondition("peer.", dice_.Below(permit ? 3 : 4), permit);
  }
  if (dice_.Percent(permit ? 75 : 45)) {
    rule.anything = true;
  } else {
    std::set<std::string> actions;
    for (const std::string& action : dice_.Some(profile_->words.actions, 3)) {
      if (kind != Rule::Kind::kRequire || action != "accept") actions.insert(action);
    }
    if (actions.empty()) actions.insert("replicate");
    rule.actions.assign(actions.begin(), actions.end());
  }
  if (!dice_.Percent(permit ? 45 : 10)) {
    rule.any_item = false;
    rule.items_where = MakeCondition("item.", dice_.Below(permit ? 3 : 4), permit);
  }
  const bool accept =
      std::find(rule.actions.begin(), rule.actions.end(), "accept") != rule.actions.end();
  if (permit && !accept) {
    if (dice_.Percent(92)) {
      rule.duties = dice_.Of(chain_);
    } else {
      rule.duties = MakeDuties(3);
    }
    if (rule.duties.empty() && dice_.Percent(30)) rule.duties.push_back(Duty());
  } else if (kind == Rule::Kind::kRequire) {
    rule.duties = MakeDuties(2);
  }
  if (dice_.Percent(20)) rule.from = Date();
  if (dice_.Percent(20)) rule.until = Date();
  if (!rule.from.empty() && !rule.until.empty() && rule.until < rule.from) {
    std::swap(rule.from, rule.until);
  }
  return rule;
}

// Tests, guarantees and budgets: they change no decision.
std::string Generator::Others(const PolicyText& policy) {
  const std::string number = std::to_string(++made_);
  const std::string peer = dice_.Of(registry_.peers).name;
  switch (dice_.Below(4)) {
    case 0:
      return "test \"t" + number + "\"\n  peer " + peer +
             " action replicate item { kind: bulletin, state: active } expect withhold";
    case 1:
      return "test \"t" + number +
             "\" peer { link: active } action query on 2026-06-15 item { hops-left: 3 } "
             "expect release by " +
             policy.rules[0].name;
    case 2:
      return "guarantee \"g" + number + "\"\n  no peers where peer.link is not active may " +
             "replicate, query " + (dice_.Percent(50) ? "seeing { body } " : "") +
             "items where item.tlp above AMBER";
    default:
      return "budget \"b" + number + "\" a change may newly release at most 500 items" +
             dice_.Of(std::vector<std::string>{"", " to any one peer", " to peer " + peer,
                                               " to " + peer}) +
             (dice_.Percent(50) ? " without officer" : "");
  }
}

// Two permits that do not compare and that no peer, as it was registered, meets both of: one for a
// peer by name, one for those of a tier that this peer is not in. Tiers may change later.
std::vector<Rule> Generator::MakeStrangers() {
  std::vector<Rule> rules = {MakeRule(Rule::Kind::kPermit), MakeRule(Rule::Kind::kPermit)};
  const policy::Registry::Peer& peer = dice_.Of(registry_.peers);
  rules[0].to = Rule::To::kNames;
  rules[0].to_names = {peer.name};
  const Attribute* tier = profile_->words.Find("peer.tier");
  const std::string* now = peer.attributes.FindSymbol("peer.tier");
  if (tier != nullptr && now != nullptr) {
    rules[1].to = Rule::To::kWhere;
    rules[1].to_where = Condition();
    rules[1].to_where.attribute = "peer.tier";
    rules[1].to_where.value = tier->values[*now == tier->values[0] ? 1 : 0];
  }
  for (Rule& rule : rules) {
    rule.anything = true;
    rule.actions.clear();
    rule.duties = MakeDuties(3);
  }
  rules.push_back(MakeRule(Rule::Kind::kRequire));
  return rules;
}

void Generator::DeclareSets(PolicyText& policy) const {
  std::set<std::string> used;
  const std::function<void(const Condition&)> look = [&](const Condition& condition) {
    used.insert(condition.values.set_name);
    for (const Condition& part : condition.parts) look(part);
  };
  for (const Rule& rule : policy.rules) {
    look(rule.to_where);
    look(rule.items_where);
    for (const Duty& duty : rule.duties) used.insert(duty.words.set_name);
  }
  policy.sets.clear();
  for (const SetDeclaration& set : sets_) {
    if (used.count(set.name) == 1) policy.sets.push_back(set);
  }
}

bool Generator::LoadsAlone(const Rule& rule) const {
  PolicyText alone;
  alone.rules = {rule};
  DeclareSets(alone);
  return policy::Policy::Load("", Print(alone), profile_->vocabulary, registry_).policy != nullptr;
}

// More rules than a machine word has bits, most of them narrow.
std::vector<Rule> Generator::MakeMany() {
  const std::vector<std::vector<Duty>> chain = chain_;
  std::vector<Rule> rules;
  for (size_t i = 50 + dice_.Below(100); i-- > 0;) {
    const uint64_t kind = dice_.Below(10);
    Rule rule = MakeRule(kind < 6   ? Rule::Kind::kPermit
                         : kind < 8 ? Rule::Kind::kForbid
                                    : Rule::Kind::kRequire);
    if (rule.kind == Rule::Kind::kPermit && !rule.duties.empty()) rule.duties = dice_.Of(chain);
    if (rule.kind == Rule::Kind::kForbid && rule.to != Rule::To::kNames) {
      rule.to = Rule::To::kNames;
      rule.to_names = {dice_.Of(registry_.peers).name};
    }
    if (LoadsAlone(rule)) rules.push_back(std::move(rule));
  }
  return rules;
}

PolicyText Generator::MakePolicy() {
  PolicyText policy;
  if (dice_.Percent(40)) policy.head = "policy \"a policy\" version 7 for home-port";
  const size_t permits = dice_.Percent(8) ? 0 : 1 + dice_.Below(dice_.Percent(10) ? 20 : 4);
  for (size_t i = 0; i < permits; ++i) policy.rules.push_back(MakeRule(Rule::Kind::kPermit));
  for (size_t i = dice_.Below(4); i-- > 0;) {
    policy.rules.push_back(
        MakeRule(dice_.Percent(50) ? Rule::Kind::kRequire : Rule::Kind::kForbid));
  }
  if (dice_.Percent(8)) policy.rules = MakeStrangers();
  if (dice_.Percent(2)) policy.rules = MakeMany();
  DeclareSets(policy);
  if (!policy.rules.empty() && dice_.Percent(20)) policy.others.push_back(Others(policy));
  return policy;
}

void Generator::UseWordsOf(const Condition& condition, const PolicyText& policy) {
  for (const Condition& part : condition.parts) UseWordsOf(part, policy);
  const auto focus = focus_.find(condition.attribute);
  if (focus == focus_.end()) return;
  std::vector<std::string> words = condition.values.list;
  for (const SetDeclaration& set : policy.sets) {
    if (set.name == condition.values.set_name) words = set.values;
  }
  if (!condition.value.empty()) words.push_back(condition.value);
  for (const std::string& word : words) {
    for (int weight = 0; weight < 4; ++weight) focus->second.push_back(word);
  }
}

void Generator::UseWordsOf(const PolicyText& policy) {
  for (const Rule& rule : policy.rules) {
    UseWordsOf(rule.to_where, policy);
    UseWordsOf(rule.items_where, policy);
  }
}

// --- requests
// -------------------------------------------------------------------------------------

void Generator::SetOdd(const Attribute& attribute, policy::Attributes& attributes) {
  const bool number = attribute.type == Attribute::Type::kNumber;
  switch (dice_.Below(7)) {
    case 0:
      return;  // unknown
    case 1:
      attributes.Set(attribute.name, dice_.Percent(50) ? "no-such-word" : "");
      return;
    case 2:
      attributes.SetNumber(attribute.name, number ? -1 - Number() : Number());
      return;
    case 3:
      attributes.SetSet(attribute.name, {});
      return;
    case 4: {  // the right words in the wrong type
      if (number) {
        attributes.Set(attribute.name, std::to_string(Number()));
      } else if (attribute.type == Attribute::Type::kSet) {
        attributes.Set(attribute.name, dice_.Of(ValuesFor(attribute)));
      } else {
        attributes.SetSet(attribute.name, {dice_.Of(ValuesFor(attribute))});
      }
      return;
    }
    case 5: {  // one word that nobody knows among those that are known
      if (number) return attributes.SetNumber(attribute.name, int64_t{1} << 62);
      std::vector<std::string> words = dice_.Some(ValuesFor(attribute), 3);
      words.push_back("no-such-word");
      attributes.SetSet(attribute.name, words);
      return;
    }
    default:
      if (number) return attributes.SetNumber(attribute.name, INT64_MAX - dice_.Below(2));
      attributes.SetSet(attribute.name, {"no-such-word"});
  }
}

void Generator::SetRandom(const Attribute& attribute, policy::Attributes& attributes,
                          uint64_t odd) {
  if (dice_.Percent(odd)) return SetOdd(attribute, attributes);
  if (attribute.type == Attribute::Type::kNumber) {
    return attributes.SetNumber(attribute.name, Number());
  }
  if (attribute.type != Attribute::Type::kSet) {
    return attributes.Set(attribute.name, dice_.Of(ValuesFor(attribute)));
  }
  std::vector<std::string> words;
  for (size_t i = dice_.Below(4); i-- > 0;) {
    if (attribute.domain == Attribute::Domain::kAudience) {
      words.push_back(WrittenAudience());
    } else {
      words.push_back(dice_.Of(ValuesFor(attribute)));
    }
  }
  attributes.SetSet(attribute.name, std::move(words));
}

void Generator::MakePeerAttributes(const std::string& name, policy::Attributes& attributes) {
  for (const Attribute& attribute : profile_->words.attributes) {
    if (attribute.name.compare(0, 5, "peer.") != 0) continue;
    if (attribute.name == "peer.link") {
      if (dice_.Percent(94)) {
        attributes.Set("peer.link", "active");
      } else {
        SetRandom(attribute, attributes, 30);
      }
    } else if (attribute.name == "peer.id") {
      if (dice_.Percent(70)) attributes.Set("peer.id", name);
      if (dice_.Percent(5)) SetRandom(attribute, attributes, odd_);
    } else if (attribute.name == "peer.controls" && dice_.Percent(50)) {
      attributes.SetSet("peer.controls", {"encrypted-at-rest", "receipts"});
    } else if (!dice_.Percent(10)) {
      SetRandom(attribute, attributes, odd_);
    }
  }
}

void Generator::MakePeer(policy::Request& request) {
  request.peer_attributes = policy::Attributes();
  const uint64_t who = dice_.Below(100);
  if (who < 88) {
    const policy::Registry::Peer& peer = dice_.Of(registry_.peers);
    request.peer = peer.name;
    request.peer_attributes = peer.attributes;
    if (who >= 60) {  // what it is has changed since the policy was loaded
      request.peer_attributes = policy::Attributes();
      MakePeerAttributes(peer.name, request.peer_attributes);
    }
  } else {
    static const auto* const strangers = new std::vector<std::string>{
        "stranger", "stranger",        "",        "EAST",        "ANY-MEMBER", "home-port",
        "KE",       "peer:alpha-port", "foxtrot", "no-such-word"};
    request.peer = dice_.Of(*strangers);
    MakePeerAttributes(request.peer, request.peer_attributes);
  }
  // Nobody but peer.* can say anything about a peer, and peer.* nothing about an item.
  if (dice_.Percent(odd_)) request.peer_attributes.Set("item.tlp", "CLEAR");
}

void Generator::MakeItem(policy::Request& request) {
  policy::Attributes item;
  const bool wild = dice_.Percent(15);
  for (const Attribute& attribute : profile_->words.attributes) {
    const std::string& name = attribute.name;
    if (name.compare(0, 5, "item.") != 0) continue;
    if (wild && (name != "item.state" || dice_.Percent(50))) {
      if (dice_.Percent(85)) SetRandom(attribute, item, odd_ + 5);
      continue;
    }
    if (name == "item.state" && dice_.Percent(97)) {
      item.Set(name, "active");
    } else if (name == "item.tlp" && dice_.Percent(85)) {
      item.Set(name, dice_.Of(std::vector<std::string>{"CLEAR", "GREEN", "AMBER"}));
    } else if (name == "item.releasable-to" && dice_.Percent(80)) {
      item.SetSet(name, {"ANY-MEMBER", WrittenAudience()});
    } else if (name == "item.not-releasable-to" && dice_.Percent(75)) {
      if (dice_.Percent(50)) item.SetSet(name, {});
    } else if (name == "item.originator" && dice_.Percent(65)) {
      if (dice_.Percent(50)) item.Set(name, registry_.self);
    } else if (name == "item.onward" && dice_.Percent(50)) {
      item.Set(name, dice_.Percent(50) ? "any" : "community");
    } else if (name == "item.hops-left" && dice_.Percent(60)) {
      if (dice_.Percent(60)) item.SetNumber(name, 1 + dice_.Below(5));
    } else if (dice_.Percent(90)) {
      SetRandom(attribute, item, odd_);
    }
  }
  if (dice_.Percent(odd_)) item.Set("peer.link", "active");
  if (dice_.Percent(odd_)) item.Set("peer.tier", "1");
  if (dice_.Percent(odd_)) item.Set("context.purpose", "safety");
  request.item = std::move(item);
}

void Generator::MakeCircumstances(policy::Request& request) {
  request.context = policy::Attributes();
  for (const Attribute& attribute : profile_->words.attributes) {
    if (attribute.name.compare(0, 8, "context.") != 0) continue;
    if (dice_.Percent(75)) SetRandom(attribute, request.context, odd_ + 3);
  }
  if (dice_.Percent(odd_)) request.context.Set("peer.tier", "1");
  if (dice_.Percent(odd_)) request.context.Set("item.state", "active");
  request.self = registry_.self;
  if (dice_.Percent(odd_)) {
    request.self = dice_.Of(std::vector<std::string>{"", "alpha-port", "elsewhere"});
  }
  const uint64_t when = dice_.Below(100);
  if (when < 8) {
    request.now = absl::InfinitePast();
  } else if (when < 10) {
    request.now = absl::InfiniteFuture();
  } else if (when < 12) {
    request.now = absl::FromUnixSeconds(-86400 * int64_t(dice_.Below(200000)));
  } else {
    const std::string date = Date();
    const absl::CivilDay day(std::stoi(date.substr(0, 4)), std::stoi(date.substr(5, 2)),
                             std::stoi(date.substr(8, 2)));
    request.now = absl::FromCivil(day, absl::UTCTimeZone()) +
                  absl::Nanoseconds(static_cast<int64_t>(dice_.Below(3)) - 1) +
                  absl::Hours(dice_.Below(25));
  }
}

std::string Generator::MakeAction() {
  if (dice_.Percent(2)) {
    return dice_.Of(std::vector<std::string>{"share", "", "do", "anything", "Replicate"});
  }
  return dice_.Of(profile_->words.actions);
}

}  // namespace fairway::oracle
