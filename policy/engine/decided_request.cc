#include "policy/engine/decided_request.h"

namespace fairway::policy {

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

}  // namespace fairway::policy
