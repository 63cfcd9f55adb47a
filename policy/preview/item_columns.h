#ifndef FAIRWAY_POLICY_PREVIEW_ITEM_COLUMNS_H_
#define FAIRWAY_POLICY_PREVIEW_ITEM_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "policy/attributes.h"
#include "policy/preview/item_set.h"

namespace fairway::policy {

// One stored item, as decisions about it see it.
struct ItemRow {
  Attributes attributes;  // item.*; anything else is ignored
  // Where item.age counts from: at any moment it is the whole days since then, rounded up, and 0
  // before. Kept to the microsecond. If it is given, an item.age among the attributes is ignored;
  // if not, item.age is the number that is there, on every day.
  std::optional<absl::Time> age_from;
  // Came from another authority: what lets it out is `redistribute`, not `replicate`.
  bool received = false;
};

// All items of a node as columns of bits: for each word that occurs, which items have it. They hold
// the words as they are and not what a vocabulary makes of them, so that they stay as they are when
// the vocabulary, the peers, the groups or the policy change; each comparison binds them to the
// names of its policies. Items come and go one by one.
//
// Memory: some 25 bytes an item of the default profile (MemoryBytes says).
// Thread-compatible: any number of readers, or one writer.
class ItemColumns {
 public:
  // `self` is this node's own local name, as in Request::self.
  explicit ItemColumns(std::string self);
  ~ItemColumns();
  ItemColumns(ItemColumns&&) noexcept;
  ItemColumns& operator=(ItemColumns&&) noexcept;

  // Returns the item's index: the smallest that is free.
  uint32_t Add(const ItemRow& item);
  // Replaces what is known about the item. Returns false, and does nothing, if there is none with
  // this index.
  bool Update(uint32_t index, const ItemRow& item);
  // Forgets the item; its index may be given to another one. False if there is none.
  bool Remove(uint32_t index);

  bool Has(uint32_t index) const { return present_.Contains(index); }
  size_t size() const { return present_.size(); }  // how many items
  const ItemSet& present() const { return present_; }
  const std::string& self() const { return self_; }

  // The items whose single value is this word, or whose set has it: Having("item.tlp", "RED").
  ItemSet Having(std::string_view attribute, std::string_view word) const;
  const ItemSet& received() const { return received_; }

  size_t MemoryBytes() const;

  // --- what comparisons read
  // -----------------------------------------------------------------------

  // The columns of one attribute.
  struct Column {
    std::map<std::string, ItemSet, std::less<>> symbols;  // word -> items with that single value
    ItemSet sets;                                         // items with a set, be it empty
    std::map<std::string, ItemSet, std::less<>> members;  // word -> items whose set has it
    std::map<int64_t, ItemSet> numbers;  // number -> items; a negative one is unknown
  };
  // Null if no item has the attribute.
  const Column* Find(std::string_view attribute) const;
  // When the age of items begins, in microseconds since 1970, kBlockItems numbers a block; null if
  // no item of the block has one. Only those in dated() mean something.
  const int64_t* AgeFrom(size_t block) const;
  const ItemSet& dated() const { return dated_; }
  size_t block_count() const { return present_.block_count(); }

 private:
  void Put(uint32_t index, const ItemRow& item);
  void Clear(uint32_t index);

  std::string self_;
  std::map<std::string, Column, std::less<>> columns_;
  std::vector<std::unique_ptr<int64_t[]>> age_from_;  // by block
  ItemSet dated_;
  ItemSet received_;
  ItemSet present_;
  ItemSet free_;  // indexes below next_ that are nobody's
  uint32_t next_ = 0;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ITEM_COLUMNS_H_
