#include "node/exchange/where.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/release_table.h"

namespace fairway::exchange {
namespace {

std::string_view StateWord(store::ReleaseState state) {
  switch (state) {
    case store::ReleaseState::kSent:
      return "sent";
    case store::ReleaseState::kDelivered:
      return "delivered";
    case store::ReleaseState::kQuarantined:
      return "quarantined";
    case store::ReleaseState::kRefused:
      return "refused";
    case store::ReleaseState::kNoContent:
      return "no-content";
  }
  return "unknown";
}

void Describe(const policy::Decision& decision, PeerCopy& copy) {
  copy.rule = decision.rule;
  copy.because = decision.because;
  copy.file = decision.file;
  copy.line = decision.line;
}

absl::Status DescribeRelease(store::ReadTxn& txn, const store::Release& release, PeerCopy& copy) {
  copy.state = std::string(StateWord(release.state));
  copy.rule = release.rule;
  copy.because = release.because;
  copy.file = release.file;
  copy.line = release.line;
  copy.decided_at = release.decided_at;
  copy.code = release.code;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, release.object));
  for (const model::Part& part : parts) {
    const bool went =
        std::find(release.labels.begin(), release.labels.end(), part.label) != release.labels.end();
    if (!went && !model::IsPrivate(part.label)) copy.redacted.push_back(part.label);
  }
  return absl::OkStatus();
}

absl::StatusOr<PeerCopy> CopyAt(store::ReadTxn& txn, const ReleaseGate& gate,
                                const model::Peer& peer, const store::StoredRevision& latest,
                                absl::Time now) {
  PeerCopy copy;
  copy.peer = peer.name;
  copy.decided_at = now;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> ever,
                           store::LatestReleaseOfItem(txn, peer.id, latest.body.item_id));
  if (ever.has_value()) copy.revision = ever->revision;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> release,
                           store::LatestReleaseOf(txn, peer.id, latest.object));
  if (release.has_value()) {
    FAIRWAY_RETURN_IF_ERROR(DescribeRelease(txn, *release, copy));
    return copy;
  }
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, gate.Decide(txn, latest.object, peer, now));
  if (const Grant* grant = std::get_if<Grant>(&verdict); grant != nullptr) {
    copy.state = "pending";
    copy.redacted = grant->withheld;
    Describe(grant->decision, copy);
  } else {
    const Withheld& no = std::get<Withheld>(verdict);
    copy.state = no.mention.empty() ? "withheld" : "held";
    copy.mention = no.mention;
    Describe(no.decision, copy);
  }
  return copy;
}

}  // namespace

absl::StatusOr<std::vector<PeerCopy>> WhereIs(const store::Database& database,
                                              const ReleaseGate& gate,
                                              const model::PeerDirectory& directory,
                                              const model::AuthorityId& origin,
                                              const model::ItemId& item, absl::Time now) {
  const std::vector<model::Peer> peers = directory.All();
  std::vector<PeerCopy> copies;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    copies.clear();
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, origin, item));
    if (!latest.has_value()) return absl::NotFoundError("there is no such item here");
    for (const model::Peer& peer : peers) {
      FAIRWAY_ASSIGN_OR_RETURN(PeerCopy copy, CopyAt(txn, gate, peer, *latest, now));
      copies.push_back(std::move(copy));
    }
    return absl::OkStatus();
  }));
  return copies;
}

absl::StatusOr<policy::Explanation> ExplainRelease(const store::Database& database,
                                                   const ReleaseGate& gate, const model::Peer& peer,
                                                   const model::AuthorityId& origin,
                                                   const model::ItemId& item, absl::Time now) {
  std::optional<policy::Explanation> explanation;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, origin, item));
    if (!latest.has_value()) return absl::NotFoundError("there is no such item here");
    FAIRWAY_ASSIGN_OR_RETURN(explanation, gate.Explain(txn, latest->object, peer, now));
    return absl::OkStatus();
  }));
  return *std::move(explanation);
}

}  // namespace fairway::exchange
