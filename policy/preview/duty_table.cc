#include "policy/preview/duty_table.h"

#include <functional>

namespace fairway::policy {
namespace {

// Of what most often differs.
size_t HashOf(const DutyTerms& terms) {
  size_t hash = std::hash<FieldSet>()(terms.redact);
  const auto mix = [&](int64_t value) {
    hash = (hash ^ static_cast<size_t>(value)) * 0x9E3779B97F4A7C15;
  };
  mix(terms.hops.value_or(-1));
  mix(terms.expires_hours.value_or(-1));
  mix(terms.receipt_hours.value_or(-1));
  mix(terms.delay_hours.value_or(-1));
  mix(terms.hold_roles);
  return hash;
}

}  // namespace

DutyTable::DutyTable(const Vocabulary& vocabulary)
    : vocabulary_(&vocabulary), all_(vocabulary.fields()->All()) {
  Find(DutyTerms());
}

DutyTable::Id DutyTable::Find(const DutyTerms& terms) {
  DutyTerms plain = terms;
  plain.redact = all_ & ~terms.Visible(all_);
  plain.keep.reset();
  plain.strip_source = false;
  const size_t hash = HashOf(plain);
  const auto [first, last] = ids_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (terms_[it->second] == plain) return it->second;
  }
  const Id id = static_cast<Id>(terms_.size());
  terms_.push_back(plain);
  ids_.emplace(hash, id);
  return id;
}

DutyTable::Id DutyTable::Tightened(Id a, Id b) {
  if (a == b) return a;
  const auto [it, added] = tightened_.emplace((uint64_t{a} << 32) | b, Id{0});
  if (added) {
    DutyTerms terms = terms_[a];
    terms.Tighten(terms_[b]);
    const Id id = Find(terms);
    it->second = id;
  }
  return it->second;
}

std::string DutyTable::Binding(Id id) const {
  DutyTerms terms = terms_[id];
  terms.redact.reset();
  terms.hops.reset();
  return terms.ToDuties(*vocabulary_).ToText();
}

}  // namespace fairway::policy
