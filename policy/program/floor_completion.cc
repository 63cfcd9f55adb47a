#include "policy/program/floor_completion.h"

#include <algorithm>
#include <utility>

namespace fairway::policy {
namespace {

using Test = Literal::Test;

constexpr size_t kNoBit = SIZE_MAX;
constexpr size_t kAuthorityIdDigits = 64;

// The id of an authority is no group, whoever wrote it.
bool IsAuthorityId(std::string_view name) {
  return name.size() == kAuthorityIdDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<uint64_t> Minus(std::vector<uint64_t> a, const std::vector<uint64_t>& b) {
  for (size_t w = 0; w < a.size(); ++w) a[w] &= ~b[w];
  return a;
}

bool IsEmpty(const std::vector<uint64_t>& words) {
  return std::all_of(words.begin(), words.end(), [](uint64_t word) { return word == 0; });
}

}  // namespace

FloorCompletion::FloorCompletion(Space& space, std::vector<size_t> holding,
                                 std::optional<size_t> failing)
    : space_(space),
      holding_(std::move(holding)),
      failing_(failing),
      country_of_(space.sides()),
      releasable_(space.VariableOf("item.releasable-to")),
      excluded_(space.VariableOf("item.not-releasable-to")),
      named_(space.VariableOf("item.named")),
      approved_(space.VariableOf("item.approved-for")),
      country_(space.VariableOf("peer.country")),
      onward_(space.VariableOf("item.onward")),
      mark_(space.UnknownOf(releasable_)),
      means_(std::make_shared<std::vector<std::vector<Words>>>()) {
  const size_t words = space.layout()[releasable_].words;
  countries_.resize(words);
  country_bit_.assign(space.layout()[country_].cells, kNoBit);
  const std::vector<std::string>& countries = space.NamesOf(country_);
  for (size_t cell = 0; cell < countries.size(); ++cell) {
    const std::optional<size_t> bit = space.CellOf(releasable_, countries[cell]);
    if (!bit) continue;
    country_bit_[cell] = *bit;
    SetBit(countries_.data(), *bit);
  }
  for (size_t s = 0; s < space.sides(); ++s) {
    Words foreign(words);
    const Mask mask = space.ForeignTo(s, releasable_);
    const std::vector<std::string>& names = space.NamesOf(releasable_);
    for (size_t bit = 0; bit < names.size(); ++bit) {
      if (TestBit(mask, bit) && !IsAuthorityId(names[bit])) SetBit(foreign.data(), bit);
    }
    foreign_.push_back(std::move(foreign));
    Words groups(words);
    for (size_t bit = 0; bit < names.size(); ++bit) {
      if (space.side(s).world.FindGroup(names[bit]) != nullptr) SetBit(groups.data(), bit);
    }
    groups_.push_back(std::move(groups));
    means_->emplace_back();
    const World& world = space.side(s).world;
    for (size_t who = 0; who <= space.stranger(); ++who) {
      Words means(words);
      SetBit(means.data(), *space.CellOf(releasable_, kAnyMember));
      if (who < space.stranger()) {
        const std::string& name = space.NamesOf(space.who())[who];
        if (const auto bit = space.CellOf(releasable_, name)) SetBit(means.data(), *bit);
        if (const auto peer = world.FindPeer(name)) {
          for (const std::string& group : world.peers()[*peer].groups) {
            if (const auto bit = space.CellOf(releasable_, group)) SetBit(means.data(), *bit);
          }
        }
      }
      means_->back().push_back(std::move(means));
    }
  }
  AddWays();
}

Literal FloorCompletion::In(size_t variable, const std::vector<size_t>& cells) {
  std::vector<uint64_t> mask(space_.layout()[variable].words);
  for (size_t cell : cells) SetBit(mask.data(), cell);
  return {static_cast<uint32_t>(variable), Test::kIn, space_.Intern(variable, mask)};
}

void FloorCompletion::AddWays() {
  const auto values = [&](size_t variable, std::initializer_list<std::string_view> names) {
    std::vector<size_t> cells;
    for (std::string_view name : names) cells.push_back(*space_.CellOf(variable, name));
    return cells;
  };
  const auto others = [&](size_t variable, const std::vector<size_t>& without) {
    std::vector<size_t> cells;
    for (size_t cell = 0; cell < space_.layout()[variable].cells; ++cell) {
      if (std::find(without.begin(), without.end(), cell) == without.end()) cells.push_back(cell);
    }
    return cells;
  };
  const size_t tlp = space_.VariableOf("item.tlp");
  const size_t originator = space_.VariableOf("item.originator");
  const size_t hops = space_.VariableOf("item.hops-left");
  const size_t state = space_.VariableOf("item.state");
  const size_t link = space_.VariableOf("peer.link");
  always_ = {In(state, values(state, {"active"})), In(link, values(link, {"active"}))};

  const std::vector<size_t> accept = values(space_.action(), {kActionAccept});
  const std::vector<size_t> redistribute = values(space_.action(), {kActionRedistribute});
  std::vector<size_t> neither = accept;
  neither.insert(neither.end(), redistribute.begin(), redistribute.end());
  const Literal accepting = In(space_.action(), accept);
  const Literal outbound = In(space_.action(), others(space_.action(), accept));
  const Literal passing_on = In(space_.action(), redistribute);
  const Literal plain = In(space_.action(), others(space_.action(), neither));

  std::vector<size_t> ours = {space_.UnknownOf(originator)};
  if (const auto self = space_.CellOf(originator, space_.side(0).world.self())) {
    ours.push_back(*self);
  }
  const Literal own = In(originator, ours);
  const Literal received = In(originator, others(originator, ours));
  std::vector<size_t> red = values(tlp, {"RED"});
  red.push_back(space_.UnknownOf(tlp));
  std::vector<size_t> strict = red;
  strict.push_back(*space_.CellOf(tlp, "AMBER+STRICT"));
  const Literal is_red = In(tlp, red);
  const Literal not_red = In(tlp, others(tlp, red));
  const Literal not_strict = In(tlp, others(tlp, strict));
  std::vector<size_t> left = others(hops, {0, space_.UnknownOf(hops)});
  const Literal hops_left = In(hops, left);
  community_ = In(onward_, values(onward_, {"any", "community"}));
  only_named_ = In(onward_, values(onward_, {"named"}));
  const Literal needs_approval =
      In(onward_, others(onward_, values(onward_, {"any", "community", "none"})));

  const auto way = [&](std::vector<Literal> literals) {
    Way added;
    added.literals = std::move(literals);
    ways_.push_back(std::move(added));
    return &ways_.back();
  };
  way({plain, own, not_red});
  way({passing_on, own, not_strict});
  way({plain, own, is_red})->named_itself = true;
  way({outbound, received, not_strict, hops_left, community_});
  way({outbound, received, not_strict, hops_left, needs_approval})->includes = approved_;
  way({outbound, received, not_strict, hops_left, only_named_})->includes = named_;
  way({accepting})->audience = false;
}

std::optional<size_t> FloorCompletion::FallbackCountry(size_t side, size_t who) const {
  if (!IsRegistered(side, who)) return std::nullopt;
  const World& world = space_.side(side).world;
  const size_t peer = *world.FindPeer(space_.NamesOf(space_.who())[who]);
  return space_.CellOf(country_, world.peers()[peer].country);
}

bool FloorCompletion::IsRegistered(size_t side, size_t who) const {
  if (who >= space_.stranger()) return false;
  return space_.side(side).world.FindPeer(space_.NamesOf(space_.who())[who]).has_value();
}

// What the floors take for the country: the attribute, and only if there is none what the registry
// says. An attribute that nobody understands is no country.
bool FloorCompletion::HasCountry(size_t side, size_t who, size_t country) const {
  if (country == space_.UnknownOf(country_)) return FallbackCountry(side, who).has_value();
  return country != *space_.OtherOf(country_);
}

FloorCompletion::Words FloorCompletion::Means(size_t side, size_t who, size_t country) const {
  if (country_of_[side]) country = *country_of_[side];
  Words means = (*means_)[side][who];
  if (country == space_.UnknownOf(country_)) {
    country = FallbackCountry(side, who).value_or(country);
  }
  if (country_bit_[country] != kNoBit) SetBit(means.data(), country_bit_[country]);
  return means;
}

FloorCompletion::Words FloorCompletion::MightMean(size_t side, size_t who, size_t country) const {
  Words words = Means(side, who, country);
  if (country_of_[side]) country = *country_of_[side];
  for (size_t w = 0; w < words.size(); ++w) words[w] |= foreign_[side][w];
  if (!HasCountry(side, who, country)) {
    for (size_t w = 0; w < words.size(); ++w) words[w] |= countries_[w];
  }
  // Nobody knows the groups of a name that is not registered.
  if (!IsRegistered(side, who)) {
    for (size_t w = 0; w < words.size(); ++w) words[w] |= groups_[side][w];
  }
  return words;
}

bool FloorCompletion::MayDiffer(const Space& space, size_t who) {
  if (space.sides() < 2) return false;
  const size_t releasable = space.VariableOf("item.releasable-to");
  if (space.ForeignTo(0, releasable) != space.ForeignTo(1, releasable)) return true;
  if (who >= space.stranger()) return false;
  const std::string& name = space.NamesOf(space.who())[who];
  const auto a = space.side(0).world.FindPeer(name);
  const auto b = space.side(1).world.FindPeer(name);
  if (a.has_value() != b.has_value()) return true;
  if (!a) return false;
  const World::Peer& before = space.side(0).world.peers()[*a];
  const World::Peer& after = space.side(1).world.peers()[*b];
  return before.groups != after.groups || before.country != after.country;
}

std::vector<size_t> FloorCompletion::AllowedCells(const Region& region, size_t variable) const {
  std::vector<size_t> cells;
  const Mask allowed = region.Allowed(variable);
  for (size_t cell = 0; cell < space_.layout()[variable].cells; ++cell) {
    if (TestBit(allowed, cell)) cells.push_back(cell);
  }
  return cells;
}

// One country of each sort: what matters is what must, may and must not be in which audience.
std::vector<size_t> FloorCompletion::Countries(const Region& region) const {
  std::vector<size_t> cells;
  std::vector<uint32_t> seen;
  for (size_t cell : AllowedCells(region, country_)) {
    uint32_t sort =
        cell >= space_.NamesOf(country_).size() ? static_cast<uint32_t>(cell + 1) << 8 : 0;
    const size_t bit = country_bit_[cell];
    uint32_t shift = 0;
    for (size_t variable : {releasable_, excluded_, named_, approved_}) {
      if (bit != kNoBit) {
        sort |= static_cast<uint32_t>(TestBit(region.Must(variable), bit)) << shift;
        sort |= static_cast<uint32_t>(TestBit(region.MustNot(variable), bit)) << (shift + 1);
      }
      shift += 2;
    }
    // A test of several words that is still open may tell countries of one sort apart.
    const bool told_apart =
        bit != kNoBit &&
        (region.HasClauseWith(releasable_, bit) || region.HasClauseWith(excluded_, bit) ||
         region.HasClauseWith(named_, bit) || region.HasClauseWith(approved_, bit));
    if (!told_apart && std::find(seen.begin(), seen.end(), sort) != seen.end()) continue;
    if (!told_apart) seen.push_back(sort);
    cells.push_back(cell);
  }
  std::stable_partition(cells.begin(), cells.end(),
                        [&](size_t cell) { return cell != *space_.OtherOf(country_); });
  return cells;
}

std::optional<Point> FloorCompletion::Complete(const Region& region) const {
  Region narrowed = region;
  for (const Literal& literal : always_) {
    if (!narrowed.Assert(literal)) return std::nullopt;
  }
  for (const Way& way : ways_) {
    if (std::optional<Point> point = CompleteWay(way, narrowed)) return point;
  }
  return std::nullopt;
}

std::optional<Point> FloorCompletion::CompleteWay(const Way& way, const Region& region) const {
  Region narrowed = region;
  for (const Literal& literal : way.literals) {
    if (!narrowed.Assert(literal)) return std::nullopt;
  }
  if (!way.audience) {
    if (failing_) return std::nullopt;
    return CompleteAll(narrowed);
  }
  for (size_t who : AllowedCells(narrowed, space_.who())) {
    if (std::optional<Point> point = CompleteWho(way, narrowed, who)) return point;
  }
  return std::nullopt;
}

std::optional<Point> FloorCompletion::CompleteWho(const Way& way, const Region& region,
                                                  size_t who) const {
  Region narrowed = region;
  std::vector<uint64_t> mask(space_.layout()[space_.who()].words);
  SetBit(mask.data(), who);
  if (!narrowed.Assert(space_.who(), Test::kIn, mask.data())) return std::nullopt;
  for (size_t country : Countries(narrowed)) {
    if (std::optional<Point> point = CompleteCountry(way, narrowed, who, country)) return point;
  }
  return std::nullopt;
}

std::optional<Point> FloorCompletion::CompleteCountry(const Way& way, Region region, size_t who,
                                                      size_t country) const {
  std::vector<uint64_t> mask(space_.layout()[country_].words);
  SetBit(mask.data(), country);
  if (!region.Assert(country_, Test::kIn, mask.data())) return std::nullopt;
  if (way.named_itself) {
    Words itself(countries_.size());
    SetBit(itself.data(), mark_);
    if (who < space_.stranger()) {
      const auto bit = space_.CellOf(named_, space_.NamesOf(space_.who())[who]);
      if (bit) SetBit(itself.data(), *bit);
    }
    if (!region.Assert(named_, Test::kAny, itself.data())) return std::nullopt;
  }
  for (size_t side : holding_) {
    if (!region.Assert(excluded_, Test::kNone, MightMean(side, who, country).data())) {
      return std::nullopt;
    }
    Words means = Means(side, who, country);
    SetBit(means.data(), mark_);
    if (!region.Assert(releasable_, Test::kAny, means.data())) return std::nullopt;
    if (way.includes && !region.Assert(*way.includes, Test::kAny, means.data())) {
      return std::nullopt;
    }
  }
  return failing_ ? CompleteFailing(way, region, who, country) : CompleteAll(region);
}

// One floor after the other of the side at which they must not all hold. P1, P2, P6, P7 and P8 look
// at the same things on both sides.
std::optional<Point> FloorCompletion::CompleteFailing(const Way& way, const Region& region,
                                                      size_t who, size_t country) const {
  const size_t holds = holding_.front();
  const Words means = Means(*failing_, who, country);
  const Words differ = Minus(Means(holds, who, country), means);
  const auto excludes = [&](Region& to, size_t variable) {
    return to.Assert(variable, Test::kAny, differ.data()) &&
           to.Assert(variable, Test::kNone, means.data());
  };
  Region narrowed = region;
  if (excludes(narrowed, releasable_)) {
    if (auto point = CompleteAll(narrowed)) return point;
  }
  const Words more = Minus(MightMean(*failing_, who, country), MightMean(holds, who, country));
  narrowed = region;
  if (narrowed.Assert(excluded_, Test::kAny, more.data())) {
    if (auto point = CompleteAll(narrowed)) return point;
  }
  if (!way.includes) return std::nullopt;
  // P5: neither approved nor, where that suffices, named.
  narrowed = region;
  if (!excludes(narrowed, *way.includes)) return std::nullopt;
  Region by_approval_only = narrowed;
  if (by_approval_only.Deny(only_named_)) {
    if (auto point = CompleteAll(by_approval_only)) return point;
  }
  const size_t other = *way.includes == approved_ ? named_ : approved_;
  if (!narrowed.Assert(only_named_) || !narrowed.Assert(other, Test::kNone, means.data())) {
    return std::nullopt;
  }
  return CompleteAll(narrowed);
}

// Every variable on its own: as little as possible is known.
std::optional<Point> FloorCompletion::CompleteAll(const Region& region) const {
  Point point(space_.layout());
  for (size_t v = 0; v < space_.layout().size(); ++v) {
    const size_t words = space_.layout()[v].words;
    if (space_.layout()[v].is_set) {
      const size_t mark = space_.UnknownOf(v);
      auto chosen = region.ChooseSet(v, mark);
      if (!chosen) return std::nullopt;
      if (IsEmpty(*chosen) && !TestBit(region.MustNot(v), mark)) SetBit(chosen->data(), mark);
      std::copy(chosen->begin(), chosen->end(), point.At(v));
      continue;
    }
    const Mask allowed = region.Allowed(v);
    const bool named = v == space_.action() || v == space_.who() || v == space_.day();
    if (!named && TestBit(allowed, space_.UnknownOf(v))) {
      SetBit(point.At(v), space_.UnknownOf(v));
      continue;
    }
    for (size_t cell = 0; cell < words * 64; ++cell) {
      if (!TestBit(allowed, cell)) continue;
      SetBit(point.At(v), cell);
      break;
    }
  }
  return point;
}

}  // namespace fairway::policy
