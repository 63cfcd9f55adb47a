#include "policy/language/printer.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <vector>

namespace fairway::policy {
namespace {

using ConditionKind = ast::Condition::Kind;
using DutyKind = ast::Duty::Kind;

// The order in which duties are written.
constexpr std::array<DutyKind, 17> kDutyOrder = {
    DutyKind::kInFull,        DutyKind::kStripSource,
    DutyKind::kRedact,        DutyKind::kKeepOnly,
    DutyKind::kGeneralise,    DutyKind::kRaiseTlp,
    DutyKind::kRaisePap,      DutyKind::kHops,
    DutyKind::kExpiresAfter,  DutyKind::kUseFor,
    DutyKind::kReceiptWithin, DutyKind::kDelay,
    DutyKind::kHoldFor,       DutyKind::kNotifyOriginator,
    DutyKind::kWatermark,     DutyKind::kEncryptAtRest,
    DutyKind::kNoCopy};

using Views = std::vector<std::string_view>;

Views SortedOnce(const std::vector<ast::Word>& words) {
  Views views;
  views.reserve(words.size());
  for (const ast::Word& word : words) views.push_back(word.text);
  std::sort(views.begin(), views.end());
  views.erase(std::unique(views.begin(), views.end()), views.end());
  return views;
}

// A number without zeros in front.
std::string_view Plain(std::string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : digits.substr(first);
}

template <typename T, typename Less>
std::vector<const T*> Sorted(const std::vector<T>& all, Less less) {
  std::vector<const T*> sorted;
  sorted.reserve(all.size());
  for (const T& each : all) sorted.push_back(&each);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const T* a, const T* b) { return less(*a, *b); });
  return sorted;
}

template <typename T>
bool ByName(const T& a, const T& b) {
  return a.name.text < b.name.text;
}

class Printer {
 public:
  // Where the parts of an outermost `and` or `or` go.
  enum class Layout { kOneLine, kLinePerPart };

  explicit Printer(Layout layout) : layout_(layout) {}

  std::string Take() { return std::move(out_); }
  void Reserve(size_t bytes) { out_.reserve(bytes); }

  void Head(const ast::Head& head) {
    Put({"policy \"", head.title.text, "\""});
    if (head.version) Put({" version ", Plain(head.version->text)});
    if (head.for_node) Put({" for ", head.for_node->text});
    if (head.replaces) Put({" replaces ", head.replaces->text});
    Put({"\n"});
  }

  void Set(const ast::Set& set) {
    Gap();
    Put({"set ", set.name.text, " = "});
    Braces(SortedOnce(set.values.values));
    Put({"\n"});
  }

  void Rule(const ast::Rule& rule) {
    static constexpr std::array<std::string_view, 3> kWords = {"permit ", "forbid ", "require "};
    Gap();
    Put({kWords[static_cast<size_t>(rule.kind)], rule.name.text, "\n"});
    if (rule.to.value) {
      Put({"  to      "});
      To(*rule.to.value);
      Put({"\n"});
    }
    if (rule.may.value) {
      Put({"  may     "});
      May(*rule.may.value);
      Put({"\n"});
    }
    if (rule.items.value) {
      Put({"  "});
      Items(*rule.items.value);
      Put({"\n"});
    }
    if (rule.with.value && !rule.with.value->empty()) {
      Put({"  with    "});
      Duties(*rule.with.value);
      Put({"\n"});
    }
    if (rule.because.value) Put({"  because \"", rule.because.value->text, "\"\n"});
    if (rule.from.value) Put({"  from    ", rule.from.value->text, "\n"});
    if (rule.until.value) Put({"  until   ", rule.until.value->text, "\n"});
  }

  void Test(const ast::Test& test) {
    Gap();
    Put({"test \"", test.name.text, "\"\n  peer "});
    if (test.peer) {
      Put({test.peer->text});
    } else {
      Literal(test.peer_literal);
    }
    Put({" action ", test.action.text});
    if (test.on) Put({" on ", test.on->text});
    Put({"\n  item "});
    Literal(test.item);
    if (!test.context.empty()) {
      Put({"\n  context "});
      Literal(test.context);
    }
    Put({"\n  expect ", test.release ? "release" : "withhold"});
    if (test.by) Put({" by ", test.by->text});
    if (test.with && !test.with->empty()) {
      Put({" with "});
      Duties(*test.with);
    }
    Put({"\n"});
  }

  void Guarantee(const ast::Guarantee& guarantee) {
    Gap();
    Put({"guarantee \"", guarantee.name.text, "\"\n"});
    Clauses(guarantee, "  ", "\n");
  }

  // "no … may … seeing … items …", each with `before` and `after`.
  void Clauses(const ast::Guarantee& guarantee, std::string_view before, std::string_view after) {
    const bool aligned = layout_ == Layout::kLinePerPart;
    if (guarantee.no.value) {
      Put({before, aligned ? "no      peer" : "no peer"});
      if (guarantee.no.value->kind == ast::To::Kind::kWhere) {
        Put({"s where "});
        Outermost(guarantee.no.value->where);
      }
      Put({after});
    }
    if (guarantee.may.value) {
      Put({before, aligned ? "may     " : "may "});
      May(*guarantee.may.value);
      Put({after});
    }
    if (guarantee.seeing.value) {
      Put({before, aligned ? "seeing  " : "seeing "});
      Fields(*guarantee.seeing.value);
      Put({after});
    }
    if (guarantee.items.value) {
      Put({before});
      Items(*guarantee.items.value);
      Put({after});
    }
  }

  void Budget(const ast::Budget& budget) {
    Gap();
    const std::string_view number = Plain(budget.at_most.text);
    Put({"budget \"", budget.name.text, "\" a change may newly release at most ", number,
         number == "1" ? " item" : " items"});
    if (budget.to == ast::Budget::To::kAnyOnePeer) Put({" to any one peer"});
    if (budget.to == ast::Budget::To::kPeer) Put({" to peer ", budget.peer.text});
    if (budget.without_role) Put({" without ", budget.without_role->text});
    Put({"\n"});
  }

 private:
  void Put(std::initializer_list<std::string_view> pieces) {
    for (std::string_view piece : pieces) out_.append(piece);
  }

  // An empty line before everything but the first.
  void Gap() {
    if (!out_.empty()) out_ += '\n';
  }

  void List(const Views& names) {
    std::string_view comma;
    for (std::string_view name : names) {
      Put({comma, name});
      comma = ", ";
    }
  }

  void Braces(const Views& names) {
    if (names.empty()) return Put({"{ }"});
    Put({"{ "});
    List(names);
    Put({" }"});
  }

  void Values(const ast::ValueSet& set) {
    if (set.set_name) return Put({set.set_name->text});
    Braces(SortedOnce(set.values));
  }

  // The word of a unit goes with its number: 1 day, 2 days.
  void Unit(std::string_view number, std::string_view unit) {
    if (unit.ends_with('s')) unit.remove_suffix(1);
    Put({" ", unit, Plain(number) == "1" ? "" : "s"});
  }

  void To(const ast::To& to) {
    if (to.kind == ast::To::Kind::kAnyPeer) return Put({"any peer"});
    if (to.kind == ast::To::Kind::kNames) {
      Put({"peer "});
      return List(SortedOnce(to.names));
    }
    Put({"peers where "});
    Outermost(to.where);
  }

  void May(const ast::May& may) {
    if (may.anything) return Put({"do anything"});
    List(SortedOnce(may.actions));
  }

  void Items(const ast::Items& items) {
    const bool aligned = layout_ == Layout::kLinePerPart;
    Put({aligned ? "items   " : "items "});
    if (items.any) return Put({"any item"});
    Put({"where "});
    Outermost(items.where);
  }

  void Outermost(const ast::Condition& condition) {
    const bool chain =
        condition.kind == ConditionKind::kAnd || condition.kind == ConditionKind::kOr;
    if (!chain) return Condition(condition);
    const bool lines = layout_ == Layout::kLinePerPart;
    const bool is_and = condition.kind == ConditionKind::kAnd;
    Chain(condition, is_and ? (lines ? "\n            and " : " and ")
                            : (lines ? "\n             or " : " or "));
  }

  // Parts of the same kind need no brackets: (a and b) and c is a and b and c.
  void Chain(const ast::Condition& condition, std::string_view between) {
    bool first = true;
    Flattened(condition, condition.kind, [&](const ast::Condition& part) {
      if (!first) Put({between});
      first = false;
      InBrackets(part, part.kind == ConditionKind::kAnd || part.kind == ConditionKind::kOr);
    });
  }

  template <typename Use>
  static void Flattened(const ast::Condition& condition, ConditionKind kind, const Use& use) {
    for (const ast::Condition& child : condition.children) {
      if (child.kind == kind) {
        Flattened(child, kind, use);
      } else {
        use(child);
      }
    }
  }

  void InBrackets(const ast::Condition& condition, bool brackets) {
    if (brackets) Put({"("});
    Condition(condition);
    if (brackets) Put({")"});
  }

  void Condition(const ast::Condition& condition) {
    switch (condition.kind) {
      case ConditionKind::kAtom:
        return Atom(condition);
      case ConditionKind::kNot:
        Put({"not "});
        return InBrackets(condition.children.front(),
                          condition.children.front().kind != ConditionKind::kAtom);
      case ConditionKind::kAnd:
        return Chain(condition, " and ");
      case ConditionKind::kOr:
        return Chain(condition, " or ");
    }
  }

  void Atom(const ast::Condition& atom) {
    Put({atom.attribute.text, " ", WordsOf(atom.op), " "});
    if (TakesSet(atom.op)) return Values(atom.set);
    Put({atom.value.text});
    if (atom.unit) Unit(atom.value.text, atom.unit->text);
  }

  void Fields(const std::vector<ast::Word>& fields) {
    const Views names = SortedOnce(fields);
    if (names.size() == 1) return Put({names.front()});
    Braces(names);
  }

  void Duties(const std::vector<ast::Duty>& duties) {
    std::string_view comma;
    for (DutyKind kind : kDutyOrder) {
      std::vector<const ast::Duty*> same;
      for (const ast::Duty& duty : duties) {
        if (duty.kind == kind) same.push_back(&duty);
      }
      if (same.empty()) continue;
      Put({comma});
      comma = ", ";
      DutiesOfOneKind(kind, same);
    }
  }

  void DutiesOfOneKind(DutyKind kind, const std::vector<const ast::Duty*>& same) {
    const ast::Duty& duty = *same.front();
    switch (kind) {
      case DutyKind::kInFull:
        return Put({"in full"});
      case DutyKind::kStripSource:
        return Put({"strip source"});
      case DutyKind::kRedact: {
        std::vector<ast::Word> fields;
        for (const ast::Duty* each : same) {
          fields.insert(fields.end(), each->fields.begin(), each->fields.end());
        }
        Put({"redact "});
        return Fields(fields);
      }
      case DutyKind::kKeepOnly:
        Put({"keep only "});
        return Fields(duty.fields);
      case DutyKind::kGeneralise:
        return EachOnce(same, [](const ast::Duty& each) {
          return "generalise " + each.fields.front().text + " to " + each.level.text;
        });
      case DutyKind::kRaiseTlp:
        return Put({"raise tlp to ", duty.level.text});
      case DutyKind::kRaisePap:
        return Put({"raise pap to ", duty.level.text});
      case DutyKind::kHops:
        return Put({"hops ", Plain(duty.number.text)});
      case DutyKind::kExpiresAfter:
        return Duration("expires after ", duty);
      case DutyKind::kUseFor:
        Put({"use for "});
        return Values(duty.purposes);
      case DutyKind::kReceiptWithin:
        return Duration("receipt within ", duty);
      case DutyKind::kDelay:
        return Duration("delay ", duty);
      case DutyKind::kHoldFor:
        return EachOnce(same, [](const ast::Duty& each) { return "hold for " + each.level.text; });
      case DutyKind::kNotifyOriginator:
        return Put({"notify originator"});
      case DutyKind::kWatermark:
        return Put({"watermark"});
      case DutyKind::kEncryptAtRest:
        return Put({"encrypt at rest"});
      case DutyKind::kNoCopy:
        return Put({"no copy"});
    }
  }

  void Duration(std::string_view words, const ast::Duty& duty) {
    Put({words, Plain(duty.number.text)});
    Unit(duty.number.text, duty.unit.text);
  }

  // Duties that may stand more than once, sorted.
  template <typename TextOf>
  void EachOnce(const std::vector<const ast::Duty*>& same, TextOf text_of) {
    std::vector<std::string> texts;
    for (const ast::Duty* each : same) texts.push_back(text_of(*each));
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    List(Views(texts.begin(), texts.end()));
  }

  void Literal(const ast::Literal& literal) {
    if (literal.empty()) return Put({"{ }"});
    std::string_view comma = "{ ";
    for (const ast::LiteralEntry* entry : Sorted(literal, ByName<ast::LiteralEntry>)) {
      Put({comma, entry->name.text, ": "});
      comma = ", ";
      if (entry->is_set) {
        Values(entry->set);
      } else {
        Put({entry->value.text});
        if (entry->unit) Unit(entry->value.text, entry->unit->text);
      }
    }
    Put({" }"});
  }

  const Layout layout_;
  std::string out_;
};

}  // namespace

std::string Canonical(const ast::File& file) {
  Printer printer(Printer::Layout::kLinePerPart);
  printer.Reserve(256 * file.rules.size() + 256 * file.tests.size());
  if (file.head) printer.Head(*file.head);
  for (const ast::Set* set : Sorted(file.sets, ByName<ast::Set>)) printer.Set(*set);
  const auto by_kind_and_name = [](const ast::Rule& a, const ast::Rule& b) {
    return a.kind != b.kind ? a.kind < b.kind : ByName(a, b);
  };
  for (const ast::Rule* rule : Sorted(file.rules, by_kind_and_name)) printer.Rule(*rule);
  for (const ast::Test* test : Sorted(file.tests, ByName<ast::Test>)) printer.Test(*test);
  for (const ast::Guarantee* each : Sorted(file.guarantees, ByName<ast::Guarantee>)) {
    printer.Guarantee(*each);
  }
  for (const ast::Budget* each : Sorted(file.budgets, ByName<ast::Budget>)) printer.Budget(*each);
  return printer.Take();
}

std::string OneLine(const ast::Guarantee& guarantee) {
  Printer printer(Printer::Layout::kOneLine);
  printer.Clauses(guarantee, "", " ");
  std::string line = printer.Take();
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string_view WordsOf(ast::Operator op) {
  static constexpr std::array<std::string_view, 13> kWords = {
      "is",    "is not", "in",         "not in",     "at most",     "at least", "below",
      "above", "has",    "has any of", "has all of", "has none of", "has only"};
  return kWords[static_cast<size_t>(op)];
}

bool TakesSet(ast::Operator op) {
  switch (op) {
    case ast::Operator::kIn:
    case ast::Operator::kNotIn:
    case ast::Operator::kHasAnyOf:
    case ast::Operator::kHasAllOf:
    case ast::Operator::kHasNoneOf:
    case ast::Operator::kHasOnly:
      return true;
    default:
      return false;
  }
}

}  // namespace fairway::policy
