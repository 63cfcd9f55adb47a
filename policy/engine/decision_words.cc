#include "policy/engine/decision_words.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/engine/floors.h"

namespace fairway::policy {

Decision WithheldBy(std::string_view rule, std::string because) {
  Decision decision;
  decision.rule = std::string(rule);
  decision.because = std::move(because);
  return decision;
}

Decision WithheldByDefault(const Request& request, bool known_action) {
  if (known_action) return WithheldBy(kDefaultRule, "no permit matches");
  return WithheldBy(kDefaultRule, absl::StrCat("there is no action '", request.action, "'"));
}

Decision DecidedBy(const Program& program, const CheckedRule& rule) {
  Decision decision;
  decision.rule = rule.name;
  decision.because = rule.because;
  decision.file = program.file_name;
  decision.line = rule.name_at.line;
  return decision;
}

Decision ReleasedBy(const Program& program, const CheckedRule& rule, const DutyTerms& terms) {
  Decision decision = DecidedBy(program, rule);
  decision.duties = terms.ToDuties(program.world.vocabulary());
  decision.verdict = Decision::Verdict::kRelease;
  return decision;
}

Decision InWords(const Program& program, const Request& request, const Outcome& outcome) {
  switch (outcome.by) {
    case Outcome::By::kFloor: {
      std::optional<FailedFloor> failed = FirstFailedFloor(request, program.world);
      // The codes may have been made for another request; it stays withheld.
      if (!failed) return WithheldBy(absl::StrCat("P", outcome.floor), "the floor does not hold");
      return WithheldBy(failed->id, std::move(failed->detail));
    }
    case Outcome::By::kUnmet: {
      std::optional<FailedFloor> unmet = FirstUnmetDuty(request, outcome.terms, program.world);
      if (!unmet) return WithheldBy(kUnmetDutyFloor, "a duty cannot be kept");
      return WithheldBy(unmet->id, std::move(unmet->detail));
    }
    case Outcome::By::kForbid:
      return DecidedBy(program, program.rules[outcome.rule]);
    case Outcome::By::kPermit:
      return ReleasedBy(program, program.rules[outcome.rule], outcome.terms);
    case Outcome::By::kDefault:
      break;
  }
  return WithheldByDefault(request, program.world.FindAction(request.action).has_value());
}

}  // namespace fairway::policy
