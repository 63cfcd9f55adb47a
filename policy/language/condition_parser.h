#ifndef FAIRWAY_POLICY_LANGUAGE_CONDITION_PARSER_H_
#define FAIRWAY_POLICY_LANGUAGE_CONDITION_PARSER_H_

#include <optional>

#include "policy/language/token_stream.h"

namespace fairway::policy {

// The words of one condition ("item.tlp at most AMBER and …"); nothing after an error, which was
// reported (E005, E007, E012).
std::optional<ast::Condition> ParseCondition(TokenStream& tokens);

// hour, hours, day, days, month, months, year, years; nothing if the next word is none of them.
std::optional<ast::Word> AcceptUnit(TokenStream& tokens);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_CONDITION_PARSER_H_
