#include "policy/language/token_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

std::string Describe(const Token& token) {
  const std::string text(token.text.substr(0, 40));
  switch (token.kind) {
    case Token::Kind::kEnd:
      return "the end of the text";
    case Token::Kind::kString:
      return absl::StrCat("the text \"", text, "\"");
    default:
      return absl::StrCat("'", text, "'");
  }
}

}  // namespace

TokenStream::TokenStream(std::string_view source, DiagnosticSink& sink)
    : sink_(sink), lexer_(source, sink) {
  for (Token& token : next_) token = lexer_.Next();
}

Token TokenStream::Next() {
  const Token token = next_[0];
  if (token.kind == Token::Kind::kEnd) return token;
  next_[0] = next_[1];
  next_[1] = lexer_.Next();
  last_ = token.at;
  return token;
}

ast::Word TokenStream::TakeWord() {
  const Token token = Next();
  return {std::string(token.text), token.at};
}

bool TokenStream::Accept(std::string_view word) {
  if (!Peek().Is(word)) return false;
  Next();
  return true;
}

bool TokenStream::AcceptSymbol(std::string_view symbol) {
  if (!Peek().IsSymbol(symbol)) return false;
  Next();
  return true;
}

bool TokenStream::Expect(std::string_view word) {
  return Accept(word) || Fail(absl::StrCat("'", std::string(word), "'"));
}

bool TokenStream::ExpectSymbol(std::string_view symbol) {
  return AcceptSymbol(symbol) || Fail(absl::StrCat("'", std::string(symbol), "'"));
}

std::optional<ast::Word> TokenStream::ExpectName(std::string_view wanted) {
  if (Peek().kind == Token::Kind::kName) return TakeWord();
  Fail(wanted);
  return std::nullopt;
}

std::optional<ast::Word> TokenStream::ExpectString(std::string_view wanted) {
  if (Peek().kind == Token::Kind::kString) return TakeWord();
  Fail(wanted, "a text stands between \" and \"");
  return std::nullopt;
}

std::optional<ast::Word> TokenStream::ExpectInteger(std::string_view wanted) {
  if (Peek().kind == Token::Kind::kInteger) return TakeWord();
  Fail(wanted);
  return std::nullopt;
}

std::optional<ast::Word> TokenStream::ExpectDate() {
  if (Peek().kind == Token::Kind::kDate) return TakeWord();
  Fail("a date", "a date is written 2026-12-31");
  return std::nullopt;
}

std::optional<ast::Word> TokenStream::ExpectHash(std::string_view wanted) {
  const std::string_view text = Peek().text;
  const bool word = Peek().kind == Token::Kind::kName || Peek().kind == Token::Kind::kHash;
  if (word && text.size() == kHashDigits && IsLowerHex(text)) return TakeWord();
  Fail(wanted, absl::StrCat("a hash is ", kHashDigits, " digits 0-9 and a-f",
                            word ? absl::StrCat(", this has ", text.size(), " characters") : ""));
  return std::nullopt;
}

std::optional<ast::Word> TokenStream::ExpectValue(std::string_view wanted) {
  const Token::Kind kind = Peek().kind;
  if (kind == Token::Kind::kName || kind == Token::Kind::kInteger) return TakeWord();
  Fail(wanted);
  return std::nullopt;
}

bool TokenStream::Fail(std::string_view wanted, std::string help) {
  sink_.Error("E005", Peek().at,
              absl::StrCat("expected ", std::string(wanted), ", found ", Describe(Peek())),
              std::move(help));
  return false;
}

Place TokenStream::Span(const Place& from) const {
  Place span = from;
  if (last_.line == from.line && last_.column >= from.column) {
    span.length = last_.column + last_.length - from.column;
  }
  return span;
}

std::optional<ast::ValueSet> TokenStream::ValuesInBraces(std::string_view wanted) {
  ast::ValueSet set;
  const Place start = Peek().at;
  if (!ExpectSymbol("{")) return std::nullopt;
  if (!AcceptSymbol("}")) {
    do {
      std::optional<ast::Word> value = ExpectValue(wanted);
      if (!value) return std::nullopt;
      set.values.push_back(*std::move(value));
    } while (AcceptSymbol(","));
    if (!AcceptSymbol("}")) {
      Fail("',' or '}'");
      return std::nullopt;
    }
  }
  set.at = Span(start);
  if (set.values.size() > kMaxSetMembers) {
    sink_.Error("E009", start,
                absl::StrCat("this set has ", set.values.size(), " members, the limit is ",
                             kMaxSetMembers));
    return std::nullopt;
  }
  return set;
}

}  // namespace fairway::policy
