#include "policy/preview/row_graph.h"

#include <algorithm>
#include <utility>

namespace fairway::policy {
namespace {

constexpr uint32_t kNoNode = 0;

uint64_t HashOf(const std::vector<Edge>& edges) {
  uint64_t hash = edges.size();
  for (Edge edge : edges) {
    hash = (hash ^ edge) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

// Node 0 is the empty set.
RowGraph::RowGraph() : nodes_(1), next_(1, kNoNode) { nodes_[0].kind = Node::Kind::kLeaf; }

Edge RowGraph::Leaf(const ItemSet* items) {
  if (items == nullptr || items->empty()) return kNoItems;
  const auto [it, added] = leaves_.emplace(items, static_cast<Edge>(nodes_.size() << 1));
  if (added) {
    Node node;
    node.kind = Node::Kind::kLeaf;
    node.leaf = items;
    nodes_.push_back(node);
    next_.push_back(kNoNode);
  }
  return it->second;
}

Edge RowGraph::AgeFrom(int64_t from) {
  const auto [it, added] = ages_.emplace(from, static_cast<Edge>(nodes_.size() << 1));
  if (added) {
    Node node;
    node.kind = Node::Kind::kAgeFrom;
    node.from = from;
    nodes_.push_back(node);
    next_.push_back(kNoNode);
  }
  return it->second;
}

Edge RowGraph::And(std::vector<Edge> edges) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (!edges.empty() && edges.front() == kNoItems) return kNoItems;
  std::erase(edges, kAllItems);
  // A set and its complement are neighbours now.
  for (size_t i = 1; i < edges.size(); ++i) {
    if (edges[i] == Not(edges[i - 1])) return kNoItems;
  }
  if (edges.empty()) return kAllItems;
  if (edges.size() == 1) return edges.front();
  return FindOrAdd(edges);
}

Edge RowGraph::Or(std::vector<Edge> edges) {
  for (Edge& edge : edges) edge = Not(edge);
  return Not(And(std::move(edges)));
}

Edge RowGraph::FindOrAdd(const std::vector<Edge>& edges) {
  const uint32_t number = static_cast<uint32_t>(nodes_.size());
  const auto [it, added] = by_hash_.emplace(HashOf(edges), number);
  if (!added) {
    for (uint32_t at = it->second; at != kNoNode; at = next_[at]) {
      const std::span<const Edge> there = children(nodes_[at]);
      if (std::equal(there.begin(), there.end(), edges.begin(), edges.end())) return at << 1;
    }
  }
  Node node;
  node.first = static_cast<uint32_t>(children_.size());
  node.count = static_cast<uint32_t>(edges.size());
  nodes_.push_back(node);
  next_.push_back(added ? kNoNode : std::exchange(it->second, number));
  children_.insert(children_.end(), edges.begin(), edges.end());
  for (Edge edge : edges) ++nodes_[NodeOf(edge)].uses;
  return number << 1;
}

}  // namespace fairway::policy
