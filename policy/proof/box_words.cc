#include "policy/proof/box_words.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"

namespace fairway::policy {
namespace {

using Test = Literal::Test;

constexpr size_t kNamesShown = 8;
constexpr size_t kTestsShown = 24;

std::string InBraces(const std::vector<std::string>& names) {
  if (names.size() <= kNamesShown) return absl::StrCat("{ ", absl::StrJoin(names, ", "), " }");
  const std::vector<std::string> first(names.begin(), names.begin() + kNamesShown);
  return absl::StrCat("{ ", absl::StrJoin(first, ", "), ", … ", names.size() - kNamesShown,
                      " more }");
}

class Speaker {
 public:
  explicit Speaker(const Space& space) : space_(space) {}

  std::string Say(const Literal& literal) const {
    if (space_.layout()[literal.variable].is_set) return Set(literal);
    if (literal.variable == space_.action()) {
      return absl::StrCat("may ", absl::StrJoin(Names(literal, true), ", "));
    }
    if (!space_.StartsOf(literal.variable).empty()) return Number(literal);
    return Single(literal);
  }

 private:
  std::string NameOf(size_t variable) const {
    if (variable == space_.who()) return "peer";
    if (variable == space_.day()) return "day";
    return space_.side(0).world.vocabulary().attributes()[*space_.AttributeOf(variable)].name;
  }

  // The names in the mask, or those that are not.
  std::vector<std::string> Names(const Literal& literal, bool in) const {
    std::vector<std::string> names;
    const std::vector<std::string>& all = space_.NamesOf(literal.variable);
    for (size_t i = 0; i < all.size(); ++i) {
      if (TestBit(literal.mask, i) == in) names.push_back(all[i]);
    }
    return names;
  }

  std::string Single(const Literal& literal) const {
    const size_t v = literal.variable;
    const std::string name = NameOf(v);
    const bool who = v == space_.who();
    const bool unknown = TestBit(literal.mask, who ? space_.stranger() : space_.UnknownOf(v));
    const std::vector<std::string> in = Names(literal, true);
    const std::vector<std::string> out = Names(literal, false);
    const std::string or_unknown = unknown ? (who ? " or a stranger" : " or unknown") : "";
    if (in.empty()) return absl::StrCat(name, who ? " a stranger" : " unknown");
    if (out.empty()) return unknown ? "" : absl::StrCat(name, who ? " registered" : " known");
    const std::vector<std::string>& all = space_.NamesOf(v);
    const bool ordered =
        !who && space_.side(0).world.vocabulary().attributes()[*space_.AttributeOf(v)].type ==
                    Vocabulary::Type::kOrdered;
    if (in.size() == 1) return absl::StrCat(name, " is ", in.front(), or_unknown);
    if (ordered && in.back() == all[in.size() - 1]) {
      return absl::StrCat(name, " at most ", in.back(), or_unknown);
    }
    if (ordered && in.front() == all[out.size()]) {
      return absl::StrCat(name, " at least ", in.front(), or_unknown);
    }
    if (out.size() < in.size()) return absl::StrCat(name, " not in ", InBraces(out), or_unknown);
    return absl::StrCat(name, " in ", InBraces(in), or_unknown);
  }

  std::string Value(size_t variable, int64_t value) const {
    if (variable != space_.day()) return absl::StrCat(value);
    return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + value);
  }

  std::string Number(const Literal& literal) const {
    const size_t v = literal.variable;
    const std::vector<int64_t>& starts = space_.StartsOf(v);
    std::vector<std::string> parts;
    for (size_t cell = 0; cell < starts.size(); ++cell) {
      if (!TestBit(literal.mask, cell)) continue;
      size_t last = cell;
      while (last + 1 < starts.size() && TestBit(literal.mask, last + 1)) ++last;
      const bool open = last + 1 == starts.size();
      const std::string end = open ? "" : Value(v, starts[last + 1] - 1);
      if (cell == 0) {
        parts.push_back(open ? "known" : absl::StrCat("at most ", end));
      } else if (open) {
        parts.push_back(absl::StrCat("at least ", Value(v, starts[cell])));
      } else {
        parts.push_back(absl::StrCat("from ", Value(v, starts[cell]), " to ", end));
      }
      cell = last;
    }
    if (TestBit(literal.mask, space_.UnknownOf(v))) parts.emplace_back("unknown");
    if (parts.size() == 2 && parts.front() == "known") return "";
    return absl::StrCat(NameOf(v), " ", absl::StrJoin(parts, " or "));
  }

  std::string Set(const Literal& literal) const {
    const std::string name = NameOf(literal.variable);
    const bool mark = TestBit(literal.mask, space_.UnknownOf(literal.variable));
    const std::vector<std::string> names = Names(literal, true);
    const std::string one = names.size() == 1 ? names.front() : InBraces(names);
    const bool single = names.size() == 1;
    switch (literal.test) {
      case Test::kAny:
        if (names.empty()) return absl::StrCat(name, " not fully known");
        return absl::StrCat(name, single ? " has " : " has any of ", one,
                            mark ? " or is not fully known" : "");
      case Test::kNone:
        if (names.empty()) return absl::StrCat(name, " fully known");
        if (names.size() == space_.NamesOf(literal.variable).size()) {
          return absl::StrCat(name, mark ? " is empty" : " has nothing that is known");
        }
        return absl::StrCat(name, " has none of ", InBraces(names),
                            mark ? " and is fully known" : "");
      case Test::kAll:
        if (names.empty()) return absl::StrCat(name, " not fully known");
        return absl::StrCat(name, single ? " has " : " has all of ", one);
      default:
        return absl::StrCat(name, " lacks one of ", InBraces(names));
    }
  }

  const Space& space_;
};

}  // namespace

Cube CubeOf(Space& space, const std::vector<RegionSearch::Step>& steps) {
  Cube cube;
  for (const RegionSearch::Step& step : steps) {
    Literal literal = step.literal;
    if (step.denied && literal.test == Test::kIn) {
      const Variable& variable = space.layout()[literal.variable];
      std::vector<uint64_t> mask(variable.words);
      for (size_t cell = 0; cell < variable.cells; ++cell) {
        if (!TestBit(literal.mask, cell)) SetBit(mask.data(), cell);
      }
      literal.mask = space.Intern(literal.variable, mask);
    } else if (step.denied) {
      literal.test = literal.test == Test::kAny    ? Test::kNone
                     : literal.test == Test::kNone ? Test::kAny
                     : literal.test == Test::kAll  ? Test::kNotAll
                                                   : Test::kAll;
    }
    space.AddTo(cube, literal);
  }
  return cube;
}

std::string InWords(const Space& space, const Cube& cube) {
  const Speaker speaker(space);
  std::vector<std::string> parts;
  for (const Literal& literal : cube.literals) {
    std::string part = speaker.Say(literal);
    if (!part.empty()) parts.push_back(std::move(part));
  }
  if (parts.empty()) return "everything";
  if (parts.size() > kTestsShown) {
    const size_t more = parts.size() - kTestsShown;
    parts.resize(kTestsShown);
    parts.push_back(absl::StrCat("… ", more, " more conditions"));
  }
  return absl::StrJoin(parts, " · ");
}

}  // namespace fairway::policy
