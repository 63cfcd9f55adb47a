#include "policy/language/recovery.h"

#include <algorithm>
#include <array>
#include <vector>

namespace fairway::policy {
namespace {

constexpr std::array<std::string_view, 16> kClauseWords = {
    "to",     "may", "items", "any",     "with",   "because", "from", "until",
    "action", "on",  "item",  "context", "expect", "peer",    "no",   "seeing"};
constexpr std::array<std::string_view, 5> kAnywhere = {"may", "items", "with", "because", "seeing"};

template <size_t n>
bool IsOneOf(const Token& token, const std::array<std::string_view, n>& words) {
  return token.kind == Token::Kind::kName &&
         std::find(words.begin(), words.end(), token.text) != words.end();
}

}  // namespace

std::span<const std::string> DeclarationWords() {
  static const auto* const kWords = new std::vector<std::string>{
      "policy", "set", "permit", "forbid", "require", "test", "guarantee", "budget"};
  return *kWords;
}

bool IsDeclarationWord(const Token& token) {
  const auto words = DeclarationWords();
  return token.kind == Token::Kind::kName &&
         std::find(words.begin(), words.end(), token.text) != words.end();
}

bool StartsDeclaration(const Token& token) {
  if (!token.first_on_line) return false;
  const bool at_margin = token.at.column == 1 && token.kind == Token::Kind::kName;
  return IsDeclarationWord(token) || (at_margin && !IsOneOf(token, kClauseWords));
}

bool StartsClause(const Token& token) {
  return IsOneOf(token, kAnywhere) || (token.first_on_line && IsOneOf(token, kClauseWords));
}

void SkipToDeclaration(TokenStream& tokens) {
  while (!tokens.AtEnd() && !StartsDeclaration(tokens.Peek())) tokens.Next();
}

void SkipToClause(TokenStream& tokens) {
  while (!tokens.AtEnd() && !StartsDeclaration(tokens.Peek()) && !StartsClause(tokens.Peek())) {
    tokens.Next();
  }
}

}  // namespace fairway::policy
