#ifndef FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_
#define FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "policy/preview/item_columns.h"
#include "policy/preview/row_graph.h"

namespace fairway::policy {

// Items that are computed together, at most kBlockItems: a whole block, or those that matter
// gathered from many blocks, so that rows have a bit for them only.
struct Strip {
  struct Word {
    uint32_t block;
    uint32_t word;   // in the block
    uint64_t items;  // which of its items
  };
  std::vector<Word> words;  // in ascending order
  bool whole_block = false;
  size_t row_words = 0;  // of a row

  // Adds the items that the row has.
  void AddTo(ItemSet& items, const uint64_t* row) const;
};

// Rows of bits that are given back to be used again, the last one first: it is still in the cache.
class RowPool {
 public:
  uint64_t* Take();
  void GiveBack(uint64_t* row) { free_.push_back(row); }

 private:
  static constexpr size_t kRowsAtATime = 64;

  std::vector<std::unique_ptr<uint64_t[]>> chunks_;
  std::vector<uint64_t*> free_;
};

// Computes edges of a graph, strip by strip. What several nodes use is computed once for a strip
// and kept until the last of them has used it. For one thread; the graph may grow between strips.
class RowEvaluator {
 public:
  RowEvaluator(const RowGraph& graph, const ItemColumns& items);

  // Must outlive the use of its rows.
  void Begin(const Strip& strip);
  size_t words() const { return strip_->row_words; }

  // The row of the edge, good until Done. Bits beyond the items that there are may be anything.
  const uint64_t* Row(Edge edge);
  // Ends the use of all rows that were asked for.
  void Done();

 private:
  // What is known of a column in the block it was last asked for.
  struct Leaf {
    size_t block = static_cast<size_t>(-1);
    const uint64_t* row = nullptr;  // the column's own, or `made`
    std::unique_ptr<uint64_t[]> made;
  };
  // What is known of a node in the strip of the stamp.
  struct Kept {
    uint64_t stamp = 0;
    const uint64_t* row = nullptr;
    uint64_t* taken = nullptr;  // from the pool; to be given back
    uint32_t users = 0;         // that have not used it yet
    uint32_t held = 0;          // times it is being used
  };

  const uint64_t* RowOf(uint32_t node);
  const uint64_t* LeafRow(uint32_t number, const RowGraph::Node& node);
  const uint64_t* BlockRow(uint32_t number, const RowGraph::Node& node, size_t block);
  bool AgeRow(int64_t from, size_t block, uint64_t* row) const;
  void ComputeAnd(const RowGraph::Node& node, uint64_t* row);
  const uint64_t* Hold(uint32_t number);
  void LetGo(uint32_t number, bool was_user);
  void Grow();

  const RowGraph& graph_;
  const ItemColumns& items_;
  const Strip* strip_ = nullptr;
  uint64_t strip_stamp_ = 0;
  std::vector<Kept> kept_;         // by node: its row of this strip
  std::vector<uint32_t> leaf_of_;  // by node: position in leaves_
  std::vector<Leaf> leaves_;
  RowPool rows_;
  std::vector<uint32_t> asked_;         // nodes that Row was asked for
  std::vector<uint64_t*> complements_;  // made for Row
  std::vector<uint32_t> taken_;         // nodes that took a row in this strip
  std::vector<uint64_t> none_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ROW_EVALUATOR_H_
