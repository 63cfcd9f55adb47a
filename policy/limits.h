#ifndef FAIRWAY_POLICY_LIMITS_H_
#define FAIRWAY_POLICY_LIMITS_H_

#include <cstddef>

// Every bound of the language in one place. Each one is accepted at the limit and refused with a
// diagnostic at limit + 1, so that checking, deciding and explaining stay bounded whatever the text
// says.
namespace fairway::policy {

inline constexpr size_t kMaxPolicyTextBytes = 4 * 1024 * 1024;
inline constexpr size_t kMaxProfileTextBytes = 256 * 1024;
inline constexpr size_t kMaxRules = 10'000;
inline constexpr size_t kMaxSets = 1'024;
inline constexpr size_t kMaxTests = 10'000;
inline constexpr size_t kMaxGuarantees = 256;
inline constexpr size_t kMaxBudgets = 64;
inline constexpr size_t kMaxNestingDepth = 32;     // brackets inside brackets of one condition
inline constexpr size_t kMaxConditionParts = 256;  // comparisons in one condition
inline constexpr size_t kMaxSetMembers = 1'024;    // values between one pair of braces
inline constexpr size_t kMaxNameBytes = 128;       // rule, set, attribute, value, field, peer name
inline constexpr size_t kMaxStringBytes = 1'024;   // reasons, titles and names of tests
inline constexpr size_t kMaxDiagnostics = 100;     // more are counted, not listed
inline constexpr size_t kMaxAttributes = 128;      // of a vocabulary
inline constexpr size_t kMaxValues = 1'024;        // of one attribute of a vocabulary
inline constexpr size_t kMaxFields = 128;          // of a vocabulary
inline constexpr size_t kMaxRoles = 32;            // of a vocabulary
inline constexpr int kMaxHops = 16;
inline constexpr int kMaxDurationDays = 36'500;  // a hundred years
// A rule whose condition spreads into more alternatives than this is compared with others as if it
// could match anything (E205 then may ask for a clarification that is not strictly needed).
inline constexpr size_t kMaxAlternatives = 64;
// Pairs of alternatives of permits that are compared for E205; beyond it W303 says so.
inline constexpr size_t kMaxOverlapChecks = 1'000'000;

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LIMITS_H_
