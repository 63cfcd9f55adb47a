#include "node/model/item.h"

#include <algorithm>
#include <map>
#include <utility>

#include "node/model/labels.h"

namespace fairway::model {

const Part* ItemView::Find(std::string_view label) const {
  for (const Part& part : parts) {
    if (part.label == label) return &part;
  }
  return nullptr;
}

std::optional<std::string> ItemView::Text(std::string_view label) const {
  const Part* part = Find(label);
  if (part == nullptr) return std::nullopt;
  return part->bytes;
}

std::optional<std::vector<std::string>> ItemView::Set(std::string_view label) const {
  const Part* part = Find(label);
  if (part == nullptr) return std::nullopt;
  return SplitSet(part->bytes);
}

std::vector<std::string> ItemView::All(std::string_view base) const {
  std::map<size_t, std::string> found;
  for (const Part& part : parts) {
    const absl::StatusOr<Label> label = ParseLabel(part.label);
    if (label.ok() && label->number > 0 && label->base == base) found[label->number] = part.bytes;
  }
  std::vector<std::string> contents;
  for (auto& [number, bytes] : found) contents.push_back(std::move(bytes));
  return contents;
}

Tlp ItemView::tlp() const { return std::max(body.tlp, terms.tlp_floor.value_or(body.tlp)); }

Pap ItemView::pap() const { return std::max(body.pap, terms.pap_floor.value_or(body.pap)); }

std::optional<absl::Time> ItemView::expires() const {
  Terms of_body;
  of_body.expires = body.not_after;
  return Stricter(terms, of_body).expires;
}

}  // namespace fairway::model
