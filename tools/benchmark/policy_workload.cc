#include "tools/benchmark/policy_workload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::benchmark {
namespace {

using Words = std::vector<std::string>;

constexpr char kSelf[] = "self";

const Words kKindNames = {"bulletin", "lesson",  "alert",      "practice",
                          "aar",      "request", "assessment", "reply"};
const Words kTlpNames = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
const Words kGradeNames = {"F", "E", "D", "C", "B", "A"};
const Words kTierNames = {"4", "3", "2", "1"};
const Words kActionNames = {"replicate", "query", "discover"};
const Words kDutyTexts = {"", "redact source.identity",
                          "redact { source.identity, source.contact }, hops 2",
                          "strip source, redact persons.*, hops 1, expires after 180 days"};

std::string Braces(const Words& words) {
  return absl::StrCat("{ ", absl::StrJoin(words, ", "), " }");
}

template <typename Mask>
Words Chosen(const Words& names, Mask mask) {
  Words chosen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (((static_cast<uint64_t>(mask) >> i) & 1) != 0) chosen.push_back(names[i]);
  }
  return chosen;
}

uint64_t SomeOf(Rng& rng, size_t of, size_t at_least, size_t at_most) {
  uint64_t mask = 0;
  const size_t count = at_least + rng.Below(at_most - at_least + 1);
  for (size_t i = 0; i < count; ++i) mask |= uint64_t{1} << rng.Below(of);
  return mask;
}

// The default profile with as many agreements as the workload has.
std::string ProfileText() {
  std::string text(policy::DefaultProfile());
  const size_t begin = text.find("set     peer.agreements");
  const size_t end = text.find("\nset ", begin) + 1;
  Words agreements;
  for (size_t i = 0; i < kAgreements; ++i) agreements.push_back(absl::StrCat("AGREEMENT-", i));
  text.replace(begin, end - begin,
               absl::StrCat("set     peer.agreements = ", absl::StrJoin(agreements, ", "), "\n"));
  return text;
}

Words FirstValues(const policy::Vocabulary& vocabulary, std::string_view attribute, size_t count) {
  const Words& all = vocabulary.attribute(attribute)->values;
  return Words(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
}

size_t DrawTlp(Rng& rng) {
  const size_t draw = rng.Below(100);
  return draw < 20 ? 0 : draw < 50 ? 1 : draw < 80 ? 2 : draw < 95 ? 3 : 4;
}

}  // namespace

const std::vector<int64_t> kAgeDays = {7, 30, 90, 180, 365, 730};

size_t Rng::Below(size_t n) {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return static_cast<size_t>((state_ >> 11) % n);
}

bool RuleSpec::IsFor(size_t of_peer, const std::vector<PeerSpec>& peers) const {
  const PeerSpec& asked = peers[of_peer];
  switch (to) {
    case To::kPeer:
      return of_peer == peer;
    case To::kAgreement:
      return std::find(asked.agreements.begin(), asked.agreements.end(), agreement) !=
             asked.agreements.end();
    case To::kTier:
      break;
  }
  return asked.tier >= tier && ((countries >> asked.country) & 1) != 0;
}

PolicyWorkload::PolicyWorkload()
    : vocabulary_(policy::Vocabulary::Parse(ProfileText()).vocabulary),
      now_(absl::FromCivil(absl::CivilDay(2026, 6, 15), absl::UTCTimeZone())) {
  countries_ = FirstValues(*vocabulary_, "peer.country", kCountries);
  topics_ = FirstValues(*vocabulary_, "item.topics", kTopics);
  regions_ = FirstValues(*vocabulary_, "item.regions", kRegions);
  Rng rng(1);
  registry_.self = kSelf;
  for (size_t i = 0; i < kPeers; ++i) {
    PeerSpec peer;
    peer.name = absl::StrCat("peer-", i);
    peer.country = rng.Below(kCountries);
    peer.tier = rng.Below(kTierNames.size());
    Words agreements;
    for (size_t n = 2 + rng.Below(7); n > 0; --n) {
      peer.agreements.push_back(rng.Below(kAgreements));
      agreements.push_back(absl::StrCat("AGREEMENT-", peer.agreements.back()));
    }
    policy::Registry::Peer known;
    known.name = peer.name;
    known.country = countries_[peer.country];
    known.attributes.Set("peer.country", known.country);
    known.attributes.Set("peer.tier", kTierNames[peer.tier]);
    known.attributes.Set("peer.link", "active");
    known.attributes.SetSet("peer.agreements", std::move(agreements));
    known.attributes.SetSet("peer.controls", {"receipts", "recall-ack"});
    registry_.peers.push_back(std::move(known));
    peers_.push_back(std::move(peer));
  }
}

std::string PolicyWorkload::ActionName(size_t action) { return kActionNames[action]; }

std::vector<RuleSpec> PolicyWorkload::Rules(size_t count, bool twisted) {
  Rng rng(twisted ? 3 : 2);
  std::vector<RuleSpec> rules;
  for (size_t i = 0; i < count; ++i) {
    RuleSpec rule;
    rule.number = i;
    const size_t kind = rng.Below(100);
    rule.kind = kind < 79   ? RuleSpec::Kind::kPermit
                : kind < 96 ? RuleSpec::Kind::kForbid
                            : RuleSpec::Kind::kRequire;
    const size_t to = rng.Below(100);
    rule.to = to < 60   ? RuleSpec::To::kPeer
              : to < 85 ? RuleSpec::To::kAgreement
                        : RuleSpec::To::kTier;
    rule.peer = rng.Below(kPeers);
    rule.agreement = rng.Below(kAgreements);
    rule.tier = rng.Below(kTierNames.size());
    if (rule.to == RuleSpec::To::kTier) {
      rule.countries = static_cast<uint32_t>(SomeOf(rng, kCountries, 4, 16));
    }
    rule.actions = static_cast<uint8_t>(SomeOf(rng, kActionNames.size(), 1, 3));
    if (rng.Chance(70)) rule.kinds = static_cast<uint8_t>(SomeOf(rng, kKinds, 1, 3));
    if (rng.Chance(40)) rule.regions = static_cast<uint16_t>(SomeOf(rng, kRegions, 1, 4));
    if (rng.Chance(70)) rule.topics = SomeOf(rng, kTopics, 1, 5);
    rule.highest_tlp = rng.Below(kTlps);
    if (rng.Chance(30)) rule.lowest_grade = 1 + rng.Below(kGrades - 1);
    if (rng.Chance(40)) rule.age = rng.Below(kAges);
    if (rule.kind == RuleSpec::Kind::kForbid) {
      // Forbids as they are written: about little.
      if (rule.topics == 0) rule.topics = SomeOf(rng, kTopics, 1, 2);
      if (rule.kinds == 0) rule.kinds = static_cast<uint8_t>(SomeOf(rng, kKinds, 1, 2));
    } else {
      rule.duty = rng.Below(kDutyLevels);
      if (rule.kind == RuleSpec::Kind::kRequire && rule.duty == 0) rule.duty = 1;
    }
    if (twisted && rng.Chance(33)) rule.twist = 1 + rng.Below(4);
    rules.push_back(rule);
  }
  return rules;
}

std::string PolicyWorkload::ItemsText(const RuleSpec& rule) const {
  Words parts;
  if (rule.kinds != 0) {
    parts.push_back(absl::StrCat("item.kind in ", Braces(Chosen(kKindNames, rule.kinds))));
  }
  if (rule.regions != 0) {
    parts.push_back(
        absl::StrCat("item.regions has any of ", Braces(Chosen(regions_, rule.regions))));
  }
  if (rule.topics != 0) {
    parts.push_back(absl::StrCat("item.topics has any of ", Braces(Chosen(topics_, rule.topics))));
  }
  if (rule.highest_tlp + 1 < kTlps) {
    parts.push_back(absl::StrCat("item.tlp at most ", kTlpNames[rule.highest_tlp]));
  }
  if (rule.lowest_grade > 0) {
    parts.push_back(absl::StrCat("item.reliability at least ", kGradeNames[rule.lowest_grade]));
  }
  if (rule.age < kAges) {
    parts.push_back(absl::StrCat("item.age at most ", kAgeDays[rule.age], " days"));
  }
  switch (rule.twist) {
    case 1:
      parts.emplace_back("not item.contains has personal-data");
      break;
    case 2:
      parts.emplace_back("(item.precedence is flash or item.mode is real)");
      break;
    case 3:
      if (rule.topics != 0 && (rule.topics & ~uint64_t{3}) == 0) break;  // nothing would be left
      parts.push_back(absl::StrCat("item.topics has none of ", Braces({topics_[0], topics_[1]})));
      break;
    case 4:
      parts.emplace_back("item.contains has only { operational, personal-data }");
      break;
    default:
      break;
  }
  return parts.empty() ? "any item" : absl::StrCat("items where ", absl::StrJoin(parts, " and "));
}

std::string PolicyWorkload::RuleText(const RuleSpec& rule) const {
  const char* kind = rule.kind == RuleSpec::Kind::kPermit   ? "permit"
                     : rule.kind == RuleSpec::Kind::kForbid ? "forbid"
                                                            : "require";
  std::string to;
  switch (rule.to) {
    case RuleSpec::To::kPeer:
      to = absl::StrCat("peer ", peers_[rule.peer].name);
      break;
    case RuleSpec::To::kAgreement:
      to = absl::StrCat("peers where peer.agreements has AGREEMENT-", rule.agreement);
      break;
    case RuleSpec::To::kTier:
      to = absl::StrCat("peers where peer.tier at least ", kTierNames[rule.tier],
                        " and peer.country in ", Braces(Chosen(countries_, rule.countries)));
      break;
  }
  const std::string with = kDutyTexts[rule.duty].empty()
                               ? std::string()
                               : absl::StrCat("  with ", kDutyTexts[rule.duty], "\n");
  return absl::StrCat(kind, " rule-", rule.number, "\n  to ", to, "\n  may ",
                      absl::StrJoin(Chosen(kActionNames, rule.actions), ", "), "\n  ",
                      ItemsText(rule), "\n", with, "  because \"article ", rule.number, "\"\n");
}

std::string PolicyWorkload::Text(const std::vector<RuleSpec>& rules, size_t tests) const {
  std::string text = "policy \"benchmark\"\n";
  for (const RuleSpec& rule : rules) absl::StrAppend(&text, RuleText(rule));
  for (size_t i = 0; i < tests; ++i) {
    absl::StrAppend(&text, "test \"", i, "\" peer ", peers_[i % kPeers].name, " action ",
                    kActionNames[i % kActionNames.size()],
                    "\n  item { kind: ", kKindNames[i % kKinds],
                    ", tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, topics: { ",
                    topics_[i % kTopics], " }, age: 10 days }\n  expect withhold\n");
  }
  return text;
}

std::vector<ItemSpec> PolicyWorkload::Items(size_t count) {
  Rng rng(4);
  std::vector<ItemSpec> items(count);
  for (ItemSpec& item : items) {
    item.tlp = DrawTlp(rng);
    item.kind = rng.Below(kKinds);
    item.region = rng.Below(kRegions);
    item.grade = rng.Below(kGrades);
    item.age = static_cast<int64_t>(rng.Below(1500));
    item.recalled = rng.Chance(2);
    item.personal = rng.Chance(25);
    item.topics = SomeOf(rng, kTopics, 1, 4);
    item.countries =
        rng.Chance(30) ? ~uint32_t{0} : static_cast<uint32_t>(SomeOf(rng, kCountries, 2, 16));
    if (item.tlp == kTlps - 1) {
      for (size_t n = 1 + rng.Below(3); n > 0; --n) item.named.push_back(rng.Below(kPeers));
    }
  }
  return items;
}

policy::ItemRow PolicyWorkload::Row(const ItemSpec& item) const {
  policy::ItemRow row;
  policy::Attributes& known = row.attributes;
  known.Set("item.kind", kKindNames[item.kind]);
  known.Set("item.mode", "real");
  known.Set("item.precedence", "routine");
  known.Set("item.tlp", kTlpNames[item.tlp]);
  known.Set("item.state", item.recalled ? "recalled" : "active");
  known.Set("item.reliability", kGradeNames[item.grade]);
  known.Set("item.originator", kSelf);
  known.SetSet("item.regions", {regions_[item.region]});
  known.SetSet("item.topics", Chosen(topics_, item.topics));
  known.SetSet("item.contains", item.personal ? Words{"personal-data"} : Words{});
  known.SetSet("item.releasable-to", item.countries == ~uint32_t{0}
                                         ? Words{"ANY-MEMBER"}
                                         : Chosen(countries_, item.countries));
  Words named;
  for (size_t peer : item.named) named.push_back(peers_[peer].name);
  known.SetSet("item.named", std::move(named));
  row.age_from = now_ - absl::Hours(24) * item.age;
  return row;
}

std::vector<Question> PolicyWorkload::Questions(size_t count, const std::vector<RuleSpec>& rules,
                                                const std::vector<ItemSpec>& items) const {
  Rng rng(5);
  std::vector<Question> questions;
  while (questions.size() < count) {
    Question asked{rng.Below(kPeers), rng.Below(items.size()), rng.Below(kActionNames.size())};
    if (rng.Chance(75)) {
      // A few draws find a peer and an item that the rule may be meant for; else as drawn.
      const RuleSpec& rule = rules[rng.Below(rules.size())];
      for (int draw = 0; draw < 200 && !rule.IsFor(asked.peer, peers_); ++draw) {
        asked.peer = rng.Below(kPeers);
      }
      if (rule.to == RuleSpec::To::kPeer) asked.peer = rule.peer;
      const auto meant = [&](const ItemSpec& item) {
        return (rule.kinds == 0 || ((rule.kinds >> item.kind) & 1) != 0) &&
               item.tlp <= rule.highest_tlp &&
               (rule.topics == 0 || (rule.topics & item.topics) != 0) &&
               ((item.countries >> peers_[asked.peer].country) & 1) != 0;
      };
      for (int draw = 0; draw < 200 && !meant(items[asked.item]); ++draw) {
        asked.item = rng.Below(items.size());
      }
      while (((rule.actions >> asked.action) & 1) == 0) {
        asked.action = rng.Below(kActionNames.size());
      }
    }
    questions.push_back(asked);
  }
  return questions;
}

policy::Request PolicyWorkload::Ask(const Question& question, const ItemSpec& item) const {
  policy::Request request;
  request.peer = peers_[question.peer].name;
  request.peer_attributes = registry_.peers[question.peer].attributes;
  request.action = kActionNames[question.action];
  request.item = Row(item).attributes;
  request.item.SetNumber("item.age", item.age);
  request.self = kSelf;
  request.now = now_;
  return request;
}

policy::Side PolicyWorkload::SideOf(const policy::Policy& policy) const {
  policy::Side side;
  side.policy = &policy;
  for (const policy::Registry::Peer& peer : registry_.peers) {
    side.peers.push_back({peer.name, peer.attributes});
  }
  side.now = now_;
  return side;
}

}  // namespace fairway::benchmark
