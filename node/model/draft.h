#ifndef FAIRWAY_NODE_MODEL_DRAFT_H_
#define FAIRWAY_NODE_MODEL_DRAFT_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/audience.h"
#include "node/model/enums.h"

// What an officer writes, the checks it must pass, and the parts it becomes.
namespace fairway::model {

inline constexpr size_t kMaxBodyBytes = 256 * 1024;
inline constexpr size_t kMaxTitleBytes = 512;
inline constexpr size_t kMaxSummaryBytes = 4 * 1024;
inline constexpr size_t kMaxTextBytes = 8 * 1024;  // a fact, a field of a lesson, any other text
inline constexpr size_t kMaxWordBytes = 64;        // a topic, region, caveat, purpose, name, number
inline constexpr size_t kMaxSetWords = 64;         // topics, regions, caveats, purposes
inline constexpr size_t kMaxDraftTextBytes = 512 * 1024;  // all text parts together
inline constexpr size_t kMaxAttachments = 20;
inline constexpr size_t kMaxAttachmentBytes = 1024 * 1024;
inline constexpr size_t kMaxAttachmentNameBytes = 255;
inline constexpr size_t kMaxMediaTypeBytes = 127;

// Stands behind an identifier that failed its check and was insisted on: "9074728 (unchecked)".
inline constexpr std::string_view kUncheckedMark = " (unchecked)";

struct Attachment {
  std::string name;  // a file name without a path
  std::string media_type;
  std::string bytes;

  bool operator==(const Attachment&) const = default;
};

struct Draft {
  Kind kind = Kind::kBulletin;
  Mode mode = Mode::kReal;
  std::optional<Tlp> tlp;  // mandatory: nobody chooses it for the officer
  Pap pap = Pap::kAmber;
  Precedence precedence = Precedence::kRoutine;
  Onward onward = Onward::kNone;
  std::optional<absl::Time> not_after;
  std::string language;  // BCP 47, "" = not said

  std::string title;  // mandatory
  std::string summary;
  std::string body;  // Markdown
  std::vector<std::string> facts;
  std::map<std::string, std::string> lessons;  // "root-cause", "recommendation" …
  std::vector<std::string> topics;
  std::vector<std::string> regions;
  std::string day;         // "2026-11-20", "" = not said
  std::string exact_time;  // RFC 3339, "" = not said
  std::string exact_location;
  std::vector<std::string> locodes;
  std::vector<std::string> persons;
  std::vector<std::string> plates;
  std::vector<std::string> imos;
  std::vector<std::string> containers;
  std::string grading;  // "B2" (Admiralty code), "" = not graded
  std::string source_identity;
  std::string source_contact;
  std::string source_method;
  std::string officer_name;
  std::string officer_contact;

  // Words as ParseAudienceWord reads them.
  std::vector<std::string> releasable_to;
  std::vector<std::string> not_releasable_to;
  std::vector<std::string> named;

  std::vector<std::string> contains;  // "personal-data" …
  bool contains_known = false;        // false: nobody said what it contains, and unknown is nobody
  std::vector<std::string> purpose;

  std::vector<Attachment> attachments;

  // The officer insists on identifiers that fail their check. Validate then lists them (as written)
  // in `unchecked` instead of refusing, and their parts say so.
  bool accept_unchecked = false;
  std::vector<std::string> unchecked;

  bool operator==(const Draft&) const = default;
};

// Puts `draft` in normal form (identifiers, sorted words without doubles, lines that end in LF,
// whole seconds) or refuses it. Every refusal is
// INVALID_ARGUMENT with a Problem; nothing is changed then. Codes:
//   FW-PUB-001  no title                    FW-PUB-002  no TLP
//   FW-PUB-003  text is not UTF-8, or has control characters; names field and byte
//   FW-PUB-004  a text, word or list is over its limit; names limit and size
//   FW-PUB-005  an identifier fails its check; names the number and the reason
//   FW-PUB-006  TLP:RED without named recipients
//   FW-PUB-007  an attachment is too large, empty, badly named, named twice, or one too many
//   FW-PUB-008  a day, time, grading, language, word or audience that cannot be read
//   FW-PUB-009  more parts than kMaxParts
//   FW-PUB-010  onward is wider than the TLP lets it be
absl::Status Validate(Draft& draft);

// The lists of a validated draft, names resolved. Named recipients are releasable-to as well.
// INVALID_ARGUMENT, Problem FW-PUB-011: a name that is no peer and no group here, or something else
// than an authority among the named.
absl::StatusOr<Audience> ResolveAudience(const Draft& draft, const NameResolver& name_of);

// Labels and contents of everything but attachments/N (which the publisher appends, from the
// content), for a draft that passed Validate. The audience part is there if any list has members;
// caveats only if contains_known.
std::vector<std::pair<std::string, std::string>> PartsOf(const Draft& draft,
                                                         const Audience& audience);

// The content of the part "caveats": the sorted words; and back. Known to contain nothing is a
// text of its own, so that no part is empty. INVALID_ARGUMENT for what EncodeCaveats never writes.
std::string EncodeCaveats(const std::vector<std::string>& contains);
absl::StatusOr<std::vector<std::string>> DecodeCaveats(std::string_view bytes);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_DRAFT_H_
