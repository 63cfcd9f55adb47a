#include "policy/engine/what_would_change.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/engine/floors.h"
#include "policy/engine/rule_parts.h"

namespace fairway::policy {
namespace {

constexpr size_t kForbidsShown = 8;

std::string NameOf(const Request& request) {
  return request.peer.empty() ? "a peer without a name" : request.peer;
}

std::string PlaceOf(const DecidedRequest& decided, const CheckedRule& rule) {
  return absl::StrCat(rule.name, " (", decided.program.file_name, ":", rule.name_at.line, ")");
}

std::string NeededBy(std::string_view floor, const std::string& peer) {
  if (floor == "P1") return "the item would have to be active";
  if (floor == "P2") {
    return absl::StrCat("the item would have to name ", peer,
                        " itself, or carry a marking that is known and below RED");
  }
  if (floor == "P3") {
    return absl::StrCat("the item would have to be for ", peer,
                        ": by name, by its country, by one of its groups or as ANY-MEMBER");
  }
  if (floor == "P4") {
    return "its originator would have to take the exclusion back, or say it with a name this node "
           "knows";
  }
  if (floor == "P5") return absl::StrCat("its originator would have to let it go on to ", peer);
  if (floor == "P6") return "it would have to come here with at least one hop left";
  if (floor == "P7") return "its originator would have to mark it below AMBER+STRICT";
  if (floor == "P8") return absl::StrCat("the link to ", peer, " would have to be active");
  return absl::StrCat(peer, " would have to get the control, or the duty would have to go");
}

// "at most 90 days" to "be at most 90 days", "has any of x" to "have any of x".
std::string Infinitive(std::string_view rest) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWords = {{
      {"is not ", "be anything but "},
      {"is ", "be "},
      {"not in ", "be none of "},
      {"in ", "be one of "},
      {"has ", "have "},
  }};
  for (const auto& [said, needed] : kWords) {
    if (rest.starts_with(said)) {
      return absl::StrCat(std::string(needed), std::string(rest.substr(said.size())));
    }
  }
  return absl::StrCat("be ", std::string(rest));
}

std::string WhoSets(std::string_view attribute) {
  return attribute.starts_with("peer.") ? ", which this node's administrator sets" : "";
}

std::string NeededByCondition(const DecidedRequest& decided, const Condition& condition) {
  const std::string actual = decided.values.Of(condition);
  if (condition.kind != Condition::Kind::kAtom) {
    return absl::StrCat("it would have to be that ", condition.text, "; but ", actual);
  }
  const auto& attributes = decided.program.world.vocabulary().attributes();
  const std::string& name = attributes[condition.atom.attribute].name;
  const std::string_view rest = std::string_view(condition.text).substr(name.size() + 1);
  const bool unknown = actual == "unknown";
  return absl::StrCat(name, WhoSets(name), WhoSets(name).empty() ? "" : ",", " would have to ",
                      Infinitive(rest), "; ",
                      unknown ? "nobody recorded it" : absl::StrCat("it is ", actual));
}

std::string Needed(const DecidedRequest& decided, const CheckedRule& rule, const RulePart& part) {
  switch (part.kind) {
    case RulePart::Kind::kAction:
      return absl::StrCat("the permit would have to say may ", decided.request.action,
                          " as well; it says ", rule.may_text);
    case RulePart::Kind::kDates:
      return absl::StrCat("the permit would have to be in force; it is ", rule.dates_text);
    case RulePart::Kind::kByName:
      return absl::StrCat("the permit would have to be for ", NameOf(decided.request), "; it says ",
                          rule.to_text);
    case RulePart::Kind::kTo:
    case RulePart::Kind::kItems:
      break;
  }
  return NeededByCondition(decided, *part.condition);
}

// P15 as it would be under the terms of this permit; nothing if the link could keep them.
std::optional<FailedFloor> UnmetUnder(const DecidedRequest& decided, const DutyTerms& permit) {
  DutyTerms terms = permit;
  for (size_t i = 0; i < decided.program.rules.size(); ++i) {
    const CheckedRule& rule = decided.program.rules[i];
    if (rule.kind == CheckedRule::Kind::kRequire && decided.result.matches[i]) {
      terms.Tighten(rule.duties);
    }
  }
  return FirstUnmetDuty(decided.request, terms, decided.program.world);
}

// --- the draft
// ------------------------------------------------------------------------------------

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

// The item side of the draft: what holds of the nearest miss stays, what does not becomes what the
// item is, or goes.
std::vector<std::string> DraftConditions(const DecidedRequest& decided,
                                         std::optional<size_t> miss) {
  std::vector<std::string> conditions;
  const auto add_actual = [&](std::string_view attribute) {
    const auto index = decided.program.world.vocabulary().IndexOfAttribute(attribute);
    if (!index) return;
    Atom atom;
    atom.attribute = *index;
    AddUnlessThere(conditions, ConditionThatHolds(decided, atom));
  };
  if (miss) {
    const CheckedRule& rule = decided.program.rules[*miss];
    for (const RulePart& part : PartsOf(rule, decided.bound, decided.calendar)) {
      if (part.kind != RulePart::Kind::kItems) continue;
      const Condition& condition = *part.condition;
      if (part.ok && IsWhole(condition)) {
        const bool brackets = condition.kind == Condition::Kind::kOr;
        AddUnlessThere(conditions,
                       absl::StrCat(brackets ? "(" : "", condition.text, brackets ? ")" : ""));
      } else if (condition.kind == Condition::Kind::kAtom) {
        AddUnlessThere(conditions, ConditionThatHolds(decided, condition.atom));
      }
    }
  } else {
    add_actual("item.kind");
    add_actual("item.tlp");
  }
  // Never every item: what moves is active, and only that.
  if (conditions.empty()) add_actual("item.kind");
  if (conditions.empty()) conditions.emplace_back("item.state is active");
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

std::vector<std::string> ChangesOfFloors(const DecidedRequest& decided,
                                         const std::vector<Explanation::Floor>& floors) {
  std::vector<std::string> changes;
  for (const Explanation::Floor& floor : floors) {
    if (!floor.applies || floor.holds) continue;
    changes.push_back(absl::StrCat(
        floor.id, " stands in the way and no permit can lift it: ",
        floor.id == kUnmetDutyFloor && floor.detail.find("'no copy'") != std::string::npos
            ? "it can only be discovered or queried"
            : NeededBy(floor.id, NameOf(decided.request))));
  }
  return changes;
}

std::vector<std::string> ChangesOfForbids(const DecidedRequest& decided) {
  std::vector<std::string> changes;
  bool permitted = false;
  size_t forbids = 0;
  for (size_t i = 0; i < decided.program.rules.size(); ++i) {
    const CheckedRule& rule = decided.program.rules[i];
    if (!decided.result.matches[i]) continue;
    permitted = permitted || rule.kind == CheckedRule::Kind::kPermit;
    if (rule.kind != CheckedRule::Kind::kForbid || ++forbids > kForbidsShown) continue;
    changes.push_back(
        absl::StrCat("forbid ", PlaceOf(decided, rule),
                     " stands in the way and no permit can lift it: the forbid itself "
                     "would have to go or be narrowed"));
    for (const RulePart& part : PartsOf(rule, decided.bound, decided.calendar)) {
      if (part.condition == nullptr || Holds(*part.condition, decided.bound, false)) continue;
      changes.push_back(absl::StrCat("it only matches because nobody knows whether ",
                                     part.condition->text, "; recording that may free it (is ",
                                     decided.values.Of(*part.condition), ")"));
    }
  }
  if (forbids > kForbidsShown) {
    changes.push_back(absl::StrCat("and ", forbids - kForbidsShown, " more forbids match"));
  }
  if (!permitted) changes.emplace_back("besides, no permit matches");
  return changes;
}

std::vector<std::string> ChangesOfMiss(const DecidedRequest& decided, std::optional<size_t> miss) {
  if (!decided.bound.action) return {"the vocabulary would have to know the action"};
  if (!miss) return {"there is no permit at all: one would have to be written"};
  std::vector<std::string> changes;
  const CheckedRule& rule = decided.program.rules[*miss];
  for (const RulePart& part : PartsOf(rule, decided.bound, decided.calendar)) {
    if (!part.ok) changes.push_back(Needed(decided, rule, part));
  }
  if (const std::optional<FailedFloor> unmet = UnmetUnder(decided, rule.duties)) {
    changes.push_back(absl::StrCat("and then P15 would hold it back: ", unmet->detail));
  }
  return changes;
}

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
