#ifndef FAIRWAY_POLICY_PREVIEW_PEER_CONDITIONS_H_
#define FAIRWAY_POLICY_PREVIEW_PEER_CONDITIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/program/program.h"

namespace fairway::policy {

// A set of the peers of a comparison: bit by position. All of one comparison have the same length.
using PeerRow = std::vector<uint64_t>;

inline bool TestPeer(const PeerRow& row, size_t peer) {
  return ((row[peer / 64] >> (peer % 64)) & 1) != 0;
}
inline void SetPeer(PeerRow& row, size_t peer) { row[peer / 64] |= uint64_t{1} << (peer % 64); }

// Which peers a rule is about, for all peers at once.
class PeerConditions {
 public:
  // By position; nothing for a position that this side does not have. Both must outlive this
  // object.
  PeerConditions(const World& world, const std::vector<const Request*>& peers);

  // The peers for which ToHolds(rule, peer).
  PeerRow Holding(const CheckedRule& rule);

 private:
  struct Certain {
    PeerRow holds;
    PeerRow fails;
  };

  PeerRow None() const { return PeerRow((bound_.size() + 63) / 64, 0); }
  PeerRow ByName(const CheckedRule& rule) const;
  PeerRow Holding(const Condition& condition, bool unknown);
  const Certain& Of(const Condition& atom);
  PeerRow Complement(PeerRow row) const;

  std::vector<BoundRequest> bound_;  // by position; those that are not there have no values
  PeerRow there_;
  std::unordered_map<std::string, Certain> atoms_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_PEER_CONDITIONS_H_
