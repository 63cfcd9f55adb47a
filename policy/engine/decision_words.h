#ifndef FAIRWAY_POLICY_ENGINE_DECISION_WORDS_H_
#define FAIRWAY_POLICY_ENGINE_DECISION_WORDS_H_

#include <string>
#include <string_view>

#include "policy/decision.h"
#include "policy/engine/compiled.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Decisions in words: which rule, why, and where it is written.
Decision WithheldBy(std::string_view rule, std::string because);
Decision WithheldByDefault(const Request& request, bool known_action);
Decision DecidedBy(const Program& program, const CheckedRule& rule);
Decision ReleasedBy(const Program& program, const CheckedRule& rule, const DutyTerms& terms);

// What an outcome says about the request it was decided for.
Decision InWords(const Program& program, const Request& request, const Outcome& outcome);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_DECISION_WORDS_H_
