#ifndef FAIRWAY_POLICY_PROOF_TERM_TESTS_H_
#define FAIRWAY_POLICY_PROOF_TERM_TESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/proof/question.h"

namespace fairway::policy {

// What a link must be able to do for some duty (P15), as bits.
inline constexpr uint32_t kNeedsReceipts = 1;
inline constexpr uint32_t kNeedsEncryption = 2;
inline constexpr uint32_t kNeedsNoCopy = 4;  // cannot be kept where the action is a copy
uint32_t NeedsOf(const DutyTerms& terms);

// Terms that a link which lacks this can keep.
GoodTerms TermsKeptWithout(const Side& side, uint32_t lacking);
// Terms that show this field.
GoodTerms TermsShowing(const Side& side, size_t field);
GoodTerms Both(const GoodTerms& a, const GoodTerms& b);

// One thing that duties may say more or less of: a field that is shown, a bound that is at least so
// wide. "Released with more" is: good after, not good before, for one of them.
struct TermTest {
  std::string name;  // "source.contact", "hops"
  GoodTerms before;
  GoodTerms after;
  // Of hops: what is left of them by P6 must be this many as well, else it makes no difference.
  std::optional<int64_t> hops;
};

// All that could have become more generous between two sides; those that no duty of the two tells
// apart are listed once.
std::vector<TermTest> TermTests(const Side& before, const Side& after,
                                const Vocabulary& vocabulary);

// Terms of two releases: what the second binds less than the first, "hops 1 -> hops 3".
std::vector<std::string> Loosened(const Duties& before, const Duties& after,
                                  const Vocabulary& vocabulary);
// Names of the fields of the vocabulary that are shown.
std::vector<std::string> ShownFields(const Duties& duties, const Vocabulary& vocabulary);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_TERM_TESTS_H_
