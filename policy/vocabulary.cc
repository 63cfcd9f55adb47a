#include "policy/vocabulary.h"

#include <algorithm>

namespace fairway::policy {

std::optional<size_t> Vocabulary::Attribute::IndexOf(std::string_view value) const {
  const auto it = std::find(values.begin(), values.end(), value);
  if (it == values.end()) return std::nullopt;
  return static_cast<size_t>(it - values.begin());
}

std::optional<size_t> Vocabulary::IndexOfAttribute(std::string_view name) const {
  const auto it = index_.find(name);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

std::optional<size_t> Vocabulary::IndexOfValue(size_t attribute, std::string_view value) const {
  const auto it = value_index_[attribute].find(value);
  if (it == value_index_[attribute].end()) return std::nullopt;
  return it->second;
}

const Vocabulary::Attribute* Vocabulary::attribute(std::string_view name) const {
  const std::optional<size_t> index = IndexOfAttribute(name);
  return index ? &attributes_[*index] : nullptr;
}

}  // namespace fairway::policy
