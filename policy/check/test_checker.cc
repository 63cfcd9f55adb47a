#include "policy/check/test_checker.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "policy/check/duty_checker.h"
#include "policy/language/suggest.h"
#include "policy/language/written_date.h"

namespace fairway::policy {
namespace {

using Type = Vocabulary::Type;

// What decides besides rules: "default" and P with digits.
bool IsFloorOrDefault(std::string_view name) {
  if (name == kDefaultRule) return true;
  return name.size() > 1 && name[0] == 'P' &&
         name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

class TestChecker {
 public:
  TestChecker(const World& world, const std::vector<std::string>& rule_names,
              ConditionChecker& conditions, DiagnosticSink& sink)
      : world_(world), rule_names_(rule_names), sink_(sink), conditions_(conditions) {}

  std::optional<CheckedTest> Check(const ast::Test& test) {
    CheckedTest checked;
    checked.name = test.name.text;
    checked.line = test.name.at.line;
    checked.release = test.release;
    checked.request.self = world_.self();
    bool ok = Peer(test, checked);
    ok = Action(test, checked) && ok;
    ok = Day(test, checked) && ok;
    ok = Literal(test.item, "item.", checked.request.item) && ok;
    ok = Literal(test.context, "context.", checked.request.context) && ok;
    ok = By(test, checked) && ok;
    ok = With(test, checked) && ok;
    if (!ok) return std::nullopt;
    checked.expectation = test.release ? "release" : "withhold";
    if (test.by) absl::StrAppend(&checked.expectation, " by ", test.by->text);
    return checked;
  }

 private:
  bool Peer(const ast::Test& test, CheckedTest& checked) {
    if (!test.peer) {
      checked.request.peer = std::string(kInventedPeer);
      return Literal(test.peer_literal, "peer.", checked.request.peer_attributes);
    }
    const auto peer = world_.FindPeer(test.peer->text);
    if (!peer) {
      std::vector<std::string> names;
      for (const World::Peer& known : world_.peers()) names.push_back(known.name);
      const std::string near = sink_.full() ? "" : Suggest(test.peer->text, names);
      sink_.Error(
          "E102", test.peer->at, absl::StrCat("there is no peer '", test.peer->text, "'"),
          absl::StrCat(near, near.empty() ? "" : "; ",
                       "a test can invent one: peer { country: KE, tier: 2, link: active }"));
      return false;
    }
    checked.registered_peer = true;
    checked.request.peer = test.peer->text;
    checked.request.peer_attributes = world_.peers()[*peer].attributes;
    return true;
  }

  bool Action(const ast::Test& test, CheckedTest& checked) {
    checked.request.action = test.action.text;
    if (world_.FindAction(test.action.text)) return true;
    sink_.Error("E112", test.action.at, absl::StrCat("there is no action '", test.action.text, "'"),
                absl::StrCat("known: ", absl::StrJoin(world_.vocabulary().actions(), ", ")));
    return false;
  }

  bool Day(const ast::Test& test, CheckedTest& checked) {
    if (!test.on) return true;
    const auto day = DayOf(*test.on, sink_);
    if (!day) return false;
    checked.dated = true;
    checked.request.now = absl::FromCivil(absl::CivilDay(1970, 1, 1) + *day, absl::UTCTimeZone());
    return true;
  }

  bool Literal(const ast::Literal& literal, std::string_view side, Attributes& into) {
    bool ok = true;
    std::set<std::string> seen;
    for (const ast::LiteralEntry& entry : literal) {
      if (!seen.insert(entry.name.text).second) {
        ok = false;
        sink_.Error("E111", entry.name.at, absl::StrCat("'", entry.name.text, "' is given twice"));
        continue;
      }
      ok = Entry(entry, side, into) && ok;
    }
    return ok;
  }

  bool Entry(const ast::LiteralEntry& entry, std::string_view side, Attributes& into) {
    const std::string name = absl::StrCat(std::string(side), entry.name.text);
    const auto index = world_.vocabulary().IndexOfAttribute(name);
    if (!index) {
      sink_.Error("E101", entry.name.at, absl::StrCat("there is no attribute '", name, "'"),
                  SuggestAttribute(entry.name.text, side));
      return false;
    }
    const Vocabulary::Attribute& attribute = world_.vocabulary().attributes()[*index];
    if (entry.is_set != (attribute.type == Type::kSet)) {
      sink_.Error("E105", entry.name.at,
                  entry.is_set ? absl::StrCat(name, " has a single value")
                               : absl::StrCat(name, " is a set of values"),
                  entry.is_set ? absl::StrCat("write ", entry.name.text, ": value")
                               : absl::StrCat("write ", entry.name.text, ": { value }"));
      return false;
    }
    switch (attribute.type) {
      case Type::kSet:
        return SetEntry(entry, *index, name, into);
      case Type::kNumber: {
        const auto number = conditions_.Number(attribute, entry.value, entry.unit);
        if (number) into.SetNumber(name, *number);
        return number.has_value();
      }
      default:
        return SymbolEntry(entry, *index, name, into);
    }
  }

  std::string SuggestAttribute(const std::string& word, std::string_view side) const {
    if (word.find('.') != std::string::npos) {
      return absl::StrCat("the names in { } are written without '", std::string(side), "'");
    }
    std::vector<std::string> names;
    for (const auto& attribute : world_.vocabulary().attributes()) {
      if (attribute.name.starts_with(side)) names.push_back(attribute.name.substr(side.size()));
    }
    return sink_.full() ? "" : Suggest(word, names);
  }

  // An item may come from an authority this node has no name for, so any name is an originator.
  bool SymbolEntry(const ast::LiteralEntry& entry, size_t index, const std::string& name,
                   Attributes& into) {
    if (entry.unit) {
      sink_.Error("E106", entry.unit->at, absl::StrCat(name, " has no unit"));
      return false;
    }
    const bool open = name == "item.originator";
    if (!open && !conditions_.Value(index, entry.value)) return false;
    into.Set(name, entry.value.text);
    return true;
  }

  bool SetEntry(const ast::LiteralEntry& entry, size_t index, const std::string& name,
                Attributes& into) {
    std::vector<std::string> members;
    bool ok = true;
    for (const ast::Word& word : entry.set.values) {
      ok = conditions_.Value(index, word).has_value() && ok;
      members.push_back(word.text);
    }
    if (ok) into.SetSet(name, std::move(members));
    return ok;
  }

  bool By(const ast::Test& test, CheckedTest& checked) {
    if (!test.by) return true;
    checked.by = test.by->text;
    if (IsFloorOrDefault(checked.by) ||
        std::binary_search(rule_names_.begin(), rule_names_.end(), checked.by)) {
      return true;
    }
    sink_.Error("E120", test.by->at, absl::StrCat("there is no rule '", checked.by, "'"),
                sink_.full() ? "" : Suggest(checked.by, rule_names_));
    return false;
  }

  bool With(const ast::Test& test, CheckedTest& checked) {
    if (!test.with) return true;
    if (!test.release) {
      sink_.Error("E121", test.with->empty() ? test.name.at : test.with->front().at,
                  "what is withheld has no duties", "leave out 'with'");
      return false;
    }
    const auto duties = CheckDuties(*test.with, world_, conditions_, sink_);
    if (!duties) return false;
    checked.with = duties->terms;
    checked.in_full = duties->in_full;
    return true;
  }

  const World& world_;
  const std::vector<std::string>& rule_names_;
  DiagnosticSink& sink_;
  ConditionChecker& conditions_;
};

}  // namespace

bool IsReservedRuleName(std::string_view name) {
  // What a node says of an item before or after it asks the policy.
  static constexpr std::array<std::string_view, 12> kOfTheNode = {
      "no-policy", "origin",  "newest",   "expired", "mention",      "hold",
      "delay",     "receipt", "narrowed", "recall",  "not-released", "not-here"};
  return IsFloorOrDefault(name) ||
         std::find(kOfTheNode.begin(), kOfTheNode.end(), name) != kOfTheNode.end();
}

void CheckTests(const ast::File& file, const std::vector<std::string>& rule_names,
                ConditionChecker& conditions, Program& program, DiagnosticSink& sink) {
  TestChecker checker(program.world, rule_names, conditions, sink);
  std::map<std::string, int> lines;
  for (const ast::Test& test : file.tests) {
    const auto [it, added] = lines.emplace(test.name.text, test.name.at.line);
    if (!added) {
      sink.Error("E111", test.name.at,
                 absl::StrCat("a test named \"", test.name.text, "\" already exists (line ",
                              it->second, ")"),
                 "every test name is unique");
    }
    std::optional<CheckedTest> checked = checker.Check(test);
    if (checked) program.tests.push_back(*std::move(checked));
  }
}

}  // namespace fairway::policy
