#include "policy/preview/peer_conditions.h"

#include <utility>

#include "policy/preview/atom_key.h"
#include "policy/program/evaluator.h"

namespace fairway::policy {

PeerConditions::PeerConditions(const World& world, const std::vector<const Request*>& peers)
    : bound_(peers.size()), there_((peers.size() + 63) / 64, 0) {
  for (size_t peer = 0; peer < peers.size(); ++peer) {
    if (peers[peer] == nullptr) continue;
    bound_[peer] = world.Bind(*peers[peer]);
    SetPeer(there_, peer);
  }
}

PeerRow PeerConditions::Holding(const CheckedRule& rule) {
  return rule.by_name ? ByName(rule) : Holding(rule.to, UnknownIn(rule.kind));
}

PeerRow PeerConditions::ByName(const CheckedRule& rule) const {
  PeerRow row = None();
  for (size_t peer = 0; peer < bound_.size(); ++peer) {
    if (TestPeer(there_, peer) && ToHolds(rule, bound_[peer])) SetPeer(row, peer);
  }
  return row;
}

PeerRow PeerConditions::Complement(PeerRow row) const {
  for (size_t w = 0; w < row.size(); ++w) row[w] = ~row[w] & there_[w];
  return row;
}

PeerRow PeerConditions::Holding(const Condition& condition, bool unknown) {
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return there_;
    case Condition::Kind::kAtom:
      return unknown ? Complement(Of(condition).fails) : Of(condition).holds;
    case Condition::Kind::kNot:
      return Complement(Holding(condition.children.front(), !unknown));
    case Condition::Kind::kAnd:
    case Condition::Kind::kOr:
      break;
  }
  const bool all = condition.kind == Condition::Kind::kAnd;
  PeerRow row = all ? there_ : None();
  for (const Condition& child : condition.children) {
    const PeerRow of_child = Holding(child, unknown);
    for (size_t w = 0; w < row.size(); ++w) {
      if (all) {
        row[w] &= of_child[w];
      } else {
        row[w] |= of_child[w];
      }
    }
  }
  return row;
}

const PeerConditions::Certain& PeerConditions::Of(const Condition& atom) {
  const auto [it, added] = atoms_.emplace(AtomKey(atom.atom), Certain());
  if (!added) return it->second;
  Certain& certain = it->second;
  certain.holds = None();
  certain.fails = None();
  for (size_t peer = 0; peer < bound_.size(); ++peer) {
    if (!TestPeer(there_, peer)) continue;
    if (Holds(atom, bound_[peer], /*unknown=*/false)) SetPeer(certain.holds, peer);
    if (!Holds(atom, bound_[peer], /*unknown=*/true)) SetPeer(certain.fails, peer);
  }
  return certain;
}

}  // namespace fairway::policy
