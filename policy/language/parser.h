#ifndef FAIRWAY_POLICY_LANGUAGE_PARSER_H_
#define FAIRWAY_POLICY_LANGUAGE_PARSER_H_

#include <string_view>

#include "policy/language/ast.h"
#include "policy/language/diagnostic_sink.h"

namespace fairway::policy {

// Reads a policy text into words and clauses. What could not be read is reported (E001–E012) and
// left out; reading goes on at the next clause.
ast::File ParsePolicy(std::string_view text, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_PARSER_H_
