#include "policy/preview/row_evaluator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "policy/preview/bit_rows.h"

namespace fairway::policy {
namespace {

constexpr uint32_t kNoLeaf = static_cast<uint32_t>(-1);

}  // namespace

void Strip::AddTo(ItemSet& items, const uint64_t* row) const {
  if (words.empty()) return;
  if (whole_block) {
    items.AddRow(words.front().block, row);
    return;
  }
  size_t at = 0;
  for (size_t first = 0; first < words.size();) {
    alignas(64) uint64_t block_row[kBlockWords] = {};
    const uint32_t block = words[first].block;
    for (; first < words.size() && words[first].block == block; ++first) {
      const size_t count = static_cast<size_t>(std::popcount(words[first].items));
      block_row[words[first].word] = DepositBits(BitsAt(row, at, count), words[first].items);
      at += count;
    }
    items.AddRow(block, block_row);
  }
}

uint64_t* RowPool::Take() {
  if (free_.empty()) {
    uint64_t* rows = chunks_.emplace_back(new uint64_t[kRowsAtATime * kBlockWords]).get();
    for (size_t i = kRowsAtATime; i > 0; --i) free_.push_back(rows + (i - 1) * kBlockWords);
  }
  uint64_t* row = free_.back();
  free_.pop_back();
  return row;
}

RowEvaluator::RowEvaluator(const RowGraph& graph, const ItemColumns& items)
    : graph_(graph), items_(items), none_(kBlockWords) {}

void RowEvaluator::Grow() {
  kept_.resize(graph_.size());
  for (uint32_t node = static_cast<uint32_t>(leaf_of_.size()); node < graph_.size(); ++node) {
    const bool is_leaf = graph_.node(node).kind != RowGraph::Node::Kind::kAnd;
    leaf_of_.push_back(is_leaf ? static_cast<uint32_t>(leaves_.size()) : kNoLeaf);
    if (is_leaf) leaves_.emplace_back();
  }
}

void RowEvaluator::Begin(const Strip& strip) {
  if (kept_.size() < graph_.size()) Grow();
  // What was kept for users that never came.
  for (uint32_t number : taken_) {
    if (kept_[number].taken != nullptr) rows_.GiveBack(std::exchange(kept_[number].taken, nullptr));
  }
  taken_.clear();
  strip_ = &strip;
  ++strip_stamp_;
}

const uint64_t* RowEvaluator::Row(Edge edge) {
  if (edge == kNoItems) return none_.data();
  const uint64_t* row = Hold(NodeOf(edge));
  asked_.push_back(NodeOf(edge));
  if (!IsComplement(edge)) return row;
  complements_.push_back(rows_.Take());
  ComplementRow(complements_.back(), row, words());
  return complements_.back();
}

void RowEvaluator::Done() {
  for (uint32_t number : asked_) LetGo(number, /*was_user=*/false);
  asked_.clear();
  for (uint64_t* row : complements_) rows_.GiveBack(row);
  complements_.clear();
}

const uint64_t* RowEvaluator::Hold(uint32_t number) {
  const uint64_t* row = RowOf(number);
  ++kept_[number].held;
  return row;
}

void RowEvaluator::LetGo(uint32_t number, bool was_user) {
  Kept& kept = kept_[number];
  --kept.held;
  if (was_user && kept.users > 0) --kept.users;
  if (kept.users > 0 || kept.held > 0 || kept.taken == nullptr) return;
  rows_.GiveBack(std::exchange(kept.taken, nullptr));
  kept.row = nullptr;
}

const uint64_t* RowEvaluator::RowOf(uint32_t number) {
  Kept& kept = kept_[number];
  const RowGraph::Node& node = graph_.node(number);
  if (kept.stamp != strip_stamp_) {
    kept.stamp = strip_stamp_;
    kept.row = nullptr;
    kept.users = node.uses;
    kept.held = 0;
  }
  if (kept.row != nullptr) return kept.row;
  if (node.kind != RowGraph::Node::Kind::kAnd) {
    kept.row = LeafRow(number, node);
    return kept.row;
  }
  uint64_t* row = rows_.Take();
  ComputeAnd(node, row);
  kept.row = kept.taken = row;
  taken_.push_back(number);
  return row;
}

void RowEvaluator::ComputeAnd(const RowGraph::Node& node, uint64_t* row) {
  const std::span<const Edge> edges = graph_.children(node);
  std::array<RowSource, kMaxRowSources> sources;
  for (size_t first = 0; first < edges.size(); first += kMaxRowSources) {
    const size_t count = std::min(kMaxRowSources, edges.size() - first);
    for (size_t i = 0; i < count; ++i) {
      const Edge edge = edges[first + i];
      sources[i] = {Hold(NodeOf(edge)), IsComplement(edge)};
    }
    AndRows(row, sources.data(), count, /*keep=*/first > 0, words());
    for (size_t i = 0; i < count; ++i) LetGo(NodeOf(edges[first + i]), /*was_user=*/true);
  }
}

const uint64_t* RowEvaluator::LeafRow(uint32_t number, const RowGraph::Node& node) {
  const std::vector<Strip::Word>& words = strip_->words;
  if (words.empty()) return none_.data();
  if (strip_->whole_block) return BlockRow(number, node, words.front().block);
  uint64_t* row = rows_.Take();
  kept_[number].taken = row;
  taken_.push_back(number);
  std::fill(row, row + strip_->row_words, 0);
  size_t at = 0;
  const uint64_t* from = nullptr;
  for (size_t i = 0; i < words.size(); ++i) {
    const Strip::Word& word = words[i];
    if (i == 0 || word.block != words[i - 1].block) from = BlockRow(number, node, word.block);
    const size_t count = static_cast<size_t>(std::popcount(word.items));
    PutBitsAt(row, at, count, ExtractBits(from[word.word], word.items));
    at += count;
  }
  return row;
}

const uint64_t* RowEvaluator::BlockRow(uint32_t number, const RowGraph::Node& node, size_t block) {
  Leaf& leaf = leaves_[leaf_of_[number]];
  if (leaf.block == block) return leaf.row;
  if (leaf.made == nullptr) leaf.made.reset(new uint64_t[kBlockWords]);
  const uint64_t* row = nullptr;
  if (node.kind == RowGraph::Node::Kind::kAgeFrom) {
    if (AgeRow(node.from, block, leaf.made.get())) row = leaf.made.get();
  } else if (node.leaf != nullptr) {
    row = node.leaf->Row(block, leaf.made.get());
  }
  leaf.block = block;
  leaf.row = row != nullptr ? row : none_.data();
  return leaf.row;
}

bool RowEvaluator::AgeRow(int64_t from, size_t block, uint64_t* row) const {
  const int64_t* begins = items_.AgeFrom(block);
  alignas(64) uint64_t scratch[kBlockWords];
  const uint64_t* dated = items_.dated().Row(block, scratch);
  if (begins == nullptr || dated == nullptr) return false;
  AtLeastRow(row, begins, from, kBlockWords);
  IntersectRows(row, row, dated, kBlockWords);
  return true;
}

}  // namespace fairway::policy
