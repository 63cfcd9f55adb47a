#include "node/model/recall.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

template <typename E>
struct Word {
  E value;
  std::string_view text;
};

constexpr std::array<Word<RecallGrade>, 3> kGrades = {{{RecallGrade::kCorrect, "correct"},
                                                       {RecallGrade::kWithdraw, "withdraw"},
                                                       {RecallGrade::kPurge, "purge"}}};
constexpr std::array<Word<RecallReason>, 7> kReasons = {
    {{RecallReason::kError, "error"},
     {RecallReason::kSentInError, "sent-in-error"},
     {RecallReason::kSourceProtection, "source-protection"},
     {RecallReason::kLegal, "legal"},
     {RecallReason::kSuperseded, "superseded"},
     {RecallReason::kNarrowed, "narrowed"},
     {RecallReason::kOther, "other"}}};

template <typename E, size_t N>
std::string_view TextOf(const std::array<Word<E>, N>& words, E value) {
  for (const Word<E>& word : words) {
    if (word.value == value) return word.text;
  }
  return "?";  // only for an integer that was cast without …FromWire
}

template <typename E, size_t N>
absl::StatusOr<E> Parse(const std::array<Word<E>, N>& words, const char* what,
                        std::string_view text) {
  const absl::string_view found(text.data(), text.size());
  std::string known;
  for (const Word<E>& word : words) {
    const absl::string_view candidate(word.text.data(), word.text.size());
    if (absl::EqualsIgnoreCase(found, candidate)) return word.value;
    absl::StrAppend(&known, known.empty() ? "" : ", ", candidate);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", found.substr(0, 40), "\" is not a ", what, "; known are: ", known));
}

template <typename E, size_t N>
std::optional<E> FromWire(const std::array<Word<E>, N>& words, uint64_t number) {
  for (const Word<E>& word : words) {
    if (static_cast<uint64_t>(word.value) == number) return word.value;
  }
  return std::nullopt;
}

template <typename E, size_t N>
std::vector<E> All(const std::array<Word<E>, N>& words) {
  std::vector<E> all;
  std::transform(words.begin(), words.end(), std::back_inserter(all),
                 [](const Word<E>& word) { return word.value; });
  return all;
}

}  // namespace

std::string_view ToText(RecallGrade grade) { return TextOf(kGrades, grade); }
std::string_view ToText(RecallReason reason) { return TextOf(kReasons, reason); }

absl::StatusOr<RecallGrade> ParseRecallGrade(std::string_view text) {
  return Parse(kGrades, "grade of a recall", text);
}
absl::StatusOr<RecallReason> ParseRecallReason(std::string_view text) {
  return Parse(kReasons, "reason of a recall", text);
}

std::optional<RecallGrade> RecallGradeFromWire(uint64_t number) {
  return FromWire(kGrades, number);
}
std::optional<RecallReason> RecallReasonFromWire(uint64_t number) {
  return FromWire(kReasons, number);
}

const std::vector<RecallGrade>& AllRecallGrades() {
  static const auto& all = *new std::vector<RecallGrade>(All(kGrades));
  return all;
}
const std::vector<RecallReason>& AllRecallReasons() {
  static const auto& all = *new std::vector<RecallReason>(All(kReasons));
  return all;
}

Recall NarrowingBefore(const AuthorityId& origin, const ItemId& item, uint64_t origin_manifest,
                       uint64_t revision) {
  return Recall{.item = item,
                .origin = origin,
                .origin_manifest = origin_manifest,
                .through = revision - 1,
                .grade = RecallGrade::kWithdraw,
                .reason = RecallReason::kNarrowed};
}

absl::Status CheckRecall(const Recall& recall) {
  if (recall.through < 1 || recall.through > kEveryRevision) {
    return absl::InvalidArgumentError(absl::StrCat("it is through revision ", recall.through));
  }
  if (recall.narrows() && recall.grade != RecallGrade::kWithdraw) {
    return absl::InvalidArgumentError("a narrowing has the grade withdraw");
  }
  const bool another_follows = recall.narrows() || recall.grade == RecallGrade::kCorrect;
  if (another_follows == (recall.through == kEveryRevision)) {
    return absl::InvalidArgumentError(
        another_follows ? "a correction or narrowing leaves room for the revision that follows"
                        : "a withdraw or purge is of every revision");
  }
  return absl::OkStatus();
}

bool AtLeastAsStrong(const Recall& a, const Recall& b) {
  return std::pair(a.through, a.grade) >= std::pair(b.through, b.grade);
}

}  // namespace fairway::model
