#include "policy/preview/item_set.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "policy/preview/bit_rows.h"

namespace fairway::policy {
namespace {

using Row = std::unique_ptr<uint64_t[]>;

Row NewRow() { return Row(new uint64_t[kBlockWords]()); }

void SetBit(uint64_t* row, size_t offset) { row[offset / 64] |= uint64_t{1} << (offset % 64); }

}  // namespace

ItemSet::ItemSet(const ItemSet& other) : size_(other.size_) {
  blocks_.reserve(other.blocks_.size());
  for (const Block& from : other.blocks_) {
    Block block{from.number, from.count, from.few, nullptr};
    if (from.many != nullptr) {
      block.many = NewRow();
      std::memcpy(block.many.get(), from.many.get(), kBlockWords * sizeof(uint64_t));
    }
    blocks_.push_back(std::move(block));
  }
}

ItemSet& ItemSet::operator=(const ItemSet& other) {
  if (this != &other) *this = ItemSet(other);
  return *this;
}

const ItemSet::Block* ItemSet::Find(size_t block) const {
  // Most sets have every block there is.
  if (block < blocks_.size() && blocks_[block].number == block) return &blocks_[block];
  const auto it = std::lower_bound(blocks_.begin(), blocks_.end(), block,
                                   [](const Block& b, size_t number) { return b.number < number; });
  return it != blocks_.end() && it->number == block ? &*it : nullptr;
}

ItemSet::Block& ItemSet::FindOrAdd(size_t block) {
  auto it = blocks_.end();
  if (!blocks_.empty() && blocks_.back().number >= block) {
    it = std::lower_bound(blocks_.begin(), blocks_.end(), block,
                          [](const Block& b, size_t number) { return b.number < number; });
    if (it->number == block) return *it;
  }
  Block added;
  added.number = static_cast<uint32_t>(block);
  return *blocks_.insert(it, std::move(added));
}

void ItemSet::MakeDense(Block& block) {
  if (block.many != nullptr) return;
  block.many = NewRow();
  for (uint16_t offset : block.few) SetBit(block.many.get(), offset);
  block.few = {};
}

// To the form that takes fewer bytes.
void ItemSet::Pack(Block& block) {
  if (block.many == nullptr) {
    if (block.count > kFew) MakeDense(block);
    return;
  }
  if (block.count > kFew) return;
  block.few.reserve(block.count);
  for (size_t w = 0; w < kBlockWords; ++w) {
    for (uint64_t left = block.many[w]; left != 0; left &= left - 1) {
      block.few.push_back(static_cast<uint16_t>(w * 64 + std::countr_zero(left)));
    }
  }
  block.many.reset();
}

bool ItemSet::Contains(uint32_t item) const {
  const Block* block = Find(item / kBlockItems);
  if (block == nullptr) return false;
  const uint16_t offset = item % kBlockItems;
  if (block->many != nullptr) return ((block->many[offset / 64] >> (offset % 64)) & 1) != 0;
  return std::binary_search(block->few.begin(), block->few.end(), offset);
}

std::vector<uint32_t> ItemSet::ToVector(size_t at_most) const {
  std::vector<uint32_t> members;
  members.reserve(std::min(at_most, size_));
  for (const Block& block : blocks_) {
    if (members.size() >= at_most) break;
    const uint32_t first = block.number * static_cast<uint32_t>(kBlockItems);
    for (uint16_t offset : block.few) members.push_back(first + offset);
    if (block.many == nullptr) continue;
    for (size_t w = 0; w < kBlockWords; ++w) {
      for (uint64_t left = block.many[w]; left != 0; left &= left - 1) {
        members.push_back(first + static_cast<uint32_t>(w * 64) +
                          static_cast<uint32_t>(std::countr_zero(left)));
      }
    }
  }
  if (members.size() > at_most) members.resize(at_most);
  return members;
}

// False if it is there.
bool ItemSet::InsertFew(Block& block, uint16_t offset) {
  auto it = block.few.end();
  if (!block.few.empty() && block.few.back() >= offset) {
    it = std::lower_bound(block.few.begin(), block.few.end(), offset);
    if (*it == offset) return false;
  }
  block.few.insert(it, offset);
  return true;
}

void ItemSet::Insert(uint32_t item) {
  Block& block = FindOrAdd(item / kBlockItems);
  const uint16_t offset = item % kBlockItems;
  if (block.many != nullptr) {
    uint64_t& word = block.many[offset / 64];
    const uint64_t bit = uint64_t{1} << (offset % 64);
    if ((word & bit) != 0) return;
    word |= bit;
  } else if (!InsertFew(block, offset)) {
    return;
  }
  ++size_;
  ++block.count;
  Pack(block);
}

void ItemSet::Erase(uint32_t item) {
  if (!Contains(item)) return;
  Block& block = FindOrAdd(item / kBlockItems);
  const uint16_t offset = item % kBlockItems;
  --size_;
  --block.count;
  if (block.many != nullptr) {
    block.many[offset / 64] &= ~(uint64_t{1} << (offset % 64));
    // Not at the limit itself, so that coming and going there does not copy the block every time.
    if (block.count <= kFew / 2) Pack(block);
  } else {
    block.few.erase(std::lower_bound(block.few.begin(), block.few.end(), offset));
  }
  if (block.count == 0) blocks_.erase(blocks_.begin() + (&block - blocks_.data()));
}

void ItemSet::AddRow(size_t block, const uint64_t* row, size_t first_word, size_t words) {
  const size_t added = CountRow(row, words);
  if (added == 0) return;
  Block& into = FindOrAdd(block);
  const size_t before = into.count;
  if (into.many == nullptr && before + added <= kFew) {
    AddFew(into, row, first_word, words, added);
    into.count = static_cast<uint32_t>(into.few.size());
  } else {
    MakeDense(into);
    UniteRows(into.many.get() + first_word, row, words);
    into.count =
        static_cast<uint32_t>(before == 0 ? added : CountRow(into.many.get(), kBlockWords));
  }
  size_ += into.count - before;
}

// Adds at most `added` members to the few there are.
void ItemSet::AddFew(Block& block, const uint64_t* row, size_t first_word, size_t words,
                     size_t added) {
  const bool all_come_after = block.few.empty() || block.few.back() < first_word * 64;
  size_t at = block.few.size();
  if (all_come_after) block.few.resize(at + added);
  uint16_t* few = block.few.data();
  for (size_t w = 0; w < words; ++w) {
    for (uint64_t left = row[w]; left != 0; left &= left - 1) {
      const auto offset = static_cast<uint16_t>((first_word + w) * 64 +
                                                static_cast<size_t>(std::countr_zero(left)));
      if (all_come_after) {
        few[at++] = offset;
      } else {
        InsertFew(block, offset);
      }
    }
  }
}

void ItemSet::Append(ItemSet&& later) {
  blocks_.insert(blocks_.end(), std::make_move_iterator(later.blocks_.begin()),
                 std::make_move_iterator(later.blocks_.end()));
  size_ += later.size_;
  later = ItemSet();
}

const uint64_t* ItemSet::Row(size_t block, uint64_t* scratch) const {
  const Block* found = Find(block);
  if (found == nullptr) return nullptr;
  if (found->many != nullptr) return found->many.get();
  std::memset(scratch, 0, kBlockWords * sizeof(uint64_t));
  for (uint16_t offset : found->few) SetBit(scratch, offset);
  return scratch;
}

// Replaces what the block has; an empty one stays until CombineWith takes it away.
void ItemSet::SetRow(Block& block, const uint64_t* row) {
  size_ -= block.count;
  MakeDense(block);
  std::memcpy(block.many.get(), row, kBlockWords * sizeof(uint64_t));
  block.count = static_cast<uint32_t>(CountRow(row, kBlockWords));
  size_ += block.count;
  Pack(block);
}

template <typename Combine>
void ItemSet::CombineWith(const ItemSet& other, bool keep_blocks_of_other, Combine combine) {
  alignas(64) uint64_t mine[kBlockWords];
  alignas(64) uint64_t scratch[kBlockWords];
  if (keep_blocks_of_other) {
    for (const Block& theirs : other.blocks_) FindOrAdd(theirs.number);
  }
  for (Block& block : blocks_) {
    std::memset(mine, 0, sizeof(mine));
    if (const uint64_t* row = Row(block.number, scratch)) std::memcpy(mine, row, sizeof(mine));
    std::memset(scratch, 0, sizeof(scratch));
    const uint64_t* theirs = other.Row(block.number, scratch);
    if (theirs == nullptr) theirs = scratch;
    for (size_t w = 0; w < kBlockWords; ++w) mine[w] = combine(mine[w], theirs[w]);
    SetRow(block, mine);
  }
  std::erase_if(blocks_, [](const Block& block) { return block.count == 0; });
}

ItemSet& ItemSet::operator|=(const ItemSet& other) {
  CombineWith(other, true, [](uint64_t a, uint64_t b) { return a | b; });
  return *this;
}

ItemSet& ItemSet::operator&=(const ItemSet& other) {
  CombineWith(other, false, [](uint64_t a, uint64_t b) { return a & b; });
  return *this;
}

ItemSet& ItemSet::operator-=(const ItemSet& other) {
  CombineWith(other, false, [](uint64_t a, uint64_t b) { return a & ~b; });
  return *this;
}

bool operator==(const ItemSet& a, const ItemSet& b) {
  if (a.size_ != b.size_ || a.blocks_.size() != b.blocks_.size()) return false;
  alignas(64) uint64_t left[kBlockWords];
  alignas(64) uint64_t right[kBlockWords];
  for (const ItemSet::Block& block : a.blocks_) {
    const uint64_t* mine = a.Row(block.number, left);
    const uint64_t* theirs = b.Row(block.number, right);
    if (theirs == nullptr || std::memcmp(mine, theirs, sizeof(left)) != 0) return false;
  }
  return true;
}

size_t ItemSet::MemoryBytes() const {
  size_t bytes = blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) {
    bytes += block.few.capacity() * sizeof(uint16_t);
    if (block.many != nullptr) bytes += kBlockItems / 8;
  }
  return bytes;
}

}  // namespace fairway::policy
