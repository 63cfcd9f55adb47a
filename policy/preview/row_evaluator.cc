#include "policy/preview/row_evaluator.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "policy/preview/bit_rows.h"

namespace fairway::policy {
namespace {

constexpr uint32_t kNoLeaf = static_cast<uint32_t>(-1);

}  // namespace

bool Strip::contiguous() const {
  return words.empty() || (words.front().block == words.back().block &&
                           words.back().word - words.front().word + 1 == words.size());
}

uint64_t* RowStack::Push() {
  const size_t chunk = used_ / kRowsAtATime;
  if (chunk == chunks_.size()) chunks_.emplace_back(new uint64_t[kRowsAtATime * row_words_]);
  return chunks_[chunk].get() + (used_++ % kRowsAtATime) * row_words_;
}

RowEvaluator::RowEvaluator(const RowGraph& graph, const ItemColumns& items, size_t max_words)
    : graph_(graph), items_(items), rows_(max_words), scratch_(max_words), none_(kBlockWords) {}

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
  strip_ = &strip;
  contiguous_ = strip.contiguous();
  ++strip_stamp_;
  rows_.Clear();
  scratch_.Clear();
}

const uint64_t* RowEvaluator::Row(Edge edge) {
  if (edge == kNoItems) return none_.data();
  const uint64_t* row = RowOf(NodeOf(edge));
  if (!IsComplement(edge)) return row;
  uint64_t* complement = scratch_.Push();
  ComplementRow(complement, row, words());
  return complement;
}

const uint64_t* RowEvaluator::RowOf(uint32_t number) {
  Kept& kept = kept_[number];
  if (kept.stamp == strip_stamp_) return kept.row;
  const RowGraph::Node& node = graph_.node(number);
  const uint64_t* row;
  if (node.kind != RowGraph::Node::Kind::kAnd) {
    row = LeafRow(number, node);
  } else {
    uint64_t* made = node.uses > 1 ? rows_.Push() : scratch_.Push();
    ComputeAnd(node, made);
    if (node.uses <= 1) return made;  // gone when its user is done
    row = made;
  }
  kept.stamp = strip_stamp_;
  kept.row = row;
  return row;
}

void RowEvaluator::ComputeAnd(const RowGraph::Node& node, uint64_t* row) {
  const std::span<const Edge> edges = graph_.children(node);
  std::array<RowSource, kMaxRowSources> sources;
  for (size_t first = 0; first < edges.size(); first += kMaxRowSources) {
    const size_t count = std::min(kMaxRowSources, edges.size() - first);
    size_t scratch = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t child = NodeOf(edges[first + i]);
      sources[i] = {RowOf(child), IsComplement(edges[first + i])};
      const RowGraph::Node& of = graph_.node(child);
      scratch += of.kind == RowGraph::Node::Kind::kAnd && of.uses <= 1;
    }
    AndRows(row, sources.data(), count, /*keep=*/first > 0, words());
    for (; scratch > 0; --scratch) scratch_.Pop();
  }
}

const uint64_t* RowEvaluator::LeafRow(uint32_t number, const RowGraph::Node& node) {
  const std::vector<Strip::Word>& words = strip_->words;
  if (words.empty()) return none_.data();
  if (contiguous_) return BlockRow(number, node, words.front().block) + words.front().word;
  uint64_t* row = rows_.Push();
  const uint64_t* from = nullptr;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i == 0 || words[i].block != words[i - 1].block) {
      from = BlockRow(number, node, words[i].block);
    }
    row[i] = from[words[i].word];
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
  for (size_t w = 0; w < kBlockWords; ++w) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; ++i) word |= static_cast<uint64_t>(begins[w * 64 + i] >= from) << i;
    row[w] = word & dated[w];
  }
  return true;
}

}  // namespace fairway::policy
