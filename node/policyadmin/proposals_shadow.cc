#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"
#include "node/authz/authorizer.h"
#include "node/policyadmin/proposal_problems.h"
#include "node/policyadmin/proposals.h"
#include "node/status/status_macros.h"
#include "node/store/log_table.h"

// The shadow runs of proposals, as far as people order them; shadow.h does the work.
namespace fairway::policyadmin {
namespace {

audit::Event ShadowEvent(const model::Caller& caller, const store::Shadow& shadow) {
  audit::Event event;
  event.kind = audit::EventKind::kPolicyShadow;
  event.actor = caller.user;
  event.role = std::string(model::ToText(model::Role::kAdministrator));
  event.objects = {absl::StrCat("proposal ", shadow.proposal)};
  event.detail = {{"number", absl::StrCat(shadow.proposal)},
                  {"ends", absl::FormatTime(shadow.ends_at, absl::UTCTimeZone())}};
  return event;
}

}  // namespace

absl::StatusOr<ShadowView> Proposals::StartShadow(const model::Caller& caller, uint64_t number,
                                                  absl::Duration length) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto start = [&]() -> absl::Status {
    if (length < kMinShadow || length > kMaxShadow) return BadShadowLength();
    FAIRWAY_ASSIGN_OR_RETURN(const store::Proposal proposal, Find(number));
    if (proposal.state != store::ProposalState::kOpen &&
        proposal.state != store::ProposalState::kApproved) {
      return NotOpen(proposal);
    }
    store::Shadow shadow;
    shadow.proposal = number;
    shadow.started_by = caller.user;
    shadow.started_at = clock_.Now();
    shadow.ends_at = shadow.started_at + length;
    return database_.Write([&](store::Txn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(shadow.seen_seq, store::LastLogSeq(txn));
      FAIRWAY_RETURN_IF_ERROR(store::StartShadow(txn, shadow));
      return audit_.Append(txn, ShadowEvent(caller, shadow)).status();
    });
  };
  FAIRWAY_RETURN_IF_ERROR(Refuse(caller, absl::StrCat("proposal ", number), start()));
  if (shadow_started_) shadow_started_();
  return ShowShadow(number);
}

absl::StatusOr<ShadowView> Proposals::EndShadow(const model::Caller& caller, uint64_t number) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Status ended = database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Shadow> shadow, store::GetShadow(txn, number));
    if (!shadow.has_value() || shadow->ended_at.has_value()) return NeverRan(number);
    shadow->ended_at = clock_.Now();
    shadow->ended_by = caller.user;
    FAIRWAY_RETURN_IF_ERROR(store::UpdateShadow(txn, *shadow, {}));
    audit::Event event = ShadowEvent(caller, *shadow);
    event.detail["decisions"] = absl::StrCat(shadow->decisions);
    event.detail["differences"] = absl::StrCat(shadow->differences);
    return audit_.Append(txn, event).status();
  });
  FAIRWAY_RETURN_IF_ERROR(Refuse(caller, absl::StrCat("proposal ", number), ended));
  return ShowShadow(number);
}

absl::StatusOr<ShadowView> Proposals::ShowShadow(uint64_t number) const {
  std::optional<store::Shadow> shadow;
  ShadowView view;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(shadow, store::GetShadow(txn, number));
    FAIRWAY_ASSIGN_OR_RETURN(view.differences, store::ShadowDifferences(txn, number));
    return absl::OkStatus();
  }));
  if (!shadow.has_value()) return NeverRan(number);
  view.shadow = *std::move(shadow);
  return view;
}

}  // namespace fairway::policyadmin
