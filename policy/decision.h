#ifndef FAIRWAY_POLICY_DECISION_H_
#define FAIRWAY_POLICY_DECISION_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "policy/attributes.h"
#include "policy/duties.h"

namespace fairway::policy {

// What a decision names when neither a floor nor a rule of the text decided.
inline constexpr std::string_view kDefaultRule = "default";

// One question: may `peer` do `action` with this item, now?
struct Request {
  std::string peer;            // local name; empty = nobody
  Attributes peer_attributes;  // peer.*, as set by this node's administrator, never by the peer
  std::string action;          // discover | query | replicate | redistribute | accept
  Attributes item;             // item.*
  Attributes context;          // context.*
  // This node's own local name. An item is received if item.originator is known and is not this.
  std::string self;
  // The moment of the decision; decides `from` and `until` (whole days, UTC). Left as it is it is
  // unknown: then a permit with dates does not apply, a forbid or require with dates does.
  absl::Time now = absl::InfinitePast();
};

// The answer. For `accept`, kRelease means "let it in".
struct Decision {
  enum class Verdict { kWithhold, kRelease };
  Verdict verdict = Verdict::kWithhold;
  // The rule that decided: its name, a floor ("P1" … "P8"), or "default" (no permit matches).
  std::string rule;
  std::string because;
  std::string file;  // empty for floors and default
  int line = 0;      // 0 for floors and default
  Duties duties;     // if withheld: releases nothing

  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_DECISION_H_
