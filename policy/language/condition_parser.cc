#include "policy/language/condition_parser.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

using Condition = ast::Condition;
using Operator = ast::Operator;

constexpr std::string_view kOperators =
    "is, is not, in, not in, at most, at least, below, above or has";

class ConditionParser {
 public:
  explicit ConditionParser(TokenStream& tokens) : tokens_(tokens) {}

  std::optional<Condition> Or(size_t depth) {
    return Chain(Condition::Kind::kOr, "or", [&] { return And(depth); });
  }

 private:
  std::optional<Condition> And(size_t depth) {
    return Chain(Condition::Kind::kAnd, "and", [&] { return Negation(depth); });
  }

  template <typename ParsePart>
  std::optional<Condition> Chain(Condition::Kind kind, std::string_view word, ParsePart part) {
    const Place start = tokens_.Peek().at;
    std::optional<Condition> first = part();
    if (!first || !tokens_.Peek().Is(word)) return first;
    Condition chain;
    chain.kind = kind;
    chain.children.push_back(*std::move(first));
    while (tokens_.Accept(word)) {
      std::optional<Condition> next = part();
      if (!next) return std::nullopt;
      chain.children.push_back(*std::move(next));
    }
    chain.at = tokens_.Span(start);
    return chain;
  }

  std::optional<Condition> Negation(size_t depth) {
    const Place start = tokens_.Peek().at;
    if (!tokens_.Accept("not")) return Primary(depth);
    std::optional<Condition> inner = Primary(depth);
    if (!inner) return std::nullopt;
    Condition negation;
    negation.kind = Condition::Kind::kNot;
    negation.children.push_back(*std::move(inner));
    negation.at = tokens_.Span(start);
    return negation;
  }

  std::optional<Condition> Primary(size_t depth) {
    const Place start = tokens_.Peek().at;
    if (!tokens_.AcceptSymbol("(")) return Atom();
    if (depth >= kMaxNestingDepth) {
      tokens_.sink().Error(
          "E007", start, absl::StrCat("brackets are nested more than ", kMaxNestingDepth, " deep"),
          "split the rule into several");
      return std::nullopt;
    }
    std::optional<Condition> inner = Or(depth + 1);
    if (!inner || !tokens_.ExpectSymbol(")")) return std::nullopt;
    return inner;
  }

  std::optional<Condition> Atom() {
    if (++parts_ > kMaxConditionParts) {
      tokens_.sink().Error(
          "E012", tokens_.Peek().at,
          absl::StrCat("this condition has more than ", kMaxConditionParts, " comparisons"),
          "list values in { }, or split the rule into several");
      return std::nullopt;
    }
    Condition atom;
    std::optional<ast::Word> attribute = tokens_.ExpectName("a condition");
    if (!attribute) return std::nullopt;
    atom.attribute = *std::move(attribute);
    atom.op_at = tokens_.Peek().at;
    if (!OperatorAndValue(atom)) return std::nullopt;
    atom.at = tokens_.Span(atom.attribute.at);
    return atom;
  }

  bool OperatorAndValue(Condition& atom) {
    if (tokens_.Accept("is")) {
      return Value(atom, tokens_.Accept("not") ? Operator::kIsNot : Operator::kIs);
    }
    if (tokens_.Accept("not")) return tokens_.Expect("in") && Set(atom, Operator::kNotIn);
    if (tokens_.Accept("in")) return Set(atom, Operator::kIn);
    if (tokens_.Accept("has")) return Has(atom);
    if (tokens_.Accept("at")) {
      if (tokens_.Accept("most")) return Value(atom, Operator::kAtMost);
      if (tokens_.Accept("least")) return Value(atom, Operator::kAtLeast);
      return tokens_.Fail("'most' or 'least'");
    }
    if (tokens_.Accept("below") || tokens_.AcceptSymbol("<")) return Value(atom, Operator::kBelow);
    if (tokens_.Accept("above") || tokens_.AcceptSymbol(">")) return Value(atom, Operator::kAbove);
    if (tokens_.AcceptSymbol("<=")) return Value(atom, Operator::kAtMost);
    if (tokens_.AcceptSymbol(">=")) return Value(atom, Operator::kAtLeast);
    return tokens_.Fail(kOperators);
  }

  bool Value(Condition& atom, Operator op) {
    atom.op = op;
    atom.op_at = tokens_.Span(atom.op_at);
    std::optional<ast::Word> value = tokens_.ExpectValue("a value");
    if (!value) return false;
    atom.value = *std::move(value);
    atom.unit = AcceptUnit(tokens_);
    return true;
  }

  bool Set(Condition& atom, Operator op) {
    atom.op = op;
    atom.op_at = tokens_.Span(atom.op_at);
    if (tokens_.Peek().IsSymbol("{")) {
      std::optional<ast::ValueSet> set = tokens_.ValuesInBraces("a value");
      if (!set) return false;
      atom.set = *std::move(set);
      return true;
    }
    std::optional<ast::Word> name = tokens_.ExpectName("{ values } or the name of a set");
    if (!name) return false;
    atom.set.at = name->at;
    atom.set.set_name = *std::move(name);
    return true;
  }

  bool Has(Condition& atom) {
    // "any", "all" and "none" may be values too; only with "of" they are operators.
    const bool of = tokens_.Peek(1).Is("of");
    static constexpr std::array<std::pair<std::string_view, Operator>, 3> kWithOf = {{
        {"any", Operator::kHasAnyOf},
        {"all", Operator::kHasAllOf},
        {"none", Operator::kHasNoneOf},
    }};
    for (const auto& [word, op] : kWithOf) {
      if (!of || !tokens_.Accept(word)) continue;
      tokens_.Next();
      return Set(atom, op);
    }
    if (tokens_.Accept("only")) return Set(atom, Operator::kHasOnly);
    return Value(atom, Operator::kHas);
  }

  TokenStream& tokens_;
  size_t parts_ = 0;
};

}  // namespace

std::optional<ast::Condition> ParseCondition(TokenStream& tokens) {
  return ConditionParser(tokens).Or(0);
}

std::optional<ast::Word> AcceptUnit(TokenStream& tokens) {
  for (std::string_view unit :
       {"hour", "hours", "day", "days", "month", "months", "year", "years"}) {
    if (!tokens.Accept(unit)) continue;
    return ast::Word{std::string(unit), tokens.last()};
  }
  return std::nullopt;
}

}  // namespace fairway::policy
