#ifndef FAIRWAY_POLICY_EXPLANATION_H_
#define FAIRWAY_POLICY_EXPLANATION_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"

namespace fairway::policy {

// Why a request is decided as it is: floors, rules, every condition with the actual value, and what
// would change it. For the people of this node only: a peer is shown ToPeerText() and nothing else.
struct Explanation {
  // How many rules are shown: those that match and the nearest miss, or all.
  enum class Detail { kWhatDecided, kEveryRule };
  // What kind of answer it is.
  enum class Class {
    kReleased,
    kFloor,         // something no text can lift
    kForbidden,     // a rule says no
    kNotPermitted,  // no rule says yes
    kDutyUnmet,     // it would be released under a duty that this link cannot keep (P15)
  };
  struct Floor {
    std::string id;       // "P3"
    std::string title;    // "the peer is in the audience"
    bool applies = true;  // false: not asked for this action
    bool holds = false;
    std::string detail;  // why not; empty if it holds
  };
  struct Condition {
    std::string text;    // "item.tlp at most AMBER"
    bool ok = false;     // as it counted: unknown is false in a permit, true elsewhere
    std::string actual;  // "AMBER", "{ cocaine }", "unknown"; for longer conditions "a = x, b = y"
  };
  struct Rule {
    enum class Kind { kPermit, kForbid, kRequire };
    Kind kind = Kind::kPermit;
    std::string name;
    std::string file;
    int line = 0;
    std::string because;
    bool matches = false;
    std::vector<Condition> conditions;
    size_t failing = 0;  // conditions that are not ok
  };

  std::string peer;
  std::string action;
  std::string item_kind;  // "bulletin", or "item" if unknown
  Decision decision;      // equal to Policy::Decide of the same request
  Class verdict_class = Class::kNotPermitted;
  std::vector<Floor> floors;
  std::vector<Rule> rules;                  // in the order of the text; how many: Detail
  std::optional<size_t> nearest_miss;       // index into rules: the permit that fails fewest
                                            // conditions, if no permit matches
  std::vector<std::string> also_matched;    // other rules that match besides the deciding one
  std::vector<std::string> not_understood;  // attribute values that the vocabulary does not know
  // What about item, peer or policy would have to be different for a release, each a sentence.
  // Empty if it is released.
  std::vector<std::string> changes;
  // A permit, as text, that would release this item to this peer and little more; to be opened in a
  // preview, never applied by itself. Empty if no permit can, or nothing is known of the peer.
  std::string draft;

  // The text a person reads first: verdict, deciding rule with file:line and reason, duties or
  // nearest miss condition by condition, and what would change it.
  std::string ToText() const;
  // The same and then every floor and every rule.
  std::string ToFullText() const;
  // All that a peer may be told: no rule, no name, no reason. That something is forbidden reads
  // like that nothing permits it, so that nobody learns that an order about it exists.
  std::string ToPeerText() const;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_EXPLANATION_H_
