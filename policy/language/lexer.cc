#include "policy/language/lexer.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '+';
}

// Quotation marks of word processors: “ ” „ « »
constexpr std::array<std::string_view, 5> kForeignQuotes = {"\u201C", "\u201D", "\u201E", "\u00AB",
                                                            "\u00BB"};

// Length in bytes of a quotation mark at the start of `s`, 0 if there is none.
size_t QuoteLength(std::string_view s) {
  if (s.starts_with('"')) return 1;
  for (std::string_view quote : kForeignQuotes) {
    if (s.starts_with(quote)) return quote.size();
  }
  return 0;
}

constexpr size_t kMaxDigits = 9;
// A shorter word of digits and letters is a slip of the pen, not half a hash.
constexpr size_t kLooksLikeAHash = 16;

// Length in bytes of the well-formed UTF-8 sequence at the start of `s`, 0 if there is none
// (Unicode 15, table 3-7).
size_t Utf8Length(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < s.size() && byte(i) >= low && byte(i) <= high;
  };
  if (s.empty()) return 0;
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return tail(1, low, high) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::string BadByte(char c) {
  return absl::StrFormat("the byte 0x%02X cannot stand here", static_cast<unsigned char>(c));
}

}  // namespace

Token Lexer::Next() {
  found_.reset();
  while (!found_ && offset_ < source_.size()) One();
  return found_ ? *found_ : Token{Token::Kind::kEnd, {}, {line_, column_, 1}, true};
}

char Lexer::At(size_t ahead) const {
  return offset_ + ahead < source_.size() ? source_[offset_ + ahead] : '\0';
}

void Lexer::NewLine() {
  ++offset_;
  ++line_;
  column_ = 1;
  first_on_line_ = true;
}

void Lexer::One() {
  const char c = At(0);
  if (c == '\n') return NewLine();
  if (c == ' ' || c == '\t' || c == '\r') return Advance(1, 1);
  if (c == '#') return Comment();
  if (c == '"') return String();
  if (IsLetter(c)) return Name();
  if (IsDigit(c)) return Number();
  Symbol();
}

void Lexer::Advance(size_t bytes, int columns) {
  offset_ += bytes;
  column_ += columns;
}

void Lexer::Found(Token::Kind kind, std::string_view text, size_t bytes, int columns) {
  found_ = Token{kind, text, {line_, column_, columns}, first_on_line_};
  first_on_line_ = false;
  Advance(bytes, columns);
}

// Goes over one character of a comment or text; false at a byte that may not stand there.
bool Lexer::Character(size_t& bytes, int& columns, std::string_view rest) {
  const size_t length = Utf8Length(rest);
  const unsigned char first = static_cast<unsigned char>(rest[0]);
  const bool ok = length > 0 && (first >= 0x20 || first == '\t' || first == '\r') && first != 0x7F;
  if (!ok) {
    sink_.Error("E002", {line_, column_ + columns, 1}, BadByte(rest[0]),
                "a policy is UTF-8 text without control characters");
  }
  bytes += ok ? length : 1;
  ++columns;
  return ok;
}

void Lexer::Comment() {
  size_t bytes = 0;
  int columns = 0;
  while (offset_ + bytes < source_.size() && At(bytes) != '\n') {
    Character(bytes, columns, source_.substr(offset_ + bytes));
  }
  Advance(bytes, columns);
}

void Lexer::String() {
  size_t bytes = 1;
  int columns = 1;
  while (offset_ + bytes < source_.size() && At(bytes) != '\n' && At(bytes) != '"') {
    Character(bytes, columns, source_.substr(offset_ + bytes));
  }
  std::string_view content = source_.substr(offset_ + 1, bytes - 1);
  if (At(bytes) == '"') {
    ++bytes;
    ++columns;
  } else {
    sink_.Error("E001", {line_, column_, columns}, "text is not closed: missing \"",
                "a text begins and ends with \" on one line");
    if (content.ends_with('\r')) content.remove_suffix(1);
  }
  if (content.size() > kMaxStringBytes) {
    sink_.Error(
        "E010", {line_, column_, columns},
        absl::StrCat("this text has ", content.size(), " bytes, the limit is ", kMaxStringBytes));
  }
  Found(Token::Kind::kString, content, bytes, columns);
}

// A text between quotation marks of a word processor is reported and read as the text it was meant
// to be.
void Lexer::ForeignString() {
  const std::string_view rest = source_.substr(offset_);
  const size_t opening = QuoteLength(rest);
  sink_.Error("E002", {line_, column_, 1},
              absl::StrCat("the character '", std::string(rest.substr(0, opening)),
                           "' has no meaning here"),
              "texts stand between straight quotes \"…\"");
  size_t bytes = opening;
  int columns = 1;
  while (bytes < rest.size() && rest[bytes] != '\n' && QuoteLength(rest.substr(bytes)) == 0) {
    Character(bytes, columns, rest.substr(bytes));
  }
  const std::string_view content = rest.substr(opening, bytes - opening);
  const size_t closing = bytes < rest.size() ? QuoteLength(rest.substr(bytes)) : 0;
  Found(Token::Kind::kString, content, bytes + closing, columns + (closing > 0 ? 1 : 0));
}

void Lexer::Name() {
  size_t bytes = 1;
  while (IsNameCharacter(At(bytes))) ++bytes;
  while (At(bytes) == '.') {
    if (At(bytes + 1) == '*') {
      bytes += 2;
      break;
    }
    if (!IsLetter(At(bytes + 1))) break;
    ++bytes;
    while (IsNameCharacter(At(bytes))) ++bytes;
  }
  if (bytes > kMaxNameBytes) {
    sink_.Error("E010", {line_, column_, static_cast<int>(bytes)},
                absl::StrCat("this name has ", bytes, " bytes, the limit is ", kMaxNameBytes));
  }
  Found(Token::Kind::kName, source_.substr(offset_, bytes), bytes, static_cast<int>(bytes));
}

bool Lexer::IsDateForm() const {
  for (size_t i = 0; i < 10; ++i) {
    if (i == 4 || i == 7 ? At(i) != '-' : !IsDigit(At(i))) return false;
  }
  return !IsNameCharacter(At(10));
}

void Lexer::Number() {
  if (IsDateForm()) return Found(Token::Kind::kDate, source_.substr(offset_, 10), 10, 10);
  size_t bytes = 0;
  while (IsDigit(At(bytes))) ++bytes;
  const size_t digits = bytes;
  while (IsNameCharacter(At(bytes))) ++bytes;
  const Place at{line_, column_, static_cast<int>(bytes)};
  const std::string_view word = source_.substr(offset_, bytes);
  const bool only_digits = bytes == digits;
  if (IsLowerHex(word) &&
      (only_digits ? bytes == kHashDigits : bytes >= kLooksLikeAHash && bytes <= kMaxNameBytes)) {
    return Found(Token::Kind::kHash, word, bytes, static_cast<int>(bytes));
  }
  if (!only_digits) {
    sink_.Error("E003", at,
                absl::StrCat("'", std::string(source_.substr(offset_, std::min<size_t>(bytes, 40))),
                             "' is neither a number nor a date nor a name"),
                "a name begins with a letter, a date is written 2026-12-31, a number and its "
                "unit are two words: 90 days");
  } else if (digits > kMaxDigits) {
    sink_.Error("E003", at, "this number has more than 9 digits");
  }
  Found(Token::Kind::kInteger, source_.substr(offset_, std::min(digits, kMaxDigits)), bytes,
        static_cast<int>(bytes));
}

void Lexer::Symbol() {
  const char c = At(0);
  if ((c == '<' || c == '>') && At(1) == '=') {
    return Found(Token::Kind::kSymbol, source_.substr(offset_, 2), 2, 2);
  }
  if (std::string_view("{}(),:=<>").find(c) != std::string_view::npos) {
    return Found(Token::Kind::kSymbol, source_.substr(offset_, 1), 1, 1);
  }
  if (QuoteLength(source_.substr(offset_)) > 0) return ForeignString();
  const size_t length = Utf8Length(source_.substr(offset_));
  const bool printable = length > 1 || (c > 0x20 && c < 0x7F);
  sink_.Error("E002", {line_, column_, 1},
              printable
                  ? absl::StrCat("the character '", std::string(source_.substr(offset_, length)),
                                 "' has no meaning here")
                  : BadByte(c),
              "texts stand between straight quotes \"…\", comments begin with #");
  Advance(length > 0 ? length : 1, 1);
}

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace fairway::policy
