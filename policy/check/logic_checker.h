#ifndef FAIRWAY_POLICY_CHECK_LOGIC_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_LOGIC_CHECKER_H_

#include "policy/check/rule_cubes.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Reports E201 for a rule whose conditions can never be true together. False if there was one.
bool CheckRuleCanApply(const CheckedRule& rule, const World& world, DiagnosticSink& sink);

// Reports E205 for two permits that can both match although neither is more generous, each pair at
// the later one and each permit once; W303 if there were too many pairs to compare.
void CheckPermitsAreComparable(const Program& program, const RuleCubes& cubes,
                               DiagnosticSink& sink);

// Advice: W301 (reaches only named peers), W302 (everything to everybody).
void Advise(const CheckedRule& rule, const World& world, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_LOGIC_CHECKER_H_
