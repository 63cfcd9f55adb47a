#ifndef FAIRWAY_POLICY_LANGUAGE_LEXER_H_
#define FAIRWAY_POLICY_LANGUAGE_LEXER_H_

#include <cstddef>
#include <string_view>
#include <vector>

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

// Words of a policy or profile text; the last one is kEnd. `source` must outlive the result.
// Reports E001 (text not closed), E002 (character not allowed, bytes that are not UTF-8), E003
// (malformed number or name) and E010 (name or text too long), and goes on behind each.
std::vector<Token> Lex(std::string_view source, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_LEXER_H_
