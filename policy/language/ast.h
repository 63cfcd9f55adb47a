#ifndef FAIRWAY_POLICY_LANGUAGE_AST_H_
#define FAIRWAY_POLICY_LANGUAGE_AST_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/language/diagnostic_sink.h"

// A policy text as it is written: words and where they stand, nothing looked up yet.
namespace fairway::policy::ast {

struct Word {
  std::string text;
  Place at;
};

// "{ a, b }" or the name of a set.
struct ValueSet {
  std::optional<Word> set_name;
  std::vector<Word> values;
  Place at;
};

enum class Operator {
  kIs,
  kIsNot,
  kIn,
  kNotIn,
  kAtMost,
  kAtLeast,
  kBelow,
  kAbove,
  kHas,
  kHasAnyOf,
  kHasAllOf,
  kHasNoneOf,
  kHasOnly,
};

struct Condition {
  enum class Kind { kAtom, kAnd, kOr, kNot };
  Kind kind = Kind::kAtom;
  std::vector<Condition> children;  // kNot: one
  // kAtom only.
  Word attribute;
  Operator op = Operator::kIs;
  Place op_at;
  Word value;  // of operators with one value
  std::optional<Word> unit;
  ValueSet set;  // of operators with a set
  Place at;
};

struct Duty {
  enum class Kind {
    kInFull,
    kRedact,
    kKeepOnly,
    kStripSource,
    kHops,
    kExpiresAfter,
    kReceiptWithin,
    kRaiseTlp,
    kRaisePap,
    kGeneralise,
    kDelay,
    kHoldFor,
    kUseFor,
    kWatermark,
    kNotifyOriginator,
    kEncryptAtRest,
    kNoCopy,
  };
  Kind kind = Kind::kInFull;
  std::vector<Word> fields;  // kGeneralise: the one family, without ".*"
  Word number;               // digits
  Word unit;
  Word level;  // a marking; kGeneralise: the field of the family that stays; kHoldFor: a role
  ValueSet purposes;  // kUseFor
  Place at;
};

struct To {
  enum class Kind { kAnyPeer, kNames, kWhere };
  Kind kind = Kind::kAnyPeer;
  std::vector<Word> names;
  Condition where;
};

struct May {
  bool anything = false;
  std::vector<Word> actions;
};

struct Items {
  bool any = false;
  Condition where;
};

// A clause that was begun but could not be read is `seen` without a value, so that it is not
// reported as missing as well.
template <typename T>
struct Clause {
  bool seen = false;
  Place at;
  std::optional<T> value;
};

struct Rule {
  enum class Kind { kPermit, kForbid, kRequire };
  Kind kind = Kind::kPermit;
  Word name;
  Clause<To> to;
  Clause<May> may;
  Clause<Items> items;
  Clause<std::vector<Duty>> with;
  Clause<Word> because;
  Clause<Word> from;
  Clause<Word> until;
};

struct Set {
  Word name;
  ValueSet values;
};

struct LiteralEntry {
  Word name;  // without "item."
  bool is_set = false;
  ValueSet set;
  Word value;
  std::optional<Word> unit;
};
using Literal = std::vector<LiteralEntry>;

struct Test {
  Word name;
  std::optional<Word> peer;  // a registered peer, or else:
  Literal peer_literal;      // an invented one
  Word action;
  std::optional<Word> on;
  Literal item;
  Literal context;
  bool release = false;
  std::optional<Word> by;
  std::optional<std::vector<Duty>> with;
};

// "no peers where … may … seeing … items where …": what must never happen.
struct Guarantee {
  Word name;
  Clause<To> no;  // kAnyPeer or kWhere
  Clause<May> may;
  Clause<std::vector<Word>> seeing;
  Clause<Items> items;
};

struct Budget {
  enum class To { kAll, kPeer, kAnyOnePeer };
  Word name;
  Word at_most;  // digits
  To to = To::kAll;
  Word peer;  // kPeer
  std::optional<Word> without_role;
};

struct Head {
  Word title;
  std::optional<Word> version;
  std::optional<Word> for_node;
  std::optional<Word> replaces;
};

struct File {
  std::optional<Head> head;
  std::vector<Set> sets;
  std::vector<Rule> rules;
  std::vector<Test> tests;
  std::vector<Guarantee> guarantees;
  std::vector<Budget> budgets;
};

}  // namespace fairway::policy::ast

#endif  // FAIRWAY_POLICY_LANGUAGE_AST_H_
