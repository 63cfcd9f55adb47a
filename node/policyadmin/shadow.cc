#include "node/policyadmin/shadow.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_loader.h"
#include "node/policyadmin/preview.h"
#include "node/status/status_macros.h"
#include "node/store/log_table.h"

namespace fairway::policyadmin {
namespace {

constexpr char kNode[] = "node";

std::string InWords(const GateAnswer& answer) {
  switch (answer.verdict) {
    case GateAnswer::Verdict::kNo:
      return absl::StrCat("withhold by ", answer.decision.rule);
    case GateAnswer::Verdict::kNotYet:
      return absl::StrCat("wait by ", answer.decision.rule);
    case GateAnswer::Verdict::kYes:
      return absl::StrCat("release by ", answer.decision.rule, " ",
                          answer.decision.duties.ToText());
  }
  return "unknown";
}

bool Differ(const GateAnswer& a, const GateAnswer& b) {
  if (a.verdict != b.verdict) return true;
  if (a.verdict == GateAnswer::Verdict::kNo) return false;
  return a.labels != b.labels || a.decision.duties.ToText() != b.decision.duties.ToText();
}

// One stretch of the log under both policies.
struct Stretch {
  std::vector<store::ShadowDifference> found;
  uint64_t decisions = 0;
  uint64_t seen_seq = 0;
  bool more = false;
  std::string over_because;  // the proposal is not open any more, or cannot be read
};

absl::StatusOr<GateAnswer> Ask(store::ReadTxn& txn, const GateSeam& gate,
                               const std::shared_ptr<const authz::ActivePolicy>& active,
                               const model::ObjectId& object, const model::Peer& peer,
                               absl::Time at) {
  if (active == nullptr) return GateAnswer();
  return gate.Decide(txn, *active, object, peer, at);
}

}  // namespace

absl::Time ShadowRunner::Step(absl::Time now) {
  std::vector<store::Shadow> running;
  const absl::Status read = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(running, store::RunningShadows(txn));
    return absl::OkStatus();
  });
  if (!read.ok()) return now + kEvery;
  if (running.empty()) return absl::InfiniteFuture();
  bool more = false;
  for (store::Shadow& shadow : running) {
    const absl::StatusOr<bool> ran = Run(std::move(shadow), now);
    more = more || (ran.ok() && *ran);
  }
  return more ? now : now + kEvery;
}

absl::StatusOr<bool> ShadowRunner::Run(store::Shadow shadow, absl::Time now) {
  Stretch stretch;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    stretch = Stretch();
    stretch.seen_seq = shadow.seen_seq;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Proposal> proposal,
                             store::GetProposal(txn, shadow.proposal));
    if (!proposal.has_value() || (proposal->state != store::ProposalState::kOpen &&
                                  proposal->state != store::ProposalState::kApproved)) {
      stretch.over_because = "the proposal is not open any more";
      return absl::OkStatus();
    }
    FAIRWAY_ASSIGN_OR_RETURN(const Previewer::Side before, Previewer::InForce(txn));
    FAIRWAY_ASSIGN_OR_RETURN(const LoadedPolicy after,
                             LoadPolicy(proposal->file_name, proposal->text, before.names));
    if (after.active == nullptr) {
      stretch.over_because = "the proposal cannot be read with the peers as they are now";
      return absl::OkStatus();
    }
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t last, store::LastLogSeq(txn));
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::LogEntry> entries,
        store::LogRange(txn, shadow.seen_seq + 1, std::max(last, shadow.seen_seq), kPerStep));
    stretch.more = entries.size() == kPerStep;
    const absl::Time at = std::min(now, shadow.ends_at);
    for (const store::LogEntry& entry : entries) {
      if (entry.at > shadow.ends_at) {
        stretch.more = false;
        break;
      }
      stretch.seen_seq = entry.seq;
      if (entry.lane == model::Lane::kRecall) continue;  // no matter of policy
      for (const model::Peer& peer : before.names.peers) {
        if (peer.state != model::PeerState::kActive) continue;
        FAIRWAY_ASSIGN_OR_RETURN(const GateAnswer served,
                                 Ask(txn, gate_, before.active, entry.object, peer, at));
        FAIRWAY_ASSIGN_OR_RETURN(const GateAnswer would,
                                 Ask(txn, gate_, after.active, entry.object, peer, at));
        ++stretch.decisions;
        if (!Differ(served, would)) continue;
        stretch.found.push_back({.peer = peer.id,
                                 .object = entry.object,
                                 .before = InWords(served),
                                 .after = InWords(would),
                                 .at = at});
      }
    }
    return absl::OkStatus();
  }));
  shadow.seen_seq = stretch.seen_seq;
  shadow.decisions += stretch.decisions;
  shadow.differences += stretch.found.size();
  const bool over = !stretch.over_because.empty() || (now >= shadow.ends_at && !stretch.more);
  if (over) {
    shadow.ended_at = now;
    shadow.ended_by = kNode;
  }
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    // Somebody may have ended it, or begun it again, meanwhile.
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Shadow> stored,
                             store::GetShadow(txn, shadow.proposal));
    if (!stored.has_value() || stored->ended_at.has_value() ||
        stored->started_at != shadow.started_at) {
      return absl::OkStatus();
    }
    FAIRWAY_RETURN_IF_ERROR(store::UpdateShadow(txn, shadow, stretch.found));
    if (!over) return absl::OkStatus();
    audit::Event event;
    event.kind = audit::EventKind::kPolicyShadow;
    event.actor = kNode;
    event.objects = {absl::StrCat("proposal ", shadow.proposal)};
    event.reason = stretch.over_because;
    event.detail = {{"number", absl::StrCat(shadow.proposal)},
                    {"decisions", absl::StrCat(shadow.decisions)},
                    {"differences", absl::StrCat(shadow.differences)}};
    return audit_.Append(txn, event).status();
  }));
  return !over && stretch.more;
}

}  // namespace fairway::policyadmin
