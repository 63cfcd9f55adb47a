#include "tests/oracle/reader.h"

#include <cctype>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fairway::oracle {
namespace {

struct Token {
  enum class Kind { kWord, kNumber, kDate, kString, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
  int line = 1;
  size_t begin = 0;
  size_t end = 0;
};

struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameChar(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '+'; }

std::vector<Token> Split(const std::string& text) {
  std::vector<Token> tokens;
  int line = 1;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {
      ++at;
      continue;
    }
    if (c == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
      continue;
    }
    Token token;
    token.line = line;
    token.begin = at;
    if (c == '"') {
      const size_t close = text.find_first_of("\"\n", at + 1);
      if (close == std::string::npos || text[close] != '"') throw Unreadable("open text");
      token.kind = Token::Kind::kString;
      token.text = text.substr(at + 1, close - at - 1);
      at = close + 1;
    } else if (IsLetter(c)) {
      token.kind = Token::Kind::kWord;
      while (at < text.size()) {
        const bool dot = text[at] == '.' && at + 1 < text.size() &&
                         (IsLetter(text[at + 1]) || text[at + 1] == '*');
        if (dot && text[at + 1] == '*') {
          at += 2;
          break;
        }
        if (!dot && !IsNameChar(text[at])) break;
        ++at;
      }
      token.text = text.substr(token.begin, at - token.begin);
    } else if (IsDigit(c)) {
      while (at < text.size() && IsNameChar(text[at])) ++at;
      token.text = text.substr(token.begin, at - token.begin);
      token.kind =
          token.text.find('-') == std::string::npos ? Token::Kind::kNumber : Token::Kind::kDate;
    } else {
      token.kind = Token::Kind::kSign;
      const bool two = (c == '<' || c == '>') && at + 1 < text.size() && text[at + 1] == '=';
      token.text = text.substr(at, two ? 2 : 1);
      at += token.text.size();
    }
    token.end = at;
    tokens.push_back(std::move(token));
  }
  Token end;
  end.line = line;
  end.begin = end.end = text.size();
  tokens.push_back(end);
  return tokens;
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text), tokens_(Split(text)) {}

  PolicyText Policy() {
    PolicyText policy;
    while (!AtEnd()) {
      const size_t begin = Here().begin;
      if (Take("policy")) {
        Head();
        policy.head = Since(begin);
      } else if (Take("set")) {
        SetDeclaration set;
        set.name = Word();
        Need("=");
        set.values = Braces();
        policy.sets.push_back(std::move(set));
      } else if (Take("test")) {
        Test();
        policy.others.push_back(Since(begin));
      } else if (Take("guarantee")) {
        Guarantee();
        policy.others.push_back(Since(begin));
      } else if (Take("budget")) {
        Budget();
        policy.others.push_back(Since(begin));
      } else {
        policy.rules.push_back(ReadRule());
      }
    }
    return policy;
  }

  ProfileText Profile() {
    ProfileText profile;
    while (!AtEnd()) {
      if (Take("profile")) {
        String();
        if (Take("version")) Number();
      } else if (Take("actions")) {
        Need("=");
        profile.actions = List();
      } else if (Take("fields")) {
        Need("=");
        profile.fields = List();
      } else if (Take("roles")) {
        Need("=");
        profile.roles = List();
      } else {
        profile.attributes.push_back(Declaration());
      }
    }
    return profile;
  }

 private:
  const Token& Here() const { return tokens_[at_]; }
  bool AtEnd() const { return Here().kind == Token::Kind::kEnd; }
  std::string Since(size_t begin) const {
    return text_.substr(begin, tokens_[at_ - 1].end - begin);
  }
  const Token& Next() {
    if (AtEnd()) throw Unreadable("end");
    return tokens_[at_++];
  }
  bool Is(const std::string& text, size_t ahead = 0) const {
    const size_t place = std::min(at_ + ahead, tokens_.size() - 1);
    const Token& token = tokens_[place];
    return (token.kind == Token::Kind::kWord || token.kind == Token::Kind::kSign) &&
           token.text == text;
  }
  bool Take(const std::string& text) {
    if (!Is(text)) return false;
    ++at_;
    return true;
  }
  void Need(const std::string& text) {
    if (!Take(text)) throw Unreadable("no " + text + " but " + Here().text);
  }
  std::string Word() {
    if (Here().kind != Token::Kind::kWord) throw Unreadable("no word");
    return Next().text;
  }
  std::string Number() {
    if (Here().kind != Token::Kind::kNumber) throw Unreadable("no number");
    return Next().text;
  }
  std::string String() {
    if (Here().kind != Token::Kind::kString) throw Unreadable("no text");
    return Next().text;
  }
  std::string Date() {
    if (Here().kind != Token::Kind::kDate) throw Unreadable("no date");
    return Next().text;
  }
  std::string Value() {
    if (Here().kind != Token::Kind::kWord && Here().kind != Token::Kind::kNumber) {
      throw Unreadable("no value");
    }
    return Next().text;
  }
  std::string Unit() {
    for (const char* unit : {"hour", "hours", "day", "days", "month", "months", "year", "years"}) {
      if (Take(unit)) return unit;
    }
    return "";
  }
  std::vector<std::string> List() {
    std::vector<std::string> list = {Value()};
    while (Take(",")) list.push_back(Value());
    return list;
  }
  std::vector<std::string> Braces() {
    Need("{");
    std::vector<std::string> list;
    if (!Is("}")) list = List();
    Need("}");
    return list;
  }
  Words Several() {
    Words words;
    if (Is("{")) {
      words.list = Braces();
    } else {
      words.set_name = Word();
    }
    return words;
  }
  std::vector<std::string> FieldNames() {
    if (Is("{")) return Braces();
    return {Word()};
  }

  Attribute Declaration() {
    Attribute attribute;
    const std::string type = Word();
    attribute.name = Word();
    if (type == "number") {
      attribute.type = Attribute::Type::kNumber;
      if (Take("in")) {
        Need("days");
        attribute.in_days = true;
      }
      return attribute;
    }
    if (type == "enum") attribute.type = Attribute::Type::kEnum;
    if (type == "ordered") attribute.type = Attribute::Type::kOrdered;
    if (type == "set") attribute.type = Attribute::Type::kSet;
    if (Take("of")) {
      attribute.domain = Take("peers") ? Attribute::Domain::kPeers : Attribute::Domain::kAudience;
      if (attribute.domain == Attribute::Domain::kAudience) Need("audience");
      return attribute;
    }
    Need("=");
    attribute.values = {Value()};
    while (Take(",") || Take("<")) attribute.values.push_back(Value());
    return attribute;
  }

  void Head() {
    String();
    for (bool more = true; more;) {
      more = false;
      if (Take("version")) Number(), more = true;
      if (Take("for")) Word(), more = true;
      if (Take("replaces")) {
        Next();  // 64 hex digits: a number, a word or both
        more = true;
      }
    }
  }

  Rule ReadRule() {
    Rule rule;
    rule.line = Here().line;
    if (Take("permit")) {
      rule.kind = Rule::Kind::kPermit;
    } else if (Take("forbid")) {
      rule.kind = Rule::Kind::kForbid;
    } else if (Take("require")) {
      rule.kind = Rule::Kind::kRequire;
    } else {
      throw Unreadable("no rule: " + Here().text);
    }
    rule.name = Word();
    while (Clause(rule)) {
    }
    return rule;
  }

  bool Clause(Rule& rule) {
    if (Take("to")) {
      To(rule);
    } else if (Take("may")) {
      if (Take("do")) {
        Need("anything");
        rule.anything = true;
      } else {
        rule.actions = List();
      }
    } else if (Is("items") || Is("any")) {
      Take("items");
      if (Take("where")) {
        rule.any_item = false;
        rule.items_where = Or();
      } else {
        Need("any");
        Need("item");
      }
    } else if (Take("with")) {
      rule.duties = Duties();
    } else if (Take("because")) {
      rule.because = String();
    } else if (Take("from")) {
      rule.from = Date();
    } else if (Take("until")) {
      rule.until = Date();
    } else {
      return false;
    }
    return true;
  }

  void To(Rule& rule) {
    if (Take("any")) {
      Need("peer");
      rule.to = Rule::To::kAny;
    } else if (Take("peers")) {
      Need("where");
      rule.to = Rule::To::kWhere;
      rule.to_where = Or();
    } else {
      Need("peer");
      rule.to = Rule::To::kNames;
      rule.to_names = List();
    }
  }

  Condition Or() {
    Condition first = And();
    if (!Is("or")) return first;
    Condition all;
    all.kind = Condition::Kind::kOr;
    all.parts.push_back(std::move(first));
    while (Take("or")) all.parts.push_back(And());
    return all;
  }
  Condition And() {
    Condition first = Not();
    if (!Is("and")) return first;
    Condition all;
    all.kind = Condition::Kind::kAnd;
    all.parts.push_back(std::move(first));
    while (Take("and")) all.parts.push_back(Not());
    return all;
  }
  Condition Not() {
    if (Take("not")) {
      Condition negated;
      negated.kind = Condition::Kind::kNot;
      negated.parts.push_back(BracketOrComparison());
      return negated;
    }
    return BracketOrComparison();
  }
  Condition BracketOrComparison() {
    if (Take("(")) {
      Condition inside = Or();
      Need(")");
      return inside;
    }
    return Comparison();
  }

  Condition Comparison() {
    Condition c;
    c.attribute = Word();
    if (Take("is")) {
      c.op = Take("not") ? Op::kIsNot : Op::kIs;
    } else if (Take("not")) {
      Need("in");
      c.op = Op::kNotIn;
    } else if (Take("in")) {
      c.op = Op::kIn;
    } else if (Take("<=")) {
      c.op = Op::kAtMost;
    } else if (Take(">=")) {
      c.op = Op::kAtLeast;
    } else if (Take("<") || Take("below")) {
      c.op = Op::kBelow;
    } else if (Take(">") || Take("above")) {
      c.op = Op::kAbove;
    } else if (Take("at")) {
      c.op = Take("most") ? Op::kAtMost : Op::kAtLeast;
      if (c.op == Op::kAtLeast) Need("least");
    } else {
      Need("has");
      c.op = Op::kHas;
      if (Is("any") && Is("of", 1)) c.op = Op::kHasAny;
      if (Is("all") && Is("of", 1)) c.op = Op::kHasAll;
      if (Is("none") && Is("of", 1)) c.op = Op::kHasNone;
      if (c.op != Op::kHas) at_ += 2;
      if (c.op == Op::kHas && Take("only")) c.op = Op::kHasOnly;
    }
    const bool several = c.op == Op::kIn || c.op == Op::kNotIn || c.op >= Op::kHasAny;
    if (several) {
      c.values = Several();
    } else {
      c.value = Value();
      c.unit = Unit();
    }
    return c;
  }

  std::vector<Duty> Duties() {
    std::vector<Duty> duties = {ReadDuty()};
    while (Take(",")) duties.push_back(ReadDuty());
    return duties;
  }
  void Duration(Duty& duty) {
    duty.number = std::stoll(Number());
    duty.unit = Unit();
  }
  Duty ReadDuty() {
    using Kind = Duty::Kind;
    Duty duty;
    const std::string first = Word();
    if (first == "in") {
      Need("full");
      duty.kind = Kind::kInFull;
    } else if (first == "redact") {
      duty.kind = Kind::kRedact;
      duty.words.list = FieldNames();
    } else if (first == "keep") {
      Need("only");
      duty.kind = Kind::kKeepOnly;
      duty.words.list = FieldNames();
    } else if (first == "strip") {
      Need("source");
      duty.kind = Kind::kStripSource;
    } else if (first == "hops") {
      duty.kind = Kind::kHops;
      duty.number = std::stoll(Number());
    } else if (first == "expires") {
      Need("after");
      duty.kind = Kind::kExpires;
      Duration(duty);
    } else if (first == "receipt") {
      Need("within");
      duty.kind = Kind::kReceipt;
      Duration(duty);
    } else if (first == "raise") {
      duty.kind = Take("tlp") ? Kind::kRaiseTlp : Kind::kRaisePap;
      if (duty.kind == Kind::kRaisePap) Need("pap");
      Need("to");
      duty.word = Word();
    } else if (first == "delay") {
      duty.kind = Kind::kDelay;
      Duration(duty);
    } else if (first == "hold") {
      Need("for");
      duty.kind = Kind::kHoldFor;
      duty.word = Word();
    } else if (first == "generalise") {
      duty.kind = Kind::kGeneralise;
      duty.word = Word();
      Need("to");
      duty.level = Word();
    } else if (first == "watermark") {
      duty.kind = Kind::kWatermark;
    } else if (first == "notify") {
      Need("originator");
      duty.kind = Kind::kNotifyOriginator;
    } else if (first == "use") {
      Need("for");
      duty.kind = Kind::kUseFor;
      duty.words = Several();
    } else if (first == "encrypt") {
      Need("at");
      Need("rest");
      duty.kind = Kind::kEncryptAtRest;
    } else if (first == "no") {
      Need("copy");
      duty.kind = Kind::kNoCopy;
    } else {
      throw Unreadable("no duty: " + first);
    }
    return duty;
  }

  void Literal() {
    Need("{");
    while (!Take("}")) {
      Word();
      Need(":");
      if (Is("{")) {
        Braces();
      } else {
        Value();
        Unit();
      }
      Take(",");
    }
  }
  void Test() {
    String();
    Need("peer");
    if (Is("{")) {
      Literal();
    } else {
      Word();
    }
    Need("action");
    Word();
    if (Take("on")) Date();
    Need("item");
    Literal();
    if (Take("context")) Literal();
    Need("expect");
    Word();
    if (Take("by")) Word();
    if (Take("with")) Duties();
  }
  void Guarantee() {
    String();
    for (bool more = true; more;) {
      if (Take("no")) {
        if (Take("peers")) {
          Need("where");
          Or();
        } else {
          Need("peer");
        }
      } else if (Take("may")) {
        if (Take("do")) {
          Need("anything");
        } else {
          List();
        }
      } else if (Take("seeing")) {
        FieldNames();
      } else if (Is("items") || Is("any")) {
        Take("items");
        if (Take("where")) {
          Or();
        } else {
          Need("any");
          Need("item");
        }
      } else {
        more = false;
      }
    }
  }
  void Budget() {
    String();
    for (const char* word : {"a", "change", "may", "newly", "release", "at", "most"}) Need(word);
    Number();
    Take("items") || Take("item");
    if (Take("to")) {
      if (Take("any")) {
        Need("one");
        Need("peer");
      } else {
        Take("peer");
        Word();
      }
    }
    if (Take("without")) Word();
  }

  const std::string& text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

std::optional<PolicyText> ReadPolicy(const std::string& text) {
  try {
    return Reader(text).Policy();
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

std::optional<ProfileText> ReadProfile(const std::string& text) {
  try {
    return Reader(text).Profile();
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

}  // namespace fairway::oracle
