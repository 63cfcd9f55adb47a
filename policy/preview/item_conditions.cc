#include "policy/preview/item_conditions.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "policy/preview/atom_key.h"

namespace fairway::policy {
namespace {

using AtomKind = Atom::Kind;

constexpr std::string_view kItemSide = "item.";
constexpr std::string_view kAge = "item.age";

// The first microsecond that is not before `time`.
int64_t MicrosFrom(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  const bool exact = absl::FromUnixMicros(micros) >= time;
  return exact || micros == std::numeric_limits<int64_t>::max() ? micros : micros + 1;
}

}  // namespace

ItemConditions::ItemConditions(const World& world, const ItemColumns& items, absl::Time now,
                               RowGraph& graph)
    : world_(world),
      items_(items),
      now_(now),
      graph_(graph),
      bound_(world.vocabulary().attributes().size()) {}

Edge ItemConditions::Holding(const Condition& condition, bool unknown) {
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return kAllItems;
    case Condition::Kind::kAtom: {
      const Certain certain = Of(condition.atom);
      return unknown ? Not(certain.fails) : certain.holds;
    }
    case Condition::Kind::kNot:
      return Not(Holding(condition.children.front(), !unknown));
    case Condition::Kind::kAnd:
    case Condition::Kind::kOr:
      break;
  }
  std::vector<Edge> edges;
  edges.reserve(condition.children.size());
  for (const Condition& child : condition.children) edges.push_back(Holding(child, unknown));
  return condition.kind == Condition::Kind::kAnd ? graph_.And(std::move(edges))
                                                 : graph_.Or(std::move(edges));
}

ItemConditions::Certain ItemConditions::Of(const Atom& atom) {
  const auto [it, added] = atoms_.emplace(AtomKey(atom), Certain());
  if (added) it->second = Evaluate(atom);
  return it->second;
}

ItemConditions::Certain ItemConditions::Evaluate(const Atom& atom) {
  switch (atom.kind) {
    case AtomKind::kOneOf:
      return OfSymbol(atom);
    case AtomKind::kRange:
    case AtomKind::kNotEqual:
      return OfNumber(atom);
    case AtomKind::kHasAny:
    case AtomKind::kHasAll:
    case AtomKind::kHasNone:
    case AtomKind::kHasOnly:
      break;
  }
  return OfSet(atom);
}

const ItemConditions::Bound& ItemConditions::Bind(size_t attribute) {
  Bound& bound = bound_[attribute];
  if (bound.ready) return bound;
  bound.ready = true;
  const Vocabulary::Attribute& declared = world_.vocabulary().attributes()[attribute];
  bound.is_age = declared.name == kAge;
  // What is not said of items is unknown: nobody says anything about the circumstances.
  if (std::string_view(declared.name).starts_with(kItemSide)) {
    bound.column = items_.Find(declared.name);
  }
  if (declared.type != Vocabulary::Type::kNumber) {
    bound.by_value.assign(world_.ValuesOf(attribute).size(), kNoItems);
    if (bound.column != nullptr) BindWords(attribute, bound);
    return bound;
  }
  std::vector<Edge> known;
  if (bound.column != nullptr) {
    for (const auto& [number, items] : bound.column->numbers) {
      if (number >= 0) known.push_back(graph_.Leaf(&items));
    }
  }
  if (bound.is_age) known.push_back(graph_.Leaf(&items_.dated()));
  bound.known = graph_.Or(std::move(known));
  return bound;
}

void ItemConditions::BindWords(size_t attribute, Bound& bound) {
  const bool is_set = world_.vocabulary().attributes()[attribute].type == Vocabulary::Type::kSet;
  std::vector<Edge> known, unheard_of;
  for (const auto& [word, items] : is_set ? bound.column->members : bound.column->symbols) {
    const Edge edge = graph_.Leaf(&items);
    if (const std::optional<size_t> value = world_.FindValue(attribute, word)) {
      bound.by_value[*value] = edge;
      known.push_back(edge);
    } else {
      unheard_of.push_back(edge);
    }
  }
  if (is_set) {
    bound.known = graph_.Leaf(&bound.column->sets);
    bound.partial = graph_.Or(std::move(unheard_of));
  } else {
    bound.known = graph_.Or(std::move(known));
  }
}

Edge ItemConditions::AnyOf(const Bound& bound, const Bits& values, bool in) {
  std::vector<Edge> edges;
  for (size_t value = 0; value < bound.by_value.size(); ++value) {
    if (bound.by_value[value] != kNoItems && values.Test(value) == in) {
      edges.push_back(bound.by_value[value]);
    }
  }
  return graph_.Or(std::move(edges));
}

ItemConditions::Certain ItemConditions::OfSymbol(const Atom& atom) {
  const Bound& bound = Bind(atom.attribute);
  return {AnyOf(bound, atom.values, true), AnyOf(bound, atom.values, false)};
}

ItemConditions::Certain ItemConditions::OfNumber(const Atom& atom) {
  const Bound& bound = Bind(atom.attribute);
  const bool differs = atom.kind == AtomKind::kNotEqual;
  const Edge in = InRange(bound, atom.lowest, differs ? atom.lowest : atom.highest);
  const Edge out = graph_.Without(bound.known, in);
  return differs ? Certain{out, in} : Certain{in, out};
}

Edge ItemConditions::InRange(const Bound& bound, int64_t lowest, int64_t highest) {
  std::vector<Edge> edges;
  if (bound.column != nullptr) {
    const auto& numbers = bound.column->numbers;
    for (auto it = numbers.lower_bound(std::max<int64_t>(lowest, 0));
         it != numbers.end() && it->first <= highest; ++it) {
      edges.push_back(graph_.Leaf(&it->second));
    }
  }
  if (bound.is_age && highest >= 0 && lowest <= highest) {
    const Edge dated = graph_.Leaf(&items_.dated());
    const Edge young = highest == kNoUpperBound ? dated : AgeAtMost(highest);
    edges.push_back(lowest <= 0 ? young : graph_.Without(young, AgeAtMost(lowest - 1)));
  }
  return graph_.Or(std::move(edges));
}

// Rounded up, days since a moment are at most n as long as n times 24 hours have not passed.
Edge ItemConditions::AgeAtMost(int64_t days) {
  if (items_.dated().empty()) return kNoItems;
  const absl::Time from = now_ - absl::Hours(24) * days;
  if (from == absl::InfinitePast()) return graph_.Leaf(&items_.dated());
  return graph_.AgeFrom(MicrosFrom(from));
}

ItemConditions::Certain ItemConditions::OfSet(const Atom& atom) {
  const Bound& bound = Bind(atom.attribute);
  const auto unless_partial = [&](Edge edge) {
    return graph_.And({bound.known, edge, Not(bound.partial)});
  };
  if (atom.kind == AtomKind::kHasAll) {
    std::vector<Edge> edges = {bound.known};
    for (size_t value : atom.values.Members()) {
      edges.push_back(value < bound.by_value.size() ? bound.by_value[value] : kNoItems);
    }
    const Edge all = graph_.And(std::move(edges));
    return {all, unless_partial(Not(all))};
  }
  // A member that decides, whatever else is there: one of them, or one beyond them.
  const Edge decides = AnyOf(bound, atom.values, atom.kind != AtomKind::kHasOnly);
  const Edge otherwise = unless_partial(Not(decides));
  if (atom.kind == AtomKind::kHasAny) return {decides, otherwise};
  return {otherwise, decides};
}

}  // namespace fairway::policy
