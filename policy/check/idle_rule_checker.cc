#include "policy/check/idle_rule_checker.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/program/floor_completion.h"

namespace fairway::policy {
namespace {

using Kind = CheckedRule::Kind;
using Relation = Region::Relation;

// Spent on permits that only several forbids together beat; one that beats it alone is always
// found.
constexpr size_t kForbidWork = 2'000;

const char* WordFor(Kind kind) {
  return kind == Kind::kPermit ? "permit" : kind == Kind::kForbid ? "forbid" : "require";
}

std::string Named(const CheckedRule& rule) {
  return absl::StrCat(WordFor(rule.kind), " '", rule.name, "'");
}

std::string Placed(const CheckedRule& rule) {
  return absl::StrCat(Named(rule), " (line ", rule.name_at.line, ")");
}

bool IsWithin(const Region& region, const Cube& cube) {
  return std::all_of(cube.literals.begin(), cube.literals.end(), [&](const Literal& literal) {
    return region.RelationTo(literal) == Relation::kImplied;
  });
}

class IdleRuleFinder {
 public:
  IdleRuleFinder(const Program& program, RuleCubes& cubes, DiagnosticSink& sink)
      : program_(program),
        cubes_(cubes),
        sink_(sink),
        floors_(cubes.space(), {0}, std::nullopt),
        search_(floors_, kForbidWork) {
    Space& space = cubes.space();
    for (const char* name : {"item.state", "item.tlp", "item.originator", "item.hops-left",
                             "item.onward", "peer.link"}) {
      floor_variables_.push_back(space.VariableOf(name));
    }
    floor_variables_.push_back(space.action());
    for (const char* name :
         {"item.releasable-to", "item.not-releasable-to", "item.named", "item.approved-for"}) {
      audiences_.push_back(space.VariableOf(name));
    }
  }

  void Run() {
    for (uint32_t i = 0; i < program_.rules.size() && !sink_.full(); ++i) {
      const auto& cubes = cubes_.CubesOf(i);
      if (!cubes || cubes->empty()) continue;
      if (program_.rules[i].kind == Kind::kPermit && (Unreachable(i) || Forbidden(i))) continue;
      Needless(i);
    }
    for (const CheckedGuarantee& guarantee : program_.guarantees) Promise(guarantee);
  }

 private:
  // Can anything of this pass the floors? Asked once for all cubes that say the same of what the
  // floors look at.
  bool Passes(const Cube& cube) {
    const auto about = [](const std::vector<size_t>& variables, const Literal& literal) {
      return std::find(variables.begin(), variables.end(), literal.variable) != variables.end();
    };
    const bool audience =
        std::any_of(cube.literals.begin(), cube.literals.end(),
                    [&](const Literal& literal) { return about(audiences_, literal); });
    std::vector<std::pair<uint64_t, Mask>> key;
    Cube part;
    for (const Literal& literal : cube.literals) {
      if (!audience && !about(floor_variables_, literal)) continue;
      part.literals.push_back(literal);
      key.emplace_back(uint64_t{literal.variable} << 8 | static_cast<uint64_t>(literal.test),
                       literal.mask);
    }
    const auto [it, added] = passes_.emplace(std::move(key), false);
    if (added) it->second = floors_.Complete(cubes_.RegionOf(part)).has_value();
    return it->second;
  }

  bool Unreachable(uint32_t index) {
    const auto& cubes = *cubes_.CubesOf(index);
    if (std::any_of(cubes.begin(), cubes.end(), [&](const Cube& cube) { return Passes(cube); })) {
      return false;
    }
    const CheckedRule& rule = program_.rules[index];
    sink_.Error("E202", rule.name_at,
                absl::StrCat(Named(rule),
                             " can never release anything: the floors hold back all it is about"),
                "P1 to P8 come first and no rule changes them");
    return true;
  }

  bool Forbidden(uint32_t index) {
    const RuleCubes::List& forbids = cubes_.Of(Kind::kForbid);
    if (forbids.rules.empty()) return false;
    std::optional<uint32_t> by;
    for (const Cube& cube : *cubes_.CubesOf(index)) {
      const Region region = cubes_.RegionOf(cube);
      const std::vector<uint32_t> holding = forbids.index.Holding(region);
      if (!holding.empty()) {
        by = forbids.rules[holding.front()];
        continue;
      }
      if (search_.work_left() == 0) return false;
      const std::vector<uint32_t> meeting = forbids.index.Meeting(region);
      if (meeting.size() < 2) return false;
      std::vector<Obstacle> obstacles;
      for (uint32_t forbid : meeting) obstacles.push_back({&forbids.index[forbid], {}});
      if (search_.Find(region, obstacles) != RegionSearch::Result::kNone) return false;
      by = forbids.rules[meeting.front()];
    }
    const CheckedRule& rule = program_.rules[index];
    sink_.Warning(
        "W307", rule.name_at,
        absl::StrCat(Named(rule), " releases nothing: wherever it applies it is forbidden, ", "by ",
                     Placed(program_.rules[*by])),
        "leave one of the two out, unless the forbid is only for a while");
    return true;
  }

  // Wherever `index` applies `other` does, and with it the first has nothing to say any more.
  bool MakesNeedless(uint32_t other, uint32_t index) const {
    const CheckedRule& rule = program_.rules[index];
    const CheckedRule& its = program_.rules[other];
    const FieldSet& all = program_.all_fields;
    const bool duties =
        rule.kind == Kind::kForbid ||
        (rule.kind == Kind::kPermit ? its.duties.AtLeastAsGenerousAs(rule.duties, all)
                                    : rule.duties.AtLeastAsGenerousAs(its.duties, all));
    if (!duties || !cubes_.CubesOf(other)) return false;
    const std::vector<Cube>& theirs = *cubes_.CubesOf(other);
    const std::vector<Cube>& mine = *cubes_.CubesOf(index);
    return std::all_of(mine.begin(), mine.end(), [&](const Cube& cube) {
      const Region region = cubes_.RegionOf(cube);
      return std::any_of(theirs.begin(), theirs.end(),
                         [&](const Cube& outer) { return IsWithin(region, outer); });
    });
  }

  void Needless(uint32_t index) {
    const CheckedRule& rule = program_.rules[index];
    const RuleCubes::List& list = cubes_.Of(rule.kind);
    const Region region = cubes_.RegionOf(cubes_.CubesOf(index)->front());
    for (uint32_t cube : list.index.Holding(region)) {
      const uint32_t other = list.rules[cube];
      if (other == index) continue;
      if (!MakesNeedless(other, index)) continue;
      // Of two that say the same the later one is needless.
      if (other > index && MakesNeedless(index, other)) continue;
      const char* how = rule.kind == Kind::kPermit   ? " applies and is at least as generous"
                        : rule.kind == Kind::kForbid ? " forbids it already"
                                                     : " applies and is at least as strict";
      sink_.Warning("W308", rule.name_at,
                    absl::StrCat(Named(rule), " changes nothing: wherever it applies, ",
                                 Placed(program_.rules[other]), how),
                    "leave it out, or say what shall be different");
      return;
    }
  }

  void Promise(const CheckedGuarantee& guarantee) {
    const auto cubes = cubes_.space().CubesOf(0, guarantee);
    if (!cubes) return;
    const bool possible =
        std::any_of(cubes->begin(), cubes->end(), [&](const Cube& cube) { return Passes(cube); });
    if (possible) return;
    Place at;
    at.line = guarantee.line;
    sink_.Warning("W304", at,
                  absl::StrCat("guarantee \"", guarantee.name,
                               "\" says less than the floors: they keep it whatever the rules say"),
                  "leave it out, or promise more");
  }

  const Program& program_;
  RuleCubes& cubes_;
  DiagnosticSink& sink_;
  FloorCompletion floors_;
  RegionSearch search_;
  std::vector<size_t> floor_variables_;
  std::vector<size_t> audiences_;
  std::map<std::vector<std::pair<uint64_t, Mask>>, bool> passes_;
};

}  // namespace

void CheckIdleRules(const Program& program, RuleCubes& cubes, DiagnosticSink& sink) {
  IdleRuleFinder(program, cubes, sink).Run();
}

}  // namespace fairway::policy
