#ifndef FAIRWAY_POLICY_LANGUAGE_TOKEN_STREAM_H_
#define FAIRWAY_POLICY_LANGUAGE_TOKEN_STREAM_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "policy/language/ast.h"
#include "policy/language/lexer.h"

namespace fairway::policy {

// A cursor over the words of a text, with the few questions that parsers ask. Reports E005.
class TokenStream {
 public:
  // Both must outlive the stream and what it gives.
  TokenStream(std::string_view source, DiagnosticSink& sink);

  // The next word, or the one behind it (`ahead` is 0 or 1). The reference holds until a word is
  // taken.
  const Token& Peek(size_t ahead = 0) const { return next_[ahead]; }
  bool AtEnd() const { return Peek().kind == Token::Kind::kEnd; }
  Token Next();  // stays at the end
  // The place of the last word taken.
  const Place& last() const { return last_; }

  // Takes the word or symbol if it is next.
  bool Accept(std::string_view word);
  bool AcceptSymbol(std::string_view symbol);
  // The same, and reports what was found instead. `wanted` is shown to people.
  bool Expect(std::string_view word);
  bool ExpectSymbol(std::string_view symbol);
  std::optional<ast::Word> ExpectName(std::string_view wanted);
  std::optional<ast::Word> ExpectString(std::string_view wanted);
  std::optional<ast::Word> ExpectInteger(std::string_view wanted);
  std::optional<ast::Word> ExpectDate();
  // 64 hexadecimal digits in lower case.
  std::optional<ast::Word> ExpectHash(std::string_view wanted);
  // A name or a number: values of vocabularies are both.
  std::optional<ast::Word> ExpectValue(std::string_view wanted);

  // E005 "expected <wanted>, found <next word>"; always false.
  bool Fail(std::string_view wanted, std::string help = {});

  // From the start of `from` to the end of the last word, or to the end of `from` if that is on
  // another line.
  Place Span(const Place& from) const;

  // "{" name { "," name } "}" of values; reports E009 above kMaxSetMembers.
  std::optional<ast::ValueSet> ValuesInBraces(std::string_view wanted);

  DiagnosticSink& sink() { return sink_; }

 private:
  ast::Word TakeWord();

  DiagnosticSink& sink_;
  Lexer lexer_;
  std::array<Token, 2> next_;
  Place last_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_TOKEN_STREAM_H_
