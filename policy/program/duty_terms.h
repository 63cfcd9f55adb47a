#ifndef FAIRWAY_POLICY_PROGRAM_DUTY_TERMS_H_
#define FAIRWAY_POLICY_PROGRAM_DUTY_TERMS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "policy/duties.h"
#include "policy/limits.h"
#include "policy/program/bits.h"
#include "policy/vocabulary.h"

namespace fairway::policy {

using PurposeSet = FixedBits<kMaxValues>;

// Duties as numbers: what the engine merges and compares, without allocating. Markings are
// positions in the order of the vocabulary, times are hours.
struct DutyTerms {
  FieldSet redact;
  std::optional<FieldSet> keep;
  bool strip_source = false;  // the fields under source.* are in `redact` as well
  std::optional<int> hops;
  std::optional<int64_t> expires_hours;
  std::optional<int64_t> receipt_hours;
  std::optional<size_t> tlp;
  std::optional<size_t> pap;
  std::optional<int64_t> delay_hours;
  uint32_t hold_roles = 0;      // bit per role of the vocabulary
  std::optional<PurposeSet> use_for;  // positions among the values of item.purpose
  bool watermark = false;
  bool notify_originator = false;
  bool encrypt_at_rest = false;
  bool no_copy = false;

  // What may be seen of `all`.
  FieldSet Visible(const FieldSet& all) const;
  // The componentwise strictest of both.
  void Tighten(const DutyTerms& other);
  // Nothing is hidden that `other` shows, and no term is tighter: a generosity order, reflexive
  // and transitive; two terms may be incomparable.
  bool AtLeastAsGenerousAs(const DutyTerms& other, const FieldSet& all) const;

  Duties ToDuties(const Vocabulary& vocabulary) const;

  friend bool operator==(const DutyTerms&, const DutyTerms&) = default;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_DUTY_TERMS_H_
