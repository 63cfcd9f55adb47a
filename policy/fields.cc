#include "policy/fields.h"

#include <algorithm>
#include <utility>

namespace fairway::policy {
namespace {

constexpr size_t kMaxPartNumberDigits = 9;

bool IsFamily(std::string_view name) { return name.ends_with(".*"); }

// "persons" of "persons.*".
std::string_view StemOf(std::string_view family) { return family.substr(0, family.size() - 2); }

bool IsLabelCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool IsWellFormed(std::string_view base) {
  return !base.empty() && base.size() <= kMaxNameBytes && base.front() != '.' &&
         base.back() != '.' && base.find("..") == std::string_view::npos &&
         std::all_of(base.begin(), base.end(), IsLabelCharacter);
}

// The label without its number; nothing if what follows the slash is no number.
std::optional<std::string_view> BaseOf(std::string_view label) {
  const size_t slash = label.find('/');
  if (slash == std::string_view::npos) return label;
  const std::string_view number = label.substr(slash + 1);
  const bool digits =
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (number.empty() || number.size() > kMaxPartNumberDigits || !digits) return std::nullopt;
  return label.substr(0, slash);
}

// Is `name` inside the family with this stem: "persons" itself or "persons.height"?
bool IsUnder(std::string_view name, std::string_view stem) {
  return name.starts_with(stem) && (name.size() == stem.size() || name[stem.size()] == '.');
}

}  // namespace

Fields::Fields(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.size() > kMaxFields) names_.resize(kMaxFields);
}

std::optional<size_t> Fields::Find(std::string_view name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it == names_.end()) return std::nullopt;
  return static_cast<size_t>(it - names_.begin());
}

FieldSet Fields::Matching(std::string_view pattern) const {
  FieldSet found;
  if (!IsFamily(pattern)) {
    if (const auto index = Find(pattern)) found.set(*index);
    return found;
  }
  for (size_t i = 0; i < names_.size(); ++i) {
    const std::string_view name = names_[i];
    if (IsUnder(IsFamily(name) ? StemOf(name) : name, StemOf(pattern))) found.set(i);
  }
  return found;
}

std::optional<size_t> Fields::OfLabel(std::string_view label) const {
  const std::optional<std::string_view> base = BaseOf(label);
  if (!base || !IsWellFormed(*base)) return std::nullopt;
  if (const auto exact = Find(*base)) return exact;
  std::optional<size_t> best;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (!IsFamily(names_[i]) || !IsUnder(*base, StemOf(names_[i]))) continue;
    if (!best || names_[i].size() > names_[*best].size()) best = i;
  }
  return best;
}

FieldSet Fields::All() const {
  FieldSet all;
  for (size_t i = 0; i < names_.size(); ++i) all.set(i);
  return all;
}

}  // namespace fairway::policy
