#include "policy/engine/engine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/engine/floors.h"

namespace fairway::policy {
namespace {

Decision WithheldBy(std::string_view rule, std::string because) {
  Decision decision;
  decision.rule = std::string(rule);
  decision.because = std::move(because);
  return decision;
}

Decision DecidedBy(const Program& program, const CheckedRule& rule) {
  Decision decision;
  decision.rule = rule.name;
  decision.because = rule.because;
  decision.file = program.file_name;
  decision.line = rule.name_at.line;
  return decision;
}

// The permits no other matching permit is more generous than. The checker refuses policies in which
// there can be two that differ (E205); if there are, their strictest merge carries.
std::vector<const CheckedRule*> MostGenerous(const Program& program,
                                             const std::vector<uint32_t>& permits,
                                             const BoundRequest& bound, const Calendar& calendar) {
  std::vector<const CheckedRule*> front;
  for (uint32_t index : permits) {
    const CheckedRule& permit = program.rules[index];
    if (!Matches(permit, bound, calendar)) continue;
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

}  // namespace

Decision Decide(const Program& program, const Request& request, const Calendar& calendar) {
  if (auto failed = FirstFailedFloor(request, program.world)) {
    return WithheldBy(failed->id, std::move(failed->detail));
  }
  const BoundRequest bound = program.world.Bind(request);
  if (!bound.action) {
    return WithheldBy(kDefaultRule, absl::StrCat("there is no action '", request.action, "'"));
  }
  const Program::ByAction& lists = program.by_action[*bound.action];
  for (uint32_t index : lists.forbids) {
    const CheckedRule& forbid = program.rules[index];
    if (Matches(forbid, bound, calendar)) return DecidedBy(program, forbid);
  }
  const std::vector<const CheckedRule*> carriers =
      MostGenerous(program, lists.permits, bound, calendar);
  if (carriers.empty()) return WithheldBy(kDefaultRule, "no permit matches");

  DutyTerms terms = carriers.front()->duties;
  for (const CheckedRule* carrier : carriers) terms.Tighten(carrier->duties);
  for (uint32_t index : lists.requires_) {
    const CheckedRule& require = program.rules[index];
    if (Matches(require, bound, calendar)) terms.Tighten(require.duties);
  }
  if (const std::optional<int> hops = HopsFloor(request)) {
    terms.hops = terms.hops ? std::min(*terms.hops, *hops) : *hops;
  }
  Decision decision = DecidedBy(program, *carriers.front());
  decision.duties = terms.ToDuties(program.world.vocabulary());
  decision.verdict = Decision::Verdict::kRelease;
  return decision;
}

}  // namespace fairway::policy
