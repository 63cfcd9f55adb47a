#include "policy/program/box.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/limits.h"

namespace fairway::policy {

bool Box::Add(const Atom& atom, bool negated) {
  Domain& domain = domains_[atom.attribute];
  Narrow(domain, atom, negated);
  return IsPossible(domain);
}

void Box::Narrow(Domain& domain, const Atom& atom, bool negated) const {
  switch (atom.kind) {
    case Atom::Kind::kOneOf: {
      if (!domain.allowed) domain.allowed = Bits::FirstN(world_->ValuesOf(atom.attribute).size());
      if (negated) {
        *domain.allowed -= atom.values;
      } else {
        *domain.allowed &= atom.values;
      }
      return;
    }
    case Atom::Kind::kRange:
    case Atom::Kind::kNotEqual:
      return NarrowNumber(domain, atom, negated);
    default:
      return NarrowSet(domain, atom, negated);
  }
}

void Box::NarrowNumber(Domain& domain, const Atom& atom, bool negated) {
  const bool exact = atom.kind == Atom::Kind::kNotEqual || atom.lowest == atom.highest;
  const bool differs = (atom.kind == Atom::Kind::kNotEqual) != negated;
  if (exact) {
    if (differs) {
      domain.not_equal.push_back(atom.lowest);
    } else {
      domain.lowest = std::max(domain.lowest, atom.lowest);
      domain.highest = std::min(domain.highest, atom.lowest);
    }
    return;
  }
  // A range is open at one end: below, at most, at least, above.
  const bool bounded_above = atom.highest != kNoUpperBound;
  if (!negated) {
    domain.lowest = std::max(domain.lowest, atom.lowest);
    domain.highest = std::min(domain.highest, atom.highest);
  } else if (bounded_above) {
    domain.lowest = std::max(domain.lowest, atom.highest + 1);
  } else {
    domain.highest = std::min(domain.highest, atom.lowest - 1);
  }
}

void Box::NarrowSet(Domain& domain, const Atom& atom, bool negated) const {
  Bits others = Bits::FirstN(world_->ValuesOf(atom.attribute).size());
  others -= atom.values;
  switch (atom.kind) {
    case Atom::Kind::kHasAny:
    case Atom::Kind::kHasNone:
      if ((atom.kind == Atom::Kind::kHasAny) != negated) {
        domain.any_of.push_back(atom.values);
      } else {
        domain.must_not |= atom.values;
      }
      return;
    case Atom::Kind::kHasAll:
      if (negated) {
        domain.not_all.push_back(atom.values);
      } else {
        domain.must |= atom.values;
      }
      return;
    default:
      if (negated) {
        domain.any_of.push_back(others);
      } else {
        domain.must_not |= others;
      }
      return;
  }
}

bool Box::IsPossible(const Domain& domain) {
  if (domain.allowed && domain.allowed->Empty()) return false;
  if (domain.lowest > domain.highest) return false;
  const uint64_t room = static_cast<uint64_t>(domain.highest - domain.lowest);
  if (room < domain.not_equal.size()) {
    bool found = false;
    for (int64_t n = domain.lowest; n <= domain.highest && !found; ++n) {
      found =
          std::find(domain.not_equal.begin(), domain.not_equal.end(), n) == domain.not_equal.end();
    }
    if (!found) return false;
  }
  return SetIsPossible(domain);
}

bool Box::SetIsPossible(const Domain& domain) {
  Bits must = domain.must;
  // An alternative with one member left is a member that must be there.
  for (const Bits& any : domain.any_of) {
    Bits left = any;
    left -= domain.must_not;
    if (left.Empty()) return false;
    if (left.Count() == 1) must |= left;
  }
  if (must.Intersects(domain.must_not)) return false;
  return std::none_of(domain.not_all.begin(), domain.not_all.end(),
                      [&](const Bits& all) { return all.IsSubsetOf(must); });
}

bool Box::Intersect(const Box& other) {
  for (const auto& [attribute, theirs] : other.domains_) {
    auto [it, added] = domains_.try_emplace(attribute, theirs);
    if (added) continue;
    Domain& mine = it->second;
    if (theirs.allowed) {
      if (mine.allowed) {
        *mine.allowed &= *theirs.allowed;
      } else {
        mine.allowed = theirs.allowed;
      }
    }
    mine.lowest = std::max(mine.lowest, theirs.lowest);
    mine.highest = std::min(mine.highest, theirs.highest);
    mine.must |= theirs.must;
    mine.must_not |= theirs.must_not;
    const auto append = [](auto& into, const auto& from) {
      into.insert(into.end(), from.begin(), from.end());
    };
    append(mine.not_equal, theirs.not_equal);
    append(mine.any_of, theirs.any_of);
    append(mine.not_all, theirs.not_all);
    if (!IsPossible(mine)) return false;
  }
  return true;
}

bool Box::ForcesValue(size_t attribute, size_t value) const {
  const auto it = domains_.find(attribute);
  if (it == domains_.end() || !it->second.allowed) return false;
  return it->second.allowed->Members() == std::vector<size_t>{value};
}

std::string Box::ExampleValue(size_t attribute, const Domain& domain) const {
  const std::vector<std::string>& names = world_->ValuesOf(attribute);
  switch (world_->vocabulary().attributes()[attribute].type) {
    case Vocabulary::Type::kNumber:
      return absl::StrCat(domain.lowest);
    case Vocabulary::Type::kSet: {
      Bits members = domain.must;
      for (const Bits& any : domain.any_of) {
        Bits left = any;
        left -= domain.must_not;
        if (!left.Intersects(members)) members.Set(left.Members().front());
      }
      std::string text = "{";
      for (size_t i : members.Members()) {
        absl::StrAppend(&text, text.size() > 1 ? ", " : " ", names[i]);
      }
      return text + " }";
    }
    default:
      return domain.allowed ? names[domain.allowed->Members().front()] : names.front();
  }
}

std::string Box::Example() const {
  std::string peer, item;
  for (const auto& [attribute, domain] : domains_) {
    const std::string& name = world_->vocabulary().attributes()[attribute].name;
    std::string& side = name.starts_with("item.") ? item : peer;
    const std::string shown = name.starts_with("item.") ? name.substr(5) : name;
    absl::StrAppend(&side, side.empty() ? "" : ", ", shown, ": ", ExampleValue(attribute, domain));
  }
  std::string text = item.empty() ? "any item" : absl::StrCat("item { ", item, " }");
  if (!peer.empty()) absl::StrAppend(&text, " where ", peer);
  return text;
}

std::optional<std::vector<Box>> Alternatives(const Condition& condition, bool negated,
                                             std::vector<Box> within) {
  const bool all_must_hold = (condition.kind == Condition::Kind::kAnd) != negated;
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return negated ? std::vector<Box>{} : std::move(within);
    case Condition::Kind::kAtom:
      std::erase_if(within, [&](Box& box) { return !box.Add(condition.atom, negated); });
      return within;
    case Condition::Kind::kNot:
      return Alternatives(condition.children.front(), !negated, std::move(within));
    default:
      break;
  }
  if (all_must_hold) {
    for (const Condition& child : condition.children) {
      std::optional<std::vector<Box>> next = Alternatives(child, negated, std::move(within));
      if (!next) return std::nullopt;
      within = *std::move(next);
    }
    return within;
  }
  std::vector<Box> all;
  for (const Condition& child : condition.children) {
    std::optional<std::vector<Box>> some = Alternatives(child, negated, within);
    if (!some || all.size() + some->size() > kMaxAlternatives) return std::nullopt;
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace fairway::policy
