#ifndef FAIRWAY_TESTS_PROVER_SMT_EXPORT_H_
#define FAIRWAY_TESTS_PROVER_SMT_EXPORT_H_

#include <string>
#include <vector>

#include "policy/policy.h"

namespace fairway::tests {

// Questions about two policies over the same names, as SMT-LIB 2: one (check-sat) each, in this
// order: gain of anyone, gain of registered peers, loss of registered peers, then for each
// guarantee of `after` whether anyone, and whether a registered peer, breaks it. "sat" is a case.
//
// Written from LANGUAGE.md, sections on matching, decision and floors; shares nothing with the
// prover but the checked conditions.
std::string SmtQuestions(const policy::Policy& before, const policy::Policy& after);
size_t SmtQuestionCount(const policy::Policy& after);

}  // namespace fairway::tests

#endif  // FAIRWAY_TESTS_PROVER_SMT_EXPORT_H_
