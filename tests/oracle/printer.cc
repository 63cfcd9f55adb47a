#include "tests/oracle/printer.h"

#include <utility>
#include <vector>

namespace fairway::oracle {
namespace {

class Printer {
 public:
  explicit Printer(Dice* dice) : dice_(dice) {}

  std::string Policy(const PolicyText& policy) {
    std::vector<std::string> pieces;
    if (!policy.head.empty()) pieces.push_back(policy.head);
    for (const SetDeclaration& set : policy.sets) {
      pieces.push_back("set " + set.name + " = " + Braces(set.values));
    }
    for (const Rule& rule : policy.rules) pieces.push_back(OneRule(rule));
    for (const std::string& other : policy.others) pieces.push_back(other);
    Shuffle(pieces);
    std::string text;
    for (const std::string& piece : pieces) text += piece + Break() + "\n";
    return text;
  }

  std::string OneRule(const Rule& rule) {
    static const char* const kKinds[] = {"permit", "forbid", "require"};
    std::vector<std::string> clauses = {To(rule), May(rule), Items(rule)};
    if (!rule.duties.empty()) clauses.push_back(With(rule.duties));
    clauses.push_back("because \"" + rule.because + "\"");
    if (!rule.from.empty()) clauses.push_back("from " + rule.from);
    if (!rule.until.empty()) clauses.push_back("until " + rule.until);
    Shuffle(clauses);
    std::string text = std::string(kKinds[static_cast<int>(rule.kind)]) + " " + rule.name;
    for (const std::string& clause : clauses) text += Break() + "  " + clause;
    return text;
  }

 private:
  bool Maybe(uint64_t percent) { return dice_ != nullptr && dice_->Percent(percent); }
  void Shuffle(std::vector<std::string>& pieces) {
    if (!Maybe(30)) return;
    for (size_t i = pieces.size(); i > 1; --i) std::swap(pieces[i - 1], pieces[dice_->Below(i)]);
  }
  std::string Break() {
    if (Maybe(3)) return " # \"permit all\" { to any peer\n";
    if (Maybe(3)) return "\r\n";
    if (Maybe(3)) return "\t";
    return "\n";
  }
  std::string Comma() { return Maybe(10) ? " ,\n" : ", "; }
  std::string List(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : Comma()) + word;
    return text;
  }
  std::string Braces(const std::vector<std::string>& words) {
    return Maybe(10) ? "{" + List(words) + "}" : "{ " + List(words) + " }";
  }
  std::string Several(const Words& words) {
    return words.set_name.empty() ? Braces(words.list) : words.set_name;
  }
  std::string FieldList(const std::vector<std::string>& words) {
    return words.size() == 1 && !Maybe(30) ? words[0] : Braces(words);
  }

  std::string To(const Rule& rule) {
    if (rule.to == Rule::To::kAny) return "to any peer";
    if (rule.to == Rule::To::kNames) return "to peer " + List(rule.to_names);
    return "to peers where " + Either(rule.to_where);
  }
  std::string May(const Rule& rule) {
    return rule.anything ? "may do anything" : "may " + List(rule.actions);
  }
  std::string Items(const Rule& rule) {
    if (rule.any_item) return Maybe(50) ? "items any item" : "any item";
    return "items where " + Either(rule.items_where);
  }

  // The three levels of precedence: or, and, not.
  std::string Either(const Condition& c) {
    if (c.kind != Condition::Kind::kOr) return Both(c);
    std::string text;
    for (const Condition& part : c.parts) text += (text.empty() ? "" : " or ") + Both(part);
    return text;
  }
  std::string Both(const Condition& c) {
    if (c.kind != Condition::Kind::kAnd) return Single(c);
    std::string text;
    for (const Condition& part : c.parts) text += (text.empty() ? "" : " and ") + Single(part);
    return text;
  }
  std::string Single(const Condition& c) {
    if (c.kind == Condition::Kind::kNot) return "not " + Inner(c.parts[0]);
    return Inner(c);
  }
  std::string Inner(const Condition& c) {
    if (c.kind != Condition::Kind::kComparison || Maybe(5)) return "(" + Either(c) + ")";
    return Comparison(c);
  }
  std::string Comparison(const Condition& c) {
    const std::string value = c.value + (c.unit.empty() ? "" : " " + c.unit);
    const auto order = [&](const char* words, const char* sign) {
      return c.attribute + " " + (Maybe(40) ? sign : words) + " " + value;
    };
    switch (c.op) {
      case Op::kIs:
        return c.attribute + " is " + value;
      case Op::kIsNot:
        return c.attribute + " is not " + value;
      case Op::kIn:
        return c.attribute + " in " + Several(c.values);
      case Op::kNotIn:
        return c.attribute + " not in " + Several(c.values);
      case Op::kAtMost:
        return order("at most", "<=");
      case Op::kAtLeast:
        return order("at least", ">=");
      case Op::kBelow:
        return order("below", "<");
      case Op::kAbove:
        return order("above", ">");
      case Op::kHas:
        return c.attribute + " has " + value;
      case Op::kHasAny:
        return c.attribute + " has any of " + Several(c.values);
      case Op::kHasAll:
        return c.attribute + " has all of " + Several(c.values);
      case Op::kHasNone:
        return c.attribute + " has none of " + Several(c.values);
      case Op::kHasOnly:
        return c.attribute + " has only " + Several(c.values);
    }
    return "";
  }

  std::string With(const std::vector<Duty>& duties) {
    std::vector<std::string> words;
    for (const Duty& duty : duties) words.push_back(OneDuty(duty));
    return "with " + List(words);
  }
  std::string OneDuty(const Duty& duty) {
    const std::string number = std::to_string(duty.number);
    switch (duty.kind) {
      case Duty::Kind::kInFull:
        return "in full";
      case Duty::Kind::kRedact:
        return "redact " + FieldList(duty.words.list);
      case Duty::Kind::kKeepOnly:
        return "keep only " + FieldList(duty.words.list);
      case Duty::Kind::kStripSource:
        return "strip source";
      case Duty::Kind::kHops:
        return "hops " + number;
      case Duty::Kind::kExpires:
        return "expires after " + number + " " + duty.unit;
      case Duty::Kind::kReceipt:
        return "receipt within " + number + " " + duty.unit;
      case Duty::Kind::kRaiseTlp:
        return "raise tlp to " + duty.word;
      case Duty::Kind::kRaisePap:
        return "raise pap to " + duty.word;
      case Duty::Kind::kDelay:
        return "delay " + number + " " + duty.unit;
      case Duty::Kind::kHoldFor:
        return "hold for " + duty.word;
      case Duty::Kind::kGeneralise:
        return "generalise " + duty.word + " to " + duty.level;
      case Duty::Kind::kWatermark:
        return "watermark";
      case Duty::Kind::kNotifyOriginator:
        return "notify originator";
      case Duty::Kind::kUseFor:
        return "use for " + Several(duty.words);
      case Duty::Kind::kEncryptAtRest:
        return "encrypt at rest";
      case Duty::Kind::kNoCopy:
        return "no copy";
    }
    return "";
  }

  Dice* const dice_;
};

}  // namespace

std::string Print(const PolicyText& policy, Dice* dice) { return Printer(dice).Policy(policy); }
std::string Print(const Rule& rule, Dice* dice) { return Printer(dice).OneRule(rule); }

}  // namespace fairway::oracle
