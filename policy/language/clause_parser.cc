#include "policy/language/clause_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/language/condition_parser.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

std::optional<std::vector<ast::Word>> Names(TokenStream& tokens, std::string_view wanted) {
  std::vector<ast::Word> names;
  do {
    std::optional<ast::Word> name = tokens.ExpectName(wanted);
    if (!name) return std::nullopt;
    names.push_back(*std::move(name));
  } while (tokens.AcceptSymbol(","));
  if (names.size() > kMaxSetMembers) {
    tokens.sink().Error(
        "E009", names.front().at,
        absl::StrCat("this list has ", names.size(), " names, the limit is ", kMaxSetMembers));
    return std::nullopt;
  }
  return names;
}

}  // namespace

std::optional<ast::To> ParseTo(TokenStream& tokens) {
  ast::To to;
  if (tokens.Peek().Is("any") && tokens.Peek(1).Is("peer")) {
    tokens.Next();
    tokens.Next();
    return to;
  }
  if (tokens.Accept("peers")) {
    if (!tokens.Expect("where")) return std::nullopt;
    to.kind = ast::To::Kind::kWhere;
    std::optional<ast::Condition> where = ParseCondition(tokens);
    if (!where) return std::nullopt;
    to.where = *std::move(where);
    return to;
  }
  if (!tokens.Accept("peer")) {
    tokens.Fail("'any peer', 'peer NAME' or 'peers where …'");
    return std::nullopt;
  }
  to.kind = ast::To::Kind::kNames;
  std::optional<std::vector<ast::Word>> names = Names(tokens, "the name of a peer or group");
  if (!names) return std::nullopt;
  to.names = *std::move(names);
  return to;
}

std::optional<ast::May> ParseMay(TokenStream& tokens) {
  ast::May may;
  if (tokens.Peek().Is("do") && tokens.Peek(1).Is("anything")) {
    tokens.Next();
    tokens.Next();
    may.anything = true;
    return may;
  }
  std::optional<std::vector<ast::Word>> actions = Names(tokens, "an action or 'do anything'");
  if (!actions) return std::nullopt;
  may.actions = *std::move(actions);
  return may;
}

std::optional<ast::Items> ParseItems(TokenStream& tokens) {
  ast::Items items;
  if (tokens.Accept("any")) {
    items.any = true;
    if (!tokens.Expect("item")) return std::nullopt;
    return items;
  }
  if (!tokens.Accept("where")) {
    tokens.Fail("'where …' or 'any item'");
    return std::nullopt;
  }
  std::optional<ast::Condition> where = ParseCondition(tokens);
  if (!where) return std::nullopt;
  items.where = *std::move(where);
  return items;
}

std::optional<std::vector<ast::Word>> ParseFields(TokenStream& tokens) {
  if (tokens.Peek().IsSymbol("{")) {
    std::optional<ast::ValueSet> fields = tokens.ValuesInBraces("a field");
    if (!fields) return std::nullopt;
    if (!fields->values.empty()) return std::move(fields->values);
    tokens.sink().Error("E005", fields->at, "expected at least one field, found { }");
    return std::nullopt;
  }
  std::optional<ast::Word> field = tokens.ExpectName("a field or { fields }");
  if (!field) return std::nullopt;
  return std::vector<ast::Word>{*std::move(field)};
}

void ReportSecondClause(TokenStream& tokens, const Token& keyword, std::string_view of_what,
                        int first_line) {
  tokens.sink().Error("E006", keyword.at,
                      absl::StrCat("a second '", std::string(keyword.text), "' clause in one ",
                                   std::string(of_what), " (the first is line ", first_line, ")"),
                      absl::StrCat("write two ", std::string(of_what), "s"));
}

}  // namespace fairway::policy
