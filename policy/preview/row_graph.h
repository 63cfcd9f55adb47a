#ifndef FAIRWAY_POLICY_PREVIEW_ROW_GRAPH_H_
#define FAIRWAY_POLICY_PREVIEW_ROW_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "policy/preview/item_set.h"

namespace fairway::policy {

// A set of items that is computed from columns: a node of a RowGraph, or its complement. Equal
// edges are equal sets; different edges may be.
using Edge = uint32_t;
inline constexpr Edge kNoItems = 0;
inline constexpr Edge kAllItems = 1;
inline Edge Not(Edge edge) { return edge ^ 1; }
inline uint32_t NodeOf(Edge edge) { return edge >> 1; }
inline bool IsComplement(Edge edge) { return (edge & 1) != 0; }

// Sets of items as expressions over columns, each of them there once: what two policies have in
// common is computed once, and where two edges are equal nothing changed. (Complemented edges as in
// and-inverter graphs: Kuehlmann et al., "Robust Boolean reasoning", 2002.)
class RowGraph {
 public:
  struct Node {
    enum class Kind { kLeaf, kAgeFrom, kAnd };
    Kind kind = Kind::kAnd;
    uint32_t first = 0;  // kAnd: its children in the pool
    uint32_t count = 0;
    uint32_t uses = 0;              // by other nodes
    const ItemSet* leaf = nullptr;  // kLeaf; null: no item
    int64_t from = 0;               // kAgeFrom: items whose age counts from this or later
  };

  RowGraph();

  // The set must outlive the graph.
  Edge Leaf(const ItemSet* items);
  // Dated items whose age begins at `from` or later, in microseconds since 1970.
  Edge AgeFrom(int64_t from);
  Edge And(std::vector<Edge> edges);
  Edge And(Edge a, Edge b) { return And(std::vector<Edge>{a, b}); }
  Edge Or(std::vector<Edge> edges);
  Edge Or(Edge a, Edge b) { return Or(std::vector<Edge>{a, b}); }
  Edge Without(Edge a, Edge b) { return And(a, Not(b)); }
  // In one of them only.
  Edge Xor(Edge a, Edge b) { return Or(Without(a, b), Without(b, a)); }

  size_t size() const { return nodes_.size(); }
  const Node& node(uint32_t number) const { return nodes_[number]; }
  std::span<const Edge> children(const Node& node) const {
    return {children_.data() + node.first, node.count};
  }

 private:
  Edge FindOrAdd(const std::vector<Edge>& children);

  std::vector<Node> nodes_;
  std::vector<Edge> children_;
  std::vector<uint32_t> next_;                      // with the same hash
  std::unordered_map<uint64_t, uint32_t> by_hash_;  // of the children of kAnd
  std::unordered_map<const ItemSet*, Edge> leaves_;
  std::unordered_map<int64_t, Edge> ages_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ROW_GRAPH_H_
