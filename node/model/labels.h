#ifndef FAIRWAY_NODE_MODEL_LABELS_H_
#define FAIRWAY_NODE_MODEL_LABELS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// The closed list of part labels: the field names that policies redact by.
namespace fairway::model {

inline constexpr size_t kMaxParts = 256;
inline constexpr size_t kMaxNumber = 256;  // N of "facts/N" is 1 … kMaxNumber, without zeros before

namespace label {
inline constexpr std::string_view kTitle = "title";
inline constexpr std::string_view kSummary = "summary";
inline constexpr std::string_view kBody = "body";
inline constexpr std::string_view kFacts = "facts";      // numbered
inline constexpr std::string_view kLessons = "lessons";  // "lessons.root-cause" …
inline constexpr std::string_view kTopics = "topics";    // a set
inline constexpr std::string_view kLanguage = "language";
inline constexpr std::string_view kRegion = "location.region";        // a set
inline constexpr std::string_view kExactLocation = "location.exact";  // numbered
inline constexpr std::string_view kDay = "time.day";                  // "2026-11-20"
inline constexpr std::string_view kExactTime = "time.exact";
inline constexpr std::string_view kPersonName = "persons.name";     // numbered
inline constexpr std::string_view kPlate = "vehicle.plate";         // numbered
inline constexpr std::string_view kImo = "vessel.imo";              // numbered
inline constexpr std::string_view kContainer = "container.number";  // numbered
inline constexpr std::string_view kOfficerName = "officer.name";
inline constexpr std::string_view kOfficerContact = "officer.contact";
inline constexpr std::string_view kGrading = "grading";  // "B2"
inline constexpr std::string_view kSourceIdentity = "source.identity";
inline constexpr std::string_view kSourceContact = "source.contact";
inline constexpr std::string_view kSourceMethod = "source.method";
inline constexpr std::string_view kAttachments = "attachments";  // numbered
inline constexpr std::string_view kAudience = "audience";        // never shared
inline constexpr std::string_view kCaveats = "caveats";          // never shared
inline constexpr std::string_view kPurpose = "purpose";          // never shared, a set
}  // namespace label

enum class LabelClass {
  kText,        // one UTF-8 text
  kSet,         // sorted words joined by '\n'
  kAttachment,  // a descriptor; the content travels apart
  kPrivate,     // never leaves this node, whatever policy says
};

// A label that this version knows, taken apart.
struct Label {
  std::string base;   // "facts", "lessons.root-cause", "title"
  size_t number = 0;  // 1 … kMaxNumber; 0 = the label has none
  LabelClass label_class = LabelClass::kText;
};

// INVALID_ARGUMENT names the label and what is wrong with it: unknown, a number where none belongs,
// none where one belongs, out of range. Lessons carry any lower case word after the dot.
absl::StatusOr<Label> ParseLabel(std::string_view text);

// True for labels that never cross to a peer. An unknown label is private: fail closed.
bool IsPrivate(std::string_view text);

// "facts/3". `number` is 1 … kMaxNumber.
std::string Numbered(std::string_view base, size_t number);

// Sorted without doubles, joined by '\n'; and the words again (no words for an empty text).
std::string JoinSet(std::vector<std::string> words);
std::vector<std::string> SplitSet(std::string_view bytes);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_LABELS_H_
