#include "policy/program/evaluator.h"

#include <algorithm>

namespace fairway::policy {
namespace {

// Nothing: unknown.
using Truth = std::optional<bool>;

// A set that also holds words the vocabulary does not know is decided by the words that are known
// if they suffice, and is unknown otherwise.
Truth Evaluate(const Atom& atom, const BoundValue& value) {
  if (!value.known) return std::nullopt;
  const auto unless_partial = [&](bool truth) -> Truth {
    if (value.partial) return std::nullopt;
    return truth;
  };
  switch (atom.kind) {
    case Atom::Kind::kOneOf:
      return atom.values.Test(value.symbol);
    case Atom::Kind::kRange:
      return value.number >= atom.lowest && value.number <= atom.highest;
    case Atom::Kind::kNotEqual:
      return value.number != atom.lowest;
    case Atom::Kind::kHasAny:
      if (value.set.Intersects(atom.values)) return true;
      return unless_partial(false);
    case Atom::Kind::kHasAll:
      if (atom.values.IsSubsetOf(value.set)) return true;
      return unless_partial(false);
    case Atom::Kind::kHasNone:
      if (value.set.Intersects(atom.values)) return false;
      return unless_partial(true);
    case Atom::Kind::kHasOnly:
      if (!value.set.IsSubsetOf(atom.values)) return false;
      return unless_partial(true);
  }
  return std::nullopt;
}

}  // namespace

Calendar Calendar::At(absl::Time now) {
  Calendar calendar;
  // Times outside the years a date can be written with count as unknown.
  static const absl::Time kFirst = absl::FromUnixSeconds(-62135596800);  // 0001-01-01
  static const absl::Time kLast = absl::FromUnixSeconds(253402300799);   // 9999-12-31
  if (now >= kFirst && now <= kLast) {
    calendar.day = absl::ToCivilDay(now, absl::UTCTimeZone()) - absl::CivilDay(1970, 1, 1);
  }
  return calendar;
}

bool Holds(const Condition& condition, const BoundRequest& request, bool unknown) {
  const auto holds = [&](const Condition& child) { return Holds(child, request, unknown); };
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return true;
    case Condition::Kind::kAtom:
      return Evaluate(condition.atom, request.values[condition.atom.attribute]).value_or(unknown);
    case Condition::Kind::kAnd:
      return std::all_of(condition.children.begin(), condition.children.end(), holds);
    case Condition::Kind::kOr:
      return std::any_of(condition.children.begin(), condition.children.end(), holds);
    case Condition::Kind::kNot:
      return !Holds(condition.children.front(), request, !unknown);
  }
  return unknown;
}

bool ToHolds(const CheckedRule& rule, const BoundRequest& request) {
  if (!rule.by_name) return Holds(rule.to, request, UnknownIn(rule.kind));
  if (request.peer) return rule.peers.Test(*request.peer);
  // A peer that is not registered bears none of the names, but nobody knows its groups.
  return rule.names_groups && UnknownIn(rule.kind);
}

bool InForce(const CheckedRule& rule, const Calendar& calendar) {
  if (calendar.ignore_dates || (!rule.from && !rule.until)) return true;
  if (!calendar.day) return UnknownIn(rule.kind);
  return (!rule.from || *calendar.day >= *rule.from) &&
         (!rule.until || *calendar.day <= *rule.until);
}

bool Matches(const CheckedRule& rule, const BoundRequest& request, const Calendar& calendar) {
  return request.action && rule.Covers(*request.action) && InForce(rule, calendar) &&
         ToHolds(rule, request) && Holds(rule.items, request, UnknownIn(rule.kind));
}

}  // namespace fairway::policy
