#include "node/model/labels.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

struct Known {
  std::string_view base;
  bool numbered;
  LabelClass label_class;
};

constexpr std::array<Known, 24> kKnown = {{
    {label::kTitle, false, LabelClass::kText},
    {label::kSummary, false, LabelClass::kText},
    {label::kBody, false, LabelClass::kText},
    {label::kFacts, true, LabelClass::kText},
    {label::kTopics, false, LabelClass::kSet},
    {label::kLanguage, false, LabelClass::kText},
    {label::kRegion, false, LabelClass::kSet},
    {label::kExactLocation, true, LabelClass::kText},
    {label::kDay, false, LabelClass::kText},
    {label::kExactTime, false, LabelClass::kText},
    {label::kPersonName, true, LabelClass::kText},
    {label::kPlate, true, LabelClass::kText},
    {label::kImo, true, LabelClass::kText},
    {label::kContainer, true, LabelClass::kText},
    {label::kOfficerName, false, LabelClass::kText},
    {label::kOfficerContact, false, LabelClass::kText},
    {label::kGrading, false, LabelClass::kText},
    {label::kSourceIdentity, false, LabelClass::kText},
    {label::kSourceContact, false, LabelClass::kText},
    {label::kSourceMethod, false, LabelClass::kText},
    {label::kAttachments, true, LabelClass::kAttachment},
    {label::kAudience, false, LabelClass::kPrivate},
    {label::kCaveats, false, LabelClass::kPrivate},
    {label::kPurpose, false, LabelClass::kPrivate},
}};

constexpr size_t kMaxLessonWordBytes = 40;

absl::Status Refuse(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("part label \"", std::string(text.substr(0, 64)), "\" ", std::string(why)));
}

// "lessons." and a lower case word.
bool IsLesson(std::string_view base) {
  if (!base.starts_with("lessons.")) return false;
  const std::string_view word = base.substr(8);
  if (word.empty() || word.size() > kMaxLessonWordBytes) return false;
  if (word.front() == '-' || word.back() == '-') return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

const Known* FindKnown(std::string_view base) {
  static constexpr Known kLesson = {label::kLessons, false, LabelClass::kText};
  if (IsLesson(base)) return &kLesson;
  for (const Known& known : kKnown) {
    if (known.base == base) return &known;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Label> ParseLabel(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view base = text.substr(0, slash);
  const Known* known = FindKnown(base);
  if (known == nullptr) return Refuse(text, "is not known");

  Label result{std::string(base), 0, known->label_class};
  if (slash == std::string_view::npos) {
    if (known->numbered) return Refuse(text, "needs a number, as in \"facts/1\"");
    return result;
  }
  if (!known->numbered) return Refuse(text, "does not take a number");
  const std::string_view number = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), result.number);
  if (error != std::errc() || end != number.data() + number.size() || number.front() == '0' ||
      result.number > kMaxNumber) {
    return Refuse(text, absl::StrCat("has a number that is not 1 to ", kMaxNumber));
  }
  return result;
}

bool IsPrivate(std::string_view text) {
  const absl::StatusOr<Label> label = ParseLabel(text);
  return !label.ok() || label->label_class == LabelClass::kPrivate;
}

std::string Numbered(std::string_view base, size_t number) {
  return absl::StrCat(std::string(base), "/", number);
}

std::string JoinSet(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined.push_back('\n');
    joined.append(word);
  }
  return joined;
}

std::vector<std::string> SplitSet(std::string_view bytes) {
  std::vector<std::string> words;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    words.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return words;
}

}  // namespace fairway::model
