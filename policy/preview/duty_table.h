#ifndef FAIRWAY_POLICY_PREVIEW_DUTY_TABLE_H_
#define FAIRWAY_POLICY_PREVIEW_DUTY_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policy/program/duty_terms.h"
#include "policy/vocabulary.h"

namespace fairway::policy {

// The duties of one vocabulary, each different effect once: which fields are seen and what binds,
// not by which words it was written. Copyable, one for each thread.
class DutyTable {
 public:
  using Id = uint32_t;

  // The vocabulary must outlive this object.
  explicit DutyTable(const Vocabulary& vocabulary);

  Id Find(const DutyTerms& terms);
  const DutyTerms& terms(Id id) const { return terms_[id]; }
  FieldSet visible(Id id) const { return terms_[id].Visible(all_); }

  // The strictest of both.
  Id Tightened(Id a, Id b);
  // a is at least as generous as b.
  bool Covers(Id a, Id b) const { return terms_[a].AtLeastAsGenerousAs(terms_[b], all_); }
  // In words, without fields and hops: equal if nothing else differs.
  std::string Binding(Id id) const;

 private:
  const Vocabulary* vocabulary_;
  FieldSet all_;
  std::vector<DutyTerms> terms_;
  std::unordered_multimap<size_t, Id> ids_;  // by a hash of the terms
  std::unordered_map<uint64_t, Id> tightened_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_DUTY_TABLE_H_
