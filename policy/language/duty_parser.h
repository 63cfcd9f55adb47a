#ifndef FAIRWAY_POLICY_LANGUAGE_DUTY_PARSER_H_
#define FAIRWAY_POLICY_LANGUAGE_DUTY_PARSER_H_

#include <vector>

#include "policy/language/token_stream.h"

namespace fairway::policy {

// The duties behind `with`, that word already taken. One that cannot be read is reported (E005,
// E009) and left out; reading goes on behind the next comma or at the next clause.
std::vector<ast::Duty> ParseDuties(TokenStream& tokens);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_DUTY_PARSER_H_
