#include "tests/prover/smt_export.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "policy/program/program.h"

namespace fairway::tests {
namespace {

using policy::Atom;
using policy::CheckedRule;
using policy::Condition;
using policy::Program;
using policy::Vocabulary;
using policy::World;
using Words = std::vector<std::string>;
using Type = Vocabulary::Type;

std::string All(const Words& parts) {
  return parts.empty() ? "true" : absl::StrCat("(and ", absl::StrJoin(parts, " "), ")");
}
std::string Any(const Words& parts) {
  return parts.empty() ? "false" : absl::StrCat("(or ", absl::StrJoin(parts, " "), ")");
}
std::string Not(const std::string& part) { return absl::StrCat("(not ", part, ")"); }
std::string Is(const std::string& name, int64_t value) {
  return value < 0 ? absl::StrCat("(= ", name, " (- ", -value, "))")
                   : absl::StrCat("(= ", name, " ", value, ")");
}

// Unknown, and a word that nobody knows.
constexpr int kAbsent = -1;
constexpr int kUnheard = -2;

class Exporter {
 public:
  explicit Exporter(const Program& program) : program_(program), world_(program.world) {}

  // One constant for each thing a request may say.
  std::string Declarations() const {
    std::string text =
        "(declare-const who Int)\n(declare-const action Int)\n"
        "(declare-const day Int)\n(declare-const day-known Bool)\n";
    const size_t actions = world_.vocabulary().actions().size();
    absl::StrAppend(&text, "(assert (and (<= 0 who ", Names().size(), ") (<= 0 action ",
                    actions - 1, ") (<= (- 719162) day 2932896)))\n");
    for (size_t a = 0; a < world_.vocabulary().attributes().size(); ++a) {
      const Vocabulary::Attribute& attribute = world_.vocabulary().attributes()[a];
      if (attribute.name == "peer.id") continue;
      const std::string name = NameOf(a);
      if (attribute.type == Type::kSet) {
        absl::StrAppend(&text, "(declare-const ", name, "-known Bool)\n(declare-const ", name,
                        "-more Bool)\n(declare-const ", name, "-itself Bool)\n");
        for (size_t v = 0; v < world_.ValuesOf(a).size(); ++v) {
          absl::StrAppend(&text, "(declare-const ", Member(a, v), " Bool)\n");
        }
        // A word for who asks is a word that no bare name is.
        absl::StrAppend(&text, "(assert (=> ", name, "-itself ", name, "-more))\n");
      } else if (attribute.type == Type::kNumber) {
        absl::StrAppend(&text, "(declare-const ", name, " Int)\n(assert (>= ", name, " ",
                        "(- 1)))\n");
      } else {
        const bool words =
            attribute.domain == Vocabulary::Domain::kPeers || attribute.name == "peer.country";
        absl::StrAppend(&text, "(declare-const ", name, " Int)\n(assert (<= (- ", words ? 2 : 1,
                        ") ", name, " ", world_.ValuesOf(a).size() - 1, "))\n");
      }
    }
    return text;
  }

  std::string Registered() const {
    Words peers;
    for (size_t p = 0; p < world_.peers().size(); ++p) {
      Words facts = {Is("who", static_cast<int64_t>(p))};
      policy::Request request;
      request.peer = world_.peers()[p].name;
      request.peer_attributes = world_.peers()[p].attributes;
      const policy::BoundRequest bound = world_.Bind(request);
      for (size_t a = 0; a < world_.vocabulary().attributes().size(); ++a) {
        const Vocabulary::Attribute& attribute = world_.vocabulary().attributes()[a];
        if (!attribute.name.starts_with("peer.") || attribute.name == "peer.id") continue;
        const policy::BoundValue& value = bound.values[a];
        if (attribute.type == Type::kSet) {
          facts.push_back(value.known ? NameOf(a) + "-known" : Not(NameOf(a) + "-known"));
          facts.push_back(value.partial ? NameOf(a) + "-more" : Not(NameOf(a) + "-more"));
          for (size_t v = 0; v < world_.ValuesOf(a).size(); ++v) {
            facts.push_back(value.set.Test(v) ? Member(a, v) : Not(Member(a, v)));
          }
        } else {
          facts.push_back(
              Is(NameOf(a), value.known ? static_cast<int64_t>(value.symbol) : kAbsent));
        }
      }
      peers.push_back(All(facts));
    }
    return Any(peers);
  }

  // LANGUAGE.md, the decision: released, by whichever permit.
  std::string Released() const {
    Words parts = {Floors()};
    Words permits;
    for (const CheckedRule& rule : program_.rules) {
      if (rule.kind == CheckedRule::Kind::kForbid) parts.push_back(Not(Matches(rule)));
      if (rule.kind == CheckedRule::Kind::kPermit) permits.push_back(Matches(rule));
    }
    parts.push_back(Any(permits));
    const auto duty = [&](const auto& binds) { return SomeDuty(binds); };
    const std::string accept = ActionIs("accept");
    const auto lacks = [&](const char* control) {
      const size_t a = Attribute("peer.controls");
      const size_t v = *world_.FindValue(a, control);
      return Not(All({NameOf(a) + "-known", Member(a, v)}));
    };
    const std::string unmet =
        Any({All({duty([](const policy::DutyTerms& t) { return t.receipt_hours.has_value(); }),
                  lacks("receipts")}),
             All({duty([](const policy::DutyTerms& t) { return t.encrypt_at_rest; }),
                  lacks("encrypted-at-rest")}),
             All({duty([](const policy::DutyTerms& t) { return t.no_copy; }),
                  Not(Any({ActionIs("discover"), ActionIs("query")}))})});
    parts.push_back(Any({accept, Not(unmet)}));
    return All(parts);
  }

  std::string Breaks(const policy::CheckedGuarantee& guarantee) const {
    Words actions, fields;
    for (size_t a = 0; a < world_.vocabulary().actions().size(); ++a) {
      if (((guarantee.actions >> a) & 1) != 0)
        actions.push_back(Is("action", static_cast<int64_t>(a)));
    }
    Words parts = {Released(), Any(actions), Holds(guarantee.to, true),
                   Holds(guarantee.items, true)};
    if (guarantee.seeing) {
      for (size_t f = 0; f < guarantee.seeing->size(); ++f) {
        if (!guarantee.seeing->test(f)) continue;
        fields.push_back(Not(SomeDuty([&](const policy::DutyTerms& terms) {
          return !terms.Visible(program_.all_fields).test(f);
        })));
      }
      parts.push_back(Any(fields));
    }
    return All(parts);
  }

 private:
  size_t Attribute(std::string_view name) const {
    return *world_.vocabulary().IndexOfAttribute(name);
  }
  const Words& Names() const { return world_.ValuesOf(Attribute("peer.id")); }
  std::string NameOf(size_t a) const { return world_.vocabulary().attributes()[a].name; }
  std::string Member(size_t a, size_t v) const { return absl::StrCat(NameOf(a), "-has-", v); }
  std::string ActionIs(std::string_view action) const {
    return Is("action", static_cast<int64_t>(*world_.FindAction(action)));
  }
  std::string SingleIs(std::string_view attribute, std::string_view value) const {
    const size_t a = Attribute(attribute);
    return Is(NameOf(a), static_cast<int64_t>(*world_.FindValue(a, value)));
  }

  // Does a carrying permit, or a require, bring a duty that binds so? Carriers are the matching
  // permits that no other matching one is more generous than.
  template <typename Binds>
  std::string SomeDuty(const Binds& binds) const {
    Words some;
    for (const CheckedRule& rule : program_.rules) {
      if (rule.kind == CheckedRule::Kind::kForbid || !binds(rule.duties)) continue;
      if (rule.kind == CheckedRule::Kind::kRequire) {
        some.push_back(Matches(rule));
        continue;
      }
      Words better;
      for (const CheckedRule& other : program_.rules) {
        if (other.kind != CheckedRule::Kind::kPermit) continue;
        const policy::FieldSet& all = program_.all_fields;
        if (other.duties.AtLeastAsGenerousAs(rule.duties, all) &&
            !rule.duties.AtLeastAsGenerousAs(other.duties, all)) {
          better.push_back(Matches(other));
        }
      }
      some.push_back(All({Matches(rule), Not(Any(better))}));
    }
    return Any(some);
  }

  // What an atom certainly is; what is neither true nor false is unknown.
  std::string Certainly(const Atom& atom, bool value) const {
    const size_t a = atom.attribute;
    const std::string name = NameOf(a);
    const Vocabulary::Attribute& attribute = world_.vocabulary().attributes()[a];
    if (attribute.type == Type::kNumber) {
      std::string holds = absl::StrCat("(>= ", name, " ", std::max<int64_t>(atom.lowest, 0), ")");
      if (atom.kind == Atom::Kind::kNotEqual) {
        holds = Not(Is(name, atom.lowest));
      } else if (atom.highest != policy::kNoUpperBound) {
        holds = All({holds, atom.highest < 0 ? "false"
                                             : absl::StrCat("(<= ", name, " ", atom.highest, ")")});
      }
      return All({absl::StrCat("(>= ", name, " 0)"), value ? holds : Not(holds)});
    }
    if (attribute.type != Type::kSet) {
      const std::string variable = attribute.name == "peer.id" ? "who" : name;
      Words in;
      for (size_t v : atom.values.Members()) in.push_back(Is(variable, static_cast<int64_t>(v)));
      const std::string known = attribute.name == "peer.id"
                                    ? absl::StrCat("(< who ", Names().size(), ")")
                                    : absl::StrCat("(>= ", name, " 0)");
      return All({known, value ? Any(in) : Not(Any(in))});
    }
    Words have, others;
    for (size_t v = 0; v < world_.ValuesOf(a).size(); ++v) {
      (atom.values.Test(v) ? have : others).push_back(Member(a, v));
    }
    const std::string known = name + "-known";
    const std::string whole = All({known, Not(name + "-more")});
    switch (atom.kind) {
      case Atom::Kind::kHasAny:
        return value ? All({known, Any(have)}) : All({whole, Not(Any(have))});
      case Atom::Kind::kHasAll:
        return value ? All({known, All(have)}) : All({whole, Not(All(have))});
      case Atom::Kind::kHasNone:
        return value ? All({whole, Not(Any(have))}) : All({known, Any(have)});
      default:
        return value ? All({whole, Not(Any(others))}) : All({known, Any(others)});
    }
  }

  std::string Holds(const Condition& condition, bool unknown) const {
    Words parts;
    switch (condition.kind) {
      case Condition::Kind::kTrue:
        return "true";
      case Condition::Kind::kAtom:
        return unknown ? Not(Certainly(condition.atom, false)) : Certainly(condition.atom, true);
      case Condition::Kind::kNot:
        return Not(Holds(condition.children.front(), !unknown));
      default:
        break;
    }
    for (const Condition& child : condition.children) parts.push_back(Holds(child, unknown));
    return condition.kind == Condition::Kind::kAnd ? All(parts) : Any(parts);
  }

  std::string Matches(const CheckedRule& rule) const {
    const bool unknown = rule.kind != CheckedRule::Kind::kPermit;
    Words actions, parts;
    for (size_t a = 0; a < world_.vocabulary().actions().size(); ++a) {
      if (rule.Covers(a)) actions.push_back(Is("action", static_cast<int64_t>(a)));
    }
    parts.push_back(Any(actions));
    if (rule.from || rule.until) {
      const auto number = [](int64_t day) {
        return day < 0 ? absl::StrCat("(- ", -day, ")") : absl::StrCat(day);
      };
      Words days;
      if (rule.from) days.push_back(absl::StrCat("(>= day ", number(*rule.from), ")"));
      if (rule.until) days.push_back(absl::StrCat("(<= day ", number(*rule.until), ")"));
      parts.push_back(unknown ? Any({"(not day-known)", All(days)})
                              : All({"day-known", All(days)}));
    }
    if (rule.by_name) {
      Words named;
      for (size_t p : rule.peers.Members()) named.push_back(Is("who", static_cast<int64_t>(p)));
      if (unknown && rule.names_groups) {
        named.push_back(absl::StrCat("(>= who ", world_.peers().size(), ")"));
      }
      parts.push_back(Any(named));
    } else {
      parts.push_back(Holds(rule.to, unknown));
    }
    parts.push_back(Holds(rule.items, unknown));
    return All(parts);
  }

  // Does a word of this audience mean who asks?
  std::string Includes(size_t a) const {
    Words words = {NameOf(a) + "-itself"};
    const Words& names = world_.ValuesOf(a);
    for (size_t v = 0; v < names.size(); ++v) {
      const std::string means = Means(names[v]);
      words.push_back(All({Member(a, v), means}));
    }
    return All({NameOf(a) + "-known", Any(words)});
  }

  std::string Means(const std::string& word) const {
    Words ways;
    if (word == policy::kAnyMember) return "true";
    for (size_t n = 0; n < Names().size(); ++n) {
      if (Names()[n] == word) ways.push_back(Is("who", static_cast<int64_t>(n)));
    }
    if (const policy::Bits* group = world_.FindGroup(word)) {
      for (size_t p : group->Members()) ways.push_back(Is("who", static_cast<int64_t>(p)));
    }
    if (world_.IsCountry(word)) ways.push_back(CountryIs(word));
    return Any(ways);
  }

  std::string CountryIs(const std::string& country) const {
    Words registered;
    for (size_t p = 0; p < world_.peers().size(); ++p) {
      if (world_.peers()[p].country == country) {
        registered.push_back(Is("who", static_cast<int64_t>(p)));
      }
    }
    return Any(
        {SingleIs("peer.country", country), All({Is("peer.country", kAbsent), Any(registered)})});
  }

  // A word that this node cannot tell from one that means who asks.
  std::string MightMean(const std::string& word) const {
    Words ways = {Means(word)};
    if (world_.IsCountry(word)) {
      Words countries;
      for (const std::string& country : world_.ValuesOf(Attribute("peer.country"))) {
        countries.push_back(CountryIs(country));
      }
      ways.push_back(Not(Any(countries)));
    }
    if (world_.FindGroup(word) != nullptr) {
      ways.push_back(absl::StrCat("(>= who ", world_.peers().size(), ")"));
    }
    return Any(ways);
  }

  std::string Floors() const {
    const std::string p1 = SingleIs("item.state", "active");
    const std::string p8 = SingleIs("peer.link", "active");
    const std::string red = Any({SingleIs("item.tlp", "RED"), Is("item.tlp", kAbsent)});  // P13
    const size_t named = Attribute("item.named");
    Words itself = {NameOf(named) + "-itself"};
    for (size_t v = 0; v < world_.ValuesOf(named).size(); ++v) {
      for (size_t n = 0; n < Names().size(); ++n) {
        if (world_.ValuesOf(named)[v] != Names()[n]) continue;
        itself.push_back(All({Member(named, v), Is("who", static_cast<int64_t>(n))}));
      }
    }
    const std::string p2 = Any({Not(red), All({NameOf(named) + "-known", Any(itself)})});
    const std::string p3 = Includes(Attribute("item.releasable-to"));
    const size_t excluded = Attribute("item.not-releasable-to");
    Words hit = {NameOf(excluded) + "-itself"};
    for (size_t v = 0; v < world_.ValuesOf(excluded).size(); ++v) {
      hit.push_back(All({Member(excluded, v), MightMean(world_.ValuesOf(excluded)[v])}));
    }
    // Of the words that are no bare name some mean nobody here; those that may are left out.
    const std::string p4 = Any({Not(NameOf(excluded) + "-known"), Not(Any(hit))});
    const std::string received =
        Not(Any({Is("item.originator", kAbsent), SingleIs("item.originator", "home")}));
    const std::string p5 = Any(
        {Not(received), SingleIs("item.onward", "any"), SingleIs("item.onward", "community"),
         All({SingleIs("item.onward", "named"), Includes(named)}),
         All({Not(SingleIs("item.onward", "none")), Includes(Attribute("item.approved-for"))})});
    const std::string p6 = Any({Not(received), "(>= item.hops-left 1)"});
    const std::string p7 = Not(All({Any({red, SingleIs("item.tlp", "AMBER+STRICT")}),
                                    Any({received, ActionIs("redistribute")})}));
    return All({p1, p8, Any({ActionIs("accept"), All({p2, p3, p4, p5, p6, p7})})});
  }

  const Program& program_;
  const World& world_;
};

std::string Question(const std::string& formula) {
  return absl::StrCat("(push)\n(assert ", formula, ")\n(check-sat)\n(pop)\n");
}

}  // namespace

std::string SmtQuestions(const policy::Policy& before, const policy::Policy& after) {
  const Exporter old(before.program());
  const Exporter young(after.program());
  const std::string registered = young.Registered();
  std::string text = young.Declarations();
  const std::string gain = All({young.Released(), Not(old.Released())});
  text += Question(gain);
  text += Question(All({registered, gain}));
  text += Question(All({registered, old.Released(), Not(young.Released())}));
  for (const policy::CheckedGuarantee& guarantee : after.program().guarantees) {
    text += Question(young.Breaks(guarantee));
    text += Question(All({registered, young.Breaks(guarantee)}));
  }
  return text;
}

size_t SmtQuestionCount(const policy::Policy& after) { return 3 + 2 * after.guarantees().size(); }

}  // namespace fairway::tests
