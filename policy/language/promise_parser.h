#ifndef FAIRWAY_POLICY_LANGUAGE_PROMISE_PARSER_H_
#define FAIRWAY_POLICY_LANGUAGE_PROMISE_PARSER_H_

#include <optional>

#include "policy/language/token_stream.h"

// What a text promises besides its rules, the first word (guarantee, budget) already taken. Nothing
// after an error that leaves no name; every error is reported (E005, E006, E007, E009, E012).
namespace fairway::policy {

std::optional<ast::Guarantee> ParseGuarantee(TokenStream& tokens);

std::optional<ast::Budget> ParseBudget(TokenStream& tokens);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_PROMISE_PARSER_H_
