#ifndef FAIRWAY_NODE_POLICYADMIN_PROPOSALS_H_
#define FAIRWAY_NODE_POLICYADMIN_PROPOSALS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "node/audit/audit_log.h"
#include "node/env/clock.h"
#include "node/env/waker.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/needs.h"
#include "node/policyadmin/policy_registry.h"
#include "node/policyadmin/preview.h"
#include "node/store/database.h"
#include "node/store/policy_table.h"
#include "node/store/proposal_table.h"
#include "policy/proof/proof.h"

// How a policy changes: somebody proposes, somebody else looks at what it would release and
// approves, then it is applied, if what it would release is still what was approved.
//
//   open --approve--> approved --apply--> applied
//    |                  |
//    +-- reject, withdraw, another version came into force --> rejected, withdrawn, superseded
//
// Who has to agree (four eyes):
//   * nobody, if the change is proved to give nobody anything, item, field or milder term, and
//     keeps all guarantees and budgets in force: taking back must be fast;
//   * else one person with the role administrator or commander who is not the author;
//   * a commander, if it newly releases personal data, received items, or AMBER and above, or puts
//     them under other terms; or if a peer is not active or a rule begins later, which the preview
//     does not show;
//   * a person of the role that an exceeded budget names; above a budget without a role nobody
//     can. Those in force count as those of the text do;
//   * nobody, if no other enabled user of this node has the role administrator or commander: then
//     the author goes alone, and record, audit log, `status` and `doctor` say so.
// An approval binds to the digest of the gains (preview.h). Gains that are different by the time of
// the apply are refused, with what is different.
namespace fairway::policyadmin {

inline constexpr size_t kMaxReasonBytes = 500;
inline constexpr size_t kMaxOpenProposals = 32;
inline constexpr size_t kMaxGainsKept = 4 << 20;  // bytes of Proposal::gains
inline constexpr absl::Duration kMinShadow = absl::Hours(1);
inline constexpr absl::Duration kMaxShadow = absl::Hours(31 * 24);

// A proposal as it stands now.
struct ProposalView {
  store::Proposal proposal;
  std::vector<store::Approval> approvals;  // of this digest and of others
  // Computed now, while it is open or approved.
  std::optional<Preview> preview;
  std::optional<policy::Proof> proof;
  std::vector<GuaranteeResult> guarantees;
  size_t tests = 0;
  Needs needs;
  // The gains are not those it was proposed with, or that somebody approved.
  bool gains_changed = false;
  std::optional<GainDifference> difference;  // from those it was proposed with, if it is known
};

struct AppliedPolicy {
  uint64_t number = 0;
  uint64_t proposal = 0;  // 0: without one
  crypto::Digest text_hash;
  crypto::Digest policy_hash;
  crypto::Digest record;  // object id of the signed record
  size_t rules = 0;
  size_t tests_passed = 0;
  bool alone = false;  // nobody else could check it
  Preview preview;     // against the version before; `recalls` are proposed, never done
};

// One version as the history tells it.
struct VersionView {
  store::PolicyRow row;
  std::optional<store::PolicyRecord> record;  // nothing: applied before there were records
  std::vector<store::Approval> approvals;     // that let it through
  bool record_verifies = false;               // signature and content of the record
  bool in_force = false;
};

struct ShadowView {
  store::Shadow shadow;
  std::vector<store::ShadowDifference> differences;  // the first kMaxShadowDifferences
};

// Thread-safe; one change at a time. Each step is one transaction with its audit leaf; each refusal
// is a leaf too. From every call with a caller, besides those named:
//   PERMISSION_DENIED    FW-AUTH-002: not the role it takes
//   INVALID_ARGUMENT     FW-POL-013: no reason, or longer than kMaxReasonBytes
//   NOT_FOUND            FW-POL-020: no such proposal
//   FAILED_PRECONDITION  FW-POL-021: the proposal is not open any more
//   FW-POL-001, -002, -016, -017 of the gate (change_gate.h)
//   others               the database
class Proposals {
 public:
  // All must outlive this object. `node_key` signs the records; `self` is in them; `shadow_started`
  // wakes the ShadowRunner.
  Proposals(store::Database& database, const audit::AuditLog& audit, const env::Clock& clock,
            PolicyRegistry& registry, const Previewer& previewer, const model::AuthorityId& self,
            const crypto::SigningKey& node_key, env::Wake shadow_started = nullptr);

  // What `text` would mean: gate, preview, proof and needs, as if the caller proposed it. Changes
  // nothing and leaves no leaf.
  absl::StatusOr<ProposalView> Try(const model::Caller& caller, const std::string& file_name,
                                   const std::string& text) const;

  // By an administrator or commander.
  //   RESOURCE_EXHAUSTED  FW-POL-022: kMaxOpenProposals are open
  //   INVALID_ARGUMENT    FW-POL-023: the text is too long
  //   ALREADY_EXISTS      FW-POL-024: it is the version in force
  absl::StatusOr<ProposalView> Propose(const model::Caller& caller, const std::string& file_name,
                                       const std::string& text, const std::string& reason);

  // By an administrator or commander who is not the author. `digest` is Preview::digest as the
  // caller saw it.
  //   PERMISSION_DENIED    FW-POL-025: the author cannot approve
  //   FAILED_PRECONDITION  FW-POL-026: the gains are others now; what is different
  absl::StatusOr<ProposalView> Approve(const model::Caller& caller, uint64_t number,
                                       const crypto::Digest& digest);

  // By an administrator or commander; the author withdraws.
  absl::Status Reject(const model::Caller& caller, uint64_t number, const std::string& reason);
  // By the author alone: PERMISSION_DENIED (FW-POL-027) else.
  absl::Status Withdraw(const model::Caller& caller, uint64_t number, const std::string& reason);

  // By an administrator.
  //   FAILED_PRECONDITION  FW-POL-026; FW-POL-028: something it needs is missing; FW-POL-029: a
  //                        budget that no role lifts is exceeded
  //   ABORTED              FW-POL-030: policy or peers changed while it was being applied
  absl::StatusOr<AppliedPolicy> Apply(const model::Caller& caller, uint64_t number);

  // Proposes and applies at once, where nobody has to approve (four eyes, above).
  //   FAILED_PRECONDITION  FW-POL-028 with `fairway policy propose`
  absl::StatusOr<AppliedPolicy> ApplyText(const model::Caller& caller, const std::string& file_name,
                                          const std::string& text, const std::string& reason);

  // A new version with the text of an old one, through the same gate, but for `replaces`: the
  // administrator says himself what it replaces. If somebody has to approve, it is a proposal like
  // any other, and `applied` is not there.
  //   NOT_FOUND  FW-POL-012: no such version
  struct RolledBack {
    std::optional<AppliedPolicy> applied;
    std::optional<ProposalView> proposed;
  };
  absl::StatusOr<RolledBack> Rollback(const model::Caller& caller, uint64_t version,
                                      const std::string& reason);

  // Lets an open proposal run beside the policy in force (shadow.h): the old one serves, what the
  // new one would have decided differently is counted. By an administrator.
  //   INVALID_ARGUMENT  FW-POL-031: shorter than kMinShadow or longer than kMaxShadow
  absl::StatusOr<ShadowView> StartShadow(const model::Caller& caller, uint64_t number,
                                         absl::Duration length);
  absl::StatusOr<ShadowView> EndShadow(const model::Caller& caller, uint64_t number);
  // NOT_FOUND (FW-POL-032): it never ran.
  absl::StatusOr<ShadowView> ShowShadow(uint64_t number) const;

  absl::StatusOr<ProposalView> Show(uint64_t number) const;
  absl::StatusOr<std::vector<store::Proposal>> List(size_t limit) const;  // newest first
  absl::StatusOr<std::vector<VersionView>> History(size_t limit) const;   // newest first

 private:
  struct Judged;  // everything known of one change at one moment

  store::Proposal Drafted(const model::Caller& caller, const std::string& file_name,
                          const std::string& text, const std::string& reason) const;
  absl::StatusOr<Judged> Judge(store::Proposal proposal) const;
  absl::StatusOr<ProposalView> View(Judged judged) const;
  absl::StatusOr<ProposalView> Keep(const model::Caller& caller, Judged judged);
  absl::StatusOr<ProposalView> ApproveLocked(const model::Caller& caller, uint64_t number,
                                             const crypto::Digest& digest);
  absl::StatusOr<GainDifference> DifferenceOf(const Judged& judged) const;
  absl::Status CheckMayApply(const Judged& judged) const;
  absl::StatusOr<AppliedPolicy> PutInForce(const model::Caller& caller, Judged judged);
  absl::StatusOr<uint64_t> NextVersion() const;
  // Numbers of the proposals that another version has overtaken.
  absl::StatusOr<std::vector<std::string>> CloseOthers(store::Txn& txn, const model::Caller& caller,
                                                       const store::Proposal& applied,
                                                       uint64_t version, absl::Time now) const;
  absl::StatusOr<store::Proposal> Find(uint64_t number) const;
  absl::Status Close(const model::Caller& caller, uint64_t number, store::ProposalState state,
                     const std::string& reason);
  // Leaves a leaf and gives `why` back; if the leaf cannot be written, that error.
  absl::Status Refuse(const model::Caller& caller, const std::string& what,
                      const absl::Status& why) const;

  store::Database& database_;
  const audit::AuditLog& audit_;
  const env::Clock& clock_;
  PolicyRegistry& registry_;
  const Previewer& previewer_;
  const model::AuthorityId self_;
  const crypto::SigningKey& node_key_;
  const env::Wake shadow_started_;
  mutable std::mutex mutex_;  // one change at a time
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_PROPOSALS_H_
