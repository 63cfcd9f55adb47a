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
  // What differs between the sides on one way, by duty.
  struct WayChanges {
    std::map<DutyTable::Id, Edges> permits;
    std::map<DutyTable::Id, Edges> same_permits;  // where permits match on both sides
    Edges requires_;
  };
  struct PeerEdges {
    std::array<std::array<WayEdges, kWaysOut>, kSides> sides;
    std::array<WayChanges, kWaysOut> changes;
    Edges reach;
  };

  void AddBucket(const Bucket& bucket, BySide& of_peer, PeerEdges& all) {
    RowGraph& graph = plan_.graph;
    for (Edges& edges : of_peer) SortUnique(edges);
    const Edge common = graph.Or(Common(of_peer[kBefore], of_peer[kAfter]));
    const std::array<Edge, kSides> only = {graph.Or(Minus(of_peer[kBefore], of_peer[kAfter])),
                                           graph.Or(Minus(of_peer[kAfter], of_peer[kBefore]))};
    const Edge changed = graph.Xor(only[kBefore], only[kAfter]);
    if (changed != kNoItems) all.reach.push_back(changed);
    for (WayOut way : kAllWaysOut) {
      const size_t w = static_cast<size_t>(way);
      AddChange(bucket, OnWay(way, bucket.actions, graph.Without(changed, common)),
                OnWay(way, bucket.actions, common), all.changes[w]);
      for (size_t side = 0; side < kSides; ++side) {
        AddEdge(bucket, OnWay(way, bucket.actions, graph.Or(common, only[side])),
                all.sides[side][w]);
      }
    }
  }

  static void AddChange(const Bucket& bucket, Edge changed, Edge common, WayChanges& changes) {
    if (bucket.kind == Kind::kPermit) {
      if (changed != kNoItems) changes.permits[bucket.duty].push_back(changed);
      if (common != kNoItems) changes.same_permits[bucket.duty].push_back(common);
    } else if (bucket.kind == Kind::kRequire && changed != kNoItems) {
      changes.requires_.push_back(changed);
    }
  }

  static void AddEdge(const Bucket& bucket, Edge edge, WayEdges& edges) {
    if (edge == kNoItems) return;
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

  // Where duties may differ. A permit that comes or goes changes none where one that is at least as
  // generous matches on both sides.
  Edge DutyReach(const WayChanges& changes) {
    RowGraph& graph = plan_.graph;
    Edges reach = changes.requires_;
    for (const auto& [duty, changed] : changes.permits) {
      Edges covered;
      for (const auto& [other, common] : changes.same_permits) {
        if (share_duties_ && plan_.duties[kBefore]->Covers(other, duty)) {
          covered.insert(covered.end(), common.begin(), common.end());
        }
      }
      reach.push_back(graph.Without(graph.Or(changed), graph.Or(std::move(covered))));
    }
    return graph.Or(std::move(reach));
  }

  PeerPlan PlanFor(size_t peer) {
    RowGraph& graph = plan_.graph;
    PeerPlan plan;
    plan.name = names_[peer];
    PeerEdges all;
    for (auto& [bucket, edges] : buckets_[peer]) AddBucket(bucket, edges, all);
    const bool same_floors = effects_[kBefore].peers[peer] == effects_[kAfter].peers[peer];
    plan.reach = options_.everything || !same_floors ? present_ : graph.Or(std::move(all.reach));
    plan.reach = graph.And(plan.reach, present_);
    for (size_t w = 0; w < kWaysOut; ++w) {
      plan.duty_reach[w] = options_.everything ? kAllItems : DutyReach(all.changes[w]);
      for (size_t side = 0; side < kSides; ++side) {
        plan.sides[side][w] = PlanWay(side, kAllWaysOut[w], effects_[side].peers[peer],
                                      all.sides[side][w], plan.duty_reach[w] != kNoItems);
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
