#include "policy/check/condition_checker.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/language/printer.h"
#include "policy/language/suggest.h"

namespace fairway::policy {
namespace {

using Operator = ast::Operator;
using Type = Vocabulary::Type;

constexpr int64_t kHoursPerDay = 24;
constexpr size_t kMembersShown = 12;

bool IsAllowed(Operator op, Type type) {
  switch (op) {
    case Operator::kIs:
    case Operator::kIsNot:
      return type != Type::kSet;
    case Operator::kIn:
    case Operator::kNotIn:
      return type == Type::kEnum || type == Type::kOrdered;
    case Operator::kAtMost:
    case Operator::kAtLeast:
    case Operator::kBelow:
    case Operator::kAbove:
      return type == Type::kOrdered || type == Type::kNumber;
    default:
      return type == Type::kSet;
  }
}

std::string_view Describe(Type type) {
  switch (type) {
    case Type::kEnum:
      return "a single value";
    case Type::kOrdered:
      return "a single value with an order";
    case Type::kSet:
      return "a set of values";
    case Type::kNumber:
      return "a number";
  }
  return "";
}

std::string OperatorsFor(const Vocabulary::Attribute& attribute) {
  const char* rest = "";
  switch (attribute.type) {
    case Type::kEnum:
      rest = " is X | is not X | in {…} | not in {…}";
      break;
    case Type::kOrdered:
      rest = " is X | in {…} | at most X | at least X | below X | above X";
      break;
    case Type::kSet:
      rest = " has X | has any of {…} | has all of {…} | has none of {…} | has only {…}";
      break;
    case Type::kNumber:
      rest = " is N | at most N | at least N | below N | above N";
      break;
  }
  return absl::StrCat("write: ", attribute.name, rest);
}

std::string TextOf(const ast::Condition& atom) {
  std::string text = absl::StrCat(atom.attribute.text, " ", std::string(WordsOf(atom.op)), " ");
  if (!TakesSet(atom.op)) {
    absl::StrAppend(&text, atom.value.text);
    if (atom.unit) absl::StrAppend(&text, " ", atom.unit->text);
    return text;
  }
  if (atom.set.set_name) return absl::StrCat(text, atom.set.set_name->text);
  text += "{";
  for (size_t i = 0; i < atom.set.values.size() && i < kMembersShown; ++i) {
    absl::StrAppend(&text, i == 0 ? " " : ", ", atom.set.values[i].text);
  }
  return absl::StrCat(text, atom.set.values.size() > kMembersShown ? ", … }" : " }");
}

std::string TextOf(const Condition& condition) {
  if (condition.kind == Condition::Kind::kAtom) return condition.text;
  if (condition.kind == Condition::Kind::kNot) {
    return absl::StrCat("not (", condition.children.front().text, ")");
  }
  const char* word = condition.kind == Condition::Kind::kAnd ? " and " : " or ";
  std::string text;
  for (const Condition& child : condition.children) {
    const bool brackets = child.kind == Condition::Kind::kOr || child.kind == Condition::Kind::kAnd;
    absl::StrAppend(&text, text.empty() ? "" : word, brackets ? "(" : "", child.text,
                    brackets ? ")" : "");
  }
  return text;
}

}  // namespace

std::optional<int64_t> HoursOf(const ast::Word& number, const ast::Word& unit) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(number.text, &value)) return std::nullopt;
  if (unit.text.starts_with("hour")) return value;
  if (unit.text.starts_with("day")) return value * kHoursPerDay;
  if (unit.text.starts_with("month")) return value * 30 * kHoursPerDay;
  if (unit.text.starts_with("year")) return value * 365 * kHoursPerDay;
  return std::nullopt;
}

std::optional<Condition> ConditionChecker::Check(const ast::Condition& condition, Side side) {
  if (condition.kind == ast::Condition::Kind::kAtom) return CheckAtom(condition, side);
  Condition checked;
  checked.kind = condition.kind == ast::Condition::Kind::kAnd  ? Condition::Kind::kAnd
                 : condition.kind == ast::Condition::Kind::kOr ? Condition::Kind::kOr
                                                               : Condition::Kind::kNot;
  checked.at = condition.at;
  bool ok = true;
  for (const ast::Condition& child : condition.children) {
    std::optional<Condition> part = Check(child, side);
    ok = ok && part.has_value();
    if (part) checked.children.push_back(*std::move(part));
  }
  if (!ok) return std::nullopt;
  checked.text = TextOf(checked);
  return checked;
}

std::optional<Condition> ConditionChecker::CheckAtom(const ast::Condition& condition, Side side) {
  const auto index = world_.vocabulary().IndexOfAttribute(condition.attribute.text);
  if (!index) {
    std::vector<std::string> names;
    for (const auto& attribute : world_.vocabulary().attributes()) names.push_back(attribute.name);
    sink_.Error("E101", condition.attribute.at,
                absl::StrCat("there is no attribute '", condition.attribute.text, "'"),
                sink_.full() ? "" : Suggest(condition.attribute.text, names));
    return std::nullopt;
  }
  const Vocabulary::Attribute& attribute = world_.vocabulary().attributes()[*index];
  if (!CheckSide(condition.attribute, side) || !CheckOperator(condition, attribute)) {
    return std::nullopt;
  }
  Condition checked;
  checked.kind = Condition::Kind::kAtom;
  checked.at = condition.at;
  checked.atom.attribute = *index;
  const bool ok = attribute.type == Type::kNumber ? NumberAtom(condition, checked.atom)
                  : attribute.type == Type::kSet  ? SetAtom(condition, checked.atom)
                                                  : SymbolAtom(condition, checked.atom);
  if (!ok) return std::nullopt;
  checked.text = TextOf(condition);
  return checked;
}

bool ConditionChecker::CheckSide(const ast::Word& attribute, Side side) {
  const std::string_view own = side == Side::kPeer ? "peer." : "item.";
  if (attribute.text.starts_with(own) || attribute.text.starts_with("context.")) return true;
  const char* clause = side == Side::kPeer ? "to" : "items";
  sink_.Error("E104", attribute.at,
              absl::StrCat("'", attribute.text, "' cannot be used in the '", clause, "' clause"),
              absl::StrCat("the '", clause, "' clause looks only at ", std::string(own),
                           "* and context.*"));
  return false;
}

bool ConditionChecker::CheckOperator(const ast::Condition& condition,
                                     const Vocabulary::Attribute& attribute) {
  if (IsAllowed(condition.op, attribute.type)) return true;
  sink_.Error("E105", condition.op_at,
              absl::StrCat("'", std::string(WordsOf(condition.op)), "' cannot be used with ",
                           attribute.name, " (", std::string(Describe(attribute.type)), ")"),
              OperatorsFor(attribute));
  return false;
}

std::optional<size_t> ConditionChecker::Value(size_t attribute, const ast::Word& value) {
  if (const auto index = world_.FindValue(attribute, value.text)) return index;
  sink_.Error("E102", value.at,
              absl::StrCat("'", value.text, "' is not a value of ",
                           world_.vocabulary().attributes()[attribute].name),
              sink_.full() ? "" : Suggest(value.text, world_.ValuesOf(attribute)));
  return std::nullopt;
}

bool ConditionChecker::SymbolAtom(const ast::Condition& condition, Atom& atom) {
  atom.kind = Atom::Kind::kOneOf;
  const size_t count = world_.ValuesOf(atom.attribute).size();
  const Bits all = Bits::FirstN(count);
  if (TakesSet(condition.op)) {
    const std::optional<Bits> values = Values(condition.set, atom.attribute);
    if (!values) return false;
    atom.values = *values;
    if (condition.op == Operator::kNotIn) {
      if (values->Empty()) {
        sink_.Error("E125", condition.at, "'not in' an empty set is always true",
                    "leave the condition out, or name the values");
        return false;
      }
      atom.values = all;
      atom.values -= *values;
    }
    return true;
  }
  if (condition.unit) {
    sink_.Error("E106", condition.unit->at, absl::StrCat(condition.attribute.text, " has no unit"));
    return false;
  }
  const std::optional<size_t> value = Value(atom.attribute, condition.value);
  if (!value) return false;
  for (size_t i = 0; i < count; ++i) {
    const bool holds = condition.op == Operator::kIs        ? i == *value
                       : condition.op == Operator::kIsNot   ? i != *value
                       : condition.op == Operator::kAtMost  ? i <= *value
                       : condition.op == Operator::kAtLeast ? i >= *value
                       : condition.op == Operator::kBelow   ? i < *value
                                                            : i > *value;
    if (holds) atom.values.Set(i);
  }
  return true;
}

bool ConditionChecker::NumberAtom(const ast::Condition& condition, Atom& atom) {
  const auto number =
      Number(world_.vocabulary().attributes()[atom.attribute], condition.value, condition.unit);
  if (!number) return false;
  atom.kind = Atom::Kind::kRange;
  switch (condition.op) {
    case Operator::kIs:
      atom.lowest = atom.highest = *number;
      break;
    case Operator::kIsNot:
      atom.kind = Atom::Kind::kNotEqual;
      atom.lowest = *number;
      break;
    case Operator::kAtMost:
      atom.highest = *number;
      break;
    case Operator::kBelow:
      atom.highest = *number - 1;
      break;
    case Operator::kAtLeast:
      atom.lowest = *number;
      break;
    default:
      atom.lowest = *number + 1;
      break;
  }
  return true;
}

bool ConditionChecker::SetAtom(const ast::Condition& condition, Atom& atom) {
  if (!TakesSet(condition.op)) {
    if (condition.unit) {
      sink_.Error("E106", condition.unit->at,
                  absl::StrCat(condition.attribute.text, " has no unit"));
      return false;
    }
    const std::optional<size_t> value = Value(atom.attribute, condition.value);
    if (!value) return false;
    atom.kind = Atom::Kind::kHasAny;
    atom.values.Set(*value);
    return true;
  }
  const std::optional<Bits> values = Values(condition.set, atom.attribute);
  if (!values) return false;
  atom.values = *values;
  atom.kind = condition.op == Operator::kHasAnyOf    ? Atom::Kind::kHasAny
              : condition.op == Operator::kHasAllOf  ? Atom::Kind::kHasAll
              : condition.op == Operator::kHasNoneOf ? Atom::Kind::kHasNone
                                                     : Atom::Kind::kHasOnly;
  const bool always =
      values->Empty() && (atom.kind == Atom::Kind::kHasAll || atom.kind == Atom::Kind::kHasNone);
  if (always) {
    sink_.Error(
        "E125", condition.at,
        absl::StrCat("'", std::string(WordsOf(condition.op)), "' an empty set is always true"),
        "leave the condition out, or name the values");
  }
  return !always;
}

std::optional<Bits> ConditionChecker::Values(const ast::ValueSet& set, size_t attribute) {
  const std::vector<ast::Word>* words = &set.values;
  if (set.set_name) {
    used_sets_.insert(set.set_name->text);
    const auto it = sets_.find(set.set_name->text);
    if (it == sets_.end()) {
      std::vector<std::string> names;
      for (const auto& [name, declared] : sets_) names.push_back(name);
      sink_.Error(
          "E103", set.at, absl::StrCat("there is no set '", set.set_name->text, "'"),
          names.empty() ? "declare it: set NAME = { values }" : Suggest(set.set_name->text, names));
      return std::nullopt;
    }
    words = &it->second->values.values;
  }
  Bits values;
  bool ok = true;
  for (const ast::Word& word : *words) {
    if (!set.set_name) {
      const std::optional<size_t> value = Value(attribute, word);
      ok = ok && value.has_value();
      if (value) values.Set(*value);
    } else if (const auto value = world_.FindValue(attribute, word.text)) {
      values.Set(*value);
    } else {
      ok = false;
      sink_.Error("E102", set.at,
                  absl::StrCat("the set '", set.set_name->text, "' holds '", word.text,
                               "', which is not a value of ",
                               world_.vocabulary().attributes()[attribute].name),
                  sink_.full() ? "" : Suggest(word.text, world_.ValuesOf(attribute)));
    }
  }
  if (!ok) return std::nullopt;
  return values;
}

std::optional<int64_t> ConditionChecker::Number(const Vocabulary::Attribute& attribute,
                                                const ast::Word& value,
                                                const std::optional<ast::Word>& unit) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(value.text, &number)) {
    sink_.Error("E106", value.at,
                absl::StrCat(attribute.name, " is a number, '", value.text, "' is not"));
    return std::nullopt;
  }
  if (!unit) return number;
  if (attribute.unit.empty()) {
    sink_.Error("E106", unit->at, absl::StrCat(attribute.name, " has no unit"));
    return std::nullopt;
  }
  const std::optional<int64_t> hours = HoursOf(value, *unit);
  if (!hours || *hours % kHoursPerDay != 0) {
    sink_.Error("E106", value.at, absl::StrCat(attribute.name, " counts whole days"),
                "write days, months (30 days) or years (365 days)");
    return std::nullopt;
  }
  return *hours / kHoursPerDay;
}

}  // namespace fairway::policy
