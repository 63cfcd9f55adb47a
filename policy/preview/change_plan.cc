#include "policy/preview/change_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "policy/preview/side_rules.h"

namespace fairway::policy {
namespace {

using Kind = CheckedRule::Kind;
using Edges = std::vector<Edge>;

// Duties of different vocabularies are never the same duty; a forbid has none.
enum class Origin : uint8_t { kShared, kBeforeOnly, kAfterOnly };

// What rules must have in common to count as one rule for more items.
struct Bucket {
  Kind kind;
  uint8_t actions;
  DutyTable::Id duty;
  Origin origin;

  friend auto operator<=>(const Bucket&, const Bucket&) = default;
};

using BySide = std::array<Edges, kSides>;
using PeersBySide = std::array<PeerRow, kSides>;

Edges Minus(const Edges& a, const Edges& b) {
  Edges left;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
  return left;
}

Edges Common(const Edges& a, const Edges& b) {
  Edges both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

void SortUnique(Edges& edges) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

class Planner {
 public:
  Planner(const Side& before, const Side& after, const ItemColumns& items,
          const CompareOptions& options)
      : sides_{&before, &after}, items_(items), options_(options) {}

  ChangePlan Run() {
    NamePeers();
    ReadSides();
    FindReached();
    Distribute();
    for (size_t peer = 0; peer < names_.size(); ++peer) {
      if (!TestPeer(reached_, peer)) continue;
      PeerPlan plan = PlanFor(peer);
      if (plan.reach != kNoItems) plan_.peers.push_back(std::move(plan));
    }
    return std::move(plan_);
  }

 private:
  void NamePeers() {
    std::set<std::string> names;
    for (const Side* side : sides_) {
      for (const Side::Peer& peer : side->peers) names.insert(peer.name);
    }
    names_.assign(names.begin(), names.end());
  }

  void ReadSides() {
    const Policy* before = sides_[kBefore]->policy;
    const Policy* after = sides_[kAfter]->policy;
    share_duties_ = before != nullptr && after != nullptr &&
                    (before->vocabulary() == after->vocabulary() ||
                     before->vocabulary()->text() == after->vocabulary()->text());
    std::array<std::shared_ptr<DutyTable>, kSides> tables;
    for (size_t side = 0; side < kSides; ++side) {
      const Policy* policy = sides_[side]->policy;
      effects_[side].peers.resize(names_.size());
      if (policy == nullptr) continue;
      tables[side] = side == kAfter && share_duties_
                         ? tables[kBefore]
                         : std::make_shared<DutyTable>(*policy->vocabulary());
      effects_[side] =
          ReadSide(*sides_[side], items_, names_, plan_.graph, *tables[side], plan_.hops_at_most);
      plan_.duties[side] = tables[side];
    }
    present_ = plan_.graph.Leaf(&items_.present());
  }

  Bucket BucketOf(const RuleEffect& rule, size_t side) const {
    Origin origin = Origin::kShared;
    if (!share_duties_ && rule.kind != Kind::kForbid) {
      origin = side == kBefore ? Origin::kBeforeOnly : Origin::kAfterOnly;
    }
    return {rule.kind, rule.actions, rule.duty, origin};
  }

  PeerRow NoPeers() const { return PeerRow((names_.size() + 63) / 64, 0); }

  // The peers for whom something differs: a floor, or the rules that are about them.
  void FindReached() {
    reached_ = NoPeers();
    for (size_t side = 0; side < kSides; ++side) {
      for (const RuleEffect& rule : effects_[side].rules) {
        const auto [it, added] = rules_.try_emplace({BucketOf(rule, side), rule.items},
                                                    PeersBySide{NoPeers(), NoPeers()});
        PeerRow& row = it->second[side];
        for (size_t w = 0; w < row.size(); ++w) row[w] |= rule.peers[w];
      }
    }
    for (const auto& [rule, peers] : rules_) {
      for (size_t w = 0; w < reached_.size(); ++w) {
        reached_[w] |= peers[kBefore][w] ^ peers[kAfter][w];
      }
    }
    for (size_t peer = 0; peer < names_.size(); ++peer) {
      if (options_.everything || !(effects_[kBefore].peers[peer] == effects_[kAfter].peers[peer])) {
        SetPeer(reached_, peer);
      }
    }
  }

  // Rules that are about the same of these peers become one; then each peer gets its own.
  void Distribute() {
    std::map<std::tuple<Bucket, PeerRow, PeerRow>, Edges> groups;
    for (auto& [rule, peers] : rules_) {
      for (PeerRow& row : peers) {
        for (size_t w = 0; w < row.size(); ++w) row[w] &= reached_[w];
      }
      groups[{rule.first, peers[kBefore], peers[kAfter]}].push_back(rule.second);
    }
    buckets_.resize(names_.size());
    for (auto& [group, edges] : groups) {
      const auto& [bucket, before, after] = group;
      const Edge edge = plan_.graph.Or(std::move(edges));
      for (size_t peer = 0; peer < names_.size(); ++peer) {
        const bool is_before = TestPeer(before, peer), is_after = TestPeer(after, peer);
        if (!is_before && !is_after) continue;
        BySide& of_peer = buckets_[peer][bucket];
        if (is_before) of_peer[kBefore].push_back(edge);
        if (is_after) of_peer[kAfter].push_back(edge);
      }
    }
  }

  // The items to which rules with these actions apply on this way out, of those in `edge`.
  Edge OnWay(WayOut way, uint8_t actions, Edge edge) {
    const Edge received = plan_.graph.Leaf(&items_.received());
    switch (way) {
      case WayOut::kDiscover:
        return (actions & kDiscoverBit) != 0 ? edge : kNoItems;
      case WayOut::kQuery:
        return (actions & kQueryBit) != 0 ? edge : kNoItems;
      case WayOut::kOnward:
        break;
    }
    const bool own = (actions & kReplicateBit) != 0;
    const bool others = (actions & kRedistributeBit) != 0;
    if (own && others) return edge;
    if (own) return plan_.graph.Without(edge, received);
    return others ? plan_.graph.And(edge, received) : kNoItems;
  }

  // The edges of a peer's rules on one side and way.
  struct WayEdges {
    std::map<DutyTable::Id, Edges> permits;
    std::map<DutyTable::Id, Edges> requires_;
    Edges forbids;
  };
  using AllEdges = std::array<std::array<WayEdges, kWaysOut>, kSides>;

  void AddBucket(const Bucket& bucket, BySide& of_peer, AllEdges& all, Edges& reach,
                 std::array<Edges, kWaysOut>& duty_reach) {
    RowGraph& graph = plan_.graph;
    for (Edges& edges : of_peer) SortUnique(edges);
    const Edge common = graph.Or(Common(of_peer[kBefore], of_peer[kAfter]));
    const std::array<Edge, kSides> only = {graph.Or(Minus(of_peer[kBefore], of_peer[kAfter])),
                                           graph.Or(Minus(of_peer[kAfter], of_peer[kBefore]))};
    const Edge changed = graph.Xor(only[kBefore], only[kAfter]);
    if (changed != kNoItems) reach.push_back(changed);
    for (WayOut way : kAllWaysOut) {
      const size_t w = static_cast<size_t>(way);
      const Edge differs = OnWay(way, bucket.actions, changed);
      if (differs != kNoItems && bucket.kind != Kind::kForbid) duty_reach[w].push_back(differs);
      for (size_t side = 0; side < kSides; ++side) {
        const Edge edge = OnWay(way, bucket.actions, graph.Or(common, only[side]));
        if (edge == kNoItems) continue;
        WayEdges& edges = all[side][w];
        switch (bucket.kind) {
          case Kind::kPermit:
            edges.permits[bucket.duty].push_back(edge);
            break;
          case Kind::kForbid:
            edges.forbids.push_back(edge);
            break;
          case Kind::kRequire:
            edges.requires_[bucket.duty].push_back(edge);
            break;
        }
      }
    }
  }

  PeerPlan PlanFor(size_t peer) {
    RowGraph& graph = plan_.graph;
    PeerPlan plan;
    plan.name = names_[peer];
    AllEdges all;
    Edges reach;
    std::array<Edges, kWaysOut> duty_reach;
    for (auto& [bucket, edges] : buckets_[peer]) {
      AddBucket(bucket, edges, all, reach, duty_reach);
    }
    const bool same_floors = effects_[kBefore].peers[peer] == effects_[kAfter].peers[peer];
    plan.reach = options_.everything || !same_floors ? present_ : graph.Or(std::move(reach));
    plan.reach = graph.And(plan.reach, present_);
    for (size_t w = 0; w < kWaysOut; ++w) {
      plan.duty_reach[w] = options_.everything ? kAllItems : graph.Or(std::move(duty_reach[w]));
      for (size_t side = 0; side < kSides; ++side) {
        plan.sides[side][w] = PlanWay(side, kAllWaysOut[w], effects_[side].peers[peer],
                                      all[side][w], plan.duty_reach[w] != kNoItems);
      }
    }
    buckets_[peer].clear();
    return plan;
  }

  WayPlan PlanWay(size_t side, WayOut way, const PeerEffect& peer, WayEdges& edges,
                  bool with_duties) {
    RowGraph& graph = plan_.graph;
    WayPlan plan;
    if (!peer.there || plan_.duties[side] == nullptr) return plan;
    const DutyTable& table = *plan_.duties[side];
    for (auto& [duty, some] : edges.permits) plan.permits.emplace_back(duty, graph.Or(some));
    for (auto& [duty, some] : edges.requires_) plan.requires_.emplace_back(duty, graph.Or(some));
    Edges permitted;
    for (const auto& [duty, edge] : plan.permits) permitted.push_back(edge);
    const Edge open = way == WayOut::kOnward ? peer.open.onward : peer.open.to_look;
    plan.released = graph.And({graph.Or(std::move(permitted)), Not(graph.Or(edges.forbids)), open,
                               present_, Not(Unmet(table, way, peer, plan))});
    if (!with_duties) {
      plan.permits.clear();
      plan.requires_.clear();
    } else {
      SortByGenerosity(table, plan.permits);
    }
    return plan;
  }

  // Those that cover others come before them: they are covered by fewer.
  static void SortByGenerosity(const DutyTable& table, WayPlan::DutyEdges& permits) {
    std::map<DutyTable::Id, size_t> covered_by;
    for (const auto& [duty, edge] : permits) {
      for (const auto& [other, other_edge] : permits) {
        covered_by[duty] += table.Covers(other, duty);
      }
    }
    std::stable_sort(permits.begin(), permits.end(), [&](const auto& a, const auto& b) {
      return covered_by[a.first] < covered_by[b.first];
    });
  }

  // P15: the items that would be bound by a duty the peer, or the way, cannot keep.
  Edge Unmet(const DutyTable& table, WayOut way, const PeerEffect& peer, const WayPlan& plan) {
    RowGraph& graph = plan_.graph;
    const auto cannot_keep = [&](DutyTable::Id duty) {
      const DutyTerms& terms = table.terms(duty);
      return (terms.receipt_hours && !peer.gives_receipts) ||
             (terms.encrypt_at_rest && !peer.encrypts_at_rest) ||
             (terms.no_copy && way == WayOut::kOnward);
    };
    Edges unmet;
    for (const auto& [duty, edge] : plan.requires_) {
      if (cannot_keep(duty)) unmet.push_back(edge);
    }
    for (const auto& [duty, edge] : plan.permits) {
      if (!cannot_keep(duty)) continue;
      // It does not carry where a more generous one does.
      Edges covered;
      for (const auto& [other, other_edge] : plan.permits) {
        if (other != duty && table.Covers(other, duty)) covered.push_back(other_edge);
      }
      unmet.push_back(graph.Without(edge, graph.Or(std::move(covered))));
    }
    return graph.Or(std::move(unmet));
  }

  const std::array<const Side*, kSides> sides_;
  const ItemColumns& items_;
  const CompareOptions& options_;
  ChangePlan plan_;
  std::vector<std::string> names_;  // of all peers, sorted
  bool share_duties_ = false;
  Edge present_ = kNoItems;
  std::array<SideEffects, kSides> effects_;
  std::map<std::pair<Bucket, Edge>, PeersBySide> rules_;
  PeerRow reached_;
  std::vector<std::map<Bucket, BySide>> buckets_;  // by peer
};

}  // namespace

ChangePlan PlanOf(const Side& before, const Side& after, const ItemColumns& items,
                  const CompareOptions& options) {
  return Planner(before, after, items, options).Run();
}

}  // namespace fairway::policy
