#include "node/store/proposal_table.h"

#include <algorithm>

#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {
namespace {

#define FAIRWAY_PROPOSAL_COLUMNS                                                                \
  "kind, of_version, file_name, text, policy_hash, profile_hash, base, author, reason, "        \
  "created_at, state, preview_digest, proof_digest, test_digest, gains, closed_at, closed_by, " \
  "closed_reason, applied_as"
#define FAIRWAY_SELECT_PROPOSAL "SELECT number, " FAIRWAY_PROPOSAL_COLUMNS " FROM proposal "

Proposal ReadProposal(Statement& row) {
  Proposal proposal;
  proposal.number = row.GetU64(0);
  proposal.kind = row.GetEnum(1, &PolicyChangeFromNumber);
  proposal.of_version = row.GetU64(2);
  proposal.file_name = row.GetText(3);
  proposal.text = row.GetText(4);
  proposal.policy_hash = row.GetDigest(5);
  proposal.profile_hash = row.GetDigest(6);
  proposal.base = row.GetU64(7);
  proposal.author = row.GetText(8);
  proposal.reason = row.GetText(9);
  proposal.created_at = row.GetTime(10);
  proposal.state = row.GetEnum(11, &ProposalStateFromNumber);
  proposal.preview_digest = row.GetDigest(12);
  proposal.proof_digest = row.GetDigest(13);
  proposal.test_digest = row.GetDigest(14);
  proposal.gains = row.GetBlob(15);
  proposal.closed_at = row.GetMaybeTime(16);
  proposal.closed_by = row.GetText(17);
  proposal.closed_reason = row.GetText(18);
  proposal.applied_as = row.GetU64(19);
  return proposal;
}

Approval ReadApproval(Statement& row) {
  Approval approval;
  approval.proposal = row.GetU64(0);
  approval.user = row.GetText(1);
  approval.roles = SplitLines(row.GetText(2));
  approval.preview_digest = row.GetDigest(3);
  approval.at = row.GetTime(4);
  return approval;
}

PolicyRecord ReadRecord(Statement& row) {
  PolicyRecord record;
  record.number = row.GetU64(0);
  record.kind = row.GetEnum(1, &PolicyChangeFromNumber);
  record.parent = row.GetU64(2);
  record.of_version = row.GetU64(3);
  record.proposal = row.GetU64(4);
  record.policy_hash = row.GetDigest(5);
  record.registry_hash = row.GetDigest(6);
  record.author = row.GetText(7);
  record.reason = row.GetText(8);
  record.alone = row.GetBool(9);
  record.preview_digest = row.GetDigest(10);
  record.proof_digest = row.GetDigest(11);
  record.test_digest = row.GetDigest(12);
  record.signed_bytes = row.GetBlob(13);
  return record;
}

#define FAIRWAY_SELECT_SHADOW                                                                   \
  "SELECT proposal, started_by, started_at, ends_at, ended_at, ended_by, seen_seq, decisions, " \
  "differences FROM shadow "

Shadow ReadShadow(Statement& row) {
  Shadow shadow;
  shadow.proposal = row.GetU64(0);
  shadow.started_by = row.GetText(1);
  shadow.started_at = row.GetTime(2);
  shadow.ends_at = row.GetTime(3);
  shadow.ended_at = row.GetMaybeTime(4);
  shadow.ended_by = row.GetText(5);
  shadow.seen_seq = row.GetU64(6);
  shadow.decisions = row.GetU64(7);
  shadow.differences = row.GetU64(8);
  return shadow;
}

ShadowDifference ReadDifference(Statement& row) {
  ShadowDifference difference;
  difference.peer = GetAuthority(row, 0);
  difference.object = row.GetDigest(1);
  difference.before = row.GetText(2);
  difference.after = row.GetText(3);
  difference.at = row.GetTime(4);
  return difference;
}

}  // namespace

std::optional<ProposalState> ProposalStateFromNumber(uint64_t number) {
  if (number < 1 || number > static_cast<uint64_t>(ProposalState::kSuperseded)) return std::nullopt;
  return static_cast<ProposalState>(number);
}

std::string_view ToText(ProposalState state) {
  switch (state) {
    case ProposalState::kOpen:
      return "open";
    case ProposalState::kApproved:
      return "approved";
    case ProposalState::kRejected:
      return "rejected";
    case ProposalState::kApplied:
      return "applied";
    case ProposalState::kWithdrawn:
      return "withdrawn";
    case ProposalState::kSuperseded:
      return "superseded";
  }
  return "unknown";
}

std::optional<PolicyChange> PolicyChangeFromNumber(uint64_t number) {
  if (number < 1 || number > static_cast<uint64_t>(PolicyChange::kRollback)) return std::nullopt;
  return static_cast<PolicyChange>(number);
}

std::string_view ToText(PolicyChange change) {
  return change == PolicyChange::kRollback ? "rollback" : "apply";
}

absl::StatusOr<uint64_t> AppendProposal(Txn& txn, const Proposal& proposal) {
  Statement put(txn, "INSERT INTO proposal (" FAIRWAY_PROPOSAL_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                     "RETURNING number");
  put.U64(static_cast<uint64_t>(proposal.kind))
      .U64(proposal.of_version)
      .Text(proposal.file_name)
      .Text(proposal.text)
      .Blob(proposal.policy_hash.view())
      .Blob(proposal.profile_hash.view())
      .U64(proposal.base)
      .Text(proposal.author)
      .Text(proposal.reason)
      .Time(proposal.created_at)
      .U64(static_cast<uint64_t>(proposal.state))
      .Blob(proposal.preview_digest.view())
      .Blob(proposal.proof_digest.view())
      .Blob(proposal.test_digest.view())
      .Blob(proposal.gains)
      .MaybeTime(proposal.closed_at)
      .Text(proposal.closed_by)
      .Text(proposal.closed_reason)
      .U64(proposal.applied_as);
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, put.Step());
  const uint64_t number = found ? put.GetU64(0) : 0;
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  return number;
}

absl::Status UpdateProposal(Txn& txn, const Proposal& proposal) {
  Statement set(txn,
                "UPDATE proposal SET state = ?, preview_digest = ?, proof_digest = ?, "
                "test_digest = ?, gains = ?, closed_at = ?, closed_by = ?, closed_reason = ?, "
                "applied_as = ? WHERE number = ?");
  set.U64(static_cast<uint64_t>(proposal.state))
      .Blob(proposal.preview_digest.view())
      .Blob(proposal.proof_digest.view())
      .Blob(proposal.test_digest.view())
      .Blob(proposal.gains)
      .MaybeTime(proposal.closed_at)
      .Text(proposal.closed_by)
      .Text(proposal.closed_reason)
      .U64(proposal.applied_as)
      .U64(proposal.number);
  return set.RunOne("such proposal");
}

absl::StatusOr<std::optional<Proposal>> GetProposal(ReadTxn& txn, uint64_t number) {
  Statement find(txn, FAIRWAY_SELECT_PROPOSAL "WHERE number = ?");
  find.U64(number);
  return ReadOne(find, &ReadProposal);
}

absl::StatusOr<std::vector<Proposal>> Proposals(ReadTxn& txn, size_t limit) {
  Statement find(txn, FAIRWAY_SELECT_PROPOSAL "ORDER BY number DESC LIMIT ?");
  find.U64(limit);
  return ReadAll(find, &ReadProposal);
}

absl::StatusOr<std::vector<Proposal>> OpenProposals(ReadTxn& txn) {
  Statement find(txn, FAIRWAY_SELECT_PROPOSAL "WHERE state IN (1, 2) ORDER BY number");
  return ReadAll(find, &ReadProposal);
}

absl::Status PutApproval(Txn& txn, const Approval& approval) {
  Statement put(txn,
                "INSERT OR REPLACE INTO approval (proposal, user, roles, preview_digest, at) "
                "VALUES (?, ?, ?, ?, ?)");
  put.U64(approval.proposal)
      .Text(approval.user)
      .Text(JoinLines(approval.roles))
      .Blob(approval.preview_digest.view())
      .Time(approval.at);
  return put.Run();
}

absl::StatusOr<std::vector<Approval>> ApprovalsOf(ReadTxn& txn, uint64_t proposal) {
  Statement find(txn,
                 "SELECT proposal, user, roles, preview_digest, at FROM approval "
                 "WHERE proposal = ? ORDER BY at, user");
  find.U64(proposal);
  return ReadAll(find, &ReadApproval);
}

absl::Status PutPolicyRecord(Txn& txn, const PolicyRecord& record) {
  Statement put(txn, "INSERT INTO policy_record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put.U64(record.number)
      .U64(static_cast<uint64_t>(record.kind))
      .U64(record.parent)
      .U64(record.of_version)
      .U64(record.proposal)
      .Blob(record.policy_hash.view())
      .Blob(record.registry_hash.view())
      .Text(record.author)
      .Text(record.reason)
      .Bool(record.alone)
      .Blob(record.preview_digest.view())
      .Blob(record.proof_digest.view())
      .Blob(record.test_digest.view())
      .Blob(record.signed_bytes);
  return put.Run();
}

absl::StatusOr<std::optional<PolicyRecord>> GetPolicyRecord(ReadTxn& txn, uint64_t number) {
  Statement find(txn,
                 "SELECT number, kind, parent, of_version, proposal, policy_hash, registry_hash, "
                 "author, reason, alone, preview_digest, proof_digest, test_digest, signed "
                 "FROM policy_record WHERE number = ?");
  find.U64(number);
  return ReadOne(find, &ReadRecord);
}

absl::Status StartShadow(Txn& txn, const Shadow& shadow) {
  Statement forget(txn, "DELETE FROM shadow_difference WHERE proposal = ?");
  forget.U64(shadow.proposal);
  FAIRWAY_RETURN_IF_ERROR(forget.Run());
  Statement put(txn, "INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put.U64(shadow.proposal)
      .Text(shadow.started_by)
      .Time(shadow.started_at)
      .Time(shadow.ends_at)
      .MaybeTime(shadow.ended_at)
      .Text(shadow.ended_by)
      .U64(shadow.seen_seq)
      .U64(shadow.decisions)
      .U64(shadow.differences);
  return put.Run();
}

absl::Status UpdateShadow(Txn& txn, const Shadow& shadow,
                          const std::vector<ShadowDifference>& found) {
  Statement set(txn,
                "UPDATE shadow SET ended_at = ?, ended_by = ?, seen_seq = ?, decisions = ?, "
                "differences = ? WHERE proposal = ?");
  set.MaybeTime(shadow.ended_at)
      .Text(shadow.ended_by)
      .U64(shadow.seen_seq)
      .U64(shadow.decisions)
      .U64(shadow.differences)
      .U64(shadow.proposal);
  FAIRWAY_RETURN_IF_ERROR(set.RunOne("such shadow run"));
  Statement count(txn, "SELECT count(*) FROM shadow_difference WHERE proposal = ?");
  count.U64(shadow.proposal);
  FAIRWAY_ASSIGN_OR_RETURN(const bool counted, count.Step());
  const uint64_t kept = counted ? count.GetU64(0) : 0;
  FAIRWAY_RETURN_IF_ERROR(count.Run());
  const size_t room = kept >= kMaxShadowDifferences ? 0 : kMaxShadowDifferences - kept;
  for (size_t i = 0; i < std::min(room, found.size()); ++i) {
    Statement put(txn,
                  "INSERT INTO shadow_difference (proposal, peer, object, before_text, after_text, "
                  "at) VALUES (?, ?, ?, ?, ?, ?)");
    put.U64(shadow.proposal);
    BindAuthority(put, found[i].peer);
    put.Blob(found[i].object.view()).Text(found[i].before).Text(found[i].after).Time(found[i].at);
    FAIRWAY_RETURN_IF_ERROR(put.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Shadow>> GetShadow(ReadTxn& txn, uint64_t proposal) {
  Statement find(txn, FAIRWAY_SELECT_SHADOW "WHERE proposal = ?");
  find.U64(proposal);
  return ReadOne(find, &ReadShadow);
}

absl::StatusOr<std::vector<Shadow>> RunningShadows(ReadTxn& txn) {
  Statement find(txn, FAIRWAY_SELECT_SHADOW "WHERE ended_at IS NULL ORDER BY proposal");
  return ReadAll(find, &ReadShadow);
}

absl::StatusOr<std::vector<ShadowDifference>> ShadowDifferences(ReadTxn& txn, uint64_t proposal) {
  Statement find(txn,
                 "SELECT peer, object, before_text, after_text, at FROM shadow_difference "
                 "WHERE proposal = ? ORDER BY id");
  find.U64(proposal);
  return ReadAll(find, &ReadDifference);
}

}  // namespace fairway::store
