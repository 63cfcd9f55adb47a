#ifndef FAIRWAY_POLICY_CHECK_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_CHECKER_H_

#include <memory>

#include "policy/language/ast.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Fills `program` (its world is set) from the words of a text. Reports E1xx, E2xx and W3xx; what
// could not be understood is left out, so the program is only to be used if the sink has no error.
void CheckPolicy(const ast::File& file, Program& program, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_CHECKER_H_
