#include "node/service/policy_change_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "crypto/digest.h"
#include "node/audit/event.h"
#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/policy_loader.h"
#include "node/service/attributes_proto.h"
#include "node/service/policy_proto.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/proposal_table.h"
#include "node/wire/fields.h"
#include "policy/proof/proof.h"

namespace fairway::service {
namespace {

constexpr uint32_t kDefaultListed = 50;
constexpr uint32_t kMaxListed = 500;

// What stands in the way is an answer of a preview, not a failure of it.
bool IsOfTheText(const absl::Status& status) {
  const std::optional<Problem> problem = ProblemOf(status);
  return problem.has_value() && (problem->code == "FW-POL-001" || problem->code == "FW-POL-002" ||
                                 problem->code == "FW-POL-016" || problem->code == "FW-POL-017");
}

absl::StatusOr<size_t> Limit(uint32_t asked) {
  if (asked > kMaxListed) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {.code = "FW-LIST-001",
                        .message = absl::StrCat(asked, " are more than one answer holds"),
                        .why = {absl::StrCat("At most ", kMaxListed, ".")},
                        .next = {absl::StrCat("--limit ", kMaxListed)}});
  }
  return asked == 0 ? kDefaultListed : asked;
}

absl::Status GainsChanged(const std::string& command) {
  return MakeProblem(absl::StatusCode::kAborted,
                     {.code = "FW-POL-026",
                      .message = "who would gain what is not what was agreed to",
                      .why = {"Items, peers or the policy in force changed since the preview."},
                      .next = {absl::StrCat("look again:  ", command)}});
}

// The day of `now`: what days before it would have been is past.
policy::ProofLimits FromToday(absl::Time now) {
  policy::ProofLimits limits;
  limits.first_day = absl::ToUnixSeconds(now) / (24 * 3600);
  return limits;
}

PreviewShown ShownTo(const Call& call, const v1::PolicyPreviewRequest& request) {
  const bool reads_items = call.caller.roles.contains(model::Role::kOfficer) ||
                           call.caller.roles.contains(model::Role::kCommander);
  return {request.peer(), request.list(), request.list() && reads_items};
}

policyadmin::Draft DraftOf(const v1::PolicyPreviewRequest& request) {
  policyadmin::Draft draft;
  if (!request.text().empty()) draft.text = {request.file_name(), request.text()};
  for (const v1::HypotheticalPeer& peer : request.as_peers()) {
    draft.peers.push_back({peer.name(), ToModel(peer.attributes())});
  }
  return draft;
}

void AddDiagnostics(const std::vector<policy::Diagnostic>& diagnostics,
                    const policyadmin::Draft& draft,
                    google::protobuf::RepeatedPtrField<v1::Diagnostic>& to) {
  const std::string name = draft.text ? draft.text->file_name : "";
  const std::string text = draft.text ? draft.text->text : "";
  for (const policy::Diagnostic& each : diagnostics) *to.Add() = ToProto(each, name, text);
}

void Write(const policyadmin::ProposalView& view, const PreviewShown& shown,
           const std::vector<store::UserRow>& users, v1::PolicyPreviewResponse& response) {
  if (!view.preview) return;
  Write(*view.preview, shown, response);
  response.set_tests_passed(static_cast<uint32_t>(view.tests));
  for (const policyadmin::GuaranteeResult& guarantee : view.guarantees) {
    *response.add_guarantees() = ToProto(guarantee);
  }
  *response.mutable_need() = ToProto(view.needs, view.proposal.author, users);
  response.set_could_apply(view.needs.refused.empty());
}

// What the leaf of a preview names.
void Name(const std::string& what, const v1::PolicyPreviewResponse& response, Call& call) {
  call.objects = {what};
  if (!response.digest().empty()) call.detail["preview"] = crypto::Hex(response.digest());
  for (const v1::PeerChange& change : response.changes()) {
    for (const v1::ChangedItem& item : change.newly_released()) {
      if (!item.title().empty() && call.objects.size() < audit::kMaxEventObjects) {
        call.objects.push_back(item.ref());
      }
    }
  }
}

}  // namespace

PolicyChangeService::PolicyChangeService(const store::Database& database,
                                         policyadmin::PolicyRegistry& registry,
                                         policyadmin::Proposals& proposals,
                                         const policyadmin::Previewer& previewer,
                                         const authz::PolicySlot& slot,
                                         const model::PeerDirectory& directory)
    : database_(database),
      registry_(registry),
      proposals_(proposals),
      previewer_(previewer),
      slot_(slot),
      directory_(directory) {}

absl::StatusOr<std::vector<store::UserRow>> PolicyChangeService::Users() const {
  std::vector<store::UserRow> users;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(users, store::AllUsers(txn));
    return absl::OkStatus();
  }));
  return users;
}

absl::Status PolicyChangeService::PreviewRefused(const Call& call, const policyadmin::Draft& draft,
                                                 const PreviewShown& shown,
                                                 const absl::Status& refusal,
                                                 v1::PolicyPreviewResponse& response) const {
  policyadmin::PolicyNames names;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(names, policyadmin::CurrentNames(txn));
    return absl::OkStatus();
  }));
  FAIRWAY_ASSIGN_OR_RETURN(
      const policyadmin::Examined examined,
      policyadmin::Examine(draft.text->file_name, draft.text->text, names, call.now));
  AddDiagnostics(examined.diagnostics, draft, *response.mutable_diagnostics());
  if (examined.loaded.active == nullptr) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Previewed previewed,
                           previewer_.Preview(draft, call.now));
  if (previewed.preview) Write(*previewed.preview, shown, response);
  for (const policy::TestResult& test : examined.tests) {
    if (!test.passed) *response.add_failed_tests() = ToProto(test);
  }
  response.set_tests_passed(static_cast<uint32_t>(examined.tests.size() - examined.failed_tests));
  for (const policyadmin::GuaranteeResult& guarantee : examined.guarantees) {
    *response.add_guarantees() = ToProto(guarantee);
  }
  if (examined.passes()) response.set_refusal(std::string(refusal.message()));
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PreviewHypothetical(const Call& call,
                                                      const policyadmin::Draft& draft,
                                                      const PreviewShown& shown,
                                                      v1::PolicyPreviewResponse& response) const {
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Previewed previewed,
                           previewer_.Preview(draft, call.now));
  AddDiagnostics(previewed.diagnostics, draft, *response.mutable_diagnostics());
  if (!previewed.preview) return absl::OkStatus();
  Write(*previewed.preview, shown, response);
  response.clear_digest();  // nobody can approve what is not so
  response.set_could_apply(true);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyPreview(Call& call, const v1::PolicyPreviewRequest& request,
                                                v1::PolicyPreviewResponse& response) {
  if (request.proposal() != 0 && !request.text().empty()) {
    return wire::BadField("proposal", "is there beside a text");
  }
  FAIRWAY_RETURN_IF_ERROR(registry_.Refresh());
  const PreviewShown shown = ShownTo(call, request);
  policyadmin::Draft draft = DraftOf(request);
  if (request.proposal() != 0) {
    FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::ProposalView view,
                             proposals_.Show(request.proposal()));
    Name(absl::StrCat("proposal ", request.proposal()), response, call);
    draft.text = {view.proposal.file_name, view.proposal.text};
    if (view.preview && draft.peers.empty()) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
      Write(view, shown, users, response);
      Name(absl::StrCat("proposal ", request.proposal()), response, call);
      return absl::OkStatus();
    }
  }
  if (!draft.peers.empty() || !draft.text) {
    FAIRWAY_RETURN_IF_ERROR(PreviewHypothetical(call, draft, shown, response));
    Name(draft.text ? draft.text->file_name : "the policy in force", response, call);
    return absl::OkStatus();
  }
  const absl::StatusOr<policyadmin::ProposalView> tried =
      proposals_.Try(call.caller, draft.text->file_name, draft.text->text);
  if (tried.ok()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
    Write(*tried, shown, users, response);
  } else if (IsOfTheText(tried.status())) {
    FAIRWAY_RETURN_IF_ERROR(PreviewRefused(call, draft, shown, tried.status(), response));
  } else {
    return tried.status();
  }
  Name(draft.text->file_name, response, call);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyProve(Call& call, const v1::PolicyProveRequest& request,
                                              v1::PolicyProveResponse& response) {
  FAIRWAY_RETURN_IF_ERROR(registry_.Refresh());
  policyadmin::Draft draft;
  draft.text = {request.file_name(), request.text()};
  if (request.proposal() != 0) {
    if (!request.text().empty()) return wire::BadField("proposal", "is there beside a text");
    FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::ProposalView view,
                             proposals_.Show(request.proposal()));
    draft.text = {view.proposal.file_name, view.proposal.text};
  }
  policyadmin::PolicyNames names;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(names, policyadmin::CurrentNames(txn));
    return absl::OkStatus();
  }));
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::LoadedPolicy loaded,
                           policyadmin::LoadPolicy(draft.text->file_name, draft.text->text, names));
  AddDiagnostics(loaded.diagnostics, draft, *response.mutable_diagnostics());
  if (loaded.active == nullptr) return absl::OkStatus();
  const std::shared_ptr<const authz::ActivePolicy> active = slot_.Get();
  const absl::Time begun = absl::Now();
  FAIRWAY_ASSIGN_OR_RETURN(const policy::Proof proof,
                           policy::Prove(active == nullptr ? nullptr : active->policy.get(),
                                         *loaded.active->policy, FromToday(call.now)));
  Write(proof, response);
  response.set_against(active == nullptr ? 0 : active->number);
  response.set_took_us(static_cast<uint64_t>(absl::ToInt64Microseconds(absl::Now() - begun)));
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyPropose(Call& call, const v1::PolicyProposeRequest& request,
                                                v1::PolicyProposeResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const policyadmin::ProposalView view,
      proposals_.Propose(call.caller, request.file_name(), request.text(), request.reason()));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
  *response.mutable_proposal() = ToProto(view, users);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyProposals(Call&, const v1::PolicyProposalsRequest& request,
                                                  v1::PolicyProposalsResponse& response) {
  if (request.number() != 0) {
    FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::ProposalView view,
                             proposals_.Show(request.number()));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
    *response.add_proposals() = ToProto(view, users);
    response.set_text(view.proposal.text);
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const size_t limit, Limit(request.limit()));
  if (request.closed()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Proposal> all, proposals_.List(limit));
    for (const store::Proposal& proposal : all) *response.add_proposals() = ToProto(proposal);
    return absl::OkStatus();
  }
  std::vector<store::Proposal> open;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(open, store::OpenProposals(txn));
    return absl::OkStatus();
  }));
  std::reverse(open.begin(), open.end());  // newest first
  for (size_t i = 0; i < std::min(open.size(), limit); ++i) {
    *response.add_proposals() = ToProto(open[i]);
  }
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyApprove(Call& call, const v1::PolicyApproveRequest& request,
                                                v1::PolicyApproveResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest digest,
                           wire::ReadDigest("digest", request.digest()));
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::ProposalView view,
                           proposals_.Approve(call.caller, request.number(), digest));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
  *response.mutable_proposal() = ToProto(view, users);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyReject(Call& call, const v1::PolicyRejectRequest& request,
                                               v1::PolicyRejectResponse& response) {
  std::optional<store::Proposal> proposal;
  const auto look = [&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(proposal, store::GetProposal(txn, request.number()));
    return absl::OkStatus();
  };
  FAIRWAY_RETURN_IF_ERROR(database_.Read(look));
  // A name is never used again, so it is the same person.
  const bool own = proposal.has_value() && proposal->author == call.caller.user;
  FAIRWAY_RETURN_IF_ERROR(own ? proposals_.Withdraw(call.caller, request.number(), request.reason())
                              : proposals_.Reject(call.caller, request.number(), request.reason()));
  FAIRWAY_RETURN_IF_ERROR(database_.Read(look));
  if (proposal) *response.mutable_proposal() = ToProto(*proposal);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyApply(Call& call, const v1::PolicyApplyRequest& request,
                                              v1::PolicyApplyResponse& response) {
  if (request.proposal() != 0) {
    if (!request.text().empty()) return wire::BadField("proposal", "is there beside a text");
    FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::AppliedPolicy applied,
                             proposals_.Apply(call.caller, request.proposal()));
    Write(applied, response);
    return absl::OkStatus();
  }
  if (!request.digest().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest agreed,
                             wire::ReadDigest("digest", request.digest()));
    const auto tried = proposals_.Try(call.caller, request.file_name(), request.text());
    if (tried.ok() && tried->preview && tried->preview->digest != agreed) {
      return GainsChanged(absl::StrCat("fairway policy preview ", request.file_name()));
    }
  }
  FAIRWAY_ASSIGN_OR_RETURN(
      const policyadmin::AppliedPolicy applied,
      proposals_.ApplyText(call.caller, request.file_name(), request.text(), request.reason()));
  Write(applied, response);
  return absl::OkStatus();
}

absl::Status PolicyChangeService::PolicyRollback(Call& call,
                                                 const v1::PolicyRollbackRequest& request,
                                                 v1::PolicyRollbackResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Proposals::RolledBack rolled,
                           proposals_.Rollback(call.caller, request.number(), request.reason()));
  if (rolled.applied) Write(*rolled.applied, *response.mutable_applied());
  if (rolled.proposed) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, Users());
    *response.mutable_proposal() = ToProto(*rolled.proposed, users);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> PolicyChangeService::ShadowMeant(uint64_t named) const {
  if (named != 0) return named;
  uint64_t running = 0;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Shadow> shadows, store::RunningShadows(txn));
    if (!shadows.empty()) running = shadows.front().proposal;
    return absl::OkStatus();
  }));
  return running;
}

absl::Status PolicyChangeService::PolicyShadow(Call& call, const v1::PolicyShadowRequest& request,
                                               v1::PolicyShadowResponse& response) {
  if (request.stop() && request.hours() != 0)
    return wire::BadField("hours", "is there beside stop");
  if (request.hours() != 0 && request.proposal() == 0) {
    return wire::BadField("proposal", "is missing");
  }
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number, ShadowMeant(request.proposal()));
  if (number == 0) return absl::OkStatus();
  absl::StatusOr<policyadmin::ShadowView> shadow =
      request.stop() ? proposals_.EndShadow(call.caller, number)
      : request.hours() == 0
          ? proposals_.ShowShadow(number)
          : proposals_.StartShadow(call.caller, number, absl::Hours(request.hours()));
  FAIRWAY_RETURN_IF_ERROR(shadow.status());
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_shadow(), Describe(txn, *shadow, directory_));
    return absl::OkStatus();
  });
}

absl::Status PolicyChangeService::PolicyHistory(Call&, const v1::PolicyHistoryRequest& request,
                                                v1::PolicyHistoryResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const size_t limit, Limit(request.limit()));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<policyadmin::VersionView> versions,
                           proposals_.History(limit));
  for (const policyadmin::VersionView& version : versions) {
    *response.add_versions() = ToProto(version);
  }
  return absl::OkStatus();
}

}  // namespace fairway::service
