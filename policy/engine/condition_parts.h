#ifndef FAIRWAY_POLICY_ENGINE_CONDITION_PARTS_H_
#define FAIRWAY_POLICY_ENGINE_CONDITION_PARTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/program/program.h"

namespace fairway::policy {

// One of the parts of a condition that must all hold, `not` pushed as far in as its brackets allow.
struct ConditionPart {
  const Condition* condition = nullptr;
  bool negated = false;
};

// The parts; none if the condition is always true.
std::vector<ConditionPart> PartsOf(const Condition& condition);

// The one attribute that a part asks about; nothing if there are several, or none.
std::optional<size_t> OnlyAttributeOf(const Condition& condition);

// Which of `values` values of a single-valued attribute let the part hold. Nothing if the part does
// not read like that.
std::optional<Bits> AcceptedValues(const ConditionPart& part, size_t values);

// The same for a number, in buckets: bucket b holds the numbers from cuts[b - 1] to cuts[b] - 1.
// Nothing if a bound of the part is not among the cuts.
std::optional<Bits> AcceptedBuckets(const ConditionPart& part, std::span<const int64_t> cuts);

// Appends the cuts that make the condition's bounds borders of buckets, if it asks about the
// attribute.
void AppendCuts(const Condition& condition, size_t attribute, std::vector<int64_t>& cuts);

// A demand on a set: one of the values is in it, or none is.
struct SetDemand {
  bool any = true;
  Bits values;
};

// The demands that together are the part, for an attribute with `values` values. Nothing if the
// part does not read like that.
std::optional<std::vector<SetDemand>> SetDemandsOf(const ConditionPart& part, size_t values);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_CONDITION_PARTS_H_
