#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/engine/actual_values.h"
#include "policy/engine/draft_permit.h"
#include "policy/engine/engine.h"
#include "policy/engine/floors.h"
#include "policy/engine/rule_by_rule.h"
#include "policy/engine/rule_parts.h"
#include "policy/engine/what_would_change.h"

namespace fairway::policy {
namespace {

using Class = Explanation::Class;

class Explainer {
 public:
  Explainer(const Program& program, const Request& request, const Calendar& calendar)
      : program_(program),
        request_(request),
        calendar_(calendar),
        bound_(program.world.Bind(request)),
        values_(program, request, bound_),
        result_(DecideRuleByRule(program, request, bound_, calendar)) {}

  Explanation Run(Explanation::Detail detail) {
    Explanation explanation;
    explanation.peer = request_.peer;
    explanation.action = request_.action;
    const std::string* kind = request_.item.FindSymbol("item.kind");
    explanation.item_kind = kind == nullptr ? "item" : *kind;
    explanation.decision = result_.decision;
    explanation.verdict_class = ClassOf(result_.decision);
    explanation.floors = AllFloors(request_, program_.world);
    explanation.floors.push_back(UnmetDutyFloor());
    const std::optional<size_t> miss = NearestMiss();
    ShowRules(detail, miss, explanation);
    explanation.not_understood = values_.NotUnderstood();
    WhatWouldChange(miss, explanation);
    return explanation;
  }

 private:
  static Class ClassOf(const Decision& decision) {
    if (decision.verdict == Decision::Verdict::kRelease) return Class::kReleased;
    if (decision.rule == kDefaultRule) return Class::kNotPermitted;
    if (decision.rule == kUnmetDutyFloor) return Class::kDutyUnmet;
    // Rules stand somewhere in the text, floors do not.
    return decision.line == 0 ? Class::kFloor : Class::kForbidden;
  }

  Explanation::Floor UnmetDutyFloor() const {
    Explanation::Floor floor;
    floor.id = std::string(kUnmetDutyFloor);
    floor.title = "the link can keep the duties";
    const Class verdict = ClassOf(result_.decision);
    floor.applies = verdict == Class::kDutyUnmet ||
                    (verdict == Class::kReleased && request_.action != kActionAccept);
    floor.holds = verdict != Class::kDutyUnmet;
    if (!floor.holds) floor.detail = result_.decision.because;
    return floor;
  }

  std::string Today() const {
    if (!calendar_.day) return "the day is unknown";
    return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + *calendar_.day);
  }

  Explanation::Condition Shown(const CheckedRule& rule, const RulePart& part) const {
    switch (part.kind) {
      case RulePart::Kind::kAction:
        return {rule.may_text, part.ok, request_.action};
      case RulePart::Kind::kDates:
        return {rule.dates_text, part.ok, Today()};
      case RulePart::Kind::kByName:
        return {rule.to_text, part.ok, request_.peer};
      case RulePart::Kind::kTo:
      case RulePart::Kind::kItems:
        break;
    }
    return {part.condition->text, part.ok, values_.Of(*part.condition)};
  }

  Explanation::Rule Shown(size_t index) const {
    const CheckedRule& rule = program_.rules[index];
    Explanation::Rule shown;
    shown.kind = rule.kind;
    shown.name = rule.name;
    shown.file = program_.file_name;
    shown.line = rule.name_at.line;
    shown.because = rule.because;
    shown.matches = result_.matches[index];
    for (const RulePart& part : PartsOf(rule, bound_, calendar_)) {
      shown.conditions.push_back(Shown(rule, part));
      shown.failing += part.ok ? 0 : 1;
    }
    return shown;
  }

  void ShowRules(Explanation::Detail detail, std::optional<size_t> miss,
                 Explanation& explanation) const {
    for (size_t i = 0; i < program_.rules.size(); ++i) {
      if (result_.matches[i] && program_.rules[i].name != result_.decision.rule) {
        explanation.also_matched.push_back(program_.rules[i].name);
      }
      const bool had_a_part = result_.matches[i] || miss == i;
      if (detail == Explanation::Detail::kWhatDecided && !had_a_part) continue;
      if (miss == i) explanation.nearest_miss = explanation.rules.size();
      explanation.rules.push_back(Shown(i));
    }
  }

  // The permit that fails fewest conditions, the first in the text of several; nothing if a permit
  // matches, or there is none.
  std::optional<size_t> NearestMiss() const {
    std::optional<size_t> nearest;
    size_t fewest = static_cast<size_t>(-1);
    for (size_t i = 0; i < program_.rules.size(); ++i) {
      const CheckedRule& rule = program_.rules[i];
      if (rule.kind != CheckedRule::Kind::kPermit) continue;
      if (result_.matches[i]) return std::nullopt;
      const size_t failing = FailingParts(rule, bound_, calendar_, fewest);
      if (failing >= fewest) continue;
      nearest = i;
      fewest = failing;
    }
    return nearest;
  }

  void WhatWouldChange(std::optional<size_t> miss, Explanation& explanation) const {
    const DecidedRequest decided{program_, request_, bound_, calendar_, result_, values_};
    switch (explanation.verdict_class) {
      case Class::kReleased:
        return;
      case Class::kFloor:
      case Class::kDutyUnmet:
        explanation.changes = ChangesOfFloors(decided, explanation.floors);
        return;
      case Class::kForbidden:
        explanation.changes = ChangesOfForbids(decided);
        return;
      case Class::kNotPermitted:
        explanation.changes = ChangesOfMiss(decided, miss);
        explanation.draft = DraftFor(decided, miss);
        return;
    }
  }

  const Program& program_;
  const Request& request_;
  const Calendar& calendar_;
  const BoundRequest bound_;
  const ActualValues values_;
  const RuleByRule result_;
};

}  // namespace

Explanation Explain(const Program& program, const Request& request, const Calendar& calendar,
                    Explanation::Detail detail) {
  return Explainer(program, request, calendar).Run(detail);
}

}  // namespace fairway::policy
