#include "policy/check/promise_checker.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/check/action_checker.h"
#include "policy/check/duty_checker.h"
#include "policy/language/printer.h"
#include "policy/language/suggest.h"

namespace fairway::policy {
namespace {

using Side = ConditionChecker::Side;

class PromiseChecker {
 public:
  PromiseChecker(const World& world, ConditionChecker& conditions, DiagnosticSink& sink)
      : world_(world), conditions_(conditions), sink_(sink) {}

  std::optional<CheckedGuarantee> Guarantee(const ast::Guarantee& guarantee) {
    CheckedGuarantee checked;
    checked.name = guarantee.name.text;
    checked.line = guarantee.name.at.line;
    bool ok = NothingMissing(guarantee);
    ok = No(guarantee, checked) && ok;
    ok = May(guarantee, checked) && ok;
    ok = Seeing(guarantee, checked) && ok;
    ok = Items(guarantee, checked) && ok;
    if (!ok) return std::nullopt;
    checked.text = OneLine(guarantee);
    return checked;
  }

  std::optional<policy::Budget> Budget(const ast::Budget& budget) {
    policy::Budget checked;
    checked.name = budget.name.text;
    checked.line = budget.name.at.line;
    bool ok = absl::SimpleAtoi(budget.at_most.text, &checked.at_most);
    if (budget.to == ast::Budget::To::kAnyOnePeer) checked.to = policy::Budget::To::kAnyOnePeer;
    if (budget.to == ast::Budget::To::kPeer) ok = BudgetPeer(budget, checked) && ok;
    if (budget.without_role) {
      ok = FindRole(world_.vocabulary(), *budget.without_role, sink_).has_value() && ok;
      checked.without_role = budget.without_role->text;
    }
    if (!ok) return std::nullopt;
    return checked;
  }

 private:
  bool Missing(const ast::Guarantee& guarantee, std::string_view code, std::string_view what,
               std::string_view help) {
    sink_.Error(code, guarantee.name.at,
                absl::StrCat("guarantee \"", guarantee.name.text, "\" ", std::string(what)),
                absl::StrCat("add: ", std::string(help)));
    return false;
  }

  bool NothingMissing(const ast::Guarantee& guarantee) {
    bool ok = true;
    if (!guarantee.no.seen) {
      ok = Missing(guarantee, "E113", "does not say which peers", "no peer | no peers where …");
    }
    if (!guarantee.may.seen) {
      ok = Missing(guarantee, "E114", "does not say which actions",
                   "may replicate | may discover, query, … | may do anything");
    }
    if (!guarantee.items.seen) {
      ok = Missing(guarantee, "E115", "does not say which items", "items where … | items any item");
    }
    return ok;
  }

  bool No(const ast::Guarantee& guarantee, CheckedGuarantee& checked) {
    if (!guarantee.no.value) return false;
    if (guarantee.no.value->kind == ast::To::Kind::kAnyPeer) return true;
    auto where = conditions_.Check(guarantee.no.value->where, Side::kPeer);
    if (where) checked.to = *std::move(where);
    return where.has_value();
  }

  bool May(const ast::Guarantee& guarantee, CheckedGuarantee& checked) {
    if (!guarantee.may.value) return false;
    const auto actions = CheckActions(*guarantee.may.value, world_, sink_);
    if (!actions) return false;
    checked.actions = *actions;
    const auto accept = world_.FindAction(kActionAccept);
    if (!accept || ((checked.actions >> *accept) & 1) == 0) return true;
    sink_.Error("E119", guarantee.may.at, "a guarantee cannot be about 'accept'",
                "what comes in is also decided by the node's own default; write a forbid");
    return false;
  }

  bool Seeing(const ast::Guarantee& guarantee, CheckedGuarantee& checked) {
    if (!guarantee.seeing.seen) return true;
    if (!guarantee.seeing.value) return false;
    checked.seeing = FindFields(world_.vocabulary(), *guarantee.seeing.value, sink_);
    return checked.seeing.has_value();
  }

  bool Items(const ast::Guarantee& guarantee, CheckedGuarantee& checked) {
    if (!guarantee.items.value) return false;
    if (guarantee.items.value->any) return true;
    auto where = conditions_.Check(guarantee.items.value->where, Side::kItem);
    if (where) checked.items = *std::move(where);
    return where.has_value();
  }

  bool BudgetPeer(const ast::Budget& budget, policy::Budget& checked) {
    checked.to = policy::Budget::To::kPeer;
    checked.peer = budget.peer.text;
    if (world_.FindPeer(budget.peer.text)) return true;
    std::vector<std::string> names;
    for (const World::Peer& known : world_.peers()) names.push_back(known.name);
    sink_.Error("E102", budget.peer.at, absl::StrCat("there is no peer '", budget.peer.text, "'"),
                sink_.full() ? "" : Suggest(budget.peer.text, names));
    return false;
  }

  const World& world_;
  ConditionChecker& conditions_;
  DiagnosticSink& sink_;
};

// E111 for a name that was there before.
void CheckName(const ast::Word& name, std::string_view what, std::map<std::string, int>& lines,
               DiagnosticSink& sink) {
  const auto [it, added] = lines.emplace(name.text, name.at.line);
  if (added) return;
  sink.Error("E111", name.at,
             absl::StrCat("a ", std::string(what), " named \"", name.text,
                          "\" already exists (line ", it->second, ")"),
             absl::StrCat("every ", std::string(what), " has a name of its own"));
}

}  // namespace

void CheckPromises(const ast::File& file, ConditionChecker& conditions, Program& program,
                   DiagnosticSink& sink) {
  PromiseChecker checker(program.world, conditions, sink);
  std::map<std::string, int> lines;
  for (const ast::Guarantee& guarantee : file.guarantees) {
    CheckName(guarantee.name, "guarantee", lines, sink);
    auto checked = checker.Guarantee(guarantee);
    if (checked) program.guarantees.push_back(*std::move(checked));
  }
  lines.clear();
  for (const ast::Budget& budget : file.budgets) {
    CheckName(budget.name, "budget", lines, sink);
    auto checked = checker.Budget(budget);
    if (checked) program.budgets.push_back(*std::move(checked));
  }
}

}  // namespace fairway::policy
