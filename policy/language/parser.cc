#include "policy/language/parser.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/language/clause_parser.h"
#include "policy/language/condition_parser.h"
#include "policy/language/duty_parser.h"
#include "policy/language/promise_parser.h"
#include "policy/language/recovery.h"
#include "policy/language/suggest.h"
#include "policy/language/token_stream.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

class Parser {
 public:
  Parser(std::string_view text, DiagnosticSink& sink) : tokens_(text, sink), sink_(sink) {}

  ast::File Run() {
    while (!tokens_.AtEnd()) Declaration();
    return std::move(file_);
  }

 private:
  // --- declarations ------------------------------------------------------------------------------

  void Declaration() {
    const Token& next = tokens_.Peek();
    if (next.Is("policy")) return Head();
    if (next.Is("set")) return Set();
    if (next.Is("permit")) return Rule(ast::Rule::Kind::kPermit);
    if (next.Is("forbid")) return Rule(ast::Rule::Kind::kForbid);
    if (next.Is("require")) return Rule(ast::Rule::Kind::kRequire);
    if (next.Is("test")) return Test();
    if (next.Is("guarantee")) return Guarantee();
    if (next.Is("budget")) return Budget();
    tokens_.Fail("permit, forbid, require, set, test, guarantee, budget or policy",
                 Suggest(next.text, DeclarationWords()));
    tokens_.Next();
    SkipToDeclaration(tokens_);
  }

  void Guarantee() {
    const Place at = tokens_.Next().at;
    std::optional<ast::Guarantee> guarantee = ParseGuarantee(tokens_);
    if (!guarantee) return;
    if (file_.guarantees.size() == kMaxGuarantees) {
      TooMany(at, "guarantees", kMaxGuarantees, too_many_guarantees_);
      return;
    }
    file_.guarantees.push_back(*std::move(guarantee));
  }

  void Budget() {
    const Place at = tokens_.Next().at;
    std::optional<ast::Budget> budget = ParseBudget(tokens_);
    if (!budget) return;
    if (file_.budgets.size() == kMaxBudgets) {
      TooMany(at, "budgets", kMaxBudgets, too_many_budgets_);
      return;
    }
    file_.budgets.push_back(*std::move(budget));
  }

  void Head() {
    const Place at = tokens_.Next().at;
    ast::Head head;
    std::optional<ast::Word> title = tokens_.ExpectString("the title of the policy");
    if (!title) return SkipToDeclaration(tokens_);
    head.title = *std::move(title);
    if (tokens_.Accept("version")) {
      head.version = tokens_.ExpectInteger("a version number");
      if (!head.version) return SkipToDeclaration(tokens_);
    }
    if (tokens_.Accept("for")) {
      head.for_node = tokens_.ExpectName("the name of a node");
      if (!head.for_node) return SkipToDeclaration(tokens_);
    }
    if (tokens_.Accept("replaces")) {
      head.replaces = tokens_.ExpectHash("the hash of the policy that this one replaces");
      if (!head.replaces) return SkipToDeclaration(tokens_);
    }
    if (file_.head) {
      sink_.Error("E006", at,
                  absl::StrCat("a second 'policy' line (the first is line ",
                               file_.head->title.at.line, ")"),
                  "a text has one title");
      return;
    }
    file_.head = std::move(head);
  }

  void Set() {
    const Place at = tokens_.Next().at;
    ast::Set set;
    std::optional<ast::Word> name = tokens_.ExpectName("a name for the set");
    if (!name || !tokens_.ExpectSymbol("=")) return SkipToDeclaration(tokens_);
    set.name = *std::move(name);
    std::optional<ast::ValueSet> values = tokens_.ValuesInBraces("a value");
    if (!values) return SkipToDeclaration(tokens_);
    set.values = *std::move(values);
    if (file_.sets.size() == kMaxSets) {
      TooMany(at, "sets", kMaxSets, too_many_sets_);
      return;
    }
    file_.sets.push_back(std::move(set));
  }

  void TooMany(const Place& at, std::string_view what, size_t limit, bool& reported) {
    if (!reported) {
      sink_.Error("E008", at, absl::StrCat("more than ", limit, " ", std::string(what)));
    }
    reported = true;
  }

  // --- rules -------------------------------------------------------------------------------------

  void Rule(ast::Rule::Kind kind) {
    ast::Rule rule;
    rule.kind = kind;
    const Token keyword = tokens_.Next();
    std::optional<ast::Word> name =
        tokens_.ExpectName(absl::StrCat("a name for this ", std::string(keyword.text)));
    if (!name) return SkipToDeclaration(tokens_);
    rule.name = *std::move(name);
    while (RuleClause(rule)) {
    }
    if (file_.rules.size() == kMaxRules) {
      TooMany(keyword.at, "rules", kMaxRules, too_many_rules_);
      return;
    }
    file_.rules.push_back(std::move(rule));
  }

  // One clause; false at the end of the rule.
  bool RuleClause(ast::Rule& rule) {
    const Token& next = tokens_.Peek();
    if (next.Is("to")) {
      Clause(rule.to, [&] { return ParseTo(tokens_); });
    } else if (next.Is("may")) {
      Clause(rule.may, [&] { return ParseMay(tokens_); });
    } else if (next.Is("items")) {
      Clause(rule.items, [&] { return ParseItems(tokens_); });
    } else if (next.Is("any")) {
      Clause(rule.items, [&] { return AnyItem(); });
    } else if (next.Is("with")) {
      Clause(rule.with, [&] { return std::optional(ParseDuties(tokens_)); });
    } else if (next.Is("because")) {
      Clause(rule.because, [&] { return tokens_.ExpectString("the reason as a text"); });
    } else if (next.Is("from")) {
      Clause(rule.from, [&] { return tokens_.ExpectDate(); });
    } else if (next.Is("until")) {
      Clause(rule.until, [&] { return tokens_.ExpectDate(); });
    } else if (tokens_.AtEnd() || IsDeclarationWord(next) || StartsDeclaration(next)) {
      return false;
    } else {
      tokens_.Fail("a clause (to, may, items, with, because, from, until) or the next rule");
      tokens_.Next();
      SkipToClause(tokens_);
    }
    return true;
  }

  template <typename T, typename ParseValue>
  void Clause(ast::Clause<T>& clause, ParseValue parse) {
    ParseClause(tokens_, "rule", clause, parse);
  }

  // `any item` without the word `items` before it.
  std::optional<ast::Items> AnyItem() {
    if (!tokens_.Expect("item")) return std::nullopt;
    ast::Items items;
    items.any = true;
    return items;
  }

  // --- tests -------------------------------------------------------------------------------------

  void Test() {
    const Place at = tokens_.Next().at;
    ast::Test test;
    if (!TestQuestion(test) || !TestExpectation(test)) return SkipToDeclaration(tokens_);
    if (file_.tests.size() == kMaxTests) {
      TooMany(at, "tests", kMaxTests, too_many_tests_);
      return;
    }
    file_.tests.push_back(std::move(test));
  }

  bool TestQuestion(ast::Test& test) {
    if (!Take(tokens_.ExpectString("a name for the test"), test.name)) return false;
    if (!tokens_.Expect("peer")) return false;
    if (tokens_.Peek().IsSymbol("{")) {
      if (!Literal(test.peer_literal)) return false;
    } else {
      test.peer = tokens_.ExpectName("the name of a peer or { attributes }");
      if (!test.peer) return false;
    }
    if (!tokens_.Expect("action")) return false;
    if (!Take(tokens_.ExpectName("an action"), test.action)) return false;
    if (tokens_.Accept("on")) {
      test.on = tokens_.ExpectDate();
      if (!test.on) return false;
    }
    if (!tokens_.Expect("item") || !Literal(test.item)) return false;
    return !tokens_.Accept("context") || Literal(test.context);
  }

  bool TestExpectation(ast::Test& test) {
    if (!tokens_.Expect("expect")) return false;
    test.release = tokens_.Accept("release");
    if (!test.release && !tokens_.Accept("withhold")) return tokens_.Fail("release or withhold");
    if (tokens_.Accept("by")) {
      test.by = tokens_.ExpectName("the name of a rule or floor, or default");
      if (!test.by) return false;
    }
    if (tokens_.Accept("with")) test.with = ParseDuties(tokens_);
    return true;
  }

  static bool Take(std::optional<ast::Word> from, ast::Word& into) {
    if (!from) return false;
    into = *std::move(from);
    return true;
  }

  bool Literal(ast::Literal& literal) {
    const Place start = tokens_.Peek().at;
    if (!tokens_.ExpectSymbol("{")) return false;
    if (tokens_.AcceptSymbol("}")) return true;
    do {
      ast::LiteralEntry entry;
      if (!Take(tokens_.ExpectName("an attribute"), entry.name)) return false;
      if (!tokens_.ExpectSymbol(":")) return false;
      if (!LiteralValue(entry)) return false;
      literal.push_back(std::move(entry));
    } while (tokens_.AcceptSymbol(","));
    if (literal.size() > kMaxAttributes) {
      sink_.Error("E009", start, absl::StrCat("more than ", kMaxAttributes, " attributes"));
      return false;
    }
    return tokens_.AcceptSymbol("}") || tokens_.Fail("',' or '}'");
  }

  bool LiteralValue(ast::LiteralEntry& entry) {
    if (tokens_.Peek().IsSymbol("{")) {
      std::optional<ast::ValueSet> set = tokens_.ValuesInBraces("a value");
      if (!set) return false;
      entry.is_set = true;
      entry.set = *std::move(set);
      return true;
    }
    if (!Take(tokens_.ExpectValue("a value"), entry.value)) return false;
    entry.unit = AcceptUnit(tokens_);
    return true;
  }

  TokenStream tokens_;
  DiagnosticSink& sink_;
  ast::File file_;
  bool too_many_rules_ = false;
  bool too_many_sets_ = false;
  bool too_many_tests_ = false;
  bool too_many_guarantees_ = false;
  bool too_many_budgets_ = false;
};

}  // namespace

ast::File ParsePolicy(std::string_view text, DiagnosticSink& sink) {
  return Parser(text, sink).Run();
}

}  // namespace fairway::policy
