#ifndef FAIRWAY_POLICY_FIELDS_H_
#define FAIRWAY_POLICY_FIELDS_H_

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/limits.h"

namespace fairway::policy {

// The one field that no duty can hide: an item without a title says nothing.
inline constexpr std::string_view kTitleField = "title";

using FieldSet = std::bitset<kMaxFields>;

// The closed list of fields of items, as declared by the profile: "title", "vehicle.plate", and
// families such as "persons.*". Immutable.
class Fields {
 public:
  // At most kMaxFields names; the vocabulary checks that and their form.
  explicit Fields(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }

  // The field with exactly this name.
  std::optional<size_t> Find(std::string_view name) const;

  // The fields a duty means: a declared name, or "prefix.*" for everything declared under prefix.
  // Empty if there is none.
  FieldSet Matching(std::string_view pattern) const;

  // The field a part label belongs to. A label is a field, or a member of a declared family
  // ("persons.height" of "persons.*"), or either with a number: "facts/1", "attachments/0",
  // "vessel.imo/2". The most specific field wins. Nothing for every other label, malformed ones
  // included.
  std::optional<size_t> OfLabel(std::string_view label) const;

  FieldSet All() const;

 private:
  std::vector<std::string> names_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_FIELDS_H_
