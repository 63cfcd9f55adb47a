#ifndef FAIRWAY_POLICY_LANGUAGE_CLAUSE_PARSER_H_
#define FAIRWAY_POLICY_LANGUAGE_CLAUSE_PARSER_H_

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/language/recovery.h"
#include "policy/language/token_stream.h"

// What stands behind the first word of a clause, that word already taken. Nothing after an error,
// which was reported (E005, E007, E009, E012).
namespace fairway::policy {

// "any peer", "peer NAME, …" or "peers where …".
std::optional<ast::To> ParseTo(TokenStream& tokens);

// "ACTION, …" or "do anything".
std::optional<ast::May> ParseMay(TokenStream& tokens);

// "where …" or "any item".
std::optional<ast::Items> ParseItems(TokenStream& tokens);

// "FIELD" or "{ FIELD, … }", at least one.
std::optional<std::vector<ast::Word>> ParseFields(TokenStream& tokens);

// Takes the word that begins a clause and reads the rest into it. A second one is reported (E006)
// and read all the same; after an error reading goes on at the next clause.
template <typename T, typename ParseValue>
void ParseClause(TokenStream& tokens, std::string_view of_what, ast::Clause<T>& clause,
                 ParseValue parse);

// E006 for a second clause.
void ReportSecondClause(TokenStream& tokens, const Token& keyword, std::string_view of_what,
                        int first_line);

template <typename T, typename ParseValue>
void ParseClause(TokenStream& tokens, std::string_view of_what, ast::Clause<T>& clause,
                 ParseValue parse) {
  const bool again = clause.seen;
  const Token keyword = tokens.Next();
  if (again) {
    ReportSecondClause(tokens, keyword, of_what, clause.at.line);
  } else {
    clause.at = keyword.at;
  }
  clause.seen = true;
  std::optional<T> value = parse();
  if (!value) {
    SkipToClause(tokens);
  } else if (!again) {
    clause.value = std::move(value);
  }
}

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_CLAUSE_PARSER_H_
