#ifndef FAIRWAY_NODE_STORE_PROPOSAL_TABLE_H_
#define FAIRWAY_NODE_STORE_PROPOSAL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Changes of the policy that somebody proposed, who approved them, and what running them beside the
// policy in force showed. Never deleted.
namespace fairway::store {

enum class ProposalState : uint32_t {
  kOpen = 1,
  kApproved = 2,  // by everybody it needs; not yet in force
  kRejected = 3,
  kApplied = 4,     // it came into force as version `applied_as`
  kWithdrawn = 5,   // by its author
  kSuperseded = 6,  // another version came into force meanwhile: it was previewed against the old
};
std::optional<ProposalState> ProposalStateFromNumber(uint64_t number);
std::string_view ToText(ProposalState state);  // "open"

enum class PolicyChange : uint32_t {
  kApply = 1,
  kRollback = 2,  // the text of an earlier version
};
std::optional<PolicyChange> PolicyChangeFromNumber(uint64_t number);
std::string_view ToText(PolicyChange change);  // "apply"

struct Proposal {
  uint64_t number = 0;  // from 1; set by the table
  PolicyChange kind = PolicyChange::kApply;
  uint64_t of_version = 0;  // kRollback: whose text it is
  std::string file_name;
  std::string text;
  crypto::Digest policy_hash;  // SHA-256 of the canonical text
  crypto::Digest profile_hash;
  uint64_t base = 0;  // the version in force when it was proposed; 0: none
  std::string author;
  std::string reason;
  absl::Time created_at;
  ProposalState state = ProposalState::kOpen;
  crypto::Digest preview_digest;  // of the gains it was proposed with
  crypto::Digest proof_digest;
  crypto::Digest test_digest;
  std::string gains;  // as the preview encodes them; empty if they are too many to keep
  std::optional<absl::Time> closed_at;  // rejected, applied, withdrawn, superseded
  std::string closed_by;
  std::string closed_reason;
  uint64_t applied_as = 0;

  bool operator==(const Proposal&) const = default;
};

struct Approval {
  uint64_t proposal = 0;
  std::string user;
  std::vector<std::string> roles;  // that the user had, ascending
  crypto::Digest preview_digest;   // what was approved
  absl::Time at;

  bool operator==(const Approval&) const = default;
};

// The number given.
absl::StatusOr<uint64_t> AppendProposal(Txn& txn, const Proposal& proposal);
// State, closing, digests and gains; what was proposed never changes. NOT_FOUND without it.
absl::Status UpdateProposal(Txn& txn, const Proposal& proposal);
absl::StatusOr<std::optional<Proposal>> GetProposal(ReadTxn& txn, uint64_t number);
absl::StatusOr<std::vector<Proposal>> Proposals(ReadTxn& txn, size_t limit);  // newest first
absl::StatusOr<std::vector<Proposal>> OpenProposals(ReadTxn& txn);  // open or approved, ascending

// In place of an earlier one of the same user.
absl::Status PutApproval(Txn& txn, const Approval& approval);
absl::StatusOr<std::vector<Approval>> ApprovalsOf(ReadTxn& txn, uint64_t proposal);  // by time

// What is kept of one version of the policy beside its text (policy_table.h). Versions that were
// applied before there were records have none.
struct PolicyRecord {
  uint64_t number = 0;
  PolicyChange kind = PolicyChange::kApply;
  uint64_t parent = 0;      // the version before; 0: none
  uint64_t of_version = 0;  // kRollback
  uint64_t proposal = 0;    // 0: put in force without one
  crypto::Digest policy_hash;
  crypto::Digest registry_hash;
  std::string author;
  std::string reason;
  bool alone = false;  // nobody else was there who could have approved it
  crypto::Digest preview_digest;
  crypto::Digest proof_digest;
  crypto::Digest test_digest;
  std::string signed_bytes;  // crypto::EncodeSigned of the record (policyadmin/FORMATS.md)

  bool operator==(const PolicyRecord&) const = default;
};
absl::Status PutPolicyRecord(Txn& txn, const PolicyRecord& record);
absl::StatusOr<std::optional<PolicyRecord>> GetPolicyRecord(ReadTxn& txn, uint64_t number);

inline constexpr size_t kMaxShadowDifferences = 100;  // kept of one run

struct Shadow {
  uint64_t proposal = 0;
  std::string started_by;
  absl::Time started_at;
  absl::Time ends_at;
  std::optional<absl::Time> ended_at;
  std::string ended_by;
  uint64_t seen_seq = 0;  // of the node's log: everything up to here was decided about
  uint64_t decisions = 0;
  uint64_t differences = 0;

  bool operator==(const Shadow&) const = default;
};
struct ShadowDifference {
  model::AuthorityId peer;
  model::ObjectId object;
  std::string before;  // what the policy in force decided, and by which rule
  std::string after;
  absl::Time at;

  bool operator==(const ShadowDifference&) const = default;
};
// In place of an earlier run of the same proposal, whose differences go.
absl::Status StartShadow(Txn& txn, const Shadow& shadow);
// NOT_FOUND without it. Stores at most kMaxShadowDifferences of all `found`.
absl::Status UpdateShadow(Txn& txn, const Shadow& shadow,
                          const std::vector<ShadowDifference>& found);
absl::StatusOr<std::optional<Shadow>> GetShadow(ReadTxn& txn, uint64_t proposal);
absl::StatusOr<std::vector<Shadow>> RunningShadows(ReadTxn& txn);
absl::StatusOr<std::vector<ShadowDifference>> ShadowDifferences(ReadTxn& txn, uint64_t proposal);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_PROPOSAL_TABLE_H_
