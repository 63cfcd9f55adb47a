#include "policy/attributes.h"

#include <utility>

namespace fairway::policy {

void Attributes::Set(std::string name, std::string symbol) {
  values_.insert_or_assign(std::move(name), Value(std::move(symbol)));
}

void Attributes::SetSet(std::string name, std::vector<std::string> symbols) {
  values_.insert_or_assign(std::move(name), Value(std::move(symbols)));
}

void Attributes::SetNumber(std::string name, int64_t number) {
  values_.insert_or_assign(std::move(name), Value(number));
}

const Attributes::Value* Attributes::Find(std::string_view name) const {
  auto it = values_.find(name);
  return it == values_.end() ? nullptr : &it->second;
}

const std::string* Attributes::FindSymbol(std::string_view name) const {
  const Value* value = Find(name);
  return value == nullptr ? nullptr : std::get_if<std::string>(value);
}

const std::vector<std::string>* Attributes::FindSet(std::string_view name) const {
  const Value* value = Find(name);
  return value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(value);
}

const int64_t* Attributes::FindNumber(std::string_view name) const {
  const Value* value = Find(name);
  const int64_t* number = value == nullptr ? nullptr : std::get_if<int64_t>(value);
  return number != nullptr && *number >= 0 ? number : nullptr;
}

}  // namespace fairway::policy
