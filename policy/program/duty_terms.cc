#include "policy/program/duty_terms.h"

#include <algorithm>

namespace fairway::policy {
namespace {

template <typename T>
void TakeSmaller(std::optional<T>& mine, const std::optional<T>& other) {
  if (other) mine = mine ? std::min(*mine, *other) : *other;
}

template <typename T>
void TakeLarger(std::optional<T>& mine, const std::optional<T>& other) {
  if (other) mine = mine ? std::max(*mine, *other) : *other;
}

// No bound is the most generous, then the larger one.
template <typename T>
bool BoundAtLeast(const std::optional<T>& mine, const std::optional<T>& other) {
  return !mine || (other && *mine >= *other);
}

// No raise and no delay are the most generous, then the lower one.
bool RaiseAtMost(const std::optional<size_t>& mine, const std::optional<size_t>& other) {
  return !mine || (other && *mine <= *other);
}
bool DelayAtMost(const std::optional<int64_t>& mine, const std::optional<int64_t>& other) {
  return !mine || (other && *mine <= *other);
}

std::set<std::string> NamesOf(const FieldSet& set, const Fields& fields) {
  std::set<std::string> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (set.test(i)) names.insert(fields.names()[i]);
  }
  return names;
}

}  // namespace

FieldSet DutyTerms::Visible(const FieldSet& all) const {
  FieldSet visible = all & ~redact;
  if (keep) visible &= *keep;
  return visible;
}

void DutyTerms::Tighten(const DutyTerms& other) {
  redact |= other.redact;
  if (other.keep) keep = keep ? (*keep & *other.keep) : *other.keep;
  strip_source = strip_source || other.strip_source;
  TakeSmaller(hops, other.hops);
  TakeSmaller(expires_hours, other.expires_hours);
  TakeSmaller(receipt_hours, other.receipt_hours);
  TakeLarger(tlp, other.tlp);
  TakeLarger(pap, other.pap);
  TakeLarger(delay_hours, other.delay_hours);
  hold_roles |= other.hold_roles;
  if (other.use_for) {
    if (use_for) {
      *use_for &= *other.use_for;
    } else {
      use_for = other.use_for;
    }
  }
  watermark = watermark || other.watermark;
  notify_originator = notify_originator || other.notify_originator;
  encrypt_at_rest = encrypt_at_rest || other.encrypt_at_rest;
  no_copy = no_copy || other.no_copy;
}

bool DutyTerms::AtLeastAsGenerousAs(const DutyTerms& other, const FieldSet& all) const {
  const bool shows_as_much = (other.Visible(all) & ~Visible(all)).none();
  return shows_as_much && BoundAtLeast(hops, other.hops) &&
         BoundAtLeast(expires_hours, other.expires_hours) &&
         BoundAtLeast(receipt_hours, other.receipt_hours) && RaiseAtMost(tlp, other.tlp) &&
         RaiseAtMost(pap, other.pap) && DelayAtMost(delay_hours, other.delay_hours) &&
         (hold_roles & ~other.hold_roles) == 0 &&
         (!use_for || (other.use_for && other.use_for->IsSubsetOf(*use_for))) &&
         (!watermark || other.watermark) && (!notify_originator || other.notify_originator) &&
         (!encrypt_at_rest || other.encrypt_at_rest) && (!no_copy || other.no_copy);
}

Duties DutyTerms::ToDuties(const Vocabulary& vocabulary) const {
  Duties duties;
  duties.fields = vocabulary.fields();
  duties.redact = NamesOf(redact, *duties.fields);
  if (keep) duties.keep_only = NamesOf(*keep, *duties.fields);
  duties.strip_source = strip_source;
  duties.hops = hops;
  if (expires_hours) duties.expires_after = absl::Hours(*expires_hours);
  if (receipt_hours) duties.receipt_within = absl::Hours(*receipt_hours);
  if (tlp) duties.raise_tlp = vocabulary.attribute("item.tlp")->values[*tlp];
  if (pap) duties.raise_pap = vocabulary.attribute("item.pap")->values[*pap];
  if (delay_hours) duties.delay = absl::Hours(*delay_hours);
  for (size_t role = 0; role < vocabulary.roles().size(); ++role) {
    if (((hold_roles >> role) & 1) != 0) duties.hold_for.insert(vocabulary.roles()[role]);
  }
  if (use_for) {
    duties.use_for.emplace();
    const std::vector<std::string>& purposes = vocabulary.attribute("item.purpose")->values;
    for (size_t each : use_for->Members()) duties.use_for->insert(purposes[each]);
  }
  duties.watermark = watermark;
  duties.notify_originator = notify_originator;
  duties.encrypt_at_rest = encrypt_at_rest;
  duties.no_copy = no_copy;
  return duties;
}

}  // namespace fairway::policy
