#ifndef FAIRWAY_NODE_MEMBERSHIP_MEMBERSHIP_H_
#define FAIRWAY_NODE_MEMBERSHIP_MEMBERSHIP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/check_words.h"
#include "crypto/digest.h"
#include "crypto/spki.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/authz/peer_change_check.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/membership/invitation_text.h"
#include "node/membership/join_proof.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/invitation_table.h"
#include "node/wire/join_codec.h"
#include "policy/vocabulary.h"

// How authorities become peers, and stop being peers. Two administrators, one letter, one telephone
// call: the inviter's node makes an invitation, the other's takes it and both nodes exchange
// manifests over TLS; then each administrator confirms the check words that the other one reads.
namespace fairway::membership {

inline constexpr absl::Duration kDefaultInvitationLife = absl::Hours(48);
inline constexpr absl::Duration kMinInvitationLife = absl::Minutes(1);
inline constexpr absl::Duration kMaxInvitationLife = absl::Hours(14 * 24);
inline constexpr size_t kMaxAttributeWords = 64;  // in each list
inline constexpr size_t kMaxAttributeWordBytes = 64;

// A peer as it stands.
struct PeerStanding {
  model::Peer peer;
  std::optional<crypto::CheckWords> words;  // while it awaits confirmation
};

struct Invited {
  std::string text;  // a secret: FormatInvitation
  absl::Time expires_at;
};

struct OpenInvitation {
  std::string name;
  std::string created_by;
  absl::Time created_at;
  absl::Time expires_at;  // may be past: then it is of no use any more
};

// Who may open a connection to this node, and with which TLS key: its active peers.
struct ActivePin {
  model::AuthorityId id;
  crypto::SpkiPin pin;
};

// One join exchange as an applicant; blocks. The edge does it over TLS, a test in memory.
class Joiner {
 public:
  virtual ~Joiner() = default;
  // Connects to `endpoint`, whose key must be `want`; calls `make_request` with the channel
  // binding, sends what it answers; returns the other side's answer and sets *exporter32 to the
  // binding.
  virtual absl::StatusOr<std::string> Join(
      const std::string& endpoint, const crypto::SpkiPin& want,
      const std::function<std::string(const std::string& exporter32)>& make_request,
      std::string* exporter32) = 0;
};

// One join request as it came in; the edge has checked that the applicant holds client_key32.
struct JoinAttempt {
  std::string request;
  std::string exporter32;
  std::string client_key32;
  std::string address;  // for the record
};

// Called after the commit, from the thread that made the change; may call back.
struct MembershipEvents {
  // Peers, their states, keys or attributes changed: replace the pins, wake the supervisor.
  std::function<void()> peers_changed;
  // After peers_changed: this one is not active any more; close its sockets at once.
  std::function<void(const model::AuthorityId&)> close_peer;
};

// What `peer set` changes; absent: left as it is.
struct PeerChange {
  std::optional<model::PeerAttributes> attributes;  // replaces all of them
  std::optional<uint64_t> seen_attributes_version;  // ABORTED if there is another one now
  std::optional<model::PeerState> state;            // kActive or kSuspended
  std::optional<std::string> endpoint;              // "host:port": dial there; "": do not dial
};

// Every change is one transaction with its audit leaf. Thread-safe. Every failure carries a
// Problem; besides those named below, from every call with a caller:
//   PERMISSION_DENIED  FW-AUTH-002  not an administrator
//   NOT_FOUND          FW-PEER-001  no peer has that name
class Membership {
 public:
  // All references outlive this object; `self` is the authority that the database belongs to.
  // `check` is what the policy has to say to a peer's becoming active or another (null: nothing);
  // what it answers is what Confirm and Set answer, and then nothing was changed. Suspending and
  // removing are never asked about. Call Refresh once before JoinOpen is asked.
  Membership(store::Database& database, const audit::AuditLog& audit, const env::Clock& clock,
             env::Entropy& entropy, const model::AuthorityId& self,
             std::shared_ptr<const policy::Vocabulary> vocabulary, MembershipEvents events,
             const authz::PeerChangeCheck* check = nullptr);

  // Reads what JoinOpen depends on.
  absl::Status Refresh();

  // Makes an invitation, under which the other side will be called `name` and have `attributes`. An
  // earlier open invitation for that name is cancelled.
  //   INVALID_ARGUMENT     FW-PEER-002 the name; FW-PEER-011 an attribute; FW-PEER-015 `life`
  //   ALREADY_EXISTS       FW-PEER-013 the name is a peer's
  //   FAILED_PRECONDITION  FW-PEER-014 this node's manifest has no endpoint to be dialled at
  absl::StatusOr<Invited> Invite(const model::Caller& caller, const std::string& name,
                                 const model::PeerAttributes& attributes, absl::Duration life);

  // Takes an invitation: joins through `joiner` and keeps the inviter, called `name`, until it is
  // confirmed. May be repeated with the same invitation if the answer was lost.
  //   INVALID_ARGUMENT     FW-PEER-002, -003 the text; FW-PEER-011
  //   ALREADY_EXISTS       FW-PEER-013 name or authority is a peer's already
  //   FAILED_PRECONDITION  FW-PEER-004 expired; FW-PEER-005 our own; FW-PEER-006 the inviter
  //                        refused, and its reason
  //   UNAVAILABLE          FW-PEER-007 no join took place; the joiner's reason
  //   UNAUTHENTICATED      FW-PEER-008 what answered is not the inviter
  absl::StatusOr<PeerStanding> Accept(const model::Caller& caller, const std::string& text,
                                      const std::string& name,
                                      const model::PeerAttributes& attributes, Joiner& joiner);

  // The inviter's half of Accept: the answer to send. A refusal is an answer too and leaves a leaf.
  // INVALID_ARGUMENT: the request is not one; nothing is to be answered.
  absl::StatusOr<std::string> HandleJoin(const JoinAttempt& attempt);

  // Whether an invitation is open, or may be asked about again. Quick; no disk.
  bool JoinOpen() const;

  // The administrator read `words` (the six words or the digits) from the other side: they match,
  // and the peer becomes active.
  //   FAILED_PRECONDITION  FW-PEER-009 they differ; FW-PEER-010 nothing to confirm
  absl::StatusOr<PeerStanding> Confirm(const model::Caller& caller, const std::string& name,
                                       const std::string& words);

  //   INVALID_ARGUMENT     FW-PEER-011 an attribute; FW-PEER-014 the endpoint
  //   FAILED_PRECONDITION  FW-PEER-010 that state cannot follow the present one
  //   ABORTED              FW-PEER-012 the attributes changed since they were looked at
  absl::StatusOr<PeerStanding> Set(const model::Caller& caller, const std::string& name,
                                   const PeerChange& change);

  // Ends the peering. What was shared stays where it is; the name stays bound. An open invitation
  // of that name is cancelled too (also if there is no peer yet: then no standing is answered).
  absl::StatusOr<std::optional<PeerStanding>> Remove(const model::Caller& caller,
                                                     const std::string& name,
                                                     const std::string& reason);

  absl::StatusOr<std::vector<PeerStanding>> List() const;            // by name; no removed ones
  absl::StatusOr<PeerStanding> Show(const std::string& name) const;  // removed ones too
  absl::StatusOr<std::vector<OpenInvitation>> Invitations() const;   // newest first
  absl::StatusOr<std::vector<ActivePin>> Pins() const;

 private:
  struct Joined;  // what one join exchange came to

  absl::StatusOr<Joined> Exchange(const InvitationTicket& ticket, Joiner& joiner) const;
  absl::Status KeepInviter(store::Txn& txn, const model::Caller& caller,
                           const InvitationTicket& ticket, const std::string& name,
                           const model::PeerAttributes& attributes, const Joined& joined) const;
  // The code of a refusal, or "" and what to keep.
  absl::StatusOr<std::string> Judge(store::Txn& txn, const wire::JoinRequest& request,
                                    const JoinAttempt& attempt, JoinFacts& facts,
                                    store::Invitation& invitation, model::Manifest& manifest) const;
  absl::Status KeepApplicant(store::Txn& txn, store::Invitation invitation,
                             const model::Manifest& manifest, const wire::JoinRequest& request,
                             const crypto::Digest& transcript, const std::string& address) const;
  absl::Status LeaveRefusal(store::Txn& txn, const std::string& name, const std::string& code,
                            const std::string& address) const;

  // Runs `job` as one transaction, keeps JoinOpen in step with it, then tells.
  absl::Status Change(const std::function<absl::Status(store::Txn&)>& job,
                      const std::optional<model::AuthorityId>& close = std::nullopt);
  // What the policy says to `name` becoming what `change` makes of it; the basis for StillHolds, ""
  // if it is not asked.
  // ABORTED if policy or peers changed after the policy was asked.
  absl::StatusOr<PeerStanding> ConfirmOnce(const model::Caller& caller, const std::string& name,
                                           const std::string& words);
  absl::StatusOr<PeerStanding> SetOnce(const model::Caller& caller, const std::string& name,
                                       const PeerChange& change);
  absl::StatusOr<std::string> AskPolicy(const model::Caller& caller, const std::string& name,
                                        const PeerChange& change) const;
  absl::Status PolicyStillHolds(store::ReadTxn& txn, const std::string& basis) const;
  absl::StatusOr<int64_t> ReadOpenUntil(store::ReadTxn& txn) const;
  absl::Status Append(store::Txn& txn, audit::Event event) const;

  store::Database& database_;
  const audit::AuditLog& audit_;
  const env::Clock& clock_;
  env::Entropy& entropy_;
  const model::AuthorityId self_;
  const std::shared_ptr<const policy::Vocabulary> vocabulary_;
  const MembershipEvents events_;
  const authz::PeerChangeCheck* const check_;
  std::atomic<int64_t> join_open_until_ms_{0};
};

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_MEMBERSHIP_H_
