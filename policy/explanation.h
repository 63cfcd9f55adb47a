#ifndef FAIRWAY_POLICY_EXPLANATION_H_
#define FAIRWAY_POLICY_EXPLANATION_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/decision.h"

namespace fairway::policy {

// Why a request is decided as it is: every floor, every rule, every condition with the actual
// value. For the people of this node only; nothing of it may be shown to a peer.
struct Explanation {
  // How many rules are shown: those that had a part in it, or all.
  enum class Detail { kWhatDecided, kEveryRule };
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
  std::vector<Floor> floors;
  std::vector<Rule> rules;                  // in the order of the text
  std::optional<size_t> nearest_miss;       // index into rules: the permit that fails fewest
                                            // conditions, if no permit matches
  std::vector<std::string> also_matched;    // other rules that match besides the deciding one
  std::vector<std::string> not_understood;  // attribute values that the vocabulary does not know

  // The text a person reads first: verdict, deciding rule with file:line and reason, duties or
  // nearest miss condition by condition.
  std::string ToText() const;
  // The same and then every floor and every rule.
  std::string ToFullText() const;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_EXPLANATION_H_
