#include "policy/language/duty_parser.h"

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policy/language/clause_parser.h"
#include "policy/language/condition_parser.h"
#include "policy/language/suggest.h"

namespace fairway::policy {
namespace {

using Kind = ast::Duty::Kind;

// Duties that are words and nothing else.
struct Plain {
  Kind kind;
  std::array<std::string_view, 3> words;
};
constexpr std::array<Plain, 6> kPlain = {{{Kind::kInFull, {"in", "full", ""}},
                                          {Kind::kStripSource, {"strip", "source", ""}},
                                          {Kind::kWatermark, {"watermark", "", ""}},
                                          {Kind::kNotifyOriginator, {"notify", "originator", ""}},
                                          {Kind::kEncryptAtRest, {"encrypt", "at", "rest"}},
                                          {Kind::kNoCopy, {"no", "copy", ""}}}};

class DutyParser {
 public:
  explicit DutyParser(TokenStream& tokens) : tokens_(tokens) {}

  std::vector<ast::Duty> Run() {
    std::vector<ast::Duty> duties;
    do {
      const Place start = tokens_.Peek().at;
      ast::Duty duty;
      if (!One(duty)) {
        SkipToNextDuty();
        continue;
      }
      duty.at = tokens_.Span(start);
      duties.push_back(std::move(duty));
    } while (tokens_.AcceptSymbol(","));
    return duties;
  }

 private:
  void SkipToNextDuty() {
    bool in_braces = false;
    while (!tokens_.AtEnd() && !StartsDeclaration(tokens_.Peek()) &&
           !StartsClause(tokens_.Peek())) {
      if (tokens_.Peek().IsSymbol("{")) in_braces = true;
      if (tokens_.Peek().IsSymbol("}")) in_braces = false;
      if (!in_braces && tokens_.Peek().IsSymbol(",")) return;
      tokens_.Next();
    }
  }

  bool One(ast::Duty& duty) {
    for (const Plain& plain : kPlain) {
      if (!tokens_.Accept(plain.words[0])) continue;
      duty.kind = plain.kind;
      return (plain.words[1].empty() || tokens_.Expect(plain.words[1])) &&
             (plain.words[2].empty() || tokens_.Expect(plain.words[2]));
    }
    if (Begins(duty, Kind::kRedact, "redact")) return FieldNames(duty);
    if (Begins(duty, Kind::kKeepOnly, "keep")) return tokens_.Expect("only") && FieldNames(duty);
    if (Begins(duty, Kind::kGeneralise, "generalise")) return Generalise(duty);
    if (Begins(duty, Kind::kHops, "hops"))
      return Take(tokens_.ExpectInteger("a number"), duty.number);
    if (Begins(duty, Kind::kExpiresAfter, "expires")) return Duration(duty, "after");
    if (Begins(duty, Kind::kReceiptWithin, "receipt")) return Duration(duty, "within");
    if (Begins(duty, Kind::kDelay, "delay")) return Duration(duty, "");
    if (Begins(duty, Kind::kHoldFor, "hold")) {
      return tokens_.Expect("for") && Take(tokens_.ExpectName("a role"), duty.level);
    }
    if (Begins(duty, Kind::kUseFor, "use")) return tokens_.Expect("for") && Purposes(duty);
    if (tokens_.Accept("raise")) return Raise(duty);
    return NoDuty();
  }

  bool NoDuty() {
    static const auto* const kFirstWords = new std::vector<std::string>{
        "in",    "redact", "keep", "strip",     "generalise", "hops",    "expires", "receipt",
        "delay", "raise",  "hold", "watermark", "notify",     "encrypt", "use",     "no"};
    const Token& next = tokens_.Peek();
    const std::string near =
        next.kind == Token::Kind::kName ? Suggest(next.text, *kFirstWords) : "";
    return tokens_.Fail("a duty",
                        near.starts_with("did you mean")
                            ? near
                            : "in full, redact, keep only, strip source, generalise, hops, "
                              "expires after, receipt within, delay, hold for, raise tlp, "
                              "raise pap, use for, watermark, notify originator, encrypt "
                              "at rest, no copy");
  }

  bool Begins(ast::Duty& duty, Kind kind, std::string_view word) {
    if (!tokens_.Accept(word)) return false;
    duty.kind = kind;
    return true;
  }

  static bool Take(std::optional<ast::Word> from, ast::Word& into) {
    if (!from) return false;
    into = *std::move(from);
    return true;
  }

  bool FieldNames(ast::Duty& duty) {
    std::optional<std::vector<ast::Word>> fields = ParseFields(tokens_);
    if (!fields) return false;
    duty.fields = *std::move(fields);
    return true;
  }

  bool Generalise(ast::Duty& duty) {
    std::optional<ast::Word> family = tokens_.ExpectName("a family of fields such as location");
    if (!family || !tokens_.Expect("to")) return false;
    duty.fields.push_back(*std::move(family));
    return Take(tokens_.ExpectName("the field that stays, such as region"), duty.level);
  }

  bool Duration(ast::Duty& duty, std::string_view after) {
    if (!after.empty() && !tokens_.Expect(after)) return false;
    if (!Take(tokens_.ExpectInteger("a duration such as 90 days"), duty.number)) return false;
    std::optional<ast::Word> unit = AcceptUnit(tokens_);
    if (!unit) return tokens_.Fail("hours, days, months or years");
    duty.unit = *std::move(unit);
    return true;
  }

  bool Raise(ast::Duty& duty) {
    if (tokens_.Accept("tlp")) {
      duty.kind = Kind::kRaiseTlp;
    } else if (tokens_.Accept("pap")) {
      duty.kind = Kind::kRaisePap;
    } else {
      return tokens_.Fail("'tlp' or 'pap'");
    }
    return tokens_.Expect("to") && Take(tokens_.ExpectName("a marking"), duty.level);
  }

  bool Purposes(ast::Duty& duty) {
    if (tokens_.Peek().IsSymbol("{")) {
      std::optional<ast::ValueSet> purposes = tokens_.ValuesInBraces("a purpose");
      if (!purposes) return false;
      duty.purposes = *std::move(purposes);
      return true;
    }
    std::optional<ast::Word> name = tokens_.ExpectName("{ purposes } or the name of a set");
    if (!name) return false;
    duty.purposes.at = name->at;
    duty.purposes.set_name = *std::move(name);
    return true;
  }

  TokenStream& tokens_;
};

}  // namespace

std::vector<ast::Duty> ParseDuties(TokenStream& tokens) { return DutyParser(tokens).Run(); }

}  // namespace fairway::policy
