#include "policy/program/space.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fairway::policy {
namespace {

using Test = Literal::Test;
using Type = Vocabulary::Type;

// 0001-01-01 and 9999-12-31: what counts as a known day.
constexpr int64_t kFirstDay = -719162;
constexpr int64_t kLastDay = 2932896;
constexpr int64_t kHopCells = 18;  // 0 … 16 hops and more

using Cuts = std::vector<std::set<int64_t>>;  // by attribute

void CollectCuts(const Condition& condition, Cuts& cuts) {
  if (condition.kind == Condition::Kind::kAtom) {
    const Atom& atom = condition.atom;
    std::set<int64_t>& mine = cuts[atom.attribute];
    if (atom.kind == Atom::Kind::kRange) {
      mine.insert(std::max<int64_t>(atom.lowest, 0));
      if (atom.highest != kNoUpperBound && atom.highest >= 0) mine.insert(atom.highest + 1);
    } else if (atom.kind == Atom::Kind::kNotEqual) {
      mine.insert(atom.lowest);
      mine.insert(atom.lowest + 1);
    }
  }
  for (const Condition& child : condition.children) CollectCuts(child, cuts);
}

}  // namespace

size_t Space::MaskHash::operator()(const std::vector<uint64_t>& words) const {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (uint64_t word : words) {
    hash = (hash ^ word) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash;
}

Space::Space(std::vector<const Program*> sides) : sides_(std::move(sides)) {
  NameEverybody();
  AddVariables();
  FindForeign();
}

void Space::NameEverybody() {
  const Vocabulary& vocabulary = sides_[0]->world.vocabulary();
  const size_t id = *vocabulary.IndexOfAttribute("peer.id");
  const size_t audience = *vocabulary.IndexOfAttribute("item.releasable-to");
  const auto add = [](const std::string& name, auto& names, auto& index) {
    const auto [it, added] = index.emplace(name, names.size());
    if (added) names.push_back(name);
    return it->second;
  };
  for (const Program* side : sides_) {
    peer_map_.emplace_back();
    for (const std::string& name : side->world.ValuesOf(id)) {
      peer_map_.back().push_back(add(name, names_, name_index_));
    }
    audience_map_.emplace_back();
    for (const std::string& word : side->world.ValuesOf(audience)) {
      audience_map_.back().push_back(add(word, audience_, audience_index_));
    }
  }
}

size_t Space::AddVariable(bool is_set, size_t cells, Domain domain) {
  domains_.push_back(std::move(domain));
  interned_.emplace_back();
  return layout_.Add(is_set, cells);
}

void Space::AddVariables() {
  const Vocabulary& vocabulary = sides_[0]->world.vocabulary();
  Cuts cuts(vocabulary.attributes().size());
  std::set<int64_t> days = {kFirstDay};
  const auto cut_day = [&](int64_t day) {
    if (day >= kFirstDay && day <= kLastDay) days.insert(day);
  };
  for (const Program* side : sides_) {
    for (const CheckedRule& rule : side->rules) {
      CollectCuts(rule.to, cuts);
      CollectCuts(rule.items, cuts);
      if (rule.from) cut_day(*rule.from);
      if (rule.until) cut_day(*rule.until + 1);
    }
    for (const CheckedGuarantee& guarantee : side->guarantees) {
      CollectCuts(guarantee.to, cuts);
      CollectCuts(guarantee.items, cuts);
    }
  }
  std::set<int64_t>& hops = cuts[*vocabulary.IndexOfAttribute("item.hops-left")];
  for (int64_t n = 0; n < kHopCells; ++n) hops.insert(n);

  Domain action;
  action.names = &vocabulary.actions();
  action_ = AddVariable(false, vocabulary.actions().size(), std::move(action));
  Domain who;
  who.names = &names_;
  who.of_peer = true;
  who_ = AddVariable(false, names_.size() + 1, std::move(who));
  Domain day;
  day.starts.assign(days.begin(), days.end());
  day.unknown = days.size();
  day_ = AddVariable(false, days.size() + 1, std::move(day));
  for (size_t a = 0; a < vocabulary.attributes().size(); ++a) {
    AddAttribute(a, {cuts[a].begin(), cuts[a].end()});
  }
}

void Space::AddAttribute(size_t attribute, const std::vector<int64_t>& cuts) {
  const Vocabulary::Attribute& declared = sides_[0]->world.vocabulary().attributes()[attribute];
  if (declared.name == "peer.id") {
    variable_of_.push_back(who_);
    return;
  }
  Domain domain;
  domain.attribute = attribute;
  domain.of_peer = declared.name.starts_with("peer.");
  size_t cells = 0;
  if (declared.type == Type::kNumber) {
    domain.starts = {0};
    for (int64_t cut : cuts) {
      if (cut > 0) domain.starts.push_back(cut);
    }
    cells = domain.starts.size();
  } else {
    domain.names = declared.domain == Vocabulary::Domain::kPeers      ? &names_
                   : declared.domain == Vocabulary::Domain::kAudience ? &audience_
                                                                      : &declared.values;
    cells = domain.names->size();
  }
  domain.unknown = cells++;
  const bool may_be_other =
      declared.type != Type::kSet &&
      (declared.domain == Vocabulary::Domain::kPeers || declared.name == "peer.country");
  if (may_be_other) domain.other = cells++;
  variable_of_.push_back(AddVariable(declared.type == Type::kSet, cells, std::move(domain)));
}

void Space::FindForeign() {
  const auto mark_absent = [](const std::vector<size_t>& known, size_t count,
                              std::vector<uint64_t>& mask) {
    std::vector<bool> present(count);
    for (size_t i : known) present[i] = true;
    for (size_t i = 0; i < count; ++i) {
      if (!present[i]) SetBit(mask.data(), i);
    }
  };
  for (size_t s = 0; s < sides_.size(); ++s) {
    foreign_.emplace_back();
    for (size_t v = 0; v < layout_.size(); ++v) {
      std::vector<uint64_t> mask = Zero(v);
      if (v == who_) {
        SetBit(mask.data(), stranger());
      } else if (v != action_) {
        SetBit(mask.data(), domains_[v].unknown);
      }
      if (domains_[v].other) SetBit(mask.data(), *domains_[v].other);
      if (domains_[v].names == &names_) mark_absent(peer_map_[s], names_.size(), mask);
      if (domains_[v].names == &audience_) mark_absent(audience_map_[s], audience_.size(), mask);
      foreign_.back().push_back(Intern(v, mask));
    }
  }
}

size_t Space::VariableOf(std::string_view attribute) const {
  return variable_of_[*sides_[0]->world.vocabulary().IndexOfAttribute(attribute)];
}

const std::vector<std::string>& Space::NamesOf(size_t variable) const {
  static const auto* const kNone = new std::vector<std::string>();
  const Domain& domain = domains_[variable];
  return domain.names == nullptr ? *kNone : *domain.names;
}

std::optional<size_t> Space::CellOf(size_t variable, std::string_view name) const {
  const Domain& domain = domains_[variable];
  const auto find = [&](const auto& index) -> std::optional<size_t> {
    const auto it = index.find(name);
    if (it == index.end()) return std::nullopt;
    return it->second;
  };
  if (domain.names == &names_) return find(name_index_);
  if (domain.names == &audience_) return find(audience_index_);
  const std::vector<std::string>& names = NamesOf(variable);
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) return std::nullopt;
  return static_cast<size_t>(it - names.begin());
}

std::vector<uint64_t> Space::Zero(size_t variable) const {
  return std::vector<uint64_t>(layout_[variable].words);
}

Mask Space::Intern(size_t variable, const std::vector<uint64_t>& words) {
  const auto it = interned_[variable].find(words);
  if (it != interned_[variable].end()) return it->second;
  masks_.push_back(words);
  const Mask mask = masks_.back().data();
  interned_[variable].emplace(words, mask);
  return mask;
}

Mask Space::InternOne(size_t variable, size_t cell) {
  std::vector<uint64_t> words = Zero(variable);
  SetBit(words.data(), cell);
  return Intern(variable, words);
}

std::vector<uint64_t> Space::MapValues(size_t side, size_t attribute, const Bits& values) const {
  const size_t variable = variable_of_[attribute];
  std::vector<uint64_t> mask = Zero(variable);
  const std::vector<size_t>* map = domains_[variable].names == &names_      ? &peer_map_[side]
                                   : domains_[variable].names == &audience_ ? &audience_map_[side]
                                                                            : nullptr;
  for (size_t i : values.Members()) SetBit(mask.data(), map == nullptr ? i : (*map)[i]);
  return mask;
}

Literal Space::SingleLiteral(size_t side, const Atom& atom, bool negated, bool unknown) {
  const size_t variable = variable_of_[atom.attribute];
  const Mask foreign = foreign_[side][variable];
  const Domain& domain = domains_[variable];
  std::vector<uint64_t> mask = Zero(variable);
  if (atom.kind == Atom::Kind::kOneOf) {
    mask = MapValues(side, atom.attribute, atom.values);
  } else {
    for (size_t cell = 0; cell < domain.starts.size(); ++cell) {
      const int64_t n = domain.starts[cell];
      const bool holds = atom.kind == Atom::Kind::kNotEqual ? n != atom.lowest
                                                            : n >= atom.lowest && n <= atom.highest;
      if (holds) SetBit(mask.data(), cell);
    }
  }
  for (size_t cell = 0; cell < layout_[variable].cells; ++cell) {
    const uint64_t bit = uint64_t{1} << (cell % 64);
    const bool is_foreign = TestBit(foreign, cell);
    const bool holds = is_foreign ? unknown : TestBit(mask.data(), cell) != negated;
    mask[cell / 64] = holds ? (mask[cell / 64] | bit) : (mask[cell / 64] & ~bit);
  }
  return {static_cast<uint32_t>(variable), Test::kIn, Intern(variable, mask)};
}

// A set comparison as tests of bits. `marks` are the bits that say that not all of it is known:
// what they leave open counts as `unknown`.
Space::Cubes Space::SpreadSet(size_t side, const Atom& atom, bool negated, bool unknown) {
  const size_t variable = variable_of_[atom.attribute];
  const Mask marks = foreign_[side][variable];
  std::vector<uint64_t> values = MapValues(side, atom.attribute, atom.values);
  if (atom.kind == Atom::Kind::kHasOnly) {  // has none of the others
    std::vector<uint64_t> others = Zero(variable);
    for (size_t i = 0; i < NamesOf(variable).size(); ++i) {
      if (!TestBit(values.data(), i) && !TestBit(marks, i)) SetBit(others.data(), i);
    }
    values = std::move(others);
  }
  const auto literal = [&](Test test, const std::vector<uint64_t>& mask) {
    return Literal{static_cast<uint32_t>(variable), test, Intern(variable, mask)};
  };
  const Literal has_marks = {static_cast<uint32_t>(variable), Test::kAny, marks};
  const Literal no_marks = {static_cast<uint32_t>(variable), Test::kNone, marks};
  if (atom.kind == Atom::Kind::kHasAll) {
    if (negated) {
      if (unknown) return {{{literal(Test::kNotAll, values)}}};
      return {{{no_marks, literal(Test::kNotAll, values)}}};
    }
    if (unknown) return {{{literal(Test::kAll, values)}}, {{has_marks}}};
    return {{{literal(Test::kAll, values)}}};
  }
  std::vector<uint64_t> with_marks = values;
  for (size_t w = 0; w < with_marks.size(); ++w) with_marks[w] |= marks[w];
  const bool is_any = (atom.kind == Atom::Kind::kHasAny) != negated;
  if (is_any) return {{{literal(Test::kAny, unknown ? with_marks : values)}}};
  return {{{literal(Test::kNone, unknown ? values : with_marks)}}};
}

Space::Cubes Space::SpreadAtom(size_t side, const Atom& atom, bool negated, bool unknown) {
  if (layout_[variable_of_[atom.attribute]].is_set) {
    return SpreadSet(side, atom, negated, unknown);
  }
  const Literal literal = SingleLiteral(side, atom, negated, unknown);
  const std::vector<uint64_t> none = Zero(literal.variable);
  if (literal.mask == Intern(literal.variable, none)) return {};
  return {{{literal}}};
}

std::optional<Space::Cubes> Space::Spread(size_t side, const Condition& condition, bool negated,
                                          bool unknown) {
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return negated ? Cubes{} : Cubes{Cube{}};
    case Condition::Kind::kAtom:
      return SpreadAtom(side, condition.atom, negated, unknown);
    case Condition::Kind::kNot:
      return Spread(side, condition.children.front(), !negated, unknown);
    default:
      break;
  }
  const bool all_must_hold = (condition.kind == Condition::Kind::kAnd) != negated;
  Cubes result;
  if (all_must_hold) result.push_back({});
  for (const Condition& child : condition.children) {
    std::optional<Cubes> some = Spread(side, child, negated, unknown);
    if (!some) return std::nullopt;
    if (all_must_hold) {
      std::optional<Cubes> both = Both(result, *some);
      if (!both) return std::nullopt;
      result = *std::move(both);
    } else {
      std::move(some->begin(), some->end(), std::back_inserter(result));
      MergeAlternatives(result);
      if (result.size() > kMaxCubes) return std::nullopt;
    }
  }
  return result;
}

std::optional<Space::Cubes> Space::Both(const Cubes& a, const Cubes& b) {
  if (a.size() * b.size() > kMaxCubes) return std::nullopt;
  Cubes both;
  for (const Cube& one : a) {
    for (const Cube& other : b) {
      Cube cube = one;
      const bool possible =
          std::all_of(other.literals.begin(), other.literals.end(),
                      [&](const Literal& literal) { return AddTo(cube, literal); });
      if (possible) both.push_back(std::move(cube));
    }
  }
  return both;
}

// Alternatives about one value of one attribute are one test: "is a or is b" is "in { a, b }".
void Space::MergeAlternatives(Cubes& cubes) {
  for (size_t i = 0; i < cubes.size(); ++i) {
    if (cubes[i].literals.size() != 1) continue;
    Literal& mine = cubes[i].literals.front();
    if (mine.test != Test::kIn && mine.test != Test::kAny) continue;
    std::vector<uint64_t> mask(mine.mask, mine.mask + layout_[mine.variable].words);
    bool merged = false;
    for (size_t j = cubes.size() - 1; j > i; --j) {
      if (cubes[j].literals.size() != 1) continue;
      const Literal& other = cubes[j].literals.front();
      if (other.variable != mine.variable || other.test != mine.test) continue;
      for (size_t w = 0; w < mask.size(); ++w) mask[w] |= other.mask[w];
      cubes.erase(cubes.begin() + static_cast<std::ptrdiff_t>(j));
      merged = true;
    }
    if (merged) mine.mask = Intern(mine.variable, mask);
  }
}

// Keeps the tests sorted, one kIn, kNone and kAll a variable. False if no cell is left.
bool Space::AddTo(Cube& cube, const Literal& literal) {
  const size_t words = layout_[literal.variable].words;
  const auto order = [&](const Literal& a, const Literal& b) {
    if (a.variable != b.variable) return a.variable < b.variable;
    if (a.test != b.test) return a.test < b.test;
    const size_t n = layout_[a.variable].words;
    return std::lexicographical_compare(a.mask, a.mask + n, b.mask, b.mask + n);
  };
  const bool merges =
      literal.test == Test::kIn || literal.test == Test::kNone || literal.test == Test::kAll;
  for (Literal& mine : cube.literals) {
    if (mine.variable != literal.variable || mine.test != literal.test) continue;
    if (mine.mask == literal.mask) return true;
    if (!merges) continue;
    std::vector<uint64_t> mask(mine.mask, mine.mask + words);
    uint64_t left = 0;
    for (size_t w = 0; w < words; ++w) {
      mask[w] =
          literal.test == Test::kIn ? (mask[w] & literal.mask[w]) : (mask[w] | literal.mask[w]);
      left |= mask[w];
    }
    mine.mask = Intern(literal.variable, mask);
    return left != 0;
  }
  cube.literals.insert(std::upper_bound(cube.literals.begin(), cube.literals.end(), literal, order),
                       literal);
  return true;
}

Literal Space::ByName(size_t side, const CheckedRule& rule) {
  const World& world = sides_[side]->world;
  std::vector<uint64_t> mask = Zero(who_);
  // A name that is not registered bears none of the names, but nobody knows its groups.
  const bool unknown = rule.names_groups && rule.kind != CheckedRule::Kind::kPermit;
  if (unknown) {
    for (size_t cell = 0; cell <= stranger(); ++cell) SetBit(mask.data(), cell);
  }
  for (size_t peer = 0; peer < world.peers().size(); ++peer) {
    const size_t cell = peer_map_[side][peer];
    const uint64_t bit = uint64_t{1} << (cell % 64);
    if (rule.peers.Test(peer)) {
      mask[cell / 64] |= bit;
    } else {
      mask[cell / 64] &= ~bit;
    }
  }
  return {static_cast<uint32_t>(who_), Test::kIn, Intern(who_, mask)};
}

Literal Space::InForceOn(const CheckedRule& rule) {
  std::vector<uint64_t> mask = Zero(day_);
  const std::vector<int64_t>& starts = domains_[day_].starts;
  for (size_t cell = 0; cell < starts.size(); ++cell) {
    const bool holds =
        (!rule.from || starts[cell] >= *rule.from) && (!rule.until || starts[cell] <= *rule.until);
    if (holds) SetBit(mask.data(), cell);
  }
  if (rule.kind != CheckedRule::Kind::kPermit) SetBit(mask.data(), domains_[day_].unknown);
  return {static_cast<uint32_t>(day_), Test::kIn, Intern(day_, mask)};
}

Literal Space::Actions(uint32_t actions) {
  std::vector<uint64_t> mask = {actions};
  return {static_cast<uint32_t>(action_), Test::kIn, Intern(action_, mask)};
}

std::optional<std::vector<Cube>> Space::CubesOf(size_t side, const CheckedRule& rule) {
  const bool unknown = rule.kind != CheckedRule::Kind::kPermit;
  Cube head;
  AddTo(head, Actions(rule.actions));
  if (rule.from || rule.until) AddTo(head, InForceOn(rule));
  if (rule.by_name) AddTo(head, ByName(side, rule));
  std::optional<Cubes> cubes = Cubes{std::move(head)};
  for (const Condition* part : {&rule.to, &rule.items}) {
    if (part == &rule.to && rule.by_name) continue;
    if (part->kind == Condition::Kind::kTrue) continue;
    const std::optional<Cubes> spread = Spread(side, *part, false, unknown);
    if (!spread) return std::nullopt;
    cubes = Both(*cubes, *spread);
    if (!cubes) return std::nullopt;
  }
  return cubes;
}

std::optional<std::vector<Cube>> Space::CubesOf(size_t side, const CheckedGuarantee& guarantee) {
  Cube head;
  AddTo(head, Actions(guarantee.actions));
  std::optional<Cubes> cubes = Cubes{std::move(head)};
  for (const Condition* part : {&guarantee.to, &guarantee.items}) {
    const std::optional<Cubes> spread = Spread(side, *part, false, true);
    if (!spread) return std::nullopt;
    cubes = Both(*cubes, *spread);
    if (!cubes) return std::nullopt;
  }
  return cubes;
}

Region Space::Everything(std::optional<int64_t> first_day) const {
  Region region(layout_);
  if (!first_day) return region;
  const std::vector<int64_t>& starts = domains_[day_].starts;
  std::vector<uint64_t> mask = Zero(day_);
  for (size_t cell = 0; cell < starts.size(); ++cell) {
    const int64_t last = cell + 1 < starts.size() ? starts[cell + 1] - 1 : kLastDay;
    if (last >= *first_day) SetBit(mask.data(), cell);
  }
  region.Assert(day_, Test::kIn, mask.data());
  return region;
}

Point Space::PeerPoint(size_t side, size_t peer) const {
  const World& world = sides_[side]->world;
  Request request;
  request.peer = world.peers()[peer].name;
  request.peer_attributes = world.peers()[peer].attributes;
  const BoundRequest bound = world.Bind(request);
  Point point(layout_);
  SetBit(point.At(who_), peer_map_[side][peer]);
  for (size_t a = 0; a < variable_of_.size(); ++a) {
    const size_t v = variable_of_[a];
    const Domain& domain = domains_[v];
    if (v == who_ || !domain.of_peer) continue;
    const BoundValue& value = bound.values[a];
    if (layout_[v].is_set) {
      const std::vector<uint64_t> words = MapValues(side, a, value.set);
      std::copy(words.begin(), words.end(), point.At(v));
      if (!value.known || value.partial) SetBit(point.At(v), domain.unknown);
    } else if (!value.known) {
      const std::string& name = world.vocabulary().attributes()[a].name;
      const bool word = request.peer_attributes.FindSymbol(name) != nullptr;
      SetBit(point.At(v), word && domain.other ? *domain.other : domain.unknown);
    } else if (domain.starts.empty()) {
      Bits one;
      one.Set(value.symbol);
      const std::vector<uint64_t> words = MapValues(side, a, one);
      std::copy(words.begin(), words.end(), point.At(v));
    } else {
      const auto next = std::upper_bound(domain.starts.begin(), domain.starts.end(), value.number);
      SetBit(point.At(v), static_cast<size_t>(next - domain.starts.begin()) - 1);
    }
  }
  return point;
}

bool Space::NarrowToPeer(const Point& peer, Region& region) {
  for (size_t v = 0; v < layout_.size(); ++v) {
    if (!domains_[v].of_peer) continue;
    if (!layout_[v].is_set) {
      if (!region.Assert(v, Test::kIn, peer.At(v))) return false;
      continue;
    }
    std::vector<uint64_t> absent = Zero(v);
    for (size_t bit = 0; bit < layout_[v].cells; ++bit) {
      if (!TestBit(peer.At(v), bit)) SetBit(absent.data(), bit);
    }
    if (!region.Assert(v, Test::kAll, peer.At(v)) ||
        !region.Assert(v, Test::kNone, absent.data())) {
      return false;
    }
  }
  return true;
}

std::optional<Cube> Space::ForPeer(const Cube& cube, const Point& peer) const {
  Cube rest;
  for (const Literal& literal : cube.literals) {
    if (!domains_[literal.variable].of_peer) {
      rest.literals.push_back(literal);
    } else if (!peer.Satisfies(literal)) {
      return std::nullopt;
    }
  }
  return rest;
}

}  // namespace fairway::policy
