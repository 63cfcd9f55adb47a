#include "policy/engine/condition_parts.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace fairway::policy {
namespace {

using Kind = Condition::Kind;

void AppendParts(const Condition& condition, bool negated, std::vector<ConditionPart>& parts) {
  if (condition.kind == Kind::kTrue && !negated) return;
  if (condition.kind == Kind::kNot) {
    AppendParts(condition.children.front(), !negated, parts);
    return;
  }
  if (condition.kind == (negated ? Kind::kOr : Kind::kAnd)) {
    for (const Condition& child : condition.children) AppendParts(child, negated, parts);
    return;
  }
  parts.push_back({&condition, negated});
}

// False if a second attribute was met.
bool FindAttribute(const Condition& condition, std::optional<size_t>& attribute) {
  if (condition.kind == Kind::kTrue) return false;
  if (condition.kind == Kind::kAtom) {
    if (attribute && *attribute != condition.atom.attribute) return false;
    attribute = condition.atom.attribute;
  }
  return std::all_of(condition.children.begin(), condition.children.end(),
                     [&](const Condition& child) { return FindAttribute(child, attribute); });
}

// The values for which the condition holds, where `of_atom` gives those of an atom.
std::optional<Bits> Accepted(const Condition& condition, const Bits& all,
                             const std::function<std::optional<Bits>(const Atom&)>& of_atom) {
  switch (condition.kind) {
    case Kind::kTrue:
      return all;
    case Kind::kAtom:
      return of_atom(condition.atom);
    case Kind::kNot: {
      std::optional<Bits> inner = Accepted(condition.children.front(), all, of_atom);
      if (!inner) return std::nullopt;
      Bits rest = all;
      rest -= *inner;
      return rest;
    }
    case Kind::kAnd:
    case Kind::kOr:
      break;
  }
  Bits result = condition.kind == Kind::kAnd ? all : Bits();
  for (const Condition& child : condition.children) {
    const std::optional<Bits> inner = Accepted(child, all, of_atom);
    if (!inner) return std::nullopt;
    if (condition.kind == Kind::kAnd) {
      result &= *inner;
    } else {
      result |= *inner;
    }
  }
  return result;
}

std::optional<Bits> AcceptedOf(const ConditionPart& part, size_t values,
                               const std::function<std::optional<Bits>(const Atom&)>& of_atom) {
  const Bits all = Bits::FirstN(values);
  std::optional<Bits> accepted = Accepted(*part.condition, all, of_atom);
  if (!accepted || !part.negated) return accepted;
  Bits rest = all;
  rest -= *accepted;
  return rest;
}

// The bucket that begins at this number; nothing if none does.
std::optional<size_t> BucketFrom(int64_t number, std::span<const int64_t> cuts) {
  if (number <= 0) return 0;
  const auto it = std::lower_bound(cuts.begin(), cuts.end(), number);
  if (it == cuts.end() || *it != number) return std::nullopt;
  return static_cast<size_t>(it - cuts.begin()) + 1;
}

// The bucket behind the one that ends with this number.
std::optional<size_t> BucketAfter(int64_t number, std::span<const int64_t> cuts) {
  if (number == kNoUpperBound) return cuts.size() + 1;
  return BucketFrom(number + 1, cuts);
}

std::optional<Bits> BucketsOf(const Atom& atom, std::span<const int64_t> cuts) {
  const bool range = atom.kind == Atom::Kind::kRange;
  if (!range && atom.kind != Atom::Kind::kNotEqual) return std::nullopt;
  const auto from = BucketFrom(atom.lowest, cuts);
  const auto behind = BucketAfter(range ? atom.highest : atom.lowest, cuts);
  if (!from || !behind) return std::nullopt;
  Bits buckets;
  for (size_t b = *from; b < *behind; ++b) buckets.Set(b);
  if (range) return buckets;
  Bits rest = Bits::FirstN(cuts.size() + 1);
  rest -= buckets;
  return rest;
}

Bits AllBut(const Bits& values, size_t count) {
  Bits rest = Bits::FirstN(count);
  rest -= values;
  return rest;
}

using Demands = std::optional<std::vector<SetDemand>>;

Demands DemandsOfAtom(const Atom& atom, bool negated, size_t values) {
  const auto one = [](bool any, Bits of) {
    return std::vector<SetDemand>{SetDemand{any, std::move(of)}};
  };
  switch (atom.kind) {
    case Atom::Kind::kHasAny:
      return one(!negated, atom.values);
    case Atom::Kind::kHasNone:
      return one(negated, atom.values);
    case Atom::Kind::kHasOnly:
      return one(negated, AllBut(atom.values, values));
    case Atom::Kind::kHasAll:
      break;
    default:
      return std::nullopt;
  }
  const std::vector<size_t> members = atom.values.Members();
  if (members.size() == 1) return one(!negated, atom.values);
  // Not all of several is an alternative; all of nothing says nothing about sets nobody knows.
  if (negated || members.empty()) return std::nullopt;
  std::vector<SetDemand> each;
  for (size_t member : members) {
    SetDemand demand;
    demand.values.Set(member);
    each.push_back(std::move(demand));
  }
  return each;
}

Demands DemandsOf(const Condition& condition, bool negated, size_t values) {
  switch (condition.kind) {
    case Kind::kTrue:
      return std::nullopt;
    case Kind::kAtom:
      return DemandsOfAtom(condition.atom, negated, values);
    case Kind::kNot:
      return DemandsOf(condition.children.front(), !negated, values);
    case Kind::kAnd:
    case Kind::kOr:
      break;
  }
  const bool all = condition.kind == (negated ? Kind::kOr : Kind::kAnd);
  std::vector<SetDemand> demands;
  for (const Condition& child : condition.children) {
    Demands inner = DemandsOf(child, negated, values);
    if (!inner) return std::nullopt;
    if (all) {
      demands.insert(demands.end(), inner->begin(), inner->end());
      continue;
    }
    // Any of these or any of those is any of both; other alternatives are no single demand.
    if (inner->size() != 1 || !inner->front().any) return std::nullopt;
    if (demands.empty()) {
      demands = *std::move(inner);
    } else {
      demands.front().values |= inner->front().values;
    }
  }
  return demands;
}

}  // namespace

std::vector<ConditionPart> PartsOf(const Condition& condition) {
  std::vector<ConditionPart> parts;
  AppendParts(condition, false, parts);
  return parts;
}

std::optional<size_t> OnlyAttributeOf(const Condition& condition) {
  std::optional<size_t> attribute;
  return FindAttribute(condition, attribute) ? attribute : std::nullopt;
}

std::optional<Bits> AcceptedValues(const ConditionPart& part, size_t values) {
  return AcceptedOf(part, values, [&](const Atom& atom) -> std::optional<Bits> {
    if (atom.kind != Atom::Kind::kOneOf) return std::nullopt;
    return atom.values;
  });
}

std::optional<Bits> AcceptedBuckets(const ConditionPart& part, std::span<const int64_t> cuts) {
  return AcceptedOf(part, cuts.size() + 1, [&](const Atom& atom) { return BucketsOf(atom, cuts); });
}

void AppendCuts(const Condition& condition, size_t attribute, std::vector<int64_t>& cuts) {
  for (const Condition& child : condition.children) AppendCuts(child, attribute, cuts);
  if (condition.kind != Kind::kAtom || condition.atom.attribute != attribute) return;
  const Atom& atom = condition.atom;
  const int64_t highest = atom.kind == Atom::Kind::kRange ? atom.highest : atom.lowest;
  if (atom.lowest > 0) cuts.push_back(atom.lowest);
  if (highest != kNoUpperBound && highest + 1 > 0) cuts.push_back(highest + 1);
}

std::optional<std::vector<SetDemand>> SetDemandsOf(const ConditionPart& part, size_t values) {
  return DemandsOf(*part.condition, part.negated, values);
}

}  // namespace fairway::policy
