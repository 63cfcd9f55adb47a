#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/engine/engine.h"
#include "policy/engine/floors.h"
#include "policy/engine/rule_by_rule.h"

namespace fairway::policy {
namespace {

constexpr size_t kMembersShown = 16;

std::string InBraces(const std::vector<std::string>& members) {
  if (members.empty()) return "{ }";
  if (members.size() <= kMembersShown)
    return absl::StrCat("{ ", absl::StrJoin(members, ", "), " }");
  const std::vector<std::string> first(members.begin(), members.begin() + kMembersShown);
  return absl::StrCat("{ ", absl::StrJoin(first, ", "), ", … }");
}

std::string Show(const Attributes::Value* value) {
  if (value == nullptr) return "unknown";
  if (const auto* symbol = std::get_if<std::string>(value)) return *symbol;
  if (const auto* members = std::get_if<std::vector<std::string>>(value)) return InBraces(*members);
  return absl::StrCat(std::get<int64_t>(*value));
}

class Explainer {
 public:
  Explainer(const Program& program, const Request& request, const Calendar& calendar)
      : program_(program),
        request_(request),
        calendar_(calendar),
        bound_(program.world.Bind(request)) {}

  Explanation Run() {
    Explanation explanation;
    explanation.peer = request_.peer;
    explanation.action = request_.action;
    const std::string* kind = request_.item.FindSymbol("item.kind");
    explanation.item_kind = kind == nullptr ? "item" : *kind;
    explanation.decision = DecideRuleByRule(program_, request_, bound_, calendar_).decision;
    explanation.floors = AllFloors(request_, program_.world);
    for (const CheckedRule& rule : program_.rules) explanation.rules.push_back(Rule(rule));
    explanation.nearest_miss = NearestMiss(explanation.rules);
    for (const Explanation::Rule& rule : explanation.rules) {
      if (rule.matches && rule.name != explanation.decision.rule) {
        explanation.also_matched.push_back(rule.name);
      }
    }
    explanation.not_understood = NotUnderstood();
    return explanation;
  }

 private:
  std::string ValueOf(size_t attribute) const {
    const std::string& name = program_.world.vocabulary().attributes()[attribute].name;
    if (name == "peer.id") return request_.peer.empty() ? "unknown" : request_.peer;
    const std::string shown = Show(World::RawValue(request_, name));
    const BoundValue& bound = bound_.values[attribute];
    const bool present = World::RawValue(request_, name) != nullptr;
    return present && (!bound.known || bound.partial) ? absl::StrCat(shown, ", not understood")
                                                      : shown;
  }

  void CollectAttributes(const Condition& condition, std::vector<size_t>& into) const {
    if (condition.kind == Condition::Kind::kAtom) {
      if (std::find(into.begin(), into.end(), condition.atom.attribute) == into.end()) {
        into.push_back(condition.atom.attribute);
      }
    }
    for (const Condition& child : condition.children) CollectAttributes(child, into);
  }

  std::string Actual(const Condition& condition) const {
    if (condition.kind == Condition::Kind::kAtom) return ValueOf(condition.atom.attribute);
    std::vector<size_t> attributes;
    CollectAttributes(condition, attributes);
    return absl::StrJoin(attributes, ", ", [&](std::string* out, size_t attribute) {
      absl::StrAppend(out, program_.world.vocabulary().attributes()[attribute].name, " = ",
                      ValueOf(attribute));
    });
  }

  // One line for each part of a conjunction.
  void AddConditions(const Condition& condition, bool unknown, Explanation::Rule& into) const {
    if (condition.kind == Condition::Kind::kTrue) return;
    if (condition.kind == Condition::Kind::kAnd) {
      for (const Condition& child : condition.children) AddConditions(child, unknown, into);
      return;
    }
    into.conditions.push_back(
        {condition.text, Holds(condition, bound_, unknown), Actual(condition)});
  }

  std::string Today() const {
    if (!calendar_.day) return "the day is unknown";
    return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + *calendar_.day);
  }

  Explanation::Rule Rule(const CheckedRule& rule) const {
    Explanation::Rule shown;
    shown.kind = rule.kind;
    shown.name = rule.name;
    shown.file = program_.file_name;
    shown.line = rule.name_at.line;
    shown.because = rule.because;
    shown.matches = Matches(rule, bound_, calendar_);
    const bool covers = bound_.action && rule.Covers(*bound_.action);
    const bool unknown = UnknownIn(rule.kind);
    if (!covers) shown.conditions.push_back({rule.may_text, false, request_.action});
    if (!rule.dates_text.empty()) {
      shown.conditions.push_back({rule.dates_text, InForce(rule, calendar_), Today()});
    }
    if (rule.by_name) {
      shown.conditions.push_back({rule.to_text, ToHolds(rule, bound_), request_.peer});
    } else {
      AddConditions(rule.to, unknown, shown);
    }
    AddConditions(rule.items, unknown, shown);
    shown.failing = static_cast<size_t>(
        std::count_if(shown.conditions.begin(), shown.conditions.end(),
                      [](const Explanation::Condition& condition) { return !condition.ok; }));
    return shown;
  }

  static std::optional<size_t> NearestMiss(const std::vector<Explanation::Rule>& rules) {
    std::optional<size_t> nearest;
    for (size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].kind != Explanation::Rule::Kind::kPermit) continue;
      if (rules[i].matches) return std::nullopt;
      if (!nearest || rules[i].failing < rules[*nearest].failing) nearest = i;
    }
    return nearest;
  }

  std::vector<std::string> NotUnderstood() const {
    std::vector<std::string> found;
    const auto side = [&](const Attributes& attributes, std::string_view prefix) {
      for (const auto& [name, value] : attributes.all()) {
        const auto index = program_.world.vocabulary().IndexOfAttribute(name);
        const bool placed = std::string_view(name).starts_with(prefix);
        if (placed && index && bound_.values[*index].known && !bound_.values[*index].partial) {
          continue;
        }
        found.push_back(absl::StrCat(name, " = ", Show(&value)));
      }
    };
    side(request_.peer_attributes, "peer.");
    side(request_.item, "item.");
    side(request_.context, "context.");
    return found;
  }

  const Program& program_;
  const Request& request_;
  const Calendar& calendar_;
  const BoundRequest bound_;
};

}  // namespace

Explanation Explain(const Program& program, const Request& request, const Calendar& calendar,
                    Explanation::Detail) {
  return Explainer(program, request, calendar).Run();
}

}  // namespace fairway::policy
