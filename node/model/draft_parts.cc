#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "node/model/draft.h"
#include "node/model/labels.h"

namespace fairway::model {
namespace {

constexpr std::string_view kContains = "contains ";
constexpr std::string_view kContainsNothing = "contains-nothing";

using Parts = std::vector<std::pair<std::string, std::string>>;

void Add(std::string_view label, const std::string& text, Parts& parts) {
  if (!text.empty()) parts.emplace_back(label, text);
}

void AddNumbered(std::string_view base, const std::vector<std::string>& texts, Parts& parts) {
  for (size_t i = 0; i < texts.size(); ++i) parts.emplace_back(Numbered(base, i + 1), texts[i]);
}

// Whoever reads the number must see that nobody could confirm it.
std::vector<std::string> Marked(std::vector<std::string> numbers,
                                const std::vector<std::string>& unchecked) {
  for (std::string& number : numbers) {
    if (std::find(unchecked.begin(), unchecked.end(), number) != unchecked.end()) {
      number.append(kUncheckedMark);
    }
  }
  return numbers;
}

std::vector<std::string> Places(const Draft& draft) {
  std::vector<std::string> places;
  if (!draft.exact_location.empty()) places.push_back(draft.exact_location);
  for (std::string& code : Marked(draft.locodes, draft.unchecked)) places.push_back(code);
  return places;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> PartsOf(const Draft& draft,
                                                         const Audience& audience) {
  Parts parts;
  Add(label::kTitle, draft.title, parts);
  Add(label::kSummary, draft.summary, parts);
  Add(label::kBody, draft.body, parts);
  AddNumbered(label::kFacts, draft.facts, parts);
  for (const auto& [name, text] : draft.lessons) Add(absl::StrCat("lessons.", name), text, parts);
  Add(label::kTopics, JoinSet(draft.topics), parts);
  Add(label::kRegion, JoinSet(draft.regions), parts);
  Add(label::kDay, draft.day, parts);
  Add(label::kLanguage, draft.language, parts);
  AddNumbered(label::kExactLocation, Places(draft), parts);
  Add(label::kExactTime, draft.exact_time, parts);
  AddNumbered(label::kPersonName, draft.persons, parts);
  AddNumbered(label::kPlate, draft.plates, parts);
  AddNumbered(label::kImo, Marked(draft.imos, draft.unchecked), parts);
  AddNumbered(label::kContainer, Marked(draft.containers, draft.unchecked), parts);
  Add(label::kOfficerName, draft.officer_name, parts);
  Add(label::kOfficerContact, draft.officer_contact, parts);
  Add(label::kGrading, draft.grading, parts);
  Add(label::kSourceIdentity, draft.source_identity, parts);
  Add(label::kSourceContact, draft.source_contact, parts);
  Add(label::kSourceMethod, draft.source_method, parts);
  Add(label::kAudience, EncodeAudience(audience), parts);
  if (draft.contains_known) parts.emplace_back(label::kCaveats, EncodeCaveats(draft.contains));
  Add(label::kPurpose, JoinSet(draft.purpose), parts);
  return parts;
}

std::string EncodeCaveats(const std::vector<std::string>& contains) {
  if (contains.empty()) return std::string(kContainsNothing);
  std::vector<std::string> lines;
  for (const std::string& word : contains) {
    lines.push_back(absl::StrCat(std::string(kContains), word));
  }
  return JoinSet(std::move(lines));
}

absl::StatusOr<std::vector<std::string>> DecodeCaveats(std::string_view bytes) {
  std::vector<std::string> contains;
  if (bytes == kContainsNothing) return contains;
  for (const std::string& line : SplitSet(bytes)) {
    if (!line.starts_with(kContains) || line.size() == kContains.size()) {
      return absl::InvalidArgumentError("a line of the caveats does not say what is contained");
    }
    contains.push_back(line.substr(kContains.size()));
  }
  if (contains.empty() || EncodeCaveats(contains) != bytes) {
    return absl::InvalidArgumentError("caveats list their words in order, each once");
  }
  return contains;
}

}  // namespace fairway::model
