#ifndef FAIRWAY_NODE_MODEL_RECALL_H_
#define FAIRWAY_NODE_MODEL_RECALL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/ids.h"

// An originator's word that what it gave away is to be destroyed (api/PROTOCOL.md §7.2).
namespace fairway::model {

// How far it goes. Greater is stronger; the integers are what is signed.
enum class RecallGrade : uint32_t {
  kCorrect = 1,   // the content is wrong, a correction follows: recipients destroy, the originator
                  // keeps its own and may revise
  kWithdraw = 2,  // recipients destroy, the originator keeps its own; no more revisions
  kPurge = 3,     // the originator destroys its own too
};

enum class RecallReason : uint32_t {
  kError = 1,
  kSentInError = 2,
  kSourceProtection = 3,
  kLegal = 4,
  kSuperseded = 5,
  kNarrowed = 6,  // a later revision is for fewer; never given by a person
  kOther = 7,
};

std::string_view ToText(RecallGrade grade);    // "withdraw"
std::string_view ToText(RecallReason reason);  // "source-protection"
// In any letter case. INVALID_ARGUMENT names the word and lists those that are known.
absl::StatusOr<RecallGrade> ParseRecallGrade(std::string_view text);
absl::StatusOr<RecallReason> ParseRecallReason(std::string_view text);
std::optional<RecallGrade> RecallGradeFromWire(uint64_t number);
std::optional<RecallReason> RecallReasonFromWire(uint64_t number);
const std::vector<RecallGrade>& AllRecallGrades();    // ascending
const std::vector<RecallReason>& AllRecallReasons();  // ascending

// Through this revision: the whole item, whatever is ever signed of it.
inline constexpr uint64_t kEveryRevision = INT64_MAX;

inline constexpr size_t kMaxRecallNoteBytes = 1000;  // stays at home

// What the originator signs: every revision up to `through` is recalled, for ever. No time, no text
// and nothing random, so that saying it again is the same object.
struct Recall {
  ItemId item;
  AuthorityId origin;
  uint64_t origin_manifest = 0;  // ≥ 1: the version of the manifest whose item key signs
  uint64_t through = 0;          // 1 … kEveryRevision
  RecallGrade grade = RecallGrade::kWithdraw;
  RecallReason reason = RecallReason::kOther;

  bool operator==(const Recall&) const = default;
  bool narrows() const { return reason == RecallReason::kNarrowed; }
};

// The statement that travels beside revision `revision` (at least 2) and recalls those before it.
Recall NarrowingBefore(const AuthorityId& origin, const ItemId& item, uint64_t origin_manifest,
                       uint64_t revision);

// INVALID_ARGUMENT unless it means something: numbers in their ranges; a correction, and a
// narrowing (which is a withdraw), up to a revision that another one can follow; any other through
// kEveryRevision.
absl::Status CheckRecall(const Recall& recall);

// Of one item: does `a` reach further than `b`, or as far with at least its grade?
bool AtLeastAsStrong(const Recall& a, const Recall& b);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_RECALL_H_
