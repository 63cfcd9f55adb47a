#ifndef FAIRWAY_POLICY_ENGINE_COMPILED_H_
#define FAIRWAY_POLICY_ENGINE_COMPILED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/attributes.h"
#include "policy/engine/codes.h"
#include "policy/program/duty_terms.h"
#include "policy/program/evaluator.h"
#include "policy/program/program.h"

namespace fairway::policy {

// What a decision came to, as numbers.
struct Outcome {
  enum class By : uint8_t {
    kFloor,    // a floor did not hold: `floor`
    kForbid,   // `rule` matched
    kDefault,  // no permit matched
    kUnmet,    // P15: this link cannot keep the duty `unmet`
    kPermit,   // `rule` carries: released
  };

  By by = By::kDefault;
  uint8_t floor = 0;                   // 1 … 8
  UnmetDuty unmet = UnmetDuty::kNone;  // kUnmet
  uint32_t rule = 0;                   // position in Program::rules: kForbid, kPermit and kUnmet
  DutyTerms terms;  // kPermit and kUnmet: the carrier's, every matching require's, P6's

  bool released() const { return by == By::kPermit; }
};

// The one decision function: a program turned round, so that a decision does not walk the rules.
// For every value of every attribute there is a row of bits, one per rule: can the rule match this
// value? An item is coded by cutting the rows of its values, a peer likewise, and a decision cuts
// the two (Lakshman and Stiliadis, "High-speed policy-based packet forwarding", 1998). What does
// not fit rows (alternatives over several attributes) is checked exactly while coding, for the
// rules that are left.
//
// Decides exactly as LANGUAGE.md §3–§6 say and as the rule-by-rule explanation shows. Immutable;
// safe to use from any number of threads. The program must outlive it.
class Compiled {
 public:
  // An action that the vocabulary does not have: floors first, then withheld by default.
  static constexpr size_t kNoAction = static_cast<size_t>(-1);

  explicit Compiled(const Program& program);
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  // `self` is this node's own local name, as in Request. Allocates; total.
  ItemCode CodeItem(const Attributes& item, const Attributes& context, std::string_view self) const;
  // peer.* and context.*; `name` is the local name, registered or not.
  PeerCode CodePeer(std::string_view name, const Attributes& peer, const Attributes& context) const;
  size_t CodeAction(std::string_view action) const;

  // Both codes must come from this object, else it is withheld by default, and from the same
  // context. Allocates nothing; three words of bits per 64 rules are looked at, and the rules that
  // match.
  Outcome Decide(const ItemCode& item, const PeerCode& peer, size_t action,
                 const Calendar& calendar) const;

  // Appends every rule that matches, floors aside: positions in Program::rules, in no order that
  // means something.
  void AppendMatching(const ItemCode& item, const PeerCode& peer, size_t action,
                      const Calendar& calendar, std::vector<uint32_t>& rules) const;

  const Program& program() const { return program_; }
  // What this object itself occupies, without the program.
  size_t bytes() const;

 private:
  struct Index;
  const Program& program_;
  std::shared_ptr<const Index> index_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_COMPILED_H_
