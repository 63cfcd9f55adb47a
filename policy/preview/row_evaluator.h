#ifndef FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_
#define FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "policy/preview/item_columns.h"
#include "policy/preview/row_graph.h"

namespace fairway::policy {

// Words of items that are computed together: neighbours in one block, or gathered from many.
struct Strip {
  struct Word {
    uint32_t block;
    uint32_t word;  // in the block

    friend bool operator==(const Word&, const Word&) = default;
  };
  std::vector<Word> words;

  // All of them are neighbours in one block.
  bool contiguous() const;
};

// Rows of bits that are given back in the reverse order.
class RowStack {
 public:
  explicit RowStack(size_t row_words) : row_words_(row_words) {}

  uint64_t* Push();
  void Pop() { --used_; }
  void Clear() { used_ = 0; }

 private:
  static constexpr size_t kRowsAtATime = 64;

  const size_t row_words_;
  std::vector<std::unique_ptr<uint64_t[]>> chunks_;
  size_t used_ = 0;
};

// Computes edges of a graph, strip by strip. What several nodes use is computed once for a strip.
// For one thread; the graph may grow between strips.
class RowEvaluator {
 public:
  // Strips have at most `max_words` words, at most kBlockWords.
  RowEvaluator(const RowGraph& graph, const ItemColumns& items, size_t max_words);

  // Must outlive the use of its rows.
  void Begin(const Strip& strip);
  size_t words() const { return strip_->words.size(); }

  // The row of the edge, good until Done. Bits beyond the items that there are may be anything.
  const uint64_t* Row(Edge edge);
  // Gives back what rows that were asked for took, unless others use them too.
  void Done() { scratch_.Clear(); }

 private:
  // What is known of a column in the block it was last asked for.
  struct Leaf {
    size_t block = static_cast<size_t>(-1);
    const uint64_t* row = nullptr;  // the column's own, or `made`
    std::unique_ptr<uint64_t[]> made;
  };
  struct Kept {
    uint64_t stamp = 0;
    const uint64_t* row = nullptr;
  };

  const uint64_t* RowOf(uint32_t node);
  const uint64_t* LeafRow(uint32_t number, const RowGraph::Node& node);
  const uint64_t* BlockRow(uint32_t number, const RowGraph::Node& node, size_t block);
  bool AgeRow(int64_t from, size_t block, uint64_t* row) const;
  void ComputeAnd(const RowGraph::Node& node, uint64_t* row);
  void Grow();

  const RowGraph& graph_;
  const ItemColumns& items_;
  const Strip* strip_ = nullptr;
  bool contiguous_ = false;
  uint64_t strip_stamp_ = 0;
  std::vector<Kept> kept_;         // by node: its row of this strip
  std::vector<uint32_t> leaf_of_;  // by node: position in leaves_
  std::vector<Leaf> leaves_;
  RowStack rows_;     // of nodes that are used again in this strip
  RowStack scratch_;  // of nodes that are used once
  std::vector<uint64_t> none_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_
