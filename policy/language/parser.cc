#include "policy/language/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/language/condition_parser.h"
#include "policy/language/suggest.h"
#include "policy/language/token_stream.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

constexpr std::array<std::string_view, 8> kTopWords = {"policy",  "set",  "permit",    "forbid",
                                                       "require", "test", "guarantee", "budget"};
constexpr std::array<std::string_view, 14> kClauseWords = {
    "to",    "may",  "items",  "any", "with", "because", "from",
    "until", "peer", "action", "on",  "item", "context", "expect"};

template <size_t n>
bool IsOneOf(const Token& token, const std::array<std::string_view, n>& words) {
  return token.kind == Token::Kind::kName &&
         std::find(words.begin(), words.end(), token.text) != words.end();
}

class Parser {
 public:
  Parser(std::string_view text, DiagnosticSink& sink)
      : tokens_(Lex(text, sink), sink), sink_(sink) {}

  ast::File Run() {
    while (!tokens_.AtEnd()) Declaration();
    return std::move(file_);
  }

 private:
  // --- where to go on after an error -------------------------------------------------------------

  void SkipToDeclaration() {
    while (!tokens_.AtEnd() && !StartsDeclaration(tokens_.Peek())) tokens_.Next();
  }

  // A declaration, or a word at the left margin that was probably meant to begin one.
  static bool StartsDeclaration(const Token& token) {
    if (!token.first_on_line) return false;
    const bool at_margin = token.at.column == 1 && token.kind == Token::Kind::kName;
    return IsOneOf(token, kTopWords) || (at_margin && !IsOneOf(token, kClauseWords));
  }

  void SkipToClause() {
    while (!tokens_.AtEnd() && !StartsDeclaration(tokens_.Peek()) &&
           !StartsClause(tokens_.Peek())) {
      tokens_.Next();
    }
  }

  // Some clause words may stand inside a clause too, so those count at the start of a line only.
  static bool StartsClause(const Token& token) {
    static constexpr std::array<std::string_view, 4> kAnywhere = {"may", "items", "with",
                                                                  "because"};
    return IsOneOf(token, kAnywhere) || (token.first_on_line && IsOneOf(token, kClauseWords));
  }

  void NotInThisVersion(const Place& at, std::string_view what, std::string help) {
    sink_.Error("E011", at, absl::StrCat("'", std::string(what), "' is not in this version"),
                std::move(help));
  }

  // --- declarations ------------------------------------------------------------------------------

  void Declaration() {
    const Token& next = tokens_.Peek();
    if (next.Is("policy")) return Head();
    if (next.Is("set")) return Set();
    if (next.Is("permit")) return Rule(ast::Rule::Kind::kPermit);
    if (next.Is("forbid")) return Rule(ast::Rule::Kind::kForbid);
    if (next.Is("require")) return Rule(ast::Rule::Kind::kRequire);
    if (next.Is("test")) return Test();
    if (next.Is("guarantee") || next.Is("budget")) {
      NotInThisVersion(next.at, next.text, "write tests for the cases that matter most");
    } else {
      const std::vector<std::string> known(kTopWords.begin(), kTopWords.end());
      tokens_.Fail("permit, forbid, require, set, test or policy", Suggest(next.text, known));
    }
    tokens_.Next();
    SkipToDeclaration();
  }

  void Head() {
    const Place at = tokens_.Next().at;
    ast::Head head;
    std::optional<ast::Word> title = tokens_.ExpectString("the title of the policy");
    if (!title) return SkipToDeclaration();
    head.title = *std::move(title);
    if (tokens_.Accept("version")) {
      head.version = tokens_.ExpectInteger("a version number");
      if (!head.version) return SkipToDeclaration();
    }
    if (tokens_.Accept("for")) {
      head.for_node = tokens_.ExpectName("the name of a node");
      if (!head.for_node) return SkipToDeclaration();
    }
    if (tokens_.Peek().Is("replaces")) {
      NotInThisVersion(tokens_.Peek().at, "replaces", "applying a policy replaces the one before");
      SkipToDeclaration();
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
    if (!name || !tokens_.ExpectSymbol("=")) return SkipToDeclaration();
    set.name = *std::move(name);
    std::optional<ast::ValueSet> values = tokens_.ValuesInBraces("a value");
    if (!values) return SkipToDeclaration();
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
    if (!name) return SkipToDeclaration();
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
    const Token next = tokens_.Peek();
    if (next.Is("to")) return Clause(rule.to, [&] { return To(); });
    if (next.Is("may")) return Clause(rule.may, [&] { return May(); });
    if (next.Is("items")) return Clause(rule.items, [&] { return Items(); });
    if (next.Is("any")) return Clause(rule.items, [&] { return AnyItem(); });
    if (next.Is("with")) return Clause(rule.with, [&] { return With(); });
    if (next.Is("because")) return Clause(rule.because, [&] { return Because(); });
    if (next.Is("from")) return Clause(rule.from, [&] { return Date(); });
    if (next.Is("until")) return Clause(rule.until, [&] { return Date(); });
    if (tokens_.AtEnd() || IsOneOf(next, kTopWords) || StartsDeclaration(next)) return false;
    tokens_.Fail("a clause (to, may, items, with, because, from, until) or the next rule");
    tokens_.Next();
    SkipToClause();
    return true;
  }

  template <typename T, typename ParseValue>
  bool Clause(ast::Clause<T>& clause, ParseValue parse) {
    const Token keyword = tokens_.Peek();
    const bool again = clause.seen;
    if (again) {
      sink_.Error("E006", keyword.at,
                  absl::StrCat("a second '", std::string(keyword.text),
                               "' clause in one rule (the first is line ", clause.at.line, ")"),
                  "write two rules");
    } else {
      clause.at = keyword.at;
    }
    clause.seen = true;
    std::optional<T> value = parse();
    if (!value) {
      SkipToClause();
    } else if (!again) {
      clause.value = std::move(value);
    }
    return true;
  }

  std::optional<ast::To> To() {
    tokens_.Next();
    ast::To to;
    if (tokens_.Peek().Is("any") && tokens_.Peek(1).Is("peer")) {
      tokens_.Next();
      tokens_.Next();
      return to;
    }
    if (tokens_.Accept("peers")) {
      if (!tokens_.Expect("where")) return std::nullopt;
      to.kind = ast::To::Kind::kWhere;
      std::optional<ast::Condition> where = ParseCondition(tokens_);
      if (!where) return std::nullopt;
      to.where = *std::move(where);
      return to;
    }
    if (!tokens_.Accept("peer")) {
      tokens_.Fail("'any peer', 'peer NAME' or 'peers where …'");
      return std::nullopt;
    }
    to.kind = ast::To::Kind::kNames;
    std::optional<std::vector<ast::Word>> names = Names("the name of a peer or group");
    if (!names) return std::nullopt;
    to.names = *std::move(names);
    return to;
  }

  std::optional<std::vector<ast::Word>> Names(std::string_view wanted) {
    std::vector<ast::Word> names;
    do {
      std::optional<ast::Word> name = tokens_.ExpectName(wanted);
      if (!name) return std::nullopt;
      names.push_back(*std::move(name));
    } while (tokens_.AcceptSymbol(","));
    if (names.size() > kMaxSetMembers) {
      sink_.Error(
          "E009", names.front().at,
          absl::StrCat("this list has ", names.size(), " names, the limit is ", kMaxSetMembers));
      return std::nullopt;
    }
    return names;
  }

  std::optional<ast::May> May() {
    tokens_.Next();
    ast::May may;
    if (tokens_.Peek().Is("do") && tokens_.Peek(1).Is("anything")) {
      tokens_.Next();
      tokens_.Next();
      may.anything = true;
      return may;
    }
    std::optional<std::vector<ast::Word>> actions = Names("an action or 'do anything'");
    if (!actions) return std::nullopt;
    may.actions = *std::move(actions);
    return may;
  }

  std::optional<ast::Items> AnyItem() {
    tokens_.Next();
    ast::Items items;
    items.any = true;
    if (!tokens_.Expect("item")) return std::nullopt;
    return items;
  }

  std::optional<ast::Items> Items() {
    tokens_.Next();
    if (tokens_.Peek().Is("any")) return AnyItem();
    if (!tokens_.Accept("where")) {
      tokens_.Fail("'where …' or 'any item'");
      return std::nullopt;
    }
    std::optional<ast::Condition> where = ParseCondition(tokens_);
    if (!where) return std::nullopt;
    return ast::Items{false, *std::move(where)};
  }

  std::optional<ast::Word> Because() {
    tokens_.Next();
    return tokens_.ExpectString("the reason as a text");
  }

  std::optional<ast::Word> Date() {
    tokens_.Next();
    return tokens_.ExpectDate();
  }

  // --- duties ------------------------------------------------------------------------------------

  std::optional<std::vector<ast::Duty>> With() {
    tokens_.Next();
    return Duties();
  }

  std::optional<std::vector<ast::Duty>> Duties() {
    std::vector<ast::Duty> duties;
    do {
      const Place start = tokens_.Peek().at;
      if (DesignedOnly()) continue;
      ast::Duty duty;
      if (!OneDuty(duty)) return std::nullopt;
      duty.at = tokens_.Span(start);
      duties.push_back(std::move(duty));
    } while (tokens_.AcceptSymbol(","));
    return duties;
  }

  // Duties that are designed but not enforced yet are refused by name: a duty that is silently
  // ignored would be a leak.
  bool DesignedOnly() {
    static constexpr std::array<std::string_view, 9> kWords = {
        "delay", "hold", "generalise", "generalize", "watermark", "notify", "use", "encrypt", "no"};
    const Token next = tokens_.Peek();
    if (!IsOneOf(next, kWords)) return false;
    NotInThisVersion(next.at, next.text,
                     "duties: in full, redact, keep only, strip source, hops, expires after, "
                     "receipt within, raise tlp, raise pap");
    tokens_.Next();
    while (!tokens_.AtEnd() && !tokens_.Peek().IsSymbol(",") && !tokens_.Peek().first_on_line) {
      tokens_.Next();
    }
    return true;
  }

  bool OneDuty(ast::Duty& duty) {
    using Kind = ast::Duty::Kind;
    if (tokens_.Accept("in")) return Set(duty, Kind::kInFull) && tokens_.Expect("full");
    if (tokens_.Accept("redact")) return Set(duty, Kind::kRedact) && FieldNames(duty);
    if (tokens_.Accept("keep")) {
      return Set(duty, Kind::kKeepOnly) && tokens_.Expect("only") && FieldNames(duty);
    }
    if (tokens_.Accept("strip")) return Set(duty, Kind::kStripSource) && tokens_.Expect("source");
    if (tokens_.Accept("hops")) {
      return Set(duty, Kind::kHops) && Take(tokens_.ExpectInteger("a number"), duty.number);
    }
    if (tokens_.Accept("expires")) {
      return Set(duty, Kind::kExpiresAfter) && tokens_.Expect("after") && Duration(duty);
    }
    if (tokens_.Accept("receipt")) {
      return Set(duty, Kind::kReceiptWithin) && tokens_.Expect("within") && Duration(duty);
    }
    if (tokens_.Accept("raise")) return Raise(duty);
    return tokens_.Fail("a duty",
                        "in full, redact, keep only, strip source, hops, expires after, "
                        "receipt within, raise tlp, raise pap");
  }

  static bool Set(ast::Duty& duty, ast::Duty::Kind kind) {
    duty.kind = kind;
    return true;
  }

  static bool Take(std::optional<ast::Word> from, ast::Word& into) {
    if (!from) return false;
    into = *std::move(from);
    return true;
  }

  bool FieldNames(ast::Duty& duty) {
    if (tokens_.Peek().IsSymbol("{")) {
      std::optional<ast::ValueSet> fields = tokens_.ValuesInBraces("a field");
      if (!fields) return false;
      if (fields->values.empty()) {
        sink_.Error("E005", fields->at, "expected at least one field, found { }");
        return false;
      }
      duty.fields = std::move(fields->values);
      return true;
    }
    std::optional<ast::Word> field = tokens_.ExpectName("a field or { fields }");
    if (!field) return false;
    duty.fields.push_back(*std::move(field));
    return true;
  }

  bool Duration(ast::Duty& duty) {
    if (!Take(tokens_.ExpectInteger("a duration such as 90 days"), duty.number)) return false;
    std::optional<ast::Word> unit = AcceptUnit(tokens_);
    if (!unit) return tokens_.Fail("hours, days, months or years");
    duty.unit = *std::move(unit);
    return true;
  }

  bool Raise(ast::Duty& duty) {
    if (tokens_.Accept("tlp")) {
      duty.kind = ast::Duty::Kind::kRaiseTlp;
    } else if (tokens_.Accept("pap")) {
      duty.kind = ast::Duty::Kind::kRaisePap;
    } else {
      return tokens_.Fail("'tlp' or 'pap'");
    }
    return tokens_.Expect("to") && Take(tokens_.ExpectName("a marking"), duty.level);
  }

  // --- tests -------------------------------------------------------------------------------------

  void Test() {
    const Place at = tokens_.Next().at;
    ast::Test test;
    if (!TestQuestion(test) || !TestExpectation(test)) return SkipToDeclaration();
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
    if (tokens_.Accept("with")) {
      test.with = Duties();
      return test.with.has_value();
    }
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
};

}  // namespace

ast::File ParsePolicy(std::string_view text, DiagnosticSink& sink) {
  return Parser(text, sink).Run();
}

}  // namespace fairway::policy
