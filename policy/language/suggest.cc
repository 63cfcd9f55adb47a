#include "policy/language/suggest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::policy {
namespace {

constexpr size_t kMaxWord = 40;
constexpr size_t kMaxEdits = 3;
constexpr size_t kMaxListed = 12;

size_t EditsAllowed(size_t length) { return std::min(kMaxEdits, std::max<size_t>(1, length / 3)); }

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) { return absl::ascii_tolower(x) == absl::ascii_tolower(y); };
  std::vector<size_t> before_previous(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = previous[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        current[j] = std::min(current[j], before_previous[j - 2] + 1);
      }
    }
    before_previous.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

std::string Suggest(std::string_view word, std::span<const std::string> known) {
  const std::string* best = nullptr;
  size_t best_distance = EditsAllowed(word.size()) + 1;
  for (const std::string& candidate : known) {
    if (word.size() > kMaxWord || candidate.size() > kMaxWord) continue;
    const size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) >= best_distance) continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best != nullptr) return absl::StrCat("did you mean '", *best, "'?");
  if (known.empty() || known.size() > kMaxListed) return {};
  return absl::StrCat("known: ", absl::StrJoin(known, ", "));
}

}  // namespace fairway::policy
