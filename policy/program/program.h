#ifndef FAIRWAY_POLICY_PROGRAM_PROGRAM_H_
#define FAIRWAY_POLICY_PROGRAM_PROGRAM_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/language/diagnostic_sink.h"
#include "policy/policy_head.h"
#include "policy/program/bits.h"
#include "policy/program/duty_terms.h"
#include "policy/program/world.h"

// A policy after checking: every name is a number. The evaluator, explain, the test runner and the
// logic checks work on this.
namespace fairway::policy {

inline constexpr int64_t kNoUpperBound = std::numeric_limits<int64_t>::max();

struct Atom {
  enum class Kind {
    kOneOf,     // the single value is in `values`
    kRange,     // lowest <= number <= highest
    kNotEqual,  // number != lowest
    kHasAny,
    kHasAll,
    kHasNone,
    kHasOnly,
  };
  Kind kind = Kind::kOneOf;
  size_t attribute = 0;
  Bits values;
  int64_t lowest = 0;
  int64_t highest = kNoUpperBound;
};

struct Condition {
  enum class Kind { kTrue, kAtom, kAnd, kOr, kNot };
  Kind kind = Kind::kTrue;
  std::vector<Condition> children;
  Atom atom;
  std::string text;  // as it is shown in explanations
  Place at;
};

struct CheckedRule {
  using Kind = Explanation::Rule::Kind;
  Kind kind = Kind::kPermit;
  std::string name;
  Place name_at;
  std::string because;
  uint32_t actions = 0;  // bit per action of the vocabulary
  std::string may_text;  // "may query, replicate"
  // `to peer …`: the peers meant. Otherwise `to` holds, kTrue for any peer.
  bool by_name = false;
  bool names_groups = false;
  Bits peers;
  std::string to_text;  // "peer is A or B"
  Condition to;
  Condition items;
  std::optional<int64_t> from;  // days since 1970-01-01, both inclusive
  std::optional<int64_t> until;
  std::string dates_text;
  DutyTerms duties;

  bool Covers(size_t action) const { return ((actions >> action) & 1) != 0; }
};

struct CheckedTest {
  std::string name;
  int line = 0;
  Request request;
  bool registered_peer = false;
  bool dated = false;  // `on DATE` was given; if not, every rule counts as in force
  bool release = false;
  std::string by;                 // empty: any
  std::optional<DutyTerms> with;  // at least this strict
  bool in_full = false;           // `with in full`: nothing hidden
  std::string expectation;        // "release by lookouts"
};

// A promise about every possible item, proved by policy/proof. Its conditions say what must never
// happen; what is unknown counts as true in them.
struct CheckedGuarantee {
  std::string name;
  int line = 0;
  uint32_t actions = 0;
  Condition to;                    // kTrue for any peer
  Condition items;                 // kTrue for any item
  std::optional<FieldSet> seeing;  // nothing: no release at all
  std::string text;                // as it is written, on one line
};

struct Program {
  Program(std::string file, std::string policy_text, World names)
      : file_name(std::move(file)), text(std::move(policy_text)), world(std::move(names)) {}

  std::string file_name;
  std::string text;
  World world;
  FieldSet all_fields;
  std::vector<CheckedRule> rules;  // in the order of the text
  std::vector<CheckedTest> tests;
  std::vector<CheckedGuarantee> guarantees;
  std::vector<Budget> budgets;
  PolicyHead head;
  std::string canonical;  // the text in its one canonical layout

  // Positions in `rules` by action, sorted by name, so that which rule is named does not depend on
  // the order of the text.
  struct ByAction {
    std::vector<uint32_t> permits;
    std::vector<uint32_t> forbids;
    std::vector<uint32_t> requires_;
  };
  std::vector<ByAction> by_action;

  void Index();
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_PROGRAM_H_
