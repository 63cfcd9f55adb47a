#include "policy/preview/item_columns.h"

#include <iterator>
#include <utility>
#include <variant>

namespace fairway::policy {
namespace {

constexpr std::string_view kItemSide = "item.";
constexpr std::string_view kAge = "item.age";

// Inserts without a copy of the key if it is there.
template <typename Map, typename Key>
typename Map::mapped_type& EntryOf(Map& map, const Key& key) {
  const auto it = map.find(key);
  return it != map.end() ? it->second : map[key];
}

// Takes the item out of every set of the map; sets that are empty then go.
template <typename Map>
void EraseFrom(Map& map, uint32_t index) {
  for (auto it = map.begin(); it != map.end();) {
    it->second.Erase(index);
    it = it->second.empty() ? map.erase(it) : std::next(it);
  }
}

template <typename Map>
size_t BytesOf(const Map& map) {
  // A node of a map is about three pointers, a colour and the pair.
  size_t bytes = 0;
  for (const auto& entry : map) bytes += 32 + sizeof(entry) + entry.second.MemoryBytes();
  return bytes;
}

}  // namespace

ItemColumns::ItemColumns(std::string self) : self_(std::move(self)) {}
ItemColumns::~ItemColumns() = default;
ItemColumns::ItemColumns(ItemColumns&&) noexcept = default;
ItemColumns& ItemColumns::operator=(ItemColumns&&) noexcept = default;

uint32_t ItemColumns::Add(const ItemRow& item) {
  uint32_t index = next_;
  if (free_.empty()) {
    ++next_;
  } else {
    index = free_.ToVector(1).front();
    free_.Erase(index);
  }
  Put(index, item);
  return index;
}

bool ItemColumns::Update(uint32_t index, const ItemRow& item) {
  if (!Has(index)) return false;
  Clear(index);
  Put(index, item);
  return true;
}

bool ItemColumns::Remove(uint32_t index) {
  if (!Has(index)) return false;
  Clear(index);
  free_.Insert(index);
  return true;
}

void ItemColumns::Put(uint32_t index, const ItemRow& item) {
  present_.Insert(index);
  if (item.received) received_.Insert(index);
  for (const auto& [name, value] : item.attributes.all()) {
    if (!std::string_view(name).starts_with(kItemSide)) continue;
    if (item.age_from && name == kAge) continue;
    if (const auto* word = std::get_if<std::string>(&value)) {
      EntryOf(EntryOf(columns_, name).symbols, *word).Insert(index);
    } else if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
      Column& column = EntryOf(columns_, name);
      column.sets.Insert(index);
      for (const std::string& each : *words) EntryOf(column.members, each).Insert(index);
    } else {
      EntryOf(EntryOf(columns_, name).numbers, std::get<int64_t>(value)).Insert(index);
    }
  }
  if (!item.age_from) return;
  const size_t block = index / kBlockItems;
  if (block >= age_from_.size()) age_from_.resize(block + 1);
  if (age_from_[block] == nullptr) age_from_[block].reset(new int64_t[kBlockItems]());
  age_from_[block][index % kBlockItems] = absl::ToUnixMicros(*item.age_from);
  dated_.Insert(index);
}

void ItemColumns::Clear(uint32_t index) {
  for (auto& [name, column] : columns_) {
    EraseFrom(column.symbols, index);
    column.sets.Erase(index);
    EraseFrom(column.members, index);
    EraseFrom(column.numbers, index);
  }
  dated_.Erase(index);
  received_.Erase(index);
  present_.Erase(index);
}

ItemSet ItemColumns::Having(std::string_view attribute, std::string_view word) const {
  ItemSet having;
  const Column* column = Find(attribute);
  if (column == nullptr) return having;
  if (const auto it = column->symbols.find(word); it != column->symbols.end()) having = it->second;
  if (const auto it = column->members.find(word); it != column->members.end()) having |= it->second;
  return having;
}

const ItemColumns::Column* ItemColumns::Find(std::string_view attribute) const {
  const auto it = columns_.find(attribute);
  return it == columns_.end() ? nullptr : &it->second;
}

const int64_t* ItemColumns::AgeFrom(size_t block) const {
  return block < age_from_.size() ? age_from_[block].get() : nullptr;
}

size_t ItemColumns::MemoryBytes() const {
  size_t bytes =
      dated_.MemoryBytes() + received_.MemoryBytes() + present_.MemoryBytes() + free_.MemoryBytes();
  for (const auto& [name, column] : columns_) {
    bytes += BytesOf(column.symbols) + BytesOf(column.members) + BytesOf(column.numbers) +
             column.sets.MemoryBytes();
  }
  for (const auto& block : age_from_) {
    if (block != nullptr) bytes += kBlockItems * sizeof(int64_t);
  }
  return bytes;
}

}  // namespace fairway::policy
