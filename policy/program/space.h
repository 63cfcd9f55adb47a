#ifndef FAIRWAY_POLICY_PROGRAM_SPACE_H_
#define FAIRWAY_POLICY_PROGRAM_SPACE_H_

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/program/program.h"
#include "policy/program/region.h"

namespace fairway::policy {

// Everything that can be asked of one policy, or of two over the same vocabulary, as variables of a
// finite layout:
//   who       the names of this node's peers (of either side), this node itself, and a stranger
//   action    those of the vocabulary
//   day       the intervals between the dates of all rules, and "unknown"
//   a single value   its values, "unknown" (absent, of another type, a word nobody knows), and for
//             names and countries "other": a word nobody knows, which the floors tell from absent
//   a number  the intervals between all the numbers it is compared with, and "unknown"
//   a set     a bit per word, and the bit "not all of it is known". An unknown set is one of which
//             no word is known: for every comparison, in either polarity, that is the same.
// A word that only one side knows is a word like any other for that side, and a word nobody knows
// for the other.
class Space {
 public:
  // The programs must outlive this.
  explicit Space(std::vector<const Program*> sides);

  const Layout& layout() const { return layout_; }
  size_t action() const { return action_; }
  size_t who() const { return who_; }
  size_t day() const { return day_; }
  size_t VariableOf(size_t attribute) const { return variable_of_[attribute]; }
  // The variable of an attribute the floors need; such an attribute always exists.
  size_t VariableOf(std::string_view attribute) const;
  // The attribute a variable stands for; nothing for action, day and who.
  std::optional<size_t> AttributeOf(size_t variable) const { return domains_[variable].attribute; }
  // Is it about the peer: who it is, or peer.*?
  bool IsOfPeer(size_t variable) const { return domains_[variable].of_peer; }

  // Names of the cells or bits, without "unknown", "other" and "not all known".
  const std::vector<std::string>& NamesOf(size_t variable) const;
  // Numbers and days: the lowest value of each known cell.
  const std::vector<int64_t>& StartsOf(size_t variable) const { return domains_[variable].starts; }
  std::optional<size_t> CellOf(size_t variable, std::string_view name) const;
  size_t UnknownOf(size_t variable) const { return domains_[variable].unknown; }
  std::optional<size_t> OtherOf(size_t variable) const { return domains_[variable].other; }
  size_t stranger() const { return names_.size(); }
  // The cells or bits that this side does not know: for a single value with "unknown" and "other",
  // for a set with "not all of it is known".
  Mask ForeignTo(size_t side, size_t variable) const { return foreign_[side][variable]; }

  const Program& side(size_t side) const { return *sides_[side]; }
  size_t sides() const { return sides_.size(); }

  // Where a rule matches: cubes whose union it is. Nothing if that takes more than kMaxCubes.
  std::optional<std::vector<Cube>> CubesOf(size_t side, const CheckedRule& rule);
  // Where the condition of a guarantee holds, what is unknown counting as true.
  std::optional<std::vector<Cube>> CubesOf(size_t side, const CheckedGuarantee& guarantee);

  // The whole space; with `first_day` without the days before and without an unknown day.
  Region Everything(std::optional<int64_t> first_day) const;
  // What this side's administrator says of a peer: who and all peer.*, nothing else.
  Point PeerPoint(size_t side, size_t peer) const;
  // Narrows a region to that peer. False if nothing is left.
  bool NarrowToPeer(const Point& peer, Region& region);
  // The rest of a cube for that peer; nothing if the peer is not in it.
  std::optional<Cube> ForPeer(const Cube& cube, const Point& peer) const;

  // Adds a test; tests of one kind about one variable become one. False if no cell is left.
  bool AddTo(Cube& cube, const Literal& literal);

  Mask Intern(size_t variable, const std::vector<uint64_t>& words);
  Mask InternOne(size_t variable, size_t cell);

  static constexpr size_t kMaxCubes = 1'024;

 private:
  using Cubes = std::vector<Cube>;

  struct Domain {
    std::optional<size_t> attribute;
    bool of_peer = false;
    const std::vector<std::string>* names = nullptr;
    std::vector<int64_t> starts;
    size_t unknown = 0;  // the cell, or the bit "not all of it is known"
    std::optional<size_t> other;
  };

  struct MaskHash {
    size_t operator()(const std::vector<uint64_t>& words) const;
  };

  void NameEverybody();
  void AddVariables();
  void AddAttribute(size_t attribute, const std::vector<int64_t>& cuts);
  size_t AddVariable(bool is_set, size_t cells, Domain domain);
  void FindForeign();
  std::vector<uint64_t> MapValues(size_t side, size_t attribute, const Bits& values) const;
  std::vector<uint64_t> Zero(size_t variable) const;

  std::optional<Cubes> Spread(size_t side, const Condition& condition, bool negated, bool unknown);
  Cubes SpreadAtom(size_t side, const Atom& atom, bool negated, bool unknown);
  Cubes SpreadSet(size_t side, const Atom& atom, bool negated, bool unknown);
  Literal SingleLiteral(size_t side, const Atom& atom, bool negated, bool unknown);
  std::optional<Cubes> Both(const Cubes& a, const Cubes& b);
  void MergeAlternatives(Cubes& cubes);
  Literal ByName(size_t side, const CheckedRule& rule);
  Literal InForceOn(const CheckedRule& rule);
  Literal Actions(uint32_t actions);

  std::vector<const Program*> sides_;
  Layout layout_;
  std::vector<Domain> domains_;
  std::vector<std::string> names_;     // of peers and this node
  std::vector<std::string> audience_;  // words of audiences
  std::map<std::string, size_t, std::less<>> name_index_;
  std::map<std::string, size_t, std::less<>> audience_index_;
  std::vector<size_t> variable_of_;            // by attribute
  std::vector<std::vector<size_t>> peer_map_;  // side, position in its kPeers values -> names_
  std::vector<std::vector<size_t>> audience_map_;
  std::vector<std::vector<Mask>> foreign_;  // side, variable
  size_t action_ = 0;
  size_t who_ = 0;
  size_t day_ = 0;
  std::deque<std::vector<uint64_t>> masks_;
  std::vector<std::unordered_map<std::vector<uint64_t>, Mask, MaskHash>> interned_;  // by variable
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_SPACE_H_
