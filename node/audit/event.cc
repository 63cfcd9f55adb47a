#include "node/audit/event.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"

namespace fairway::audit {
namespace {

struct Named {
  EventKind kind;
  std::string_view text;
};

// Ascending by number.
constexpr Named kNames[] = {
    {EventKind::kNodeInitialised, "node.initialised"},
    {EventKind::kNodeStarted, "node.started"},
    {EventKind::kNodeStopped, "node.stopped"},
    {EventKind::kDiskFull, "disk.full"},
    {EventKind::kDiskRecovered, "disk.recovered"},
    {EventKind::kClockDoubted, "clock.doubted"},
    {EventKind::kClockTrusted, "clock.trusted"},
    {EventKind::kItemPublished, "item.published"},
    {EventKind::kItemReceived, "item.received"},
    {EventKind::kItemRefused, "item.refused"},
    {EventKind::kItemRead, "item.read"},
    {EventKind::kItemsListed, "items.listed"},
    {EventKind::kItemRecalled, "item.recalled"},
    {EventKind::kItemExpired, "item.expired"},
    {EventKind::kItemExported, "item.exported"},
    {EventKind::kItemImported, "item.imported"},
    {EventKind::kReleasesListed, "releases.listed"},
    {EventKind::kHoldReleased, "hold.released"},
    {EventKind::kBatchReleased, "batch.released"},
    {EventKind::kBatchReceived, "batch.received"},
    {EventKind::kSweepDone, "sweep.done"},
    {EventKind::kContentHeldBack, "content.held-back"},
    {EventKind::kReceiptAccepted, "receipt.accepted"},
    {EventKind::kReceiptRefused, "receipt.refused"},
    {EventKind::kFeedAlarm, "feed.alarm"},
    {EventKind::kAttachmentReceived, "attachment.received"},
    {EventKind::kAttachmentRefused, "attachment.refused"},
    {EventKind::kAttachmentServed, "attachment.served"},
    {EventKind::kPeerInvited, "peer.invited"},
    {EventKind::kPeerJoined, "peer.joined"},
    {EventKind::kPeerConfirmed, "peer.confirmed"},
    {EventKind::kPeerChanged, "peer.changed"},
    {EventKind::kPeerRemoved, "peer.removed"},
    {EventKind::kPeerRefused, "peer.refused"},
    {EventKind::kManifestReceived, "manifest.received"},
    {EventKind::kInvitationAccepted, "invitation.accepted"},
    {EventKind::kInvitationCancelled, "invitation.cancelled"},
    {EventKind::kGateKilled, "gate.killed"},
    {EventKind::kPolicyApplied, "policy.applied"},
    {EventKind::kPolicyRefused, "policy.refused"},
    {EventKind::kPolicyPreviewed, "policy.previewed"},
    {EventKind::kPolicyProposed, "policy.proposed"},
    {EventKind::kPolicyApproved, "policy.approved"},
    {EventKind::kPolicyRejected, "policy.rejected"},
    {EventKind::kPolicyWithdrawn, "policy.withdrawn"},
    {EventKind::kPolicyShadow, "policy.shadow"},
    {EventKind::kPolicyAlarm, "policy.alarm"},
    {EventKind::kUserAdded, "user.added"},
    {EventKind::kUserChanged, "user.changed"},
    {EventKind::kCallRefused, "call.refused"},
    {EventKind::kAuditRead, "audit.read"},
    {EventKind::kAuditAlarm, "audit.alarm"},
};

}  // namespace

std::string_view ToText(EventKind kind) {
  for (const Named& named : kNames) {
    if (named.kind == kind) return named.text;
  }
  return "unknown";
}

absl::StatusOr<EventKind> ParseEventKind(std::string_view text) {
  for (const Named& named : kNames) {
    if (named.text == text) return named.kind;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no audit event is called '", absl::string_view(text.data(), text.size()), "'"));
}

std::optional<EventKind> EventKindFromNumber(uint64_t number) {
  for (const Named& named : kNames) {
    if (static_cast<uint64_t>(named.kind) == number) return named.kind;
  }
  return std::nullopt;
}

const std::vector<EventKind>& AllEventKinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<EventKind>();
    std::transform(std::begin(kNames), std::end(kNames), std::back_inserter(*all),
                   [](const Named& named) { return named.kind; });
    return all;
  }();
  return kinds;
}

}  // namespace fairway::audit
