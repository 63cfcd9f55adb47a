#include "policy/language/promise_parser.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/language/clause_parser.h"
#include "policy/language/condition_parser.h"

namespace fairway::policy {
namespace {

constexpr std::string_view kGuarantee = "guarantee";

// "peer" (any) or "peers where …".
std::optional<ast::To> ParseNo(TokenStream& tokens) {
  static constexpr char kNamesNone[] =
      "a guarantee is about every peer there could be; for one of them write: no peers where "
      "peer.id is NAME";
  ast::To to;
  if (tokens.Accept("peer")) {
    const Token& next = tokens.Peek();
    if (next.kind != Token::Kind::kName || next.first_on_line || StartsClause(next)) return to;
    tokens.Fail("may, seeing or items", kNamesNone);
    return std::nullopt;
  }
  if (!tokens.Accept("peers")) {
    tokens.Fail("'no peer' or 'no peers where …'", kNamesNone);
    return std::nullopt;
  }
  if (!tokens.Expect("where")) return std::nullopt;
  to.kind = ast::To::Kind::kWhere;
  std::optional<ast::Condition> where = ParseCondition(tokens);
  if (!where) return std::nullopt;
  to.where = *std::move(where);
  return to;
}

// One clause; false at the end of the guarantee.
bool GuaranteeClause(TokenStream& tokens, ast::Guarantee& guarantee) {
  const Token& next = tokens.Peek();
  if (next.Is("no")) {
    ParseClause(tokens, kGuarantee, guarantee.no, [&] { return ParseNo(tokens); });
  } else if (next.Is("may")) {
    ParseClause(tokens, kGuarantee, guarantee.may, [&] { return ParseMay(tokens); });
  } else if (next.Is("seeing")) {
    ParseClause(tokens, kGuarantee, guarantee.seeing, [&] { return ParseFields(tokens); });
  } else if (next.Is("items")) {
    ParseClause(tokens, kGuarantee, guarantee.items, [&] { return ParseItems(tokens); });
  } else if (tokens.AtEnd() || IsDeclarationWord(next) || StartsDeclaration(next)) {
    return false;
  } else {
    tokens.Fail("a clause (no, may, seeing, items) or the next rule",
                next.Is("because") ? "the name of a guarantee says why" : "");
    tokens.Next();
    SkipToClause(tokens);
  }
  return true;
}

// "a change may newly release at most"
bool FixedWords(TokenStream& tokens) {
  for (std::string_view word : {"a", "change", "may", "newly", "release", "at", "most"}) {
    if (tokens.Accept(word)) continue;
    return tokens.Fail(absl::StrCat("'", std::string(word), "'"),
                       "write: budget \"…\" a change may newly release at most 500 items");
  }
  return true;
}

bool BudgetPeer(TokenStream& tokens, ast::Budget& budget) {
  if (tokens.Peek().Is("any") && tokens.Peek(1).Is("one")) {
    tokens.Next();
    tokens.Next();
    budget.to = ast::Budget::To::kAnyOnePeer;
    return tokens.Expect("peer");
  }
  tokens.Accept("peer");
  std::optional<ast::Word> peer = tokens.ExpectName("the name of a peer or 'any one peer'");
  if (!peer) return false;
  budget.to = ast::Budget::To::kPeer;
  budget.peer = *std::move(peer);
  return true;
}

}  // namespace

std::optional<ast::Guarantee> ParseGuarantee(TokenStream& tokens) {
  std::optional<ast::Word> name = tokens.ExpectString("the guarantee in one sentence");
  if (!name) {
    SkipToDeclaration(tokens);
    return std::nullopt;
  }
  ast::Guarantee guarantee;
  guarantee.name = *std::move(name);
  while (GuaranteeClause(tokens, guarantee)) {
  }
  return guarantee;
}

std::optional<ast::Budget> ParseBudget(TokenStream& tokens) {
  ast::Budget budget;
  const auto read = [&] {
    std::optional<ast::Word> name = tokens.ExpectString("a name for the budget");
    if (!name || !FixedWords(tokens)) return false;
    budget.name = *std::move(name);
    std::optional<ast::Word> number = tokens.ExpectInteger("a number of items");
    if (!number) return false;
    budget.at_most = *std::move(number);
    if (!tokens.Accept("item") && !tokens.Expect("items")) return false;
    if (tokens.Accept("to") && !BudgetPeer(tokens, budget)) return false;
    if (tokens.Accept("without")) {
      budget.without_role = tokens.ExpectName("a role, such as commander");
      if (!budget.without_role) return false;
    }
    return true;
  };
  if (read()) return budget;
  SkipToDeclaration(tokens);
  return std::nullopt;
}

}  // namespace fairway::policy
