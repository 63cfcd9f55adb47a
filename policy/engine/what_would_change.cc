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

}  // namespace fairway::policy
