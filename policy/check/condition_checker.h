#ifndef FAIRWAY_POLICY_CHECK_CONDITION_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_CONDITION_CHECKER_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "policy/language/ast.h"
#include "policy/program/program.h"

namespace fairway::policy {

// The `set` declarations of a text by name.
using SetTable = std::map<std::string, const ast::Set*, std::less<>>;

// Looks up the names of conditions and turns them into numbers.
class ConditionChecker {
 public:
  enum class Side { kPeer, kItem };

  // All three must outlive the checker.
  ConditionChecker(const World& world, const SetTable& sets, DiagnosticSink& sink)
      : world_(world), sets_(sets), sink_(sink) {}

  // Nothing if there was an error; every error in the condition is reported (E101–E106, E125).
  std::optional<Condition> Check(const ast::Condition& condition, Side side);

  // A number with its unit as the attribute counts it; nothing after an error (E106).
  std::optional<int64_t> Number(const Vocabulary::Attribute& attribute, const ast::Word& value,
                                const std::optional<ast::Word>& unit);

  // The position of a value of the attribute; nothing after an error (E102).
  std::optional<size_t> Value(size_t attribute, const ast::Word& value);

  // The positions of values of the attribute, listed or by the name of a set; nothing after an
  // error (E102, E103).
  std::optional<Bits> Values(const ast::ValueSet& set, size_t attribute);

  // The names of the sets that something used so far, also where there was an error.
  const std::set<std::string, std::less<>>& used_sets() const { return used_sets_; }

 private:
  std::optional<Condition> CheckAtom(const ast::Condition& condition, Side side);
  bool CheckSide(const ast::Word& attribute, Side side);
  bool CheckOperator(const ast::Condition& condition, const Vocabulary::Attribute& attribute);
  bool SymbolAtom(const ast::Condition& condition, Atom& atom);
  bool NumberAtom(const ast::Condition& condition, Atom& atom);
  bool SetAtom(const ast::Condition& condition, Atom& atom);

  const World& world_;
  const SetTable& sets_;
  DiagnosticSink& sink_;
  std::set<std::string, std::less<>> used_sets_;
};

// Hours or days of a duration; nothing if the unit is none.
std::optional<int64_t> HoursOf(const ast::Word& number, const ast::Word& unit);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_CONDITION_CHECKER_H_
