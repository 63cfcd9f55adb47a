#ifndef FAIRWAY_NODE_AUDIT_EVENT_H_
#define FAIRWAY_NODE_AUDIT_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fairway::audit {

// Everything that leaves a trace; EVENTS.md says what each means and which details it carries. The
// numbers are in the leaves: never reused, never changed.
enum class EventKind : uint16_t {
  kNodeInitialised = 1,
  kNodeStarted = 2,
  kNodeStopped = 3,
  kDiskFull = 4,
  kDiskRecovered = 5,
  kClockDoubted = 6,
  kClockTrusted = 7,

  kItemPublished = 10,
  kItemReceived = 11,
  kItemRefused = 12,
  kItemRead = 13,
  kItemsListed = 14,
  kItemRecalled = 15,
  kItemExpired = 16,
  kItemExported = 17,
  kItemImported = 18,
  kReleasesListed = 19,
  kHoldReleased = 20,

  kBatchReleased = 30,
  kBatchReceived = 31,
  kSweepDone = 32,
  kContentHeldBack = 33,
  kReceiptAccepted = 34,
  kReceiptRefused = 35,
  kFeedAlarm = 36,

  kAttachmentReceived = 40,
  kAttachmentRefused = 41,
  kAttachmentServed = 42,

  kPeerInvited = 50,
  kPeerJoined = 51,
  kPeerConfirmed = 52,
  kPeerChanged = 53,
  kPeerRemoved = 54,
  kPeerRefused = 55,
  kManifestReceived = 56,
  kInvitationAccepted = 57,
  kInvitationCancelled = 58,
  kGateKilled = 59,

  kPolicyApplied = 70,
  kPolicyRefused = 71,
  kPolicyPreviewed = 72,
  kPolicyProposed = 73,
  kPolicyApproved = 74,
  kPolicyRejected = 75,
  kPolicyWithdrawn = 76,
  kPolicyShadow = 77,
  kPolicyAlarm = 78,

  kUserAdded = 80,
  kUserChanged = 81,
  kCallRefused = 82,

  kAuditRead = 90,
  kAuditAlarm = 91,
};

std::string_view ToText(EventKind kind);  // "item.published"
// INVALID_ARGUMENT names the word.
absl::StatusOr<EventKind> ParseEventKind(std::string_view text);
std::optional<EventKind> EventKindFromNumber(uint64_t number);
const std::vector<EventKind>& AllEventKinds();  // ascending

inline constexpr size_t kMaxEventObjects = 1024;
inline constexpr size_t kMaxEventDetails = 64;
inline constexpr size_t kMaxEventWordBytes =
    256;  // actor, role, outcome, an object, a detail's key
inline constexpr size_t kMaxEventTextBytes = 4096;  // reason, a detail's value

// One thing that happened. Texts are bytes: what a stranger sent may be in them, so whoever shows
// them escapes them.
struct Event {
  EventKind kind = EventKind::kNodeStarted;
  std::string actor;                 // a user's name, a peer's name, or "node"
  std::string role;                  // as which: "officer", "peer", ""
  std::vector<std::string> objects;  // REFs, object ids in hexadecimal, names
  std::string outcome = "ok";        // "ok", "refused", "failed"
  std::string reason;                // why not, or by which rule
  std::map<std::string, std::string> detail;

  bool operator==(const Event&) const = default;
};

}  // namespace fairway::audit

#endif  // FAIRWAY_NODE_AUDIT_EVENT_H_
