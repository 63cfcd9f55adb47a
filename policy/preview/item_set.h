#ifndef FAIRWAY_POLICY_PREVIEW_ITEM_SET_H_
#define FAIRWAY_POLICY_PREVIEW_ITEM_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace fairway::policy {

// Items are kept and compared in blocks of this many.
inline constexpr size_t kBlockItems = 16'384;
inline constexpr size_t kBlockWords = kBlockItems / 64;

// A set of item indexes (ItemColumns). Exact; where it is dense it takes a bit for each item, where
// it is sparse two bytes for each member. A value: copies are independent.
class ItemSet {
 public:
  ItemSet() = default;
  ItemSet(const ItemSet& other);
  ItemSet& operator=(const ItemSet& other);
  ItemSet(ItemSet&&) = default;
  ItemSet& operator=(ItemSet&&) = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool Contains(uint32_t item) const;

  // The members in ascending order; only the first `at_most`.
  std::vector<uint32_t> ToVector(size_t at_most = std::numeric_limits<size_t>::max()) const;
  // Calls visit(uint32_t) for every member in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Block& block : blocks_) {
      const uint32_t first = block.number * static_cast<uint32_t>(kBlockItems);
      for (uint16_t offset : block.few) visit(first + offset);
      if (block.many == nullptr) continue;
      for (size_t w = 0; w < kBlockWords; ++w) {
        for (uint64_t left = block.many[w]; left != 0; left &= left - 1) {
          visit(first + static_cast<uint32_t>(w * 64) +
                static_cast<uint32_t>(std::countr_zero(left)));
        }
      }
    }
  }

  void Insert(uint32_t item);
  void Erase(uint32_t item);

  ItemSet& operator|=(const ItemSet& other);
  ItemSet& operator&=(const ItemSet& other);
  ItemSet& operator-=(const ItemSet& other);  // takes away what is in `other`
  friend bool operator==(const ItemSet& a, const ItemSet& b);

  // A row is the kBlockWords words of one block: bit i of the row is item block * kBlockItems + i.
  // Adds the members that the row has; `words` words of it beginning with `first_word`.
  void AddRow(size_t block, const uint64_t* row, size_t first_word = 0, size_t words = kBlockWords);
  // Adds the members of a set whose blocks all come after this one's.
  void Append(ItemSet&& later);
  // The members in a block as a row: its own if `scratch` was not needed. Null: none.
  const uint64_t* Row(size_t block, uint64_t* scratch) const;
  // The number of blocks up to the last one with a member.
  size_t block_count() const { return blocks_.empty() ? 0 : blocks_.back().number + 1; }

  // The first one with a member; 0 if there is none.
  size_t first_block() const { return blocks_.empty() ? 0 : blocks_.front().number; }

  size_t MemoryBytes() const;

 private:
  // At most this many members of a block are kept one by one: as many bytes as the bits take.
  static constexpr size_t kFew = kBlockItems / 16;

  struct Block {
    uint32_t number = 0;
    uint32_t count = 0;
    std::vector<uint16_t> few;         // ascending; empty if `many` is there
    std::unique_ptr<uint64_t[]> many;  // kBlockWords words
  };

  const Block* Find(size_t block) const;
  Block& FindOrAdd(size_t block);
  static void MakeDense(Block& block);
  static void Pack(Block& block);
  static bool InsertFew(Block& block, uint16_t offset);
  static void AddFew(Block& block, const uint64_t* row, size_t first_word, size_t words,
                     size_t added);
  void SetRow(Block& block, const uint64_t* row);
  template <typename Combine>
  void CombineWith(const ItemSet& other, bool keep_blocks_of_other, Combine combine);

  std::vector<Block> blocks_;  // by number; none is empty
  size_t size_ = 0;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ITEM_SET_H_
