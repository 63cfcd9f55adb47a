#include "policy/check/logic_checker.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
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

bool IsConjunction(const Condition& condition) {
  if (condition.kind == Condition::Kind::kOr || condition.kind == Condition::Kind::kNot) {
    return false;
  }
  return std::all_of(condition.children.begin(), condition.children.end(), IsConjunction);
}

// Could the condition leave only the highest value of an attribute? Not if every comparison with it
// lets the lowest one through as well.
bool MayBeAbout(const Condition& condition, size_t attribute) {
  if (condition.kind == Condition::Kind::kAtom) {
    return condition.atom.attribute == attribute && !condition.atom.values.Test(0);
  }
  if (condition.kind == Condition::Kind::kNot) return true;
  return std::any_of(condition.children.begin(), condition.children.end(),
                     [&](const Condition& child) { return MayBeAbout(child, attribute); });
}

bool UsesContext(const Condition& condition, const World& world) {
  if (condition.kind == Condition::Kind::kAtom) {
    return world.vocabulary().attributes()[condition.atom.attribute].name.starts_with("context.");
  }
  return std::any_of(condition.children.begin(), condition.children.end(),
                     [&](const Condition& child) { return UsesContext(child, world); });
}

// Permits with the same duties are one class. Permits of which the class is comparable with every
// other need no look at where they match.
class DutyClasses {
 public:
  explicit DutyClasses(const FieldSet& all_fields) : all_fields_(all_fields) {}

  // The class of these duties, which must outlive this.
  size_t Of(const DutyTerms& duties) {
    std::vector<size_t>& alike = by_hash_[HashOf(duties)];
    for (size_t each : alike) {
      if (MoreGenerous(*classes_[each], duties) && MoreGenerous(duties, *classes_[each])) {
        return each;
      }
    }
    alike.push_back(classes_.size());
    classes_.push_back(&duties);
    return classes_.size() - 1;
  }

  // By class: is there another one such that neither is more generous?
  std::vector<bool> WithConflicts() const {
    std::vector<bool> conflicts(classes_.size(), false);
    for (size_t a = 0; a < classes_.size(); ++a) {
      for (size_t b = 0; b < a; ++b) {
        if (conflicts[a] && conflicts[b]) continue;
        if (MoreGenerous(*classes_[a], *classes_[b]) || MoreGenerous(*classes_[b], *classes_[a])) {
          continue;
        }
        conflicts[a] = conflicts[b] = true;
      }
    }
    return conflicts;
  }

 private:
  bool MoreGenerous(const DutyTerms& a, const DutyTerms& b) const {
    return a.AtLeastAsGenerousAs(b, all_fields_);
  }

  // The same for duties of one class.
  size_t HashOf(const DutyTerms& duties) const {
    size_t hash = std::hash<FieldSet>()(duties.Visible(all_fields_));
    const auto add = [&](int64_t number) { hash = hash * 1'000'003 + static_cast<size_t>(number); };
    add(duties.hops.value_or(-1));
    add(duties.expires_hours.value_or(-1));
    add(duties.receipt_hours.value_or(-1));
    add(duties.delay_hours.value_or(-1));
    add(duties.tlp ? static_cast<int64_t>(*duties.tlp) : -1);
    add(duties.pap ? static_cast<int64_t>(*duties.pap) : -1);
    add(duties.hold_roles);
    return hash;
  }

  const FieldSet& all_fields_;
  std::vector<const DutyTerms*> classes_;
  std::unordered_map<size_t, std::vector<size_t>> by_hash_;
};

class OverlapFinder {
 public:
  OverlapFinder(const Program& program, const RuleCubes& cubes, DiagnosticSink& sink)
      : program_(program),
        cubes_(cubes),
        sink_(sink),
        classes_(program.all_fields),
        permit_of_(program.rules.size()) {
    for (uint32_t i = 0; i < program.rules.size(); ++i) {
      const CheckedRule& rule = program.rules[i];
      if (rule.kind != CheckedRule::Kind::kPermit) continue;
      permit_of_[i] = permits_.size();
      // As cubes it may still be told apart from others; more than that many are not looked at.
      const bool many = !cubes.CubesOf(i) || cubes.CubesOf(i)->size() > kMaxAlternatives;
      if (many) anywhere_.push_back(permits_.size());
      permits_.push_back({&rule, i, many, UsesContext(rule.to, program.world), {}});
      class_of_.push_back(classes_.Of(rule.duties));
    }
  }

  void Run() {
    const std::vector<bool> conflicts = classes_.WithConflicts();
    for (size_t later = 1; later < permits_.size(); ++later) {
      if (!conflicts[class_of_[later]]) continue;
      for (size_t earlier : MayMeet(later)) {
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
    uint32_t index;  // in Program::rules
    bool anywhere;   // counts as matching anything
    bool uses_context;
    std::optional<std::vector<Box>> boxes;  // once they are needed
  };

  // The cubes of permits with duties that are not to be compared with these; remembered, since few
  // permits have duties of their own. Nothing if there are none.
  const std::vector<uint64_t>* RivalCubes(const DutyTerms& terms) {
    for (const auto& [known, cubes] : rivals_) {
      if (known == terms) return cubes.empty() ? nullptr : &cubes;
    }
    const RuleCubes::List& list = cubes_.Of(CheckedRule::Kind::kPermit);
    std::vector<uint64_t> cubes;
    const DutyTerms* last = nullptr;
    bool is_rival = false;
    for (size_t i = 0; i < list.rules.size(); ++i) {
      const DutyTerms& other = program_.rules[list.rules[i]].duties;
      if (last == nullptr || !(*last == other)) {
        is_rival = !terms.AtLeastAsGenerousAs(other, program_.all_fields) &&
                   !other.AtLeastAsGenerousAs(terms, program_.all_fields);
      }
      last = &other;
      if (!is_rival) continue;
      cubes.resize((list.rules.size() + 63) / 64);
      cubes[i / 64] |= uint64_t{1} << (i % 64);
    }
    rivals_.emplace_back(terms, std::move(cubes));
    return rivals_.back().second.empty() ? nullptr : &rivals_.back().second;
  }

  // Earlier permits with other duties that this one may meet, by what they say of peers, items and
  // days.
  std::vector<size_t> MayMeet(size_t later) {
    std::vector<size_t> earlier;
    if (permits_[later].anywhere) {
      for (size_t i = 0; i < later; ++i) earlier.push_back(i);
      return earlier;
    }
    const RuleCubes::List& list = cubes_.Of(CheckedRule::Kind::kPermit);
    const std::vector<uint64_t>* const rivals = RivalCubes(permits_[later].rule->duties);
    if (rivals != nullptr) {
      for (const Cube& cube : *cubes_.CubesOf(permits_[later].index)) {
        for (uint32_t met : list.index.Meeting(cubes_.RegionOf(cube), rivals)) {
          const size_t permit = permit_of_[list.rules[met]];
          if (permit < later) earlier.push_back(permit);
        }
      }
    }
    for (size_t permit : anywhere_) {
      if (permit < later) earlier.push_back(permit);
    }
    std::sort(earlier.begin(), earlier.end());
    earlier.erase(std::unique(earlier.begin(), earlier.end()), earlier.end());
    return earlier;
  }

  const std::vector<Box>& Boxes(Permit& permit) const {
    if (!permit.boxes) permit.boxes = BoxesOf(*permit.rule, program_.world);
    return *permit.boxes;
  }

  // True if the pair was reported.
  bool Pair(Permit& a, Permit& b) {
    if ((a.rule->actions & b.rule->actions) == 0) return false;
    const DutyTerms& x = a.rule->duties;
    const DutyTerms& y = b.rule->duties;
    if (x.AtLeastAsGenerousAs(y, program_.all_fields) ||
        y.AtLeastAsGenerousAs(x, program_.all_fields)) {
      return false;
    }
    if (!DatesOverlap(*a.rule, *b.rule) || !PeersOverlap(a, b)) return false;
    for (const Box& one : Boxes(a)) {
      for (const Box& other : Boxes(b)) {
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

  bool PeersOverlap(const Permit& a, const Permit& b) {
    BindPeers();
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

  void BindPeers() {
    if (!bound_peers_.empty()) return;
    for (const World::Peer& peer : program_.world.peers()) {
      Request request;
      request.peer = peer.name;
      request.peer_attributes = peer.attributes;
      bound_peers_.push_back(program_.world.Bind(request));
    }
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
  const RuleCubes& cubes_;
  DiagnosticSink& sink_;
  DutyClasses classes_;
  std::vector<size_t> class_of_;  // by permit
  std::vector<Permit> permits_;
  std::vector<size_t> permit_of_;  // by rule: its position in permits_
  std::vector<size_t> anywhere_;
  std::deque<std::pair<DutyTerms, std::vector<uint64_t>>> rivals_;
  std::vector<BoundRequest> bound_peers_;
  size_t checks_ = 0;
};

}  // namespace

bool CheckRuleCanApply(const CheckedRule& rule, const World& world, DiagnosticSink& sink) {
  NeverTrueFinder finder(rule, world, sink);
  Box box(world);
  if (!finder.Walk(rule.to, box) || !finder.Walk(rule.items, box)) return false;
  // What is only joined by "and" was walked whole.
  if (IsConjunction(rule.to) && IsConjunction(rule.items)) return true;
  auto left = Alternatives(rule.to, false, {Box(world)});
  if (left) left = Alternatives(rule.items, false, *std::move(left));
  return !left || !left->empty() || finder.ReportWhole(rule.items);
}

void CheckPermitsAreComparable(const Program& program, const RuleCubes& cubes,
                               DiagnosticSink& sink) {
  OverlapFinder(program, cubes, sink).Run();
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
  if (!MayBeAbout(rule.items, tlp)) return;
  const std::vector<Box> boxes = BoxesOf(rule, world);
  if (!boxes.empty() && std::all_of(boxes.begin(), boxes.end(),
                                    [&](const Box& box) { return box.ForcesValue(tlp, red); })) {
    sink.Warning("W301", rule.name_at, absl::StrCat(Describe(rule), " is about RED items only"),
                 "RED reaches only the peers named in the item, whatever the rule says (P2)");
  }
}

}  // namespace fairway::policy
