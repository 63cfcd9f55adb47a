#include "node/policyadmin/proposals.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/audit/event.h"
#include "node/authz/authorizer.h"
#include "node/policyadmin/kept_promises.h"
#include "node/policyadmin/policy_record.h"
#include "node/policyadmin/proposal_problems.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/user_table.h"
#include "policy/limits.h"

namespace fairway::policyadmin {
namespace {

using store::ProposalState;

bool IsOpen(const store::Proposal& proposal) {
  return proposal.state == ProposalState::kOpen || proposal.state == ProposalState::kApproved;
}

// As which of the two the caller acts.
std::string RoleOf(const model::Caller& caller) {
  const model::Role role = caller.roles.contains(model::Role::kAdministrator)
                               ? model::Role::kAdministrator
                               : model::Role::kCommander;
  return std::string(model::ToText(role));
}

absl::Status RequireApprover(const model::Caller& caller) {
  const bool may = caller.roles.contains(model::Role::kAdministrator) ||
                   caller.roles.contains(model::Role::kCommander);
  return may ? absl::OkStatus() : NotAnApprover(caller.user);
}

absl::Status CheckReason(const std::string& reason) {
  const bool usable = !reason.empty() && reason.size() <= kMaxReasonBytes;
  return usable ? absl::OkStatus() : BadReason(kMaxReasonBytes);
}

std::string ProposalName(uint64_t number) { return absl::StrCat("proposal ", number); }

audit::Event EventBy(const model::Caller& caller, audit::EventKind kind) {
  audit::Event event;
  event.kind = kind;
  event.actor = caller.user;
  event.role = RoleOf(caller);
  return event;
}

// Gains that are too many to keep are told by their digest alone.
std::string Kept(const std::string& gains) {
  return gains.size() <= kMaxGainsKept ? gains : std::string();
}

crypto::Digest ProofDigest(const policy::Proof& proof) {
  return crypto::TaggedHash("fairway/policy-proof/v1", proof.ToText());
}

}  // namespace

// Everything known of one change at one moment.
struct Proposals::Judged {
  store::Proposal proposal;
  Previewer::Side before;
  Previewer::Side after;
  Examined examined;
  absl::Status refused;  // by the gate; then nothing below is there
  Preview preview;
  policy::Proof proof;
  std::vector<std::string> given_up;  // promises of the version in force
  std::vector<std::string> not_previewed;
  std::vector<store::Approval> approvals;
  Needs needs;
};

Proposals::Proposals(store::Database& database, const audit::AuditLog& audit,
                     const env::Clock& clock, PolicyRegistry& registry, const Previewer& previewer,
                     const model::AuthorityId& self, const crypto::SigningKey& node_key,
                     env::Wake shadow_started)
    : database_(database),
      audit_(audit),
      clock_(clock),
      registry_(registry),
      previewer_(previewer),
      self_(self),
      node_key_(node_key),
      shadow_started_(std::move(shadow_started)) {}

absl::Status Proposals::Refuse(const model::Caller& caller, const std::string& what,
                               const absl::Status& why) const {
  // What the database could not do is no decision of anybody's.
  if (why.ok() || !ProblemOf(why).has_value()) return why;
  audit::Event event = EventBy(caller, audit::EventKind::kPolicyRefused);
  event.objects = {what};
  event.outcome = "refused";
  event.reason = std::string(why.message());
  FAIRWAY_RETURN_IF_ERROR(
      database_.Write([&](store::Txn& txn) { return audit_.Append(txn, event).status(); }));
  return why;
}

absl::StatusOr<store::Proposal> Proposals::Find(uint64_t number) const {
  std::optional<store::Proposal> proposal;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(proposal, store::GetProposal(txn, number));
    return absl::OkStatus();
  }));
  if (!proposal.has_value()) return NoSuchProposal(number);
  return *std::move(proposal);
}

absl::StatusOr<Proposals::Judged> Proposals::Judge(store::Proposal proposal) const {
  Judged judged;
  judged.proposal = std::move(proposal);
  const store::Proposal& asked = judged.proposal;
  const absl::Time now = clock_.Now();
  std::vector<store::UserRow> users;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(judged.before, Previewer::InForce(txn));
    FAIRWAY_ASSIGN_OR_RETURN(users, store::AllUsers(txn));
    judged.approvals.clear();
    if (asked.number != 0) {
      FAIRWAY_ASSIGN_OR_RETURN(judged.approvals, store::ApprovalsOf(txn, asked.number));
    }
    return absl::OkStatus();
  }));
  judged.after.names = judged.before.names;
  FAIRWAY_ASSIGN_OR_RETURN(judged.examined,
                           Examine(asked.file_name, asked.text, judged.after.names, now));
  judged.refused = Refusal(asked.file_name, judged.examined);
  if (!judged.refused.ok()) return judged;
  judged.after.active = judged.examined.loaded.active;
  const policy::Policy* in_force =
      judged.before.active == nullptr ? nullptr : judged.before.active->policy.get();
  // Who goes back to a version says himself what it replaces.
  if (asked.kind == store::PolicyChange::kApply) {
    judged.refused = CheckReplaces(judged.after.active->policy->head(),
                                   in_force == nullptr ? crypto::Digest() : PolicyHash(*in_force));
    if (!judged.refused.ok()) return judged;
  }
  FAIRWAY_ASSIGN_OR_RETURN(judged.preview, previewer_.Compare(judged.before, judged.after, now));
  policy::ProofLimits limits;
  limits.first_day = absl::ToUnixSeconds(now) / 86400;
  absl::StatusOr<policy::Proof> proof =
      policy::Prove(in_force, *judged.after.active->policy, limits);
  // What cannot be compared is not proved: every answer of an empty proof is "too hard".
  if (proof.ok()) judged.proof = *std::move(proof);
  if (in_force != nullptr) {
    judged.given_up = PromisesGivenUp(*in_force, *judged.after.active->policy);
  }
  judged.not_previewed = NotPreviewed(judged.after.names, *judged.after.active->policy, now);
  judged.needs = NeedsOf({.author = asked.author,
                          .tightening = judged.proof.PureTightening(),
                          .proposal = asked.number,
                          .given_up = judged.given_up,
                          .not_previewed = judged.not_previewed},
                         judged.preview, judged.approvals, users);
  judged.proposal.policy_hash = judged.preview.hash;
  judged.proposal.profile_hash = judged.after.active->profile_hash;
  return judged;
}

absl::StatusOr<ProposalView> Proposals::View(Judged judged) const {
  ProposalView view;
  view.gains_changed =
      judged.proposal.number != 0 && judged.proposal.preview_digest != judged.preview.digest;
  if (view.gains_changed && !judged.proposal.gains.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(view.difference,
                             previewer_.Difference(judged.proposal.gains, judged.preview.gains));
  }
  view.proposal = std::move(judged.proposal);
  view.approvals = std::move(judged.approvals);
  view.guarantees = std::move(judged.examined.guarantees);
  view.tests = judged.examined.tests.size();
  view.preview = std::move(judged.preview);
  view.proof = std::move(judged.proof);
  view.needs = std::move(judged.needs);
  return view;
}

absl::StatusOr<ProposalView> Proposals::Try(const model::Caller& caller,
                                            const std::string& file_name,
                                            const std::string& text) const {
  FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(Drafted(caller, file_name, text, "")));
  FAIRWAY_RETURN_IF_ERROR(judged.refused);
  return View(std::move(judged));
}

store::Proposal Proposals::Drafted(const model::Caller& caller, const std::string& file_name,
                                   const std::string& text, const std::string& reason) const {
  store::Proposal proposal;
  proposal.file_name = file_name;
  proposal.text = text;
  proposal.author = caller.user;
  proposal.reason = reason;
  proposal.created_at = clock_.Now();
  return proposal;
}

absl::StatusOr<ProposalView> Proposals::Keep(const model::Caller& caller, Judged judged) {
  store::Proposal& proposal = judged.proposal;
  proposal.base = judged.preview.base;
  proposal.preview_digest = judged.preview.digest;
  proposal.proof_digest = ProofDigest(judged.proof);
  proposal.test_digest = judged.examined.test_digest;
  proposal.gains = Kept(judged.preview.gains);
  proposal.state = judged.needs.missing.empty() ? ProposalState::kApproved : ProposalState::kOpen;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Proposal> open, store::OpenProposals(txn));
    if (open.size() >= kMaxOpenProposals) return TooManyOpen(kMaxOpenProposals);
    FAIRWAY_ASSIGN_OR_RETURN(proposal.number, store::AppendProposal(txn, proposal));
    audit::Event event = EventBy(caller, audit::EventKind::kPolicyProposed);
    event.objects = {ProposalName(proposal.number), proposal.file_name};
    event.reason = proposal.reason;
    event.detail = {{"number", absl::StrCat(proposal.number)},
                    {"policy", crypto::Hex(proposal.policy_hash.view())},
                    {"gains", crypto::Hex(proposal.preview_digest.view())},
                    {"base", absl::StrCat(proposal.base)},
                    {"kind", std::string(store::ToText(proposal.kind))}};
    return audit_.Append(txn, event).status();
  }));
  return View(std::move(judged));
}

absl::StatusOr<ProposalView> Proposals::Propose(const model::Caller& caller,
                                                const std::string& file_name,
                                                const std::string& text,
                                                const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(RequireApprover(caller));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto propose = [&]() -> absl::StatusOr<ProposalView> {
    FAIRWAY_RETURN_IF_ERROR(CheckReason(reason));
    if (text.size() > policy::kMaxPolicyTextBytes) {
      return TextTooLong(text.size(), policy::kMaxPolicyTextBytes);
    }
    FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(Drafted(caller, file_name, text, reason)));
    FAIRWAY_RETURN_IF_ERROR(judged.refused);
    const authz::ActivePolicy* in_force = judged.before.active.get();
    if (in_force != nullptr && PolicyHash(*in_force->policy) == judged.preview.hash) {
      return InForceAlready(in_force->number);
    }
    return Keep(caller, std::move(judged));
  };
  absl::StatusOr<ProposalView> proposed = propose();
  if (!proposed.ok()) return Refuse(caller, file_name, proposed.status());
  return proposed;
}

absl::StatusOr<ProposalView> Proposals::Approve(const model::Caller& caller, uint64_t number,
                                                const crypto::Digest& digest) {
  FAIRWAY_RETURN_IF_ERROR(RequireApprover(caller));
  std::lock_guard<std::mutex> lock(mutex_);
  absl::StatusOr<ProposalView> approved = ApproveLocked(caller, number, digest);
  if (!approved.ok()) return Refuse(caller, ProposalName(number), approved.status());
  return approved;
}

absl::StatusOr<ProposalView> Proposals::ApproveLocked(const model::Caller& caller, uint64_t number,
                                                      const crypto::Digest& digest) {
  FAIRWAY_ASSIGN_OR_RETURN(store::Proposal proposal, Find(number));
  if (!IsOpen(proposal)) return NotOpen(proposal);
  if (proposal.author == caller.user) return AuthorCannotApprove(proposal);
  FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(std::move(proposal)));
  FAIRWAY_RETURN_IF_ERROR(judged.refused);
  if (judged.preview.digest != digest) {
    FAIRWAY_ASSIGN_OR_RETURN(const GainDifference difference, DifferenceOf(judged));
    return GainsChanged(number, difference);
  }
  // The author's own gains are those that somebody looked at last.
  judged.proposal.preview_digest = digest;
  judged.proposal.gains = Kept(judged.preview.gains);
  store::Approval approval{.proposal = number,
                           .user = caller.user,
                           .roles = {},
                           .preview_digest = digest,
                           .at = clock_.Now()};
  for (const model::Role role : caller.roles) approval.roles.emplace_back(model::ToText(role));
  std::sort(approval.roles.begin(), approval.roles.end());
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(store::PutApproval(txn, approval));
    FAIRWAY_ASSIGN_OR_RETURN(judged.approvals, store::ApprovalsOf(txn, number));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> users, store::AllUsers(txn));
    judged.needs = NeedsOf({.author = judged.proposal.author,
                            .tightening = judged.proof.PureTightening(),
                            .proposal = number,
                            .given_up = judged.given_up,
                            .not_previewed = judged.not_previewed},
                           judged.preview, judged.approvals, users);
    judged.proposal.state =
        judged.needs.missing.empty() ? ProposalState::kApproved : ProposalState::kOpen;
    FAIRWAY_RETURN_IF_ERROR(store::UpdateProposal(txn, judged.proposal));
    audit::Event event = EventBy(caller, audit::EventKind::kPolicyApproved);
    event.objects = {ProposalName(number)};
    event.detail = {{"number", absl::StrCat(number)},
                    {"gains", crypto::Hex(digest.view())},
                    {"roles", absl::StrJoin(approval.roles, ", ")}};
    return audit_.Append(txn, event).status();
  }));
  return View(std::move(judged));
}

absl::StatusOr<GainDifference> Proposals::DifferenceOf(const Judged& judged) const {
  if (judged.proposal.gains.empty()) {
    return GainDifference{.more = {"more than can be told one by one"}, .fewer = {}};
  }
  return previewer_.Difference(judged.proposal.gains, judged.preview.gains);
}

absl::Status Proposals::Close(const model::Caller& caller, uint64_t number, ProposalState state,
                              const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(CheckReason(reason));
  FAIRWAY_ASSIGN_OR_RETURN(store::Proposal proposal, Find(number));
  if (!IsOpen(proposal)) return NotOpen(proposal);
  const bool withdrawn = state == ProposalState::kWithdrawn;
  if (withdrawn && proposal.author != caller.user) return NotTheAuthor(proposal);
  proposal.state = state;
  proposal.closed_at = clock_.Now();
  proposal.closed_by = caller.user;
  proposal.closed_reason = reason;
  return database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(store::UpdateProposal(txn, proposal));
    audit::Event event = EventBy(
        caller, withdrawn ? audit::EventKind::kPolicyWithdrawn : audit::EventKind::kPolicyRejected);
    event.objects = {ProposalName(number)};
    event.reason = reason;
    event.detail = {{"number", absl::StrCat(number)}};
    return audit_.Append(txn, event).status();
  });
}

absl::Status Proposals::Reject(const model::Caller& caller, uint64_t number,
                               const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(RequireApprover(caller));
  std::lock_guard<std::mutex> lock(mutex_);
  return Refuse(caller, ProposalName(number),
                Close(caller, number, ProposalState::kRejected, reason));
}

absl::Status Proposals::Withdraw(const model::Caller& caller, uint64_t number,
                                 const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(RequireApprover(caller));
  std::lock_guard<std::mutex> lock(mutex_);
  return Refuse(caller, ProposalName(number),
                Close(caller, number, ProposalState::kWithdrawn, reason));
}

absl::Status Proposals::CheckMayApply(const Judged& judged) const {
  if (!judged.needs.refused.empty()) return OverBudget(judged.needs);
  if (judged.needs.missing.empty()) return absl::OkStatus();
  const bool approved_others = std::any_of(
      judged.approvals.begin(), judged.approvals.end(),
      [&](const auto& approval) { return approval.preview_digest != judged.preview.digest; });
  if (approved_others) {
    FAIRWAY_ASSIGN_OR_RETURN(const GainDifference difference, DifferenceOf(judged));
    return GainsChanged(judged.proposal.number, difference);
  }
  return StillNeeds(judged.proposal.number, judged.proposal.file_name, judged.needs);
}

absl::StatusOr<AppliedPolicy> Proposals::Apply(const model::Caller& caller, uint64_t number) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto apply = [&]() -> absl::StatusOr<AppliedPolicy> {
    FAIRWAY_ASSIGN_OR_RETURN(store::Proposal proposal, Find(number));
    if (!IsOpen(proposal)) return NotOpen(proposal);
    FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(std::move(proposal)));
    FAIRWAY_RETURN_IF_ERROR(judged.refused);
    FAIRWAY_RETURN_IF_ERROR(CheckMayApply(judged));
    return PutInForce(caller, std::move(judged));
  };
  absl::StatusOr<AppliedPolicy> applied = apply();
  if (!applied.ok()) return Refuse(caller, ProposalName(number), applied.status());
  return applied;
}

absl::StatusOr<AppliedPolicy> Proposals::ApplyText(const model::Caller& caller,
                                                   const std::string& file_name,
                                                   const std::string& text,
                                                   const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto apply = [&]() -> absl::StatusOr<AppliedPolicy> {
    FAIRWAY_RETURN_IF_ERROR(CheckReason(reason));
    if (text.size() > policy::kMaxPolicyTextBytes) {
      return TextTooLong(text.size(), policy::kMaxPolicyTextBytes);
    }
    FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(Drafted(caller, file_name, text, reason)));
    FAIRWAY_RETURN_IF_ERROR(judged.refused);
    FAIRWAY_RETURN_IF_ERROR(CheckMayApply(judged));
    return PutInForce(caller, std::move(judged));
  };
  absl::StatusOr<AppliedPolicy> applied = apply();
  if (!applied.ok()) return Refuse(caller, file_name, applied.status());
  return applied;
}

absl::StatusOr<Proposals::RolledBack> Proposals::Rollback(const model::Caller& caller,
                                                          uint64_t version,
                                                          const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  std::lock_guard<std::mutex> lock(mutex_);
  const auto roll_back = [&]() -> absl::StatusOr<RolledBack> {
    FAIRWAY_RETURN_IF_ERROR(CheckReason(reason));
    std::optional<store::PolicyRow> row;
    FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(row, store::GetPolicy(txn, version));
      return absl::OkStatus();
    }));
    if (!row.has_value()) return NoSuchVersion(version);
    store::Proposal proposal = Drafted(caller, row->file_name, row->text, reason);
    proposal.kind = store::PolicyChange::kRollback;
    proposal.of_version = version;
    FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(std::move(proposal)));
    FAIRWAY_RETURN_IF_ERROR(judged.refused);
    const authz::ActivePolicy* in_force = judged.before.active.get();
    if (in_force != nullptr && PolicyHash(*in_force->policy) == judged.preview.hash) {
      return InForceAlready(in_force->number);
    }
    if (!judged.needs.refused.empty()) return OverBudget(judged.needs);
    RolledBack back;
    if (judged.needs.missing.empty()) {
      FAIRWAY_ASSIGN_OR_RETURN(back.applied, PutInForce(caller, std::move(judged)));
    } else {
      FAIRWAY_ASSIGN_OR_RETURN(back.proposed, Keep(caller, std::move(judged)));
    }
    return back;
  };
  absl::StatusOr<RolledBack> back = roll_back();
  if (!back.ok()) return Refuse(caller, absl::StrCat("version ", version), back.status());
  return back;
}

// One transaction: the version, its signed record, what became of the proposals, the leaf.
absl::StatusOr<AppliedPolicy> Proposals::PutInForce(const model::Caller& caller, Judged judged) {
  const absl::Time now = clock_.Now();
  store::Proposal& proposal = judged.proposal;
  store::PolicyRow row{.number = judged.preview.base + 1,
                       .file_name = proposal.file_name,
                       .text = proposal.text,
                       .text_hash = {},
                       .profile_text = judged.after.names.profile_text,
                       .profile_hash = {},
                       .applied_at = now,
                       .applied_by = caller.user};
  FAIRWAY_ASSIGN_OR_RETURN(row.number, NextVersion());
  store::PolicyRecord record{.number = row.number,
                             .kind = proposal.kind,
                             .parent = row.number - 1,
                             .of_version = proposal.of_version,
                             .proposal = proposal.number,
                             .policy_hash = judged.preview.hash,
                             .registry_hash = RegistryHash(judged.after.names),
                             .author = proposal.author,
                             .reason = proposal.reason,
                             .alone = judged.needs.alone && !judged.needs.tightening,
                             .preview_digest = judged.preview.digest,
                             .proof_digest = ProofDigest(judged.proof),
                             .test_digest = judged.examined.test_digest,
                             .signed_bytes = {}};
  // Signed before the writer is entered: the number it will have is known while the mutex is held.
  SignedRecord signed_record =
      SignPolicyRecord(EncodePolicyRecord(self_, row, record, judged.approvals), node_key_);
  record.signed_bytes = std::move(signed_record.bytes);
  const std::vector<store::Approval> counting = Counting(judged.approvals, record);

  AppliedPolicy applied{.number = row.number,
                        .proposal = proposal.number,
                        .text_hash = crypto::Sha256(row.text),
                        .policy_hash = record.policy_hash,
                        .record = signed_record.object,
                        .rules = judged.after.active->policy->rule_count(),
                        .tests_passed = judged.examined.tests.size(),
                        .alone = record.alone,
                        .preview = {}};
  FAIRWAY_RETURN_IF_ERROR(registry_.Change([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const PolicyNames names, CurrentNames(txn));
    if (RegistryHash(names) != record.registry_hash) return ChangedMeanwhile();
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number, store::AppendPolicy(txn, row));
    if (number != row.number) return ChangedMeanwhile();
    FAIRWAY_RETURN_IF_ERROR(store::PutPolicyRecord(txn, record));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<std::string> superseded,
                             CloseOthers(txn, caller, proposal, number, now));
    audit::Event event = EventBy(caller, audit::EventKind::kPolicyApplied);
    event.objects = {row.file_name};
    event.reason = proposal.reason;
    event.detail = {{"number", absl::StrCat(number)},
                    {"sha256", crypto::Hex(applied.text_hash.view())},
                    {"rules", absl::StrCat(applied.rules)},
                    {"tests", absl::StrCat(applied.tests_passed)},
                    {"kind", std::string(store::ToText(record.kind))},
                    {"policy", crypto::Hex(record.policy_hash.view())},
                    {"gains", crypto::Hex(record.preview_digest.view())},
                    {"author", record.author}};
    if (record.proposal != 0) event.detail["proposal"] = absl::StrCat(record.proposal);
    if (record.of_version != 0) event.detail["of"] = absl::StrCat(record.of_version);
    if (record.alone) event.detail["alone"] = "nobody else could check it";
    std::vector<std::string> approvers;
    for (const store::Approval& approval : counting) approvers.push_back(approval.user);
    if (!approvers.empty()) event.detail["approvers"] = absl::StrJoin(approvers, ", ");
    if (!superseded.empty()) event.detail["superseded"] = absl::StrJoin(superseded, ", ");
    return audit_.Append(txn, event).status();
  }));
  applied.preview = std::move(judged.preview);
  return applied;
}

absl::StatusOr<uint64_t> Proposals::NextVersion() const {
  uint64_t next = 1;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row,
                             store::ActivePolicyRow(txn));
    next = row.has_value() ? row->number + 1 : 1;
    return absl::OkStatus();
  }));
  return next;
}

absl::StatusOr<std::vector<std::string>> Proposals::CloseOthers(store::Txn& txn,
                                                                const model::Caller& caller,
                                                                const store::Proposal& applied,
                                                                uint64_t version,
                                                                absl::Time now) const {
  std::vector<std::string> superseded;
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::Proposal> open, store::OpenProposals(txn));
  for (store::Proposal& each : open) {
    const bool this_one = each.number == applied.number;
    each.state = this_one ? ProposalState::kApplied : ProposalState::kSuperseded;
    each.closed_at = now;
    each.closed_by = caller.user;
    each.closed_reason = this_one ? "" : absl::StrCat("version ", version, " came into force");
    if (this_one) {
      each.applied_as = version;
    } else {
      superseded.push_back(absl::StrCat(each.number));
    }
    FAIRWAY_RETURN_IF_ERROR(store::UpdateProposal(txn, each));
  }
  return superseded;
}

absl::StatusOr<ProposalView> Proposals::Show(uint64_t number) const {
  FAIRWAY_ASSIGN_OR_RETURN(store::Proposal proposal, Find(number));
  if (IsOpen(proposal)) {
    FAIRWAY_ASSIGN_OR_RETURN(Judged judged, Judge(proposal));
    if (judged.refused.ok()) return View(std::move(judged));
  }
  ProposalView view;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(view.approvals, store::ApprovalsOf(txn, number));
    return absl::OkStatus();
  }));
  view.proposal = std::move(proposal);
  return view;
}

absl::StatusOr<std::vector<store::Proposal>> Proposals::List(size_t limit) const {
  std::vector<store::Proposal> proposals;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(proposals, store::Proposals(txn, limit));
    return absl::OkStatus();
  }));
  return proposals;
}

absl::StatusOr<std::vector<VersionView>> Proposals::History(size_t limit) const {
  std::vector<VersionView> versions;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    versions.clear();
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::PolicyRow> rows, store::PolicyHistory(txn, limit));
    for (store::PolicyRow& row : rows) {
      VersionView version;
      version.in_force = versions.empty();
      FAIRWAY_ASSIGN_OR_RETURN(version.record, store::GetPolicyRecord(txn, row.number));
      if (version.record.has_value()) {
        FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Approval> approvals,
                                 store::ApprovalsOf(txn, version.record->proposal));
        version.approvals = Counting(approvals, *version.record);
        version.record_verifies =
            VerifyPolicyRecord(self_, row, *version.record, approvals, node_key_.public_key()).ok();
      }
      version.row = std::move(row);
      versions.push_back(std::move(version));
    }
    return absl::OkStatus();
  }));
  return versions;
}

}  // namespace fairway::policyadmin
