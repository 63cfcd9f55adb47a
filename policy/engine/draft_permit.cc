#include "policy/engine/draft_permit.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/engine/rule_parts.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

constexpr int64_t kHighestNumber = 999'999'999;  // that a text can say

std::string KnownMembers(const DecidedRequest& decided, size_t attribute) {
  std::string members;
  const std::vector<std::string>& values = decided.program.world.ValuesOf(attribute);
  for (size_t member : decided.bound.values[attribute].set.Members()) {
    absl::StrAppend(&members, members.empty() ? "" : ", ", values[member]);
  }
  return members;
}

// What the item says of the attribute, as a condition that holds; empty if that is not known.
std::string ConditionThatHolds(const DecidedRequest& decided, const Atom& atom) {
  const World& world = decided.program.world;
  const Vocabulary::Attribute& attribute = world.vocabulary().attributes()[atom.attribute];
  const BoundValue& value = decided.bound.values[atom.attribute];
  if (!value.known) return "";
  switch (attribute.type) {
    case Vocabulary::Type::kEnum:
    case Vocabulary::Type::kOrdered:
      return absl::StrCat(attribute.name, " is ", world.ValuesOf(atom.attribute)[value.symbol]);
    case Vocabulary::Type::kNumber:
      if (value.number > kHighestNumber) return "";
      return absl::StrCat(attribute.name, " at most ", value.number,
                          attribute.unit.empty() ? "" : " ", attribute.unit);
    case Vocabulary::Type::kSet:
      break;
  }
  const bool one_of = atom.kind == Atom::Kind::kHasAny || atom.kind == Atom::Kind::kHasAll;
  if (value.set.Empty() || (!one_of && value.partial) || atom.kind == Atom::Kind::kHasNone) {
    return "";
  }
  return absl::StrCat(attribute.name, one_of ? " has any of { " : " has only { ",
                      KnownMembers(decided, atom.attribute), " }");
}

// Can the text of a condition be read again? Long lists are cut for people.
bool IsWhole(const Condition& condition) { return condition.text.find("…") == std::string::npos; }

void AddUnlessThere(std::vector<std::string>& conditions, std::string condition) {
  if (condition.empty()) return;
  if (std::find(conditions.begin(), conditions.end(), condition) != conditions.end()) return;
  conditions.push_back(std::move(condition));
}

void CollectAttributes(const Condition& condition, std::set<size_t>& into) {
  if (condition.kind == Condition::Kind::kAtom) into.insert(condition.atom.attribute);
  for (const Condition& child : condition.children) CollectAttributes(child, into);
}

// The item side of a permit, split into what a draft can keep and the attributes it has to say
// anew: those of what does not hold, and of alternatives that would be cut short by that.
class DraftParts {
 public:
  explicit DraftParts(const std::vector<RulePart>& parts) {
    for (const RulePart& part : parts) {
      if (part.kind != RulePart::Kind::kItems) continue;
      if (part.ok && IsWhole(*part.condition)) {
        kept_.push_back(part.condition);
      } else {
        SayAnew(*part.condition);
      }
    }
    while (MoveOne()) {
    }
  }

  const std::vector<const Condition*>& kept() const { return kept_; }
  const std::vector<const Condition*>& anew() const { return anew_; }

 private:
  void SayAnew(const Condition& condition) {
    anew_.push_back(&condition);
    CollectAttributes(condition, attributes_);
  }

  bool MoveOne() {
    const auto it = std::find_if(kept_.begin(), kept_.end(), [&](const Condition* condition) {
      if (condition->kind == Condition::Kind::kAtom) return false;
      std::set<size_t> asked;
      CollectAttributes(*condition, asked);
      return std::any_of(asked.begin(), asked.end(),
                         [&](size_t attribute) { return attributes_.contains(attribute); });
    });
    if (it == kept_.end()) return false;
    SayAnew(**it);
    kept_.erase(it);
    return true;
  }

  std::vector<const Condition*> kept_;
  std::vector<const Condition*> anew_;
  std::set<size_t> attributes_;
};

// The item side of the draft: what holds of the nearest miss stays, what does not becomes what the
// item is, or goes.
std::vector<std::string> DraftConditions(const DecidedRequest& decided,
                                         std::optional<size_t> miss) {
  std::vector<std::string> conditions;
  const auto add_actual = [&](size_t attribute) {
    Atom atom;
    atom.kind = Atom::Kind::kHasAny;
    atom.attribute = attribute;
    AddUnlessThere(conditions, ConditionThatHolds(decided, atom));
  };
  const auto add_named = [&](std::string_view name) {
    const auto index = decided.program.world.vocabulary().IndexOfAttribute(name);
    if (index) add_actual(*index);
  };
  if (miss) {
    const DraftParts parts(PartsOf(decided.program.rules[*miss], decided.bound, decided.calendar));
    for (const Condition* condition : parts.kept()) {
      const bool brackets = condition->kind == Condition::Kind::kOr;
      AddUnlessThere(conditions,
                     absl::StrCat(brackets ? "(" : "", condition->text, brackets ? ")" : ""));
    }
    for (const Condition* condition : parts.anew()) {
      if (condition->kind == Condition::Kind::kAtom) {
        AddUnlessThere(conditions, ConditionThatHolds(decided, condition->atom));
        continue;
      }
      std::set<size_t> asked;
      CollectAttributes(*condition, asked);
      for (size_t attribute : asked) add_actual(attribute);
    }
  } else {
    add_named("item.kind");
    add_named("item.tlp");
  }
  // Never every item.
  if (conditions.empty()) add_named("item.kind");
  if (conditions.empty()) add_named("item.state");
  return conditions;
}

std::string DutiesAsWritten(const DecidedRequest& decided, const DutyTerms& terms) {
  std::string text = terms.ToDuties(decided.program.world.vocabulary()).ToText();
  for (size_t at = text.find("; "); at != std::string::npos; at = text.find("; ", at)) {
    text.replace(at, 2, ", ");
  }
  return text;
}

std::string FreeName(const Program& program, std::string name) {
  const auto taken = [&](const std::string& wanted) {
    return std::any_of(program.rules.begin(), program.rules.end(),
                       [&](const CheckedRule& rule) { return rule.name == wanted; });
  };
  name.resize(std::min(name.size(), kMaxNameBytes - 8));
  std::string free = name;
  for (int number = 2; taken(free); ++number) free = absl::StrCat(name, "-", number);
  return free;
}

}  // namespace

std::string DraftFor(const DecidedRequest& decided, std::optional<size_t> miss) {
  const DutyTerms terms = miss ? decided.program.rules[*miss].duties : DutyTerms();
  if (!decided.bound.peer || !decided.bound.action || UnmetUnder(decided, terms)) return "";
  const std::string name = FreeName(
      decided.program,
      absl::StrCat("draft-", miss ? decided.program.rules[*miss].name : decided.request.action));
  std::string text = absl::StrCat("permit ", name, "\n  to      peer ", decided.request.peer,
                                  "\n  may     ", decided.request.action, "\n");
  const char* before = "  items   where ";
  for (const std::string& condition : DraftConditions(decided, miss)) {
    absl::StrAppend(&text, before, condition, "\n");
    before = "            and ";
  }
  if (decided.request.action != kActionAccept) {
    absl::StrAppend(&text, "  with    ", DutiesAsWritten(decided, terms), "\n");
  }
  return absl::StrCat(text, "  because \"draft: name the agreement it rests on\"\n");
}

}  // namespace fairway::policy
