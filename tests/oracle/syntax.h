#ifndef FAIRWAY_TESTS_ORACLE_SYNTAX_H_
#define FAIRWAY_TESTS_ORACLE_SYNTAX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// A policy text as the oracle sees it: nothing resolved, every word a string. Written from
// LANGUAGE.md alone; shares nothing with policy/.
namespace fairway::oracle {

// What stands between braces, or the name of a set.
struct Words {
  std::vector<std::string> list;
  std::string set_name;  // not empty: the values of that set
  friend bool operator==(const Words&, const Words&) = default;
};

enum class Op {
  kIs,
  kIsNot,
  kIn,
  kNotIn,
  kAtMost,
  kAtLeast,
  kBelow,
  kAbove,
  kHas,
  kHasAny,
  kHasAll,
  kHasNone,
  kHasOnly,
};

struct Condition {
  enum class Kind { kComparison, kNot, kAnd, kOr };
  Kind kind = Kind::kComparison;
  std::vector<Condition> parts;  // kNot: one; kAnd, kOr: two or more
  // kComparison:
  std::string attribute;
  Op op = Op::kIs;
  std::string value;  // a word or digits
  std::string unit;   // "hours", "day", … or empty
  Words values;       // kIn, kNotIn, kHasAny, kHasAll, kHasNone, kHasOnly
};

struct Duty {
  enum class Kind {
    kInFull,
    kRedact,
    kKeepOnly,
    kStripSource,
    kHops,
    kExpires,
    kReceipt,
    kRaiseTlp,
    kRaisePap,
    kDelay,
    kHoldFor,
    kGeneralise,
    kWatermark,
    kNotifyOriginator,
    kUseFor,
    kEncryptAtRest,
    kNoCopy,
  };
  Kind kind = Kind::kInFull;
  Words words;       // fields, or purposes
  std::string word;  // marking, role, or the family that is generalised
  std::string level;
  int64_t number = 0;
  std::string unit;
};

struct Rule {
  enum class Kind { kPermit, kForbid, kRequire };
  enum class To { kAny, kNames, kWhere };
  Kind kind = Kind::kPermit;
  std::string name;
  int line = 0;
  To to = To::kAny;
  std::vector<std::string> to_names;
  Condition to_where;
  bool anything = false;
  std::vector<std::string> actions;
  bool any_item = true;
  Condition items_where;
  std::vector<Duty> duties;
  std::string because;
  std::string from;  // "2026-12-31" or empty
  std::string until;
};

struct SetDeclaration {
  std::string name;
  std::vector<std::string> values;
};

struct PolicyText {
  std::string head;  // as written; empty: none
  std::vector<SetDeclaration> sets;
  std::vector<Rule> rules;
  std::vector<std::string> others;  // tests, guarantees and budgets as written
};

struct Attribute {
  enum class Type { kEnum, kOrdered, kSet, kNumber };
  enum class Domain { kListed, kPeers, kAudience };
  std::string name;
  Type type = Type::kEnum;
  Domain domain = Domain::kListed;
  std::vector<std::string> values;
  bool in_days = false;
};

struct ProfileText {
  std::vector<Attribute> attributes;
  std::vector<std::string> actions;
  std::vector<std::string> fields;
  std::vector<std::string> roles;
  const Attribute* Find(const std::string& name) const {
    for (const Attribute& attribute : attributes) {
      if (attribute.name == name) return &attribute;
    }
    return nullptr;
  }
};

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_SYNTAX_H_
