#ifndef FAIRWAY_NODE_REPLICATION_OUT_FEED_H_
#define FAIRWAY_NODE_REPLICATION_OUT_FEED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/audit/audit_log.h"
#include "node/env/entropy.h"
#include "node/exchange/release_gate.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/cursor_table.h"
#include "node/store/database.h"
#include "node/store/feed_table.h"
#include "node/store/log_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"

namespace fairway::replication {

// What one Send puts on the link: numbered records, and the content that may go with them now.
struct Outgoing {
  // A record that goes without its content although the peer never got it: the decision is no now.
  struct HeldBack {
    model::ObjectId object;
    uint64_t seq = 0;
    std::string rule;
  };

  std::string feed_id;
  std::vector<std::string> records;  // encoded, consecutive; empty: there is nothing to send
  std::vector<exchange::Released> contents;  // of some of them
  std::vector<HeldBack> held_back;
  uint64_t last_seq = 0;
  size_t bytes = 0;
};

// The feed from this node to one peer. Everything about it is in the database; this object holds
// nothing that could run ahead of a commit. Used by one session at a time.
//
// ABORTED from any call that decides: the gate's, have the policy loaded again.
class OutFeed {
 public:
  static constexpr size_t kMaxWalked = 128;   // log entries looked at in one transaction
  static constexpr size_t kMaxNumbered = 64;  // records numbered in one transaction
  // So many entries that came from the peer itself are passed without a commit: if that is
  // forgotten they are looked at again.
  static constexpr size_t kMaxLeft = 255;

  // All must outlive this object.
  OutFeed(store::Database& database, const exchange::ReleaseGate& gate,
          const audit::AuditLog& audit, const model::AuthorityId& self,
          const model::AuthorityId& peer)
      : database_(database), gate_(gate), audit_(audit), self_(self), peer_(peer) {}

  // Where the feed stands; begins it, with a random id, if there is none yet.
  absl::StatusOr<store::OutFeed> Start(env::Entropy& entropy);
  absl::StatusOr<store::OutFeed> Position() const;

  // Does what the peer says it holds belong to this feed? DATA_LOSS says why not: then one of the
  // two nodes is a restored copy, and nothing more may be sent.
  absl::Status Compare(const model::FeedPosition& held) const;

  // Begins a sweep if policy, vocabulary, the peer's attributes or the day changed since the last
  // one began: what was withheld may go now. Cheap when nothing changed.
  absl::Status SweepIfChanged(absl::Time now);

  // Looks at the next recalls of the log and numbers those of items that were numbered for the peer
  // before, in one transaction with one audit leaf; the others it passes in silence, so that nobody
  // hears of what they never had. No policy is asked, nor whether the peering is active (suspended
  // and quarantined ones get recalls too), and a full disk does not stop it. True if it looked at
  // anything: call it again, and before NumberNext.
  absl::StatusOr<bool> NumberRecalls(absl::Time now);

  // Looks at the next log entries: those of the highest lane that has any, recalls apart, or, if
  // none has, those that waited for their time (a delay that is over, a late receipt that came), or
  // those of the sweep. Decides about each now and numbers what may go: number, release
  // row, cursor and one audit leaf in one transaction. If the newest revision of an item must not
  // go to a peer that an earlier one was numbered for, it numbers the originator's statement that
  // recalls the earlier ones instead. Stops after `max_records` and about `max_bytes` of content,
  // so that what is numbered does not keep something more urgent waiting. True if it looked at
  // anything: call it again.
  absl::StatusOr<bool> NumberNext(size_t max_records, size_t max_bytes, absl::Time now);

  // When the next of what waits for its time is due; InfiniteFuture: nothing is.
  absl::StatusOr<absl::Time> NextDue();
  // A receipt of the peer was taken: what waited for one may be due.
  void ReceiptTaken() { next_due_.reset(); }

  // The records from number `first` that fit into `max_records` and `max_bytes` (a single larger
  // one goes alone). Each content is decided about again now, unless NumberNext decided at this
  // very `now` and the audit log shows that nothing has happened since. Records up to `held_seq`
  // are with the peer already and go without their content: only their receipt is missing.
  absl::StatusOr<Outgoing> Load(uint64_t first, uint64_t held_seq, size_t max_records,
                                size_t max_bytes, absl::Time now);

 private:
  struct Numbering;  // numbering.h

  // What NumberNext numbered, with what goes along; kept only once that is committed. Every change
  // that a decision could depend on leaves a leaf or changes the basis, so while the log ends where
  // that transaction left it the decision stands.
  struct JustNumbered {
    absl::Time now;
    model::Peer peer;
    std::string basis;
    crypto::Digest log_end;
    uint64_t first_seq = 0;
    Outgoing outgoing;
  };

  // How far the log was looked at without finding work.
  struct LookedAt {
    uint64_t peers_version = 0;
    uint64_t log_seq = 0;  // up to here there is nothing for this peer
    size_t left = 0;       // entries up to here that no cursor has passed
  };

  std::string BasisNow(const model::Peer& peer, absl::Time now) const;
  absl::StatusOr<bool> HasWork(absl::Time now);
  absl::Status WalkWaiting(store::Txn& txn, Numbering& numbering) const;
  absl::StatusOr<bool> LookFurther(store::ReadTxn& txn, LookedAt& at) const;
  absl::StatusOr<bool> LookFromCursors(store::ReadTxn& txn, LookedAt& at) const;
  absl::StatusOr<bool> IsForNobody(store::ReadTxn& txn,
                                   const std::vector<store::LogEntry>& entries) const;
  absl::Status WalkLane(store::Txn& txn, Numbering& numbering) const;
  absl::Status WalkSweep(store::Txn& txn, Numbering& numbering) const;
  absl::Status ConsiderAgain(store::Txn& txn, const store::Sweep& sweep,
                             const store::LogEntry& entry, Numbering& numbering) const;
  // `released`: what of it went before, if any did.
  absl::Status Consider(store::Txn& txn, const store::LogEntry& entry,
                        const std::optional<std::vector<std::string>>& released,
                        Numbering& numbering) const;
  absl::Status Wait(store::Txn& txn, const store::LogEntry& entry,
                    const exchange::Withheld& withheld) const;
  absl::Status Number(store::Txn& txn, exchange::Granted granted, Numbering& numbering) const;
  absl::Status Recall(store::Txn& txn, const store::RecallRow& recall, std::string rule,
                      std::string because, Numbering& numbering) const;
  absl::Status ConsiderRecall(store::Txn& txn, const store::RecallRow& recall,
                              Numbering& numbering) const;
  absl::Status Narrow(store::Txn& txn, const model::ObjectId& object,
                      const exchange::Withheld& withheld, Numbering& numbering) const;
  absl::Status Append(store::Txn& txn, store::Release row, const crypto::Digest& parts,
                      Numbering& numbering) const;
  absl::Status LeaveLeaf(store::Txn& txn, const Numbering& numbering) const;
  absl::Status Open(store::ReadTxn& txn, const store::Release& row, const model::Peer& peer,
                    absl::Time now, std::optional<exchange::Released>& content,
                    std::optional<Outgoing::HeldBack>& held_back) const;
  absl::Status LoadRows(store::ReadTxn& txn, const model::Peer& peer, uint64_t first,
                        uint64_t held_seq, size_t max_records, size_t max_bytes, absl::Time now,
                        Outgoing& outgoing) const;

  store::Database& database_;
  const exchange::ReleaseGate& gate_;
  const audit::AuditLog& audit_;
  const model::AuthorityId self_;
  const model::AuthorityId peer_;
  std::optional<JustNumbered> just_numbered_;

  // What was read before and cannot have changed since, because only this object changes it, or
  // because it would have changed Database::peers_version with it: spares each step some searches.
  struct Compared {
    uint64_t peers_version = 0;
    model::Peer peer;
    std::string basis;  // is the one that is recorded
  };
  std::optional<Compared> compared_;
  std::optional<LookedAt> looked_at_;
  std::optional<uint64_t> last_seq_;      // of the feed
  std::optional<absl::Time> next_due_;    // of what waits for its time
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_OUT_FEED_H_
