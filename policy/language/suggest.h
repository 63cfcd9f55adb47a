#ifndef FAIRWAY_POLICY_LANGUAGE_SUGGEST_H_
#define FAIRWAY_POLICY_LANGUAGE_SUGGEST_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace fairway::policy {

// Number of insertions, deletions, replacements and swaps of neighbours that turn one word into the
// other, upper and lower case taken as the same (Damerau–Levenshtein, optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b);

// "did you mean 'x'?" for the known word nearest to `word`, "known: a, b, c" if none is near and
// the list is short, or empty. Words of more than 40 bytes get no suggestion.
std::string Suggest(std::string_view word, std::span<const std::string> known);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_SUGGEST_H_
