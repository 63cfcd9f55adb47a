#include "policy/check/logic_checker.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/limits.h"
#include "policy/program/box.h"
#include "policy/program/evaluator.h"

namespace fairway::policy {
namespace {

std::string Describe(const CheckedRule& rule) {
  const char* kind = rule.kind == CheckedRule::Kind::kPermit   ? "permit"
                     : rule.kind == CheckedRule::Kind::kForbid ? "forbid"
                                                               : "require";
  return absl::StrCat(kind, " '", rule.name, "'");
}

// Finds the first place at which a conjunction runs out of possibilities.
class NeverTrueFinder {
 public:
  NeverTrueFinder(const CheckedRule& rule, const World& world, DiagnosticSink& sink)
      : rule_(rule), world_(world), sink_(sink) {}

  // Narrows `box` by what must hold; false once something was reported.
  bool Walk(const Condition& condition, Box& box) {
    switch (condition.kind) {
      case Condition::Kind::kTrue:
        return true;
      case Condition::Kind::kAtom: {
        const bool first = !narrowed_;
        narrowed_ = true;
        return box.Add(condition.atom, false) || Report(condition, condition.atom, first);
      }
      case Condition::Kind::kAnd:
        return std::all_of(condition.children.begin(), condition.children.end(),
                           [&](const Condition& child) { return Walk(child, box); });
      case Condition::Kind::kOr:
        in_alternative_ = true;
        return std::all_of(condition.children.begin(), condition.children.end(),
                           [&](const Condition& child) {
                             Box branch = box;
                             return Walk(child, branch);
                           });
      case Condition::Kind::kNot: {
        const auto left = Alternatives(condition, false, {box});
        return !left || !left->empty() || ReportWhole(condition);
      }
    }
    return true;
  }

  bool ReportWhole(const Condition& condition) {
    sink_.Error("E201", condition.at, "this can never be true together with the other conditions",
                absl::StrCat(Describe(rule_), " would never apply"));
    return false;
  }

 private:
  bool Report(const Condition& condition, const Atom& atom, bool alone) {
    const std::string& name = world_.vocabulary().attributes()[atom.attribute].name;
    sink_.Error("E201", condition.at,
                absl::StrCat("this can never be true",
                             alone ? "" : " together with the conditions before it",
                             ": no value of ", name, " is left"),
                absl::StrCat(in_alternative_ ? "this alternative of " : "", Describe(rule_),
                             " would never apply"));
    return false;
  }

  const CheckedRule& rule_;
  const World& world_;
  DiagnosticSink& sink_;
  bool narrowed_ = false;        // an atom came before
  bool in_alternative_ = false;  // an `or` came before
};

// A permit's conditions as boxes; too many alternatives count as one box that holds everything.
std::vector<Box> BoxesOf(const CheckedRule& rule, const World& world) {
  std::vector<Box> everything = {Box(world)};
  auto to = Alternatives(rule.to, false, everything);
  if (!to) return everything;
  auto both = Alternatives(rule.items, false, *std::move(to));
  if (!both) return everything;
  return *std::move(both);
}

bool UsesContext(const Condition& condition, const World& world) {
  if (condition.kind == Condition::Kind::kAtom) {
    return world.vocabulary().attributes()[condition.atom.attribute].name.starts_with("context.");
  }
  return std::any_of(condition.children.begin(), condition.children.end(),
                     [&](const Condition& child) { return UsesContext(child, world); });
}

class OverlapFinder {
 public:
  OverlapFinder(const Program& program, DiagnosticSink& sink) : program_(program), sink_(sink) {
    for (const CheckedRule& rule : program.rules) {
      if (rule.kind != CheckedRule::Kind::kPermit) continue;
      permits_.push_back(
          {&rule, BoxesOf(rule, program.world), UsesContext(rule.to, program.world)});
    }
    for (const World::Peer& peer : program.world.peers()) {
      Request request;
      request.peer = peer.name;
      request.peer_attributes = peer.attributes;
      bound_peers_.push_back(program.world.Bind(request));
    }
  }

  void Run() {
    for (size_t later = 1; later < permits_.size(); ++later) {
      for (size_t earlier = 0; earlier < later; ++earlier) {
        if (sink_.full() || checks_ > kMaxOverlapChecks) break;
        if (Pair(permits_[earlier], permits_[later])) break;
      }
    }
    if (checks_ > kMaxOverlapChecks) {
      sink_.Warning("W303", permits_.back().rule->name_at,
                    "too many permits with differing duties to compare each with each",
                    "where two match and neither is more generous, the stricter of each holds");
    }
  }

 private:
  struct Permit {
    const CheckedRule* rule;
    std::vector<Box> boxes;
    bool uses_context;
  };

  // True if the pair was reported.
  bool Pair(const Permit& a, const Permit& b) {
    if ((a.rule->actions & b.rule->actions) == 0) return false;
    const DutyTerms& x = a.rule->duties;
    const DutyTerms& y = b.rule->duties;
    if (x.AtLeastAsGenerousAs(y, program_.all_fields) ||
        y.AtLeastAsGenerousAs(x, program_.all_fields)) {
      return false;
    }
    if (!DatesOverlap(*a.rule, *b.rule) || !PeersOverlap(a, b)) return false;
    for (const Box& one : a.boxes) {
      for (const Box& other : b.boxes) {
        if (++checks_ > kMaxOverlapChecks) return false;
        Box both = one;
        if (!both.Intersect(other)) continue;
        Report(a, b, both);
        return true;
      }
    }
    return false;
  }

  static bool DatesOverlap(const CheckedRule& a, const CheckedRule& b) {
    if (a.until && b.from && *a.until < *b.from) return false;
    return !(b.until && a.from && *b.until < *a.from);
  }

  bool PeersOverlap(const Permit& a, const Permit& b) const {
    if (!a.rule->by_name && !b.rule->by_name) return true;
    if (a.rule->by_name && b.rule->by_name) return a.rule->peers.Intersects(b.rule->peers);
    const Permit& named = a.rule->by_name ? a : b;
    const Permit& other = a.rule->by_name ? b : a;
    for (size_t peer : named.rule->peers.Members()) {
      // The circumstances of a request are not known here, so they could make it match.
      if (Holds(other.rule->to, bound_peers_[peer], other.uses_context)) return true;
    }
    return false;
  }

  void Report(const Permit& a, const Permit& b, const Box& both) {
    const Vocabulary& vocabulary = program_.world.vocabulary();
    size_t action = 0;
    while (!a.rule->Covers(action) || !b.rule->Covers(action)) ++action;
    sink_.Error(
        "E205", b.rule->name_at,
        absl::StrCat("permits '", a.rule->name, "' and '", b.rule->name,
                     "' can both apply but neither is more generous: ",
                     a.rule->duties.ToDuties(vocabulary).ToText(), "  |  ",
                     b.rule->duties.ToDuties(vocabulary).ToText()),
        absl::StrCat("for example action ", vocabulary.actions()[action], ", ", both.Example(),
                     "; make one the more generous, or move the restriction into a require"));
  }

  const Program& program_;
  DiagnosticSink& sink_;
  std::vector<Permit> permits_;
  std::vector<BoundRequest> bound_peers_;
  size_t checks_ = 0;
};

}  // namespace

bool CheckRuleCanApply(const CheckedRule& rule, const World& world, DiagnosticSink& sink) {
  NeverTrueFinder finder(rule, world, sink);
  Box box(world);
  if (!finder.Walk(rule.to, box) || !finder.Walk(rule.items, box)) return false;
  auto left = Alternatives(rule.to, false, {Box(world)});
  if (left) left = Alternatives(rule.items, false, *std::move(left));
  return !left || !left->empty() || finder.ReportWhole(rule.items);
}

void CheckPermitsAreComparable(const Program& program, DiagnosticSink& sink) {
  OverlapFinder(program, sink).Run();
}

void Advise(const CheckedRule& rule, const World& world, DiagnosticSink& sink) {
  if (rule.kind != CheckedRule::Kind::kPermit) return;
  const bool any_item = rule.items.kind == Condition::Kind::kTrue;
  if (any_item && !rule.by_name && rule.to.kind == Condition::Kind::kTrue) {
    sink.Warning("W302", rule.name_at,
                 absl::StrCat(Describe(rule), " releases every item to every peer"),
                 "only the floors hold anything back; say which peers or which items");
    return;
  }
  const size_t tlp = *world.vocabulary().IndexOfAttribute("item.tlp");
  const size_t red = *world.FindValue(tlp, "RED");
  const std::vector<Box> boxes = BoxesOf(rule, world);
  if (!boxes.empty() && std::all_of(boxes.begin(), boxes.end(),
                                    [&](const Box& box) { return box.ForcesValue(tlp, red); })) {
    sink.Warning("W301", rule.name_at, absl::StrCat(Describe(rule), " is about RED items only"),
                 "RED reaches only the peers named in the item, whatever the rule says (P2)");
  }
}

}  // namespace fairway::policy
