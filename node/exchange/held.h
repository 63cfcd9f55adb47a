#ifndef FAIRWAY_NODE_EXCHANGE_HELD_H_
#define FAIRWAY_NODE_EXCHANGE_HELD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/env/clock.h"
#include "node/env/waker.h"
#include "node/exchange/release_gate.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"

namespace fairway::exchange {

// A page of the list ends after so many revisions looked at, or with the revision that makes so
// many entries (each has at most one for each peer).
inline constexpr size_t kMaxHeldLookedAt = 1000;
inline constexpr size_t kMaxHeldListed = 200;

// One revision that the policy would let go to one peer if a person had looked at it first: because
// a rule holds it for a role, or because a redacted value is still in the text that goes.
struct Held {
  std::string ref;
  model::AuthorityId origin;
  model::ItemId item;
  model::ObjectId object;
  uint64_t revision = 0;
  std::string peer;   // name
  std::string label;  // of the part that stays and is mentioned; of several: with commas; or ""
  std::vector<model::Role> roles;  // for which it is held and of which nobody let it go
  std::vector<std::string> going;  // labels of the parts that would go
  std::string rule;                // the policy's, that keeps it back
  absl::Time since;                // stored here
};

struct HeldPage {
  std::vector<Held> held;  // newest stored first, by peer's name within a revision
  // There may be more: ask again with this. Nothing: that was all.
  std::optional<uint64_t> next_before;
};

struct HeldOrder {
  model::AuthorityId origin;
  model::ItemId item;
  std::string peer;  // name
  // What the person looked at, if given: another newest revision is refused.
  std::optional<uint64_t> if_revision;
};

struct HeldReleased {
  std::string ref;
  model::ObjectId object;
  uint64_t revision = 0;
  std::string label;                     // as in Held: what it went in spite of
  std::vector<model::Role> roles;        // as which of them the caller let it go
  std::vector<model::Role> still_roles;  // of which somebody has to let it go too
  std::string still_label;               // what an officer or a commander has to look at too
  uint64_t audit_seq = 0;
};

// The desk for what structural redaction cannot decide: a person reads the text and lets it go, or
// has it revised. Thread-safe; keeps nothing in memory.
class HeldDesk {
 public:
  // All must outlive this object; `released` wakes the sessions.
  HeldDesk(store::Database& database, const ReleaseGate& gate, const audit::AuditLog& audit,
           const model::PeerDirectory& directory, const env::Clock& clock, env::Wake released)
      : database_(database),
        gate_(gate),
        audit_(audit),
        directory_(directory),
        clock_(clock),
        released_(std::move(released)) {}

  // What is held now, of active revisions, own and received, for active peers. Decided now: nothing
  // of this is stored. `before` is the last page's next_before.
  // Errors: ABORTED as the gate's; the database.
  absl::StatusOr<HeldPage> List(std::optional<uint64_t> before = std::nullopt) const;

  // Lets the newest revision go to that peer, with the parts that would go now, as far as the
  // caller's roles reach: each role for which it is held counts once, an officer or a commander
  // judges mentions, and what is held for two roles is held until both let it go (one person who
  // has both may do both). Whatever else the decision says at the time it goes stands. One
  // transaction with its leaf; a sweep takes it up at once.
  //   PERMISSION_DENIED    FW-AUTH-002: none of the roles that are needed
  //   NOT_FOUND            FW-HELD-001: no such item here; FW-HELD-002: no such peer
  //   FAILED_PRECONDITION  FW-HELD-003: it is not held for that peer, and why not
  //   ABORTED              FW-HELD-004: another revision than `if_revision` is the newest;
  //                        or as the gate's
  absl::StatusOr<HeldReleased> Release(const model::Caller& caller, const HeldOrder& order);

 private:
  absl::StatusOr<HeldReleased> ReleaseIn(store::Txn& txn, const model::Caller& caller,
                                         const HeldOrder& order) const;
  absl::Status LetGo(store::Txn& txn, const model::Caller& caller, const model::AuthorityId& peer,
                     const Withheld& withheld, HeldReleased& done) const;

  store::Database& database_;
  const ReleaseGate& gate_;
  const audit::AuditLog& audit_;
  const model::PeerDirectory& directory_;
  const env::Clock& clock_;
  const env::Wake released_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_HELD_H_
