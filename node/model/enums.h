#ifndef FAIRWAY_NODE_MODEL_ENUMS_H_
#define FAIRWAY_NODE_MODEL_ENUMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// The closed vocabularies of an item's head. The integers are what is signed: they are never
// reused, start at 1, and 0 is nothing. Where order means strictness or speed, it is the order of
// the integers.
//
// For each vocabulary: ToText is the word people and policies write, Parse… reads it in any letter
// case (INVALID_ARGUMENT names the word and lists those that are known), …FromWire is the value of
// a number or nothing, All… lists every value in ascending order.
namespace fairway::model {

enum class Kind : uint32_t {
  kBulletin = 1,
  kAlert = 2,
  kLesson = 3,
  kPractice = 4,
  kAar = 5,  // after-action report
  kAssessment = 6,
  kRequest = 7,
  kReply = 8,
  kAnnotation = 9,
};

// Shown first on every line, so that a drill is never taken for the real thing.
enum class Mode : uint32_t { kReal = 1, kExercise = 2, kTest = 3 };

// FIRST Traffic Light Protocol 2.0. Greater is stricter.
enum class Tlp : uint32_t { kClear = 1, kGreen = 2, kAmber = 3, kAmberStrict = 4, kRed = 5 };

// Permissible Actions Protocol. Greater is stricter.
enum class Pap : uint32_t { kClear = 1, kGreen = 2, kAmber = 3, kRed = 4 };

// ACP 121. Greater is faster; says nothing about secrecy.
enum class Precedence : uint32_t { kRoutine = 1, kPriority = 2, kImmediate = 3, kFlash = 4 };

// Whom a recipient may pass an item on to. Greater is wider.
enum class Onward : uint32_t { kNone = 1, kAsk = 2, kNamed = 3, kCommunity = 4, kAny = 5 };

std::string_view ToText(Kind kind);              // "bulletin"
std::string_view ToText(Mode mode);              // "real"
std::string_view ToText(Tlp tlp);                // "AMBER+STRICT"
std::string_view ToText(Pap pap);                // "AMBER"
std::string_view ToText(Precedence precedence);  // "routine"
std::string_view ToText(Onward onward);          // "none"

// As FIRST writes it: "TLP:AMBER+STRICT".
std::string Marking(Tlp tlp);

absl::StatusOr<Kind> ParseKind(std::string_view text);
absl::StatusOr<Mode> ParseMode(std::string_view text);
// Also with the prefix "TLP:", and "AMBER_STRICT" for hands that cannot type '+'. "WHITE" is
// TLP 1's name for CLEAR and is read as such.
absl::StatusOr<Tlp> ParseTlp(std::string_view text);
// Also with the prefix "PAP:".
absl::StatusOr<Pap> ParsePap(std::string_view text);
absl::StatusOr<Precedence> ParsePrecedence(std::string_view text);
absl::StatusOr<Onward> ParseOnward(std::string_view text);

std::optional<Kind> KindFromWire(uint64_t number);
std::optional<Mode> ModeFromWire(uint64_t number);
std::optional<Tlp> TlpFromWire(uint64_t number);
std::optional<Pap> PapFromWire(uint64_t number);
std::optional<Precedence> PrecedenceFromWire(uint64_t number);
std::optional<Onward> OnwardFromWire(uint64_t number);

const std::vector<Kind>& AllKinds();
const std::vector<Mode>& AllModes();
const std::vector<Tlp>& AllTlps();
const std::vector<Pap>& AllPaps();
const std::vector<Precedence>& AllPrecedences();
const std::vector<Onward>& AllOnwards();

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_ENUMS_H_
