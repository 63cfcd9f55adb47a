#ifndef FAIRWAY_POLICY_PROGRAM_BOX_H_
#define FAIRWAY_POLICY_PROGRAM_BOX_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/program/program.h"

namespace fairway::policy {

// What a list of atoms that must all hold leaves possible, attribute by attribute: intervals for
// numbers, allowed values for single values, required and excluded members for sets. Says "empty"
// only if it is.
class Box {
 public:
  explicit Box(const World& world) : world_(&world) {}

  // Narrows to where the atom holds (or, negated, does not). False if nothing is left.
  bool Add(const Atom& atom, bool negated);
  // Narrows to where both hold. False if nothing is left.
  bool Intersect(const Box& other);

  // Can the attribute only have this one value?
  bool ForcesValue(size_t attribute, size_t value) const;

  // "item { kind: alert, tlp: CLEAR }", one point in the box, for people.
  std::string Example() const;

 private:
  struct Domain {
    std::optional<Bits> allowed;  // single values; nothing: all
    int64_t lowest = 0;
    int64_t highest = kNoUpperBound;
    std::vector<int64_t> not_equal;
    Bits must;  // sets
    Bits must_not;
    std::vector<Bits> any_of;
    std::vector<Bits> not_all;
  };

  void Narrow(Domain& domain, const Atom& atom, bool negated) const;
  static void NarrowNumber(Domain& domain, const Atom& atom, bool negated);
  void NarrowSet(Domain& domain, const Atom& atom, bool negated) const;
  static bool IsPossible(const Domain& domain);
  static bool SetIsPossible(const Domain& domain);
  std::string ExampleValue(size_t attribute, const Domain& domain) const;

  const World* world_;
  std::map<size_t, Domain> domains_;
};

// The condition as alternatives, each a box inside one of `within`; impossible ones are left out.
// Nothing if there are more than kMaxAlternatives.
std::optional<std::vector<Box>> Alternatives(const Condition& condition, bool negated,
                                             std::vector<Box> within);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_BOX_H_
