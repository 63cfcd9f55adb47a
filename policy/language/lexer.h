#ifndef FAIRWAY_POLICY_LANGUAGE_LEXER_H_
#define FAIRWAY_POLICY_LANGUAGE_LEXER_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "policy/language/diagnostic_sink.h"

namespace fairway::policy {

struct Token {
  enum class Kind {
    kName,     // letter { letter | digit | _ | - | + }, parts joined by '.', may end in ".*"
    kInteger,  // 1 to 9 digits
    kDate,     // 2026-12-31 (form only)
    kHash,     // digits 0-9 and a-f that look like a hash and begin with 0-9; others are names
    kString,   // text holds what is between the quotes
    kSymbol,   // { } ( ) , : = <= >= < >
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;  // into the source
  Place at;
  bool first_on_line = false;

  bool Is(std::string_view word) const { return kind == Kind::kName && text == word; }
  bool IsSymbol(std::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
};

// How long the hash of a policy is.
inline constexpr size_t kHashDigits = 64;

// Only 0-9 and a-f?
bool IsLowerHex(std::string_view text);

// Words of a policy or profile text, one after the other. Reports E001 (text not closed), E002
// (character not allowed, bytes that are not UTF-8), E003 (malformed number or name) and E010 (name
// or text too long), and goes on behind each.
class Lexer {
 public:
  // Both must outlive the lexer and its tokens.
  Lexer(std::string_view source, DiagnosticSink& sink) : source_(source), sink_(sink) {}

  // kEnd at the end, as often as it is asked.
  Token Next();

 private:
  char At(size_t ahead) const;
  void NewLine();
  void One();
  void Advance(size_t bytes, int columns);
  void Found(Token::Kind kind, std::string_view text, size_t bytes, int columns);
  bool Character(size_t& bytes, int& columns, std::string_view rest);
  void Comment();
  void String();
  void ForeignString();
  void Name();
  bool IsDateForm() const;
  void Number();
  void Symbol();

  std::string_view source_;
  DiagnosticSink& sink_;
  std::optional<Token> found_;
  size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool first_on_line_ = true;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_LEXER_H_
