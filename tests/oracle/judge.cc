#include "tests/oracle/judge.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tests/oracle/reader.h"

namespace fairway::oracle {
namespace {

using Kind = Known::Kind;

std::string Join(const std::set<std::string>& words) {
  std::string text = "{";
  for (const std::string& word : words) text += " " + word;
  return text + " }";
}

bool Contains(const std::set<std::string>& set, const std::string& word) {
  return set.find(word) != set.end();
}

bool IsAuthorityId(const std::string& word) {
  return word.size() == 64 && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool StartsWith(const std::string& text, const std::string& with) {
  return text.compare(0, with.size(), with) == 0;
}

int64_t HoursOf(const std::string& unit) {
  if (unit == "hour" || unit == "hours") return 1;
  if (unit == "month" || unit == "months") return 30 * 24;
  if (unit == "year" || unit == "years") return 365 * 24;
  return 24;
}

absl::CivilDay DayOf(const std::string& date) {
  return absl::CivilDay(std::stoi(date.substr(0, 4)), std::stoi(date.substr(5, 2)),
                        std::stoi(date.substr(8, 2)));
}

const Known& Of(const std::map<std::string, Known>& known, const std::string& name) {
  static const Known* const unknown = new Known();
  const auto found = known.find(name);
  return found == known.end() ? *unknown : found->second;
}

// The smaller, where nothing is the largest.
template <typename T>
std::optional<T> Smaller(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

// Is a no tighter than b, where smaller is tighter and nothing is loosest?
template <typename T>
bool NoSmaller(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a) return true;
  return b && *a >= *b;
}

Answer Withheld(const std::string& rule, const std::string& because = "") {
  Answer answer;
  answer.rule = rule;
  answer.because = because;
  return answer;
}

bool IsSubset(const std::set<std::string>& some, const std::set<std::string>& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

std::string Terms::ToText() const {
  std::string text;
  if (!redact.empty()) text += "redact " + Join(redact) + "; ";
  if (keep_only) text += "keep only " + Join(*keep_only) + "; ";
  if (strip_source) text += "strip source; ";
  if (hops) text += "hops " + std::to_string(*hops) + "; ";
  if (expires_hours) text += "expires " + std::to_string(*expires_hours) + "h; ";
  if (receipt_hours) text += "receipt " + std::to_string(*receipt_hours) + "h; ";
  if (raise_tlp) text += "tlp " + *raise_tlp + "; ";
  if (raise_pap) text += "pap " + *raise_pap + "; ";
  if (delay_hours) text += "delay " + std::to_string(*delay_hours) + "h; ";
  if (!hold_for.empty()) text += "hold " + Join(hold_for) + "; ";
  if (use_for) text += "use for " + Join(*use_for) + "; ";
  if (watermark) text += "watermark; ";
  if (notify_originator) text += "notify originator; ";
  if (encrypt_at_rest) text += "encrypt at rest; ";
  if (no_copy) text += "no copy; ";
  return text.empty() ? "in full" : text;
}

std::string Answer::ToText() const {
  return (release ? "RELEASE by " : "WITHHOLD by ") + rule + (because.empty() ? "" : " (") +
         because + (because.empty() ? "" : ")") + (release ? ": " + terms.ToText() : "");
}

std::unique_ptr<Judge> Judge::Make(const std::string& policy, const std::string& profile,
                                   const policy::Registry& registry) {
  std::optional<PolicyText> rules = ReadPolicy(policy);
  std::optional<ProfileText> words = ReadProfile(profile);
  if (!rules || !words) return nullptr;
  return std::make_unique<Judge>(*std::move(rules), *std::move(words), registry);
}

Judge::Judge(PolicyText policy, ProfileText profile, policy::Registry registry)
    : policy_(std::move(policy)), profile_(std::move(profile)), registry_(std::move(registry)) {
  std::sort(policy_.rules.begin(), policy_.rules.end(),
            [](const Rule& a, const Rule& b) { return a.name < b.name; });
  for (const SetDeclaration& set : policy_.sets) sets_[set.name] = set.values;
  for (const Attribute& attribute : profile_.attributes) attributes_[attribute.name] = &attribute;
  if (const Attribute* country = profile_.Find("peer.country")) {
    countries_.insert(country->values.begin(), country->values.end());
  }
  for (const policy::Registry::Peer& peer : registry_.peers) {
    peers_.insert(peer.name);
    groups_.insert(peer.groups.begin(), peer.groups.end());
  }
  for (const auto& [group, members] : registry_.groups) groups_.insert(group);
  for (const Rule& rule : policy_.rules) terms_.push_back(TermsOf(rule));
}

// --- what words mean
// ------------------------------------------------------------------------------

// A word of an audience as the floors read it: "peer:X", "country:X", "group:X", "authority:X" say
// what X is; another word may be a peer, a country or a group.
struct AudienceWord {
  std::string only;
  std::string name;
};

AudienceWord TakeApart(const std::string& written) {
  for (const char* prefix : {"peer:", "country:", "group:", "authority:"}) {
    if (StartsWith(written, prefix) && written.size() > std::string(prefix).size()) {
      return {prefix, written.substr(std::string(prefix).size())};
    }
  }
  return {"", written};
}

// A name an audience can have, as conditions know it.
bool Judge::IsAudienceName(const std::string& name) const {
  return name == "ANY-MEMBER" || name == registry_.self || Contains(peers_, name) ||
         Contains(countries_, name) || Contains(groups_, name);
}

Known Judge::Understand(const Attribute& attribute, const policy::Attributes& from) const {
  Known known;
  const policy::Attributes::Value* value = from.Find(attribute.name);
  if (value == nullptr) return known;
  if (attribute.type == Attribute::Type::kNumber) {
    const int64_t* number = std::get_if<int64_t>(value);
    if (number == nullptr || *number < 0) return known;
    known.kind = Kind::kNumber;
    known.number = *number;
    return known;
  }
  if (attribute.type == Attribute::Type::kSet) {
    const auto* words = std::get_if<std::vector<std::string>>(value);
    if (words == nullptr) return known;
    known.kind = Kind::kSet;
    for (const std::string& word : *words) {
      const bool understood = attribute.domain == Attribute::Domain::kAudience
                                  ? IsAudienceName(word)
                                  : std::find(attribute.values.begin(), attribute.values.end(),
                                              word) != attribute.values.end();
      if (understood) {
        known.words.insert(word);
      } else {
        known.foreign = true;
      }
    }
    return known;
  }
  const std::string* word = std::get_if<std::string>(value);
  if (word == nullptr) return known;
  const bool is_known = attribute.domain == Attribute::Domain::kPeers
                            ? Contains(peers_, *word) || *word == registry_.self
                            : std::find(attribute.values.begin(), attribute.values.end(), *word) !=
                                  attribute.values.end();
  if (!is_known) return known;
  known.kind = Kind::kWord;
  known.word = *word;
  return known;
}

int Judge::RankOf(const std::string& attribute, const std::string& value) const {
  const std::vector<std::string>& order = attributes_.at(attribute)->values;
  return static_cast<int>(std::find(order.begin(), order.end(), value) - order.begin());
}

std::vector<std::string> Judge::ValuesOf(const Words& words) const {
  return words.set_name.empty() ? words.list : sets_.at(words.set_name);
}

// --- conditions
// -----------------------------------------------------------------------------------

bool Judge::Holds(const Condition& condition, const std::map<std::string, Known>& a,
                  const std::map<std::string, Known>& b, bool if_unknown) const {
  switch (condition.kind) {
    case Condition::Kind::kNot:
      return !Holds(condition.parts[0], a, b, !if_unknown);
    case Condition::Kind::kAnd:
      return std::all_of(condition.parts.begin(), condition.parts.end(),
                         [&](const Condition& part) { return Holds(part, a, b, if_unknown); });
    case Condition::Kind::kOr:
      return std::any_of(condition.parts.begin(), condition.parts.end(),
                         [&](const Condition& part) { return Holds(part, a, b, if_unknown); });
    case Condition::Kind::kComparison: {
      const bool in_a = a.find(condition.attribute) != a.end();
      return Compare(condition, Of(in_a ? a : b, condition.attribute), if_unknown);
    }
  }
  return if_unknown;
}

bool Judge::Compare(const Condition& c, const Known& known, bool if_unknown) const {
  const Attribute& attribute = *attributes_.at(c.attribute);
  if (known.kind == Kind::kUnknown) return if_unknown;
  if (known.kind == Kind::kNumber) {
    int64_t wanted = std::stoll(c.value);
    if (!c.unit.empty()) wanted = wanted * HoursOf(c.unit) / 24;
    switch (c.op) {
      case Op::kIs:
        return known.number == wanted;
      case Op::kIsNot:
        return known.number != wanted;
      case Op::kAtMost:
        return known.number <= wanted;
      case Op::kAtLeast:
        return known.number >= wanted;
      case Op::kBelow:
        return known.number < wanted;
      case Op::kAbove:
        return known.number > wanted;
      default:
        return if_unknown;
    }
  }
  const std::vector<std::string> listed = ValuesOf(c.values);
  const std::set<std::string> values(listed.begin(), listed.end());
  if (known.kind == Kind::kWord) {
    const auto rank = [&](const std::string& word) { return RankOf(attribute.name, word); };
    switch (c.op) {
      case Op::kIs:
        return known.word == c.value;
      case Op::kIsNot:
        return known.word != c.value;
      case Op::kIn:
        return Contains(values, known.word);
      case Op::kNotIn:
        return !Contains(values, known.word);
      case Op::kAtMost:
        return rank(known.word) <= rank(c.value);
      case Op::kAtLeast:
        return rank(known.word) >= rank(c.value);
      case Op::kBelow:
        return rank(known.word) < rank(c.value);
      case Op::kAbove:
        return rank(known.word) > rank(c.value);
      default:
        return if_unknown;
    }
  }
  const auto is_there = [&](const std::string& word) { return Contains(known.words, word); };
  const bool some = std::any_of(values.begin(), values.end(), is_there);
  const bool all = std::all_of(values.begin(), values.end(), is_there);
  const bool others = !IsSubset(known.words, values);
  // First what the known words settle; what is left is open if there are foreign ones.
  switch (c.op) {
    case Op::kHas:
      if (is_there(c.value)) return true;
      return known.foreign ? if_unknown : false;
    case Op::kHasAny:
      if (some) return true;
      return known.foreign ? if_unknown : false;
    case Op::kHasAll:
      if (all) return true;
      return known.foreign ? if_unknown : false;
    case Op::kHasNone:
      if (some) return false;
      return known.foreign ? if_unknown : true;
    case Op::kHasOnly:
      if (others) return false;
      return known.foreign ? if_unknown : true;
    default:
      return if_unknown;
  }
}

// --- the two halves of a request
// ------------------------------------------------------------------

bool Judge::ToMatches(const Rule& rule, const PeerView& peer,
                      const policy::Request& request) const {
  const bool if_unknown = rule.kind != Rule::Kind::kPermit;
  if (rule.to == Rule::To::kAny) return true;
  if (rule.to == Rule::To::kNames) {
    for (const std::string& name : rule.to_names) {
      if (Contains(peers_, name)) {
        if (peer.name == name) return true;
      } else if (peer.registered ? Contains(peer.groups, name) : if_unknown) {
        return true;
      }
    }
    return false;
  }
  std::map<std::string, Known> context;
  for (const Attribute& attribute : profile_.attributes) {
    if (StartsWith(attribute.name, "context.")) {
      context[attribute.name] = Understand(attribute, request.context);
    }
  }
  return Holds(rule.to_where, peer.known, context, if_unknown);
}

PeerView Judge::LookAtPeer(const policy::Request& request) const {
  PeerView peer;
  peer.name = request.peer;
  std::string registered_country;
  for (const policy::Registry::Peer& candidate : registry_.peers) {
    if (candidate.name != request.peer) continue;
    peer.registered = true;
    registered_country = candidate.country;
    const std::string* said = candidate.attributes.FindSymbol("peer.country");
    if (registered_country.empty() && said != nullptr) registered_country = *said;
    if (!Contains(countries_, registered_country)) registered_country.clear();
    peer.groups.insert(candidate.groups.begin(), candidate.groups.end());
  }
  for (const auto& [group, members] : registry_.groups) {
    if (peer.registered && std::find(members.begin(), members.end(), peer.name) != members.end()) {
      peer.groups.insert(group);
    }
  }
  for (const Attribute& attribute : profile_.attributes) {
    if (!StartsWith(attribute.name, "peer.")) continue;
    Known known = Understand(attribute, request.peer_attributes);
    if (attribute.name == "peer.id") {
      known = Known();
      if (Contains(peers_, peer.name) || peer.name == registry_.self) {
        known.kind = Kind::kWord;
        known.word = peer.name;
      }
    }
    peer.known[attribute.name] = std::move(known);
  }
  const Known& country = Of(peer.known, "peer.country");
  if (country.kind == Kind::kWord) peer.country = country.word;
  if (request.peer_attributes.Find("peer.country") == nullptr) peer.country = registered_country;
  for (const Rule& rule : policy_.rules) peer.matches.push_back(ToMatches(rule, peer, request));
  return peer;
}

ItemView Judge::LookAtItem(const policy::Request& request) const {
  ItemView item;
  for (const Attribute& attribute : profile_.attributes) {
    if (StartsWith(attribute.name, "item.")) {
      item.known[attribute.name] = Understand(attribute, request.item);
    } else if (StartsWith(attribute.name, "context.")) {
      item.known[attribute.name] = Understand(attribute, request.context);
    }
  }
  // Whoever is named as the originator and is not this node, known here or not, is another.
  const std::string* originator = request.item.FindSymbol("item.originator");
  item.ours = request.item.Find("item.originator") == nullptr ||
              (originator != nullptr && *originator == request.self);
  // Less than nothing is nothing.
  if (const int64_t* left = request.item.FindNumber("item.hops-left")) {
    item.hops_left = std::max<int64_t>(*left, 0);
  }
  for (const char* name :
       {"item.releasable-to", "item.not-releasable-to", "item.named", "item.approved-for"}) {
    Audience& audience = item.audiences[name];
    audience.set = request.item.Find(name) != nullptr;
    if (const std::vector<std::string>* words = request.item.FindSet(name)) {
      audience.readable = true;
      audience.words.insert(words->begin(), words->end());
    }
  }
  const Known& tlp = Of(item.known, "item.tlp");
  item.red = tlp.kind != Kind::kWord || tlp.word == "RED";
  item.strict = tlp.kind == Kind::kWord && tlp.word == "AMBER+STRICT";
  const bool day_is_known =
      request.now != absl::InfinitePast() && request.now != absl::InfiniteFuture();
  const absl::CivilDay today = absl::ToCivilDay(request.now, absl::UTCTimeZone());
  for (const Rule& rule : policy_.rules) {
    const bool if_unknown = rule.kind != Rule::Kind::kPermit;
    bool in_force = true;
    if (!rule.from.empty() || !rule.until.empty()) {
      in_force = day_is_known ? (rule.from.empty() || DayOf(rule.from) <= today) &&
                                    (rule.until.empty() || today <= DayOf(rule.until))
                              : if_unknown;
    }
    item.matches.push_back(in_force &&
                           (rule.any_item || Holds(rule.items_where, item.known, {}, if_unknown)));
  }
  return item;
}

// --- floors
// ---------------------------------------------------------------------------------------

// Is the peer known to be meant by this word?
bool Judge::Means(const std::string& word, const PeerView& peer) const {
  if (peer.name.empty()) return false;
  if (word == "ANY-MEMBER") return true;
  const auto [only, name] = TakeApart(word);
  const auto may_be = [&, only = only](const char* kind) { return only.empty() || only == kind; };
  return (may_be("peer:") && name == peer.name) ||
         (may_be("country:") && !peer.country.empty() && name == peer.country) ||
         (may_be("group:") && Contains(peer.groups, name));
}

// Could the peer be meant for all this node knows? What it does not know counts against the peer.
bool Judge::MightMean(const std::string& word, const PeerView& peer) const {
  if (Means(word, peer)) return true;
  const auto [only, name] = TakeApart(word);
  if (only == "peer:" || only == "authority:") return false;  // somebody else
  if (only == "country:") return peer.country.empty();
  if (Contains(groups_, name)) return !peer.registered;
  if (only == "group:") return true;
  if (Contains(countries_, name)) return peer.country.empty();
  return !IsAudienceName(name) && !IsAuthorityId(name);
}

bool Judge::Includes(const Audience& audience, const PeerView& peer) const {
  return std::any_of(audience.words.begin(), audience.words.end(),
                     [&](const std::string& word) { return Means(word, peer); });
}

std::string Judge::FailingFloor(const PeerView& peer, const ItemView& item,
                                const std::string& action) const {
  const auto is = [&](const Known& known, const char* word) {
    return known.kind == Kind::kWord && known.word == word;
  };
  const bool accept = action == "accept";
  if (!is(Of(item.known, "item.state"), "active")) return "P1";
  if (!accept) {
    const auto& audiences = item.audiences;
    const Audience& named = audiences.at("item.named");
    const bool itself =
        !peer.name.empty() &&
        std::any_of(named.words.begin(), named.words.end(), [&](const std::string& word) {
          const auto [only, name] = TakeApart(word);
          return (only.empty() || only == "peer:") && name == peer.name;
        });
    if (item.red && !itself) return "P2";
    if (!Includes(audiences.at("item.releasable-to"), peer)) return "P3";
    const Audience& excluded = audiences.at("item.not-releasable-to");
    if (excluded.set && !excluded.readable) return "P4";
    for (const std::string& word : excluded.words) {
      if (MightMean(word, peer)) return "P4";
    }
    if (!item.ours) {
      const Known& onward = Of(item.known, "item.onward");
      const bool open = is(onward, "any") || is(onward, "community") ||
                        (is(onward, "named") && Includes(named, peer));
      const bool approved =
          !is(onward, "none") && Includes(audiences.at("item.approved-for"), peer);
      if (!open && !approved) return "P5";
      if (!item.hops_left || *item.hops_left < 1) return "P6";
    }
    if ((item.red || item.strict) && (!item.ours || action == "redistribute")) return "P7";
  }
  if (peer.name.empty() || !is(Of(peer.known, "peer.link"), "active")) return "P8";
  return "";
}

// --- duties
// ---------------------------------------------------------------------------------------

std::set<std::string> Judge::FieldsNamed(const std::string& pattern) const {
  std::set<std::string> found;
  const bool family = pattern.size() > 2 && pattern.compare(pattern.size() - 2, 2, ".*") == 0;
  const std::string prefix = family ? pattern.substr(0, pattern.size() - 1) : "";
  for (const std::string& field : profile_.fields) {
    if (field == pattern || (family && StartsWith(field, prefix))) found.insert(field);
  }
  return found;
}

Terms Judge::TermsOf(const Rule& rule) const {
  Terms terms;
  for (const Duty& duty : rule.duties) {
    Terms one;
    std::set<std::string> fields;
    for (const std::string& name : duty.words.list) {
      const std::set<std::string> named = FieldsNamed(name);
      fields.insert(named.begin(), named.end());
    }
    const int64_t hours = duty.number * HoursOf(duty.unit);
    switch (duty.kind) {
      case Duty::Kind::kInFull:
        break;
      case Duty::Kind::kRedact:
        one.redact = fields;
        break;
      case Duty::Kind::kKeepOnly:
        one.keep_only = fields;
        break;
      case Duty::Kind::kStripSource:
        one.strip_source = true;
        one.redact = FieldsNamed("source.*");
        break;
      case Duty::Kind::kHops:
        one.hops = duty.number;
        break;
      case Duty::Kind::kExpires:
        one.expires_hours = hours;
        break;
      case Duty::Kind::kReceipt:
        one.receipt_hours = hours;
        break;
      case Duty::Kind::kRaiseTlp:
        one.raise_tlp = duty.word;
        break;
      case Duty::Kind::kRaisePap:
        one.raise_pap = duty.word;
        break;
      case Duty::Kind::kDelay:
        one.delay_hours = hours;
        break;
      case Duty::Kind::kHoldFor:
        one.hold_for = {duty.word};
        break;
      case Duty::Kind::kGeneralise:
        one.redact = FieldsNamed(duty.word + ".*");
        one.redact.erase(duty.word + "." + duty.level);
        break;
      case Duty::Kind::kWatermark:
        one.watermark = true;
        break;
      case Duty::Kind::kNotifyOriginator:
        one.notify_originator = true;
        break;
      case Duty::Kind::kUseFor: {
        const std::vector<std::string> purposes = ValuesOf(duty.words);
        one.use_for = std::set<std::string>(purposes.begin(), purposes.end());
        break;
      }
      case Duty::Kind::kEncryptAtRest:
        one.encrypt_at_rest = true;
        break;
      case Duty::Kind::kNoCopy:
        one.no_copy = true;
        break;
    }
    terms = Strictest(terms, one);
  }
  return terms;
}

std::set<std::string> Judge::Visible(const Terms& terms) const {
  std::set<std::string> visible;
  for (const std::string& field : profile_.fields) {
    if (Contains(terms.redact, field)) continue;
    if (terms.keep_only && !Contains(*terms.keep_only, field)) continue;
    if (terms.strip_source && StartsWith(field, "source.")) continue;
    visible.insert(field);
  }
  return visible;
}

bool Judge::AsGenerous(const Terms& a, const Terms& b) const {
  const auto rank = [&](const char* attribute, const std::optional<std::string>& value) {
    return value ? RankOf(attribute, *value) : -1;
  };
  return IsSubset(Visible(b), Visible(a)) && NoSmaller(a.hops, b.hops) &&
         NoSmaller(a.expires_hours, b.expires_hours) &&
         NoSmaller(a.receipt_hours, b.receipt_hours) &&
         rank("item.tlp", a.raise_tlp) <= rank("item.tlp", b.raise_tlp) &&
         rank("item.pap", a.raise_pap) <= rank("item.pap", b.raise_pap) &&
         a.delay_hours.value_or(0) <= b.delay_hours.value_or(0) &&
         IsSubset(a.hold_for, b.hold_for) &&
         (!a.use_for || (b.use_for && IsSubset(*b.use_for, *a.use_for))) &&
         a.watermark <= b.watermark && a.notify_originator <= b.notify_originator &&
         a.encrypt_at_rest <= b.encrypt_at_rest && a.no_copy <= b.no_copy;
}

Terms Judge::Strictest(const Terms& a, const Terms& b) const {
  const auto both = [](const std::optional<std::set<std::string>>& x,
                       const std::optional<std::set<std::string>>& y) {
    if (!x) return y;
    if (!y) return x;
    std::set<std::string> common;
    for (const std::string& word : *x) {
      if (Contains(*y, word)) common.insert(word);
    }
    return std::optional(common);
  };
  const auto higher = [&](const char* attribute, const std::optional<std::string>& x,
                          const std::optional<std::string>& y) {
    if (!x) return y;
    if (!y) return x;
    return RankOf(attribute, *x) >= RankOf(attribute, *y) ? x : y;
  };
  Terms terms = a;
  terms.redact.insert(b.redact.begin(), b.redact.end());
  terms.keep_only = both(a.keep_only, b.keep_only);
  terms.strip_source |= b.strip_source;
  terms.hops = Smaller(a.hops, b.hops);
  terms.expires_hours = Smaller(a.expires_hours, b.expires_hours);
  terms.receipt_hours = Smaller(a.receipt_hours, b.receipt_hours);
  terms.raise_tlp = higher("item.tlp", a.raise_tlp, b.raise_tlp);
  terms.raise_pap = higher("item.pap", a.raise_pap, b.raise_pap);
  if (b.delay_hours) terms.delay_hours = std::max(a.delay_hours.value_or(0), *b.delay_hours);
  terms.hold_for.insert(b.hold_for.begin(), b.hold_for.end());
  terms.use_for = both(a.use_for, b.use_for);
  terms.watermark |= b.watermark;
  terms.notify_originator |= b.notify_originator;
  terms.encrypt_at_rest |= b.encrypt_at_rest;
  terms.no_copy |= b.no_copy;
  return terms;
}

bool Judge::CanBeMet(const Terms& terms, const PeerView& peer, const std::string& action) const {
  const std::set<std::string>& controls = Of(peer.known, "peer.controls").words;
  if (terms.receipt_hours && !Contains(controls, "receipts")) return false;
  if (terms.encrypt_at_rest && !Contains(controls, "encrypted-at-rest")) return false;
  return !terms.no_copy || action == "discover" || action == "query";
}

// --- the decision
// ---------------------------------------------------------------------------------

Answer Judge::Decide(const PeerView& peer, const ItemView& item, const std::string& action) const {
  const std::string floor = FailingFloor(peer, item, action);
  if (!floor.empty()) return Withheld(floor);

  std::vector<size_t> permits;
  std::vector<size_t> requires_;
  for (size_t i = 0; i < policy_.rules.size(); ++i) {
    const Rule& rule = policy_.rules[i];
    const bool named =
        std::find(rule.actions.begin(), rule.actions.end(), action) != rule.actions.end();
    const bool known = std::find(profile_.actions.begin(), profile_.actions.end(), action) !=
                       profile_.actions.end();
    if (!(rule.anything ? known && action != "accept" : named)) continue;
    if (!peer.matches[i] || !item.matches[i]) continue;
    if (rule.kind == Rule::Kind::kForbid) return Withheld(rule.name, rule.because);
    (rule.kind == Rule::Kind::kPermit ? permits : requires_).push_back(i);
  }
  if (permits.empty()) return Withheld("default");

  // Those that no other one beats. If they are all equal the first by name carries; if not, the
  // stricter of each duty holds.
  std::vector<size_t> best;
  for (const size_t mine : permits) {
    const bool beaten = std::any_of(permits.begin(), permits.end(), [&](size_t other) {
      return AsGenerous(terms_[other], terms_[mine]) && !AsGenerous(terms_[mine], terms_[other]);
    });
    if (!beaten) best.push_back(mine);
  }
  Terms terms = terms_[best[0]];
  const bool merged = std::any_of(best.begin(), best.end(), [&](size_t other) {
    return !AsGenerous(terms_[best[0]], terms_[other]);
  });
  if (merged) {
    for (const size_t each : best) terms = Strictest(terms, terms_[each]);
  }
  for (const size_t overlay : requires_) terms = Strictest(terms, terms_[overlay]);
  if (action == "accept") {
    terms = Terms();
  } else {
    if (item.hops_left) {
      const int64_t left = std::clamp<int64_t>(*item.hops_left - (item.ours ? 0 : 1), 0, 16);
      terms.hops = Smaller(terms.hops, std::optional(left));
    }
    if (!CanBeMet(terms, peer, action)) return Withheld("P15");
  }
  const Rule& carrier = policy_.rules[best[0]];
  return {true, carrier.name, carrier.because, terms, merged};
}

Answer Judge::Decide(const policy::Request& request) const {
  return Decide(LookAtPeer(request), LookAtItem(request), request.action);
}

}  // namespace fairway::oracle
