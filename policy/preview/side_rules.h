#ifndef FAIRWAY_POLICY_PREVIEW_SIDE_RULES_H_
#define FAIRWAY_POLICY_PREVIEW_SIDE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/preview/compare.h"
#include "policy/preview/duty_table.h"
#include "policy/preview/item_floors.h"
#include "policy/preview/peer_conditions.h"
#include "policy/preview/row_graph.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Outbound actions as bits.
inline constexpr uint8_t kDiscoverBit = 1;
inline constexpr uint8_t kQueryBit = 2;
inline constexpr uint8_t kReplicateBit = 4;
inline constexpr uint8_t kRedistributeBit = 8;

// A rule of a side that is in force, as far as outbound decisions can tell it from another.
struct RuleEffect {
  CheckedRule::Kind kind = CheckedRule::Kind::kPermit;
  uint8_t actions = 0;
  DutyTable::Id duty = 0;  // 0 for a forbid
  Edge items = kNoItems;
  PeerRow peers;
};

struct PeerEffect {
  bool there = false;
  ItemFloors::Open open;
  // P15: what the peer can keep.
  bool gives_receipts = false;
  bool encrypts_at_rest = false;

  friend bool operator==(const PeerEffect& a, const PeerEffect& b) {
    return a.there == b.there && a.open.to_look == b.open.to_look &&
           a.open.onward == b.open.onward && a.gives_receipts == b.gives_receipts &&
           a.encrypts_at_rest == b.encrypts_at_rest;
  }
};

struct SideEffects {
  std::vector<RuleEffect> rules;
  std::vector<PeerEffect> peers;  // by position among `names`
};

// Reads a side for the peers with these names, in this order. Duties go to `duties`, which must be
// for the side's vocabulary. The side has a policy.
SideEffects ReadSide(const Side& side, const ItemColumns& items,
                     const std::vector<std::string>& names, RowGraph& graph, DutyTable& duties,
                     std::vector<Edge>& hops_at_most);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_SIDE_RULES_H_
