#include "policy/check/checker.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/check/action_checker.h"
#include "policy/check/condition_checker.h"
#include "policy/check/duty_checker.h"
#include "policy/check/idle_rule_checker.h"
#include "policy/check/logic_checker.h"
#include "policy/check/promise_checker.h"
#include "policy/check/test_checker.h"
#include "policy/language/printer.h"
#include "policy/language/suggest.h"
#include "policy/language/written_date.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

const char* WordFor(ast::Rule::Kind kind) {
  switch (kind) {
    case ast::Rule::Kind::kPermit:
      return "permit";
    case ast::Rule::Kind::kForbid:
      return "forbid";
    case ast::Rule::Kind::kRequire:
      return "require";
  }
  return "";
}

CheckedRule::Kind KindOf(ast::Rule::Kind kind) {
  switch (kind) {
    case ast::Rule::Kind::kPermit:
      return CheckedRule::Kind::kPermit;
    case ast::Rule::Kind::kForbid:
      return CheckedRule::Kind::kForbid;
    case ast::Rule::Kind::kRequire:
      return CheckedRule::Kind::kRequire;
  }
  return CheckedRule::Kind::kForbid;
}

class RuleChecker {
 public:
  RuleChecker(const World& world, ConditionChecker& conditions, DiagnosticSink& sink)
      : world_(world), sink_(sink), conditions_(conditions) {}

  // Nothing if there was an error in the rule.
  std::optional<CheckedRule> Check(const ast::Rule& rule) {
    CheckedRule checked;
    checked.kind = KindOf(rule.kind);
    checked.name = rule.name.text;
    checked.name_at = rule.name.at;
    bool ok = NothingMissing(rule);
    ok = To(rule, checked) && ok;
    ok = May(rule, checked) && ok;
    ok = Items(rule, checked) && ok;
    ok = With(rule, checked) && ok;
    ok = Because(rule, checked) && ok;
    ok = Dates(rule, checked) && ok;
    if (!ok) return std::nullopt;
    if (!CheckRuleCanApply(checked, world_, sink_)) return std::nullopt;
    Advise(checked, world_, sink_);
    return checked;
  }

 private:
  bool Missing(const ast::Rule& rule, std::string_view code, std::string_view what,
               std::string_view help) {
    sink_.Error(code, rule.name.at,
                absl::StrCat(WordFor(rule.kind), " '", rule.name.text, "' ", std::string(what)),
                absl::StrCat("add: ", std::string(help)));
    return false;
  }

  bool NothingMissing(const ast::Rule& rule) {
    bool ok = true;
    if (!rule.to.seen) {
      ok = Missing(rule, "E113", "does not say which peers",
                   "to any peer | to peer NAME | to peers where …");
    }
    if (!rule.may.seen) {
      ok = Missing(rule, "E114", "does not say which actions",
                   "may replicate | may discover, query, … | may do anything");
    }
    if (!rule.items.seen) {
      ok = Missing(rule, "E115", "does not say which items", "items where … | any item");
    }
    if (!rule.because.seen) {
      ok = Missing(rule, "E116", "has no reason", "because \"agreement, article\"");
    }
    if (rule.kind == ast::Rule::Kind::kRequire && !rule.with.seen) {
      ok = Missing(rule, "E118", "requires nothing", "with redact … | with hops 1 | …");
    }
    return ok;
  }

  bool To(const ast::Rule& rule, CheckedRule& checked) {
    if (!rule.to.value) return false;
    switch (rule.to.value->kind) {
      case ast::To::Kind::kAnyPeer:
        checked.to_text = "any peer";
        return true;
      case ast::To::Kind::kNames:
        return ToNames(rule.to.value->names, checked);
      case ast::To::Kind::kWhere: {
        auto where = conditions_.Check(rule.to.value->where, ConditionChecker::Side::kPeer);
        if (where) checked.to = *std::move(where);
        return where.has_value();
      }
    }
    return false;
  }

  bool ToNames(const std::vector<ast::Word>& names, CheckedRule& checked) {
    bool ok = true;
    checked.by_name = true;
    for (const ast::Word& name : names) {
      if (const auto peer = world_.FindPeer(name.text)) {
        checked.peers.Set(*peer);
      } else if (const Bits* group = world_.FindGroup(name.text)) {
        checked.peers |= *group;
        checked.names_groups = true;
      } else {
        ok = false;
        sink_.Error("E102", name.at, absl::StrCat("there is no peer or group '", name.text, "'"),
                    sink_.full() ? "" : Suggest(name.text, world_.PeerAndGroupNames()));
      }
      absl::StrAppend(&checked.to_text, checked.to_text.empty() ? "peer is " : " or ", name.text);
    }
    return ok;
  }

  bool May(const ast::Rule& rule, CheckedRule& checked) {
    if (!rule.may.value) return false;
    checked.may_text = rule.may.value->anything ? "may do anything" : "";
    for (const ast::Word& word : rule.may.value->actions) {
      absl::StrAppend(&checked.may_text, checked.may_text.empty() ? "may " : ", ", word.text);
    }
    const auto actions = CheckActions(*rule.may.value, world_, sink_);
    checked.actions = actions.value_or(0);
    return actions.has_value();
  }

  bool Items(const ast::Rule& rule, CheckedRule& checked) {
    if (!rule.items.value) return false;
    if (rule.items.value->any) return true;
    auto where = conditions_.Check(rule.items.value->where, ConditionChecker::Side::kItem);
    if (where) checked.items = *std::move(where);
    return where.has_value();
  }

  bool With(const ast::Rule& rule, CheckedRule& checked) {
    if (!rule.with.seen) return true;
    if (rule.kind == ast::Rule::Kind::kForbid) {
      sink_.Error("E117", rule.with.at,
                  absl::StrCat("forbid '", rule.name.text, "' cannot have duties"),
                  "nothing is released, so there is nothing to bind: use require, or leave it out");
      return false;
    }
    if (!rule.with.value) return false;
    const auto duties = CheckDuties(*rule.with.value, world_, conditions_, sink_);
    if (!duties) return false;
    const auto accept = world_.FindAction(kActionAccept);
    if (accept && checked.Covers(*accept) && !duties->in_full) {
      sink_.Error("E119", rule.with.at, "'accept' cannot have duties",
                  "duties bind what leaves this node; write a rule of its own for accept");
      return false;
    }
    if (rule.kind == ast::Rule::Kind::kRequire && duties->in_full) {
      return Missing(rule, "E118", "requires nothing", "with redact … | with hops 1 | …");
    }
    checked.duties = duties->terms;
    AdviseOnCopies(rule, checked);
    return true;
  }

  // `no copy` can be kept by whoever asks, never by whoever is sent a copy (P15).
  void AdviseOnCopies(const ast::Rule& rule, const CheckedRule& checked) {
    if (rule.kind != ast::Rule::Kind::kPermit || !checked.duties.no_copy) return;
    for (std::string_view action : {kActionReplicate, kActionRedistribute}) {
      const auto index = world_.FindAction(action);
      if (!index || !checked.Covers(*index)) continue;
      sink_.Warning("W306", rule.with.at,
                    absl::StrCat("permit '", rule.name.text, "' lets nobody ", std::string(action),
                                 ": that makes a copy, and the duty says 'no copy'"),
                    "write may discover, query; or leave 'no copy' out");
      return;
    }
  }

  bool Because(const ast::Rule& rule, CheckedRule& checked) {
    if (!rule.because.value) return false;
    checked.because = rule.because.value->text;
    if (checked.because.find_first_not_of(" \t") != std::string::npos) return true;
    return Missing(rule, "E116", "has an empty reason", "because \"agreement, article\"");
  }

  bool Dates(const ast::Rule& rule, CheckedRule& checked) {
    bool ok = true;
    const auto read = [&](const ast::Clause<ast::Word>& clause, std::optional<int64_t>& into,
                          const char* word) {
      if (!clause.seen) return;
      if (clause.value) into = DayOf(*clause.value, sink_);
      ok = ok && into.has_value();
      if (into) {
        absl::StrAppend(&checked.dates_text, checked.dates_text.empty() ? "" : " ", word, " ",
                        clause.value->text);
      }
    };
    read(rule.from, checked.from, "from");
    read(rule.until, checked.until, "until");
    if (!ok || !checked.from || !checked.until || *checked.from <= *checked.until) return ok;
    sink_.Error("E107", rule.until.value->at,
                absl::StrCat(WordFor(rule.kind), " '", rule.name.text, "' ends before it begins"));
    return false;
  }

  const World& world_;
  DiagnosticSink& sink_;
  ConditionChecker& conditions_;
};

SetTable CheckSets(const ast::File& file, DiagnosticSink& sink) {
  SetTable sets;
  for (const ast::Set& set : file.sets) {
    const auto [it, added] = sets.emplace(set.name.text, &set);
    if (added) continue;
    sink.Error("E111", set.name.at,
               absl::StrCat("a set named '", set.name.text, "' already exists (line ",
                            it->second->name.at.line, ")"),
               "every set name is unique");
  }
  return sets;
}

void CheckSetsAreUsed(const ast::File& file, const ConditionChecker& conditions,
                      DiagnosticSink& sink) {
  // A rule that could not be read may have been the one that uses it.
  if (sink.has_errors()) return;
  for (const ast::Set& set : file.sets) {
    if (conditions.used_sets().contains(set.name.text)) continue;
    sink.Error("E204", set.name.at, absl::StrCat("the set '", set.name.text, "' is never used"),
               "use it in a rule, or take the line out: it looks as if it did something");
  }
}

void CheckHead(const ast::File& file, Program& program, DiagnosticSink& sink) {
  if (!file.head) return;
  PolicyHead& head = program.head;
  head.title = file.head->title.text;
  if (file.head->version) {
    uint64_t version = 0;
    if (absl::SimpleAtoi(file.head->version->text, &version)) head.version = version;
  }
  if (file.head->for_node) head.for_node = file.head->for_node->text;
  if (file.head->replaces) head.replaces = file.head->replaces->text;
  const std::string& self = program.world.node();
  if (!file.head->for_node || self.empty() || file.head->for_node->text == self) return;
  sink.Error("E122", file.head->for_node->at,
             absl::StrCat("this policy is for '", file.head->for_node->text, "', this node is '",
                          self, "'"),
             "change the name if the policy is meant for this node");
}

bool CheckRuleName(const ast::Rule& rule, std::map<std::string, int>& lines, DiagnosticSink& sink) {
  if (IsReservedRuleName(rule.name.text)) {
    sink.Error("E123", rule.name.at, absl::StrCat("a rule cannot be named '", rule.name.text, "'"),
               "P and a number name the floors, 'default' is the answer without a permit");
    return false;
  }
  const auto [it, added] = lines.emplace(rule.name.text, rule.name.at.line);
  if (added) return true;
  sink.Error(
      "E111", rule.name.at,
      absl::StrCat("a rule named '", rule.name.text, "' already exists (line ", it->second, ")"),
      "every rule name is unique so that decisions can name it");
  return false;
}

}  // namespace

void CheckPolicy(const ast::File& file, Program& program, DiagnosticSink& sink) {
  program.all_fields = program.world.vocabulary().fields()->All();
  CheckHead(file, program, sink);
  const SetTable sets = CheckSets(file, sink);
  ConditionChecker conditions(program.world, sets, sink);
  RuleChecker rules(program.world, conditions, sink);
  std::map<std::string, int> lines;
  for (const ast::Rule& rule : file.rules) {
    const bool named = CheckRuleName(rule, lines, sink);
    std::optional<CheckedRule> checked = rules.Check(rule);
    if (named && checked) program.rules.push_back(*std::move(checked));
  }
  std::vector<std::string> names;
  for (const auto& [name, line] : lines) names.push_back(name);
  CheckTests(file, names, conditions, program, sink);
  CheckPromises(file, conditions, program, sink);
  CheckSetsAreUsed(file, conditions, sink);
  if (sink.has_errors()) return;
  program.canonical = Canonical(file);
  if (program.canonical.size() > kMaxPolicyTextBytes) {
    sink.Error("E004", {},
               absl::StrCat("in its canonical layout the policy has ", program.canonical.size(),
                            " bytes, the limit is ", kMaxPolicyTextBytes),
               "split the policy, or move lists of values into sets");
  }
  RuleCubes cubes(program);
  CheckPermitsAreComparable(program, cubes, sink);
  if (!sink.has_errors()) CheckIdleRules(program, cubes, sink);
  program.Index();
}

}  // namespace fairway::policy
