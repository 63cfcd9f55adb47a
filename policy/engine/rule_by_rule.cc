#include "policy/engine/rule_by_rule.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/engine/decision_words.h"
#include "policy/engine/floors.h"

namespace fairway::policy {
namespace {

// The permits no other matching permit is more generous than. The checker refuses policies in which
// there can be two that differ (E205); if there are, their strictest merge carries.
std::vector<const CheckedRule*> MostGenerous(const Program& program,
                                             const std::vector<uint32_t>& permits,
                                             const std::vector<bool>& matches) {
  std::vector<const CheckedRule*> front;
  for (uint32_t index : permits) {
    if (!matches[index]) continue;
    const CheckedRule& permit = program.rules[index];
    const auto covers = [&](const CheckedRule& a, const CheckedRule& b) {
      return a.duties.AtLeastAsGenerousAs(b.duties, program.all_fields);
    };
    const bool covered = std::any_of(front.begin(), front.end(), [&](const CheckedRule* other) {
      return covers(*other, permit);
    });
    if (covered) continue;
    std::erase_if(front, [&](const CheckedRule* other) { return covers(permit, *other); });
    front.push_back(&permit);
  }
  return front;
}

Decision OfMatches(const Program& program, const Request& request, const BoundRequest& bound,
                   const std::vector<bool>& matches) {
  if (auto failed = FirstFailedFloor(request, program.world)) {
    return WithheldBy(failed->id, std::move(failed->detail));
  }
  if (!bound.action) return WithheldByDefault(request, false);
  const Program::ByAction& lists = program.by_action[*bound.action];
  for (uint32_t index : lists.forbids) {
    if (matches[index]) return DecidedBy(program, program.rules[index]);
  }
  const std::vector<const CheckedRule*> carriers = MostGenerous(program, lists.permits, matches);
  if (carriers.empty()) return WithheldByDefault(request, true);

  DutyTerms terms = carriers.front()->duties;
  for (const CheckedRule* carrier : carriers) terms.Tighten(carrier->duties);
  for (uint32_t index : lists.requires_) {
    if (matches[index]) terms.Tighten(program.rules[index].duties);
  }
  if (const std::optional<int> hops = HopsFloor(request)) {
    terms.hops = terms.hops ? std::min(*terms.hops, *hops) : *hops;
  }
  if (auto unmet = FirstUnmetDuty(request, terms, program.world)) {
    return WithheldBy(unmet->id, std::move(unmet->detail));
  }
  return ReleasedBy(program, *carriers.front(), terms);
}

}  // namespace

RuleByRule DecideRuleByRule(const Program& program, const Request& request,
                            const BoundRequest& bound, const Calendar& calendar) {
  RuleByRule result;
  result.matches.reserve(program.rules.size());
  for (const CheckedRule& rule : program.rules) {
    result.matches.push_back(Matches(rule, bound, calendar));
  }
  result.decision = OfMatches(program, request, bound, result.matches);
  return result;
}

}  // namespace fairway::policy
