#ifndef FAIRWAY_NODE_INTEROP_DID_YOU_MEAN_H_
#define FAIRWAY_NODE_INTEROP_DID_YOU_MEAN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fairway::interop {

// How many slips of the hand lie between two words: insertions, deletions, substitutions and
// swaps of neighbours (Damerau–Levenshtein, restricted). ASCII letter case does not count.
// Words longer than 64 bytes are compared by their first 64.
size_t SlipsBetween(std::string_view a, std::string_view b);

// The candidate nearest to `word` if it is near enough to have been meant (a third of its length,
// at least one slip), the first of equals.
std::optional<std::string> DidYouMean(std::string_view word,
                                      std::span<const std::string> candidates);

}  // namespace fairway::interop

#endif  // FAIRWAY_NODE_INTEROP_DID_YOU_MEAN_H_
