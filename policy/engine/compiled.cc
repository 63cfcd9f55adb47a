#include "policy/engine/compiled.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

#include "policy/engine/audience_reader.h"
#include "policy/engine/facts.h"
#include "policy/engine/floor_codes.h"
#include "policy/engine/generosity.h"
#include "policy/engine/side_index.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

using Kind = CheckedRule::Kind;

size_t WordsFor(size_t bits) { return (bits + 63) / 64; }

void CollectAttributes(const Condition& condition, Bits& asked) {
  if (condition.kind == Condition::Kind::kAtom) asked.Set(condition.atom.attribute);
  for (const Condition& child : condition.children) CollectAttributes(child, asked);
}

Bits AttributesAsked(const Program& program) {
  Bits asked;
  for (const CheckedRule& rule : program.rules) {
    CollectAttributes(rule.to, asked);
    CollectAttributes(rule.items, asked);
  }
  return asked;
}

// Of what mostly tells duties apart.
size_t RoughHash(const DutyTerms& terms) {
  size_t hash = std::hash<FieldSet>()(terms.redact);
  for (int64_t each : {int64_t{terms.hops.value_or(-1)}, terms.expires_hours.value_or(-1),
                       terms.receipt_hours.value_or(-1), terms.delay_hours.value_or(-1)}) {
    hash = hash * 1099511628211u + static_cast<size_t>(each);
  }
  return hash;
}

// When a rule is in force, on its own run of memory.
struct Validity {
  int64_t from = std::numeric_limits<int64_t>::min();
  int64_t until = std::numeric_limits<int64_t>::max();
  bool unknown = false;  // what an unknown day counts as
};

// Words [begin, end) of every run of rule bits.
struct Region {
  size_t begin = 0;
  size_t end = 0;
};

// Where each rule has its bit: forbids by name, permits by generosity, requires, each kind from a
// new word on.
class Places {
 public:
  Places(const Program& program, const Generosity& generosity) {
    std::vector<uint32_t> forbids;
    std::vector<uint32_t> requires_;
    for (uint32_t i = 0; i < program.rules.size(); ++i) {
      if (program.rules[i].kind == Kind::kForbid) forbids.push_back(i);
      if (program.rules[i].kind == Kind::kRequire) requires_.push_back(i);
    }
    std::sort(forbids.begin(), forbids.end(), [&](uint32_t a, uint32_t b) {
      return program.rules[a].name < program.rules[b].name;
    });
    forbids_ = Append(forbids);
    permits_ = Append(generosity.permits());
    requires_region_ = Append(requires_);
  }

  size_t words() const { return rule_at_.size() / 64; }
  Region forbids() const { return forbids_; }
  Region permits() const { return permits_; }
  Region requires_region() const { return requires_region_; }
  // kNobody for a bit that is no rule's.
  uint32_t rule_at(size_t place) const { return rule_at_[place]; }

  static constexpr uint32_t kNobody = ~uint32_t{0};

 private:
  Region Append(const std::vector<uint32_t>& rules) {
    const Region region{words(), words() + WordsFor(rules.size())};
    rule_at_.insert(rule_at_.end(), rules.begin(), rules.end());
    rule_at_.resize(region.end * 64, kNobody);
    return region;
  }

  std::vector<uint32_t> rule_at_;
  Region forbids_;
  Region permits_;
  Region requires_region_;
};

}  // namespace

struct Compiled::Index {
  explicit Index(const Program& of);

  // The rules that match, word by word, and what is asked about them in a decision.
  struct Match {
    const uint64_t* item;
    const uint64_t* peer;
    const uint64_t* action;
    const Calendar& calendar;
  };
  uint64_t Word(const Match& match, size_t w) const {
    const uint64_t word = match.item[w] & match.peer[w] & match.action[w];
    if ((word & dated[w]) == 0 || match.calendar.ignore_dates) return word;
    return InForce(word, w, match.calendar);
  }
  uint64_t InForce(uint64_t word, size_t w, const Calendar& calendar) const;
  // The first matching rule of a region; nothing if none matches.
  std::optional<size_t> First(const Match& match, Region region) const;
  template <typename Use>
  void ForEach(const Match& match, Region region, Use use) const {
    for (size_t w = region.begin; w < region.end; ++w) {
      for (uint64_t left = Word(match, w); left != 0; left &= left - 1) {
        use(w * 64 + static_cast<size_t>(std::countr_zero(left)));
      }
    }
  }

  // The permit that carries, `first` being the first that matches, and its terms.
  void Carry(const Match& match, size_t first, Outcome& outcome) const;
  bool CoversTheOthers(const Match& match, size_t first) const;
  // The strictest of several of which none is the most generous.
  void CarryTogether(const Match& match, Outcome& outcome) const;

  const DutyTerms& terms_at(size_t place) const { return terms[terms_of[place]]; }
  std::vector<SideIndex::Rule> SideRules(FactLayout::Side side) const;
  std::vector<uint64_t> AllRules() const;

  const Program& program;
  Generosity generosity;
  Places places;
  AudienceReader audiences;
  FactLayout item_layout;
  FactLayout peer_layout;
  SideIndex item_side;
  SideIndex peer_side;
  std::vector<std::vector<uint64_t>> actions;  // by action: the rules that cover it
  std::vector<Passage> passages;               // by action
  std::vector<uint64_t> dated;                 // the rules with dates
  std::vector<Validity> validity;
  std::vector<uint32_t> terms_of;  // by place, into terms
  std::vector<DutyTerms> terms;    // different ones
};

Compiled::Index::Index(const Program& of)
    : program(of),
      generosity(of),
      places(of, generosity),
      audiences(of.world),
      item_layout(of.world, FactLayout::Side::kItem, AttributesAsked(of)),
      peer_layout(of.world, FactLayout::Side::kPeer, AttributesAsked(of)),
      item_side(item_layout, SideRules(FactLayout::Side::kItem), places.words() * 64,
                of.world.peers().size()),
      peer_side(peer_layout, SideRules(FactLayout::Side::kPeer), places.words() * 64,
                of.world.peers().size()),
      dated(places.words()),
      validity(places.words() * 64),
      terms_of(places.words() * 64) {
  const std::vector<std::string>& names = of.world.vocabulary().actions();
  actions.assign(names.size(), std::vector<uint64_t>(places.words()));
  for (const std::string& name : names) passages.push_back(PassageOf(name));
  // Rules that agree in all duties share them, so that few lines of memory serve all decisions.
  std::unordered_multimap<size_t, uint32_t> known;
  for (size_t place = 0; place < places.words() * 64; ++place) {
    const uint32_t at = places.rule_at(place);
    if (at == Places::kNobody) continue;
    const CheckedRule& rule = of.rules[at];
    const uint64_t bit = uint64_t{1} << (place % 64);
    for (size_t action = 0; action < names.size(); ++action) {
      if (rule.Covers(action)) actions[action][place / 64] |= bit;
    }
    if (rule.from || rule.until) {
      dated[place / 64] |= bit;
      if (rule.from) validity[place].from = *rule.from;
      if (rule.until) validity[place].until = *rule.until;
      validity[place].unknown = UnknownIn(rule.kind);
    }
    const size_t hash = RoughHash(rule.duties);
    const auto [begin, end] = known.equal_range(hash);
    const auto same = std::find_if(
        begin, end, [&](const auto& each) { return terms[each.second] == rule.duties; });
    if (same != end) {
      terms_of[place] = same->second;
      continue;
    }
    terms_of[place] = static_cast<uint32_t>(terms.size());
    known.emplace(hash, terms_of[place]);
    terms.push_back(rule.duties);
  }
}

std::vector<SideIndex::Rule> Compiled::Index::SideRules(FactLayout::Side side) const {
  std::vector<SideIndex::Rule> rules;
  rules.reserve(program.rules.size());
  for (size_t place = 0; place < places.words() * 64; ++place) {
    const uint32_t at = places.rule_at(place);
    if (at == Places::kNobody) continue;
    const CheckedRule& rule = program.rules[at];
    SideIndex::Rule one;
    one.position = static_cast<uint32_t>(place);
    one.unknown = UnknownIn(rule.kind);
    one.condition = side == FactLayout::Side::kItem ? &rule.items : &rule.to;
    if (side == FactLayout::Side::kPeer && rule.by_name) {
      one.peers = &rule.peers;
      one.unregistered = rule.names_groups && one.unknown;
    }
    rules.push_back(one);
  }
  return rules;
}

std::vector<uint64_t> Compiled::Index::AllRules() const {
  std::vector<uint64_t> all(places.words(), ~uint64_t{0});
  return all;
}

uint64_t Compiled::Index::InForce(uint64_t word, size_t w, const Calendar& calendar) const {
  for (uint64_t left = word & dated[w]; left != 0; left &= left - 1) {
    const Validity& when = validity[w * 64 + static_cast<size_t>(std::countr_zero(left))];
    const bool in_force =
        calendar.day ? *calendar.day >= when.from && *calendar.day <= when.until : when.unknown;
    if (!in_force) word &= ~(left & -left);
  }
  return word;
}

std::optional<size_t> Compiled::Index::First(const Match& match, Region region) const {
  for (size_t w = region.begin; w < region.end; ++w) {
    const uint64_t word = Word(match, w);
    if (word != 0) return w * 64 + static_cast<size_t>(std::countr_zero(word));
  }
  return std::nullopt;
}

bool Compiled::Index::CoversTheOthers(const Match& match, size_t first) const {
  const size_t base = places.permits().begin * 64;
  const uint32_t own = generosity.class_of(first - base);
  if (generosity.CoversAllBehind(own)) return true;
  bool covers = true;
  ForEach(match, {first / 64, places.permits().end}, [&](size_t place) {
    const uint32_t other = generosity.class_of(place - base);
    covers = covers && (other == own || generosity.Covers(own, other));
  });
  return covers;
}

void Compiled::Index::CarryTogether(const Match& match, Outcome& outcome) const {
  const size_t base = places.permits().begin * 64;
  // Classes come in an order in which none is behind one it is more generous than: a class is in
  // front if nothing in front before it covers it. Of each class the first permit speaks.
  std::array<uint32_t, kMaxRules> front;
  size_t size = 0;
  uint32_t last_class = Places::kNobody;
  ForEach(match, places.permits(), [&](size_t place) {
    const uint32_t own = generosity.class_of(place - base);
    if (own == last_class) return;
    last_class = own;
    const bool covered = std::any_of(front.begin(), front.begin() + size,
                                     [&](uint32_t other) { return generosity.Covers(other, own); });
    if (covered) return;
    const CheckedRule& rule = program.rules[places.rule_at(place)];
    if (size == 0) {
      outcome.terms = rule.duties;
      outcome.rule = places.rule_at(place);
    } else {
      outcome.terms.Tighten(rule.duties);
      if (rule.name < program.rules[outcome.rule].name) outcome.rule = places.rule_at(place);
    }
    if (size < front.size()) front[size++] = own;
  });
}

void Compiled::Index::Carry(const Match& match, size_t first, Outcome& outcome) const {
  if (CoversTheOthers(match, first)) {
    outcome.rule = places.rule_at(first);
    outcome.terms = terms_at(first);
  } else {
    CarryTogether(match, outcome);
  }
  ForEach(match, places.requires_region(),
          [&](size_t place) { outcome.terms.Tighten(terms_at(place)); });
}

Compiled::Compiled(const Program& program)
    : program_(program), index_(std::make_shared<const Index>(program)) {}

ItemCode Compiled::CodeItem(const Attributes& item, const Attributes& context,
                            std::string_view self) const {
  ItemCode code;
  code.made_for = index_;
  ReadItemForFloors(item, self, program_.world, index_->audiences, code);
  code.rules = index_->AllRules();
  index_->item_side.Cut(index_->item_layout.Read(item, context, std::nullopt), std::nullopt,
                        code.rules);
  return code;
}

PeerCode Compiled::CodePeer(std::string_view name, const Attributes& peer,
                            const Attributes& context) const {
  PeerCode code;
  code.made_for = index_;
  ReadPeerForFloors(name, peer, program_.world, index_->audiences, code);
  code.rules = index_->AllRules();
  index_->peer_side.Cut(index_->peer_layout.Read(peer, context, name), code.registered, code.rules);
  return code;
}

size_t Compiled::CodeAction(std::string_view action) const {
  return program_.world.FindAction(action).value_or(kNoAction);
}

Outcome Compiled::Decide(const ItemCode& item, const PeerCode& peer, size_t action,
                         const Calendar& calendar) const {
  const Index& index = *index_;
  const bool known = action < index.actions.size();
  const Passage passage = known ? index.passages[action] : Passage::kCopy;
  Outcome outcome;
  outcome.floor = FirstFailedFloor(item, peer, passage);
  if (outcome.floor != 0) {
    outcome.by = Outcome::By::kFloor;
    return outcome;
  }
  if (!known || item.made_for != index_ || peer.made_for != index_) return outcome;
  const Index::Match match{item.rules.data(), peer.rules.data(), index.actions[action].data(),
                           calendar};
  if (const auto forbid = index.First(match, index.places.forbids())) {
    outcome.by = Outcome::By::kForbid;
    outcome.rule = index.places.rule_at(*forbid);
    return outcome;
  }
  const auto permit = index.First(match, index.places.permits());
  if (!permit) return outcome;
  index.Carry(match, *permit, outcome);
  if (const std::optional<int> hops = HopsFloor(item, passage)) {
    outcome.terms.hops = outcome.terms.hops ? std::min(*outcome.terms.hops, *hops) : *hops;
  }
  outcome.unmet = FirstUnmetDuty(outcome.terms, peer, passage);
  outcome.by = outcome.unmet == UnmetDuty::kNone ? Outcome::By::kPermit : Outcome::By::kUnmet;
  return outcome;
}

void Compiled::AppendMatching(const ItemCode& item, const PeerCode& peer, size_t action,
                              const Calendar& calendar, std::vector<uint32_t>& rules) const {
  const Index& index = *index_;
  if (action >= index.actions.size() || item.made_for != index_ || peer.made_for != index_) return;
  const Index::Match match{item.rules.data(), peer.rules.data(), index.actions[action].data(),
                           calendar};
  index.ForEach(match, {0, index.places.words()},
                [&](size_t place) { rules.push_back(index.places.rule_at(place)); });
}

size_t Compiled::bytes() const {
  const Index& index = *index_;
  const size_t words = index.places.words();
  return sizeof(Index) + index.item_side.bytes() + index.peer_side.bytes() +
         index.generosity.bytes() + index.terms.capacity() * sizeof(DutyTerms) +
         words * 64 * (sizeof(Validity) + 2 * sizeof(uint32_t)) +
         words * sizeof(uint64_t) * (index.actions.size() + 2);
}

}  // namespace fairway::policy
