#include "policy/engine/actual_values.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::policy {
namespace {

constexpr size_t kMembersShown = 16;

std::string InBraces(const std::vector<std::string>& members) {
  if (members.empty()) return "{ }";
  if (members.size() <= kMembersShown) {
    return absl::StrCat("{ ", absl::StrJoin(members, ", "), " }");
  }
  const std::vector<std::string> first(members.begin(), members.begin() + kMembersShown);
  return absl::StrCat("{ ", absl::StrJoin(first, ", "), ", … }");
}

std::string Show(const Attributes::Value* value) {
  if (value == nullptr) return "unknown";
  if (const auto* symbol = std::get_if<std::string>(value)) return *symbol;
  if (const auto* members = std::get_if<std::vector<std::string>>(value)) return InBraces(*members);
  return absl::StrCat(std::get<int64_t>(*value));
}

void CollectAttributes(const Condition& condition, std::vector<size_t>& into) {
  if (condition.kind == Condition::Kind::kAtom) {
    if (std::find(into.begin(), into.end(), condition.atom.attribute) == into.end()) {
      into.push_back(condition.atom.attribute);
    }
  }
  for (const Condition& child : condition.children) CollectAttributes(child, into);
}

}  // namespace

std::string ActualValues::Of(size_t attribute) const {
  const std::string& name = program_.world.vocabulary().attributes()[attribute].name;
  if (name == "peer.id") return request_.peer.empty() ? "unknown" : request_.peer;
  const Attributes::Value* raw = World::RawValue(request_, name);
  const BoundValue& bound = bound_.values[attribute];
  std::string shown = Show(raw);
  if (raw != nullptr && (!bound.known || bound.partial)) shown += ", not understood";
  return shown;
}

std::string ActualValues::Of(const Condition& condition) const {
  if (condition.kind == Condition::Kind::kAtom) return Of(condition.atom.attribute);
  std::vector<size_t> attributes;
  CollectAttributes(condition, attributes);
  return absl::StrJoin(attributes, ", ", [&](std::string* out, size_t attribute) {
    absl::StrAppend(out, program_.world.vocabulary().attributes()[attribute].name, " = ",
                    Of(attribute));
  });
}

std::vector<std::string> ActualValues::NotUnderstood() const {
  std::vector<std::string> found;
  const auto side = [&](const Attributes& attributes, std::string_view prefix) {
    for (const auto& [name, value] : attributes.all()) {
      const auto index = program_.world.vocabulary().IndexOfAttribute(name);
      const bool placed = std::string_view(name).starts_with(prefix);
      if (placed && index && bound_.values[*index].known && !bound_.values[*index].partial) {
        continue;
      }
      found.push_back(absl::StrCat(name, " = ", Show(&value)));
    }
  };
  side(request_.peer_attributes, "peer.");
  side(request_.item, "item.");
  side(request_.context, "context.");
  return found;
}

}  // namespace fairway::policy
