#ifndef FAIRWAY_TESTS_SIMULATION_INVARIANTS_H_
#define FAIRWAY_TESTS_SIMULATION_INVARIANTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "node/audit/leaf.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "node/model/recall.h"
#include "node/store/audit_table.h"
#include "node/store/database.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"
#include "node/wire/frame.h"
#include "tests/simulation/oracle.h"

namespace fairway::simulation {

// Which authority a simulated node belongs to, and the keys that the world knows it by.
struct NodeIdentity {
  std::string name;
  model::AuthorityId id;
  crypto::PublicKey item_key;
  crypto::PublicKey log_key;
  std::string log_origin;
};

// The first promise that was broken: its id (README.md has the list) and what was seen.
struct Violation {
  std::string invariant;  // "I1"
  std::string what;
};

// Watches the nodes of a world from outside: every frame as it is handed to the network, and what
// each node has committed, event by event. Remembers what it saw, so that a check looks only at
// what is new; a restart and the end of a world are looked at in full. Never writes. Only the first
// violation is kept: what follows from it is no news.
//
// Nodes are numbered as in the vector given. `database` is that node's own; the caller sees to it
// that nothing the checks read counts for a planned disk fault.
class Invariants {
 public:
  explicit Invariants(std::vector<NodeIdentity> nodes);

  const std::optional<Violation>& violation() const { return violation_; }

  // A frame that `from` hands over for `to`. `local_now`: the clock of `from`.
  void OnFrame(size_t from, size_t to, const std::string& frame, store::Database& database,
               absl::Time local_now);

  // `node` has had an event in which it may have committed something.
  void AfterEvent(size_t node, store::Database& database);
  // `node` is back after a crash: nothing that was seen before may be missing.
  void AfterRestart(size_t node, store::Database& database);

  // `node` told its officer that this is published.
  void Acknowledge(size_t node, const model::ObjectId& object);
  // `node` told its officer that this is recalled.
  void AcknowledgeRecall(size_t node, const model::ObjectId& statement);
  // `node` told its administrator that this policy, these attributes or this state of a peer are in
  // force. `certain` = false: the answer was an error, and only a look tells.
  void ExpectPolicy(size_t node, const std::string& text, bool certain);
  void ExpectAttributes(size_t node, const model::AuthorityId& peer,
                        const model::PeerAttributes& attributes, bool certain);
  void ExpectState(size_t node, const model::AuthorityId& peer, model::PeerState state,
                   bool certain);
  // What `node` said that a change would newly give to peers and take from them, just before the
  // change was made; and then whether it was made (I26).
  struct Foreseen {
    using Pair = std::pair<model::AuthorityId, model::ObjectId>;
    struct Gain {
      std::set<std::string> labels;
      bool waits = false;  // for its time, a person or a receipt
    };
    std::map<Pair, Gain> gains;
    std::set<Pair> withheld;
  };
  void Foresee(size_t node, Foreseen foreseen, absl::Time local_now);
  void Changed(size_t node, bool certain, store::Database& database);
  // The network of this world loses, repeats and reorders frames in the middle of a link, which TCP
  // never does: then a node may take a peer for one that does not keep to the protocol (I6).
  void NetworkIsWorseThanTcp() { worse_than_tcp_ = true; }
  // The network changed this object's rendition on its way: `to` may refuse it.
  void Tampered(size_t to, const model::ObjectId& object);

  // At rest: everything checked again in full, and each receiver has what each sender's policy
  // permits it (I7), and every recall has reached all it is for (I8). Answers what is not so yet; a
  // violation that time cannot heal is kept as such.
  struct Node {
    store::Database* database = nullptr;
    absl::Time local_now;
  };
  std::optional<Violation> WhyNotAtRest(const std::vector<Node>& nodes);
  void CheckInFull(size_t node, store::Database& database);
  // I10: nothing that is over for a minute or more by the clock of `node`, which is trusted and has
  // run undisturbed for that long, has content.
  void CheckExpired(size_t node, store::Database& database, absl::Time local_now);

  // What the world saw itself.
  void FailToStart(size_t node, const absl::Status& status);  // I3: on a disk without a fault
  void FailToRest(const Violation& why);                      // I7, I8
  void FailBadDraft(size_t node, const std::string& what);    // accepted what must be refused
  void FailOfFullDisk(size_t node, const std::string& what);  // I21

  // What the checks looked at, so that a run can show that they looked.
  struct Counts {
    uint64_t frames = 0;
    uint64_t renditions = 0;
    uint64_t chunks = 0;
    uint64_t receipts = 0;
    uint64_t revisions = 0;
    uint64_t releases = 0;
    uint64_t leaves = 0;
    uint64_t refused_records = 0;
    uint64_t checkpoints = 0;
    uint64_t recalls_sent = 0;
    uint64_t recalls = 0;    // that took effect at a node
    uint64_t erased = 0;     // revisions that must have no content, each time one was looked at
    uint64_t expired = 0;    // revisions erased because they were over
    uint64_t clocks = 0;     // looks for what is over at a node with a clock to be trusted
    uint64_t disclosed = 0;  // records that disclose more parts of what was released before
    uint64_t reached = 0;    // pairs of a recall and a node that once had the item, at rest
    uint64_t foreseen = 0;   // changes of policy or peers that were previewed
    uint64_t gains = 0;      // pairs of an item and a peer that were said to gain
    uint64_t bound = 0;      // records numbered under a change that was previewed
    uint64_t delivered = 0;  // gains that were there at rest
    uint64_t duties = 0;     // renditions with a duty that the sender has to keep
  };
  const Counts& counts() const { return counts_; }

 private:
  using Digest = crypto::Digest;
  using ItemKey = std::pair<model::AuthorityId, model::ItemId>;
  struct OutFeedSeen {
    std::string feed_id;
    std::vector<Digest> hashes;                       // of record i + 1
    std::map<Digest, std::vector<uint64_t>> numbers;  // of each object's records
  };
  struct InFeedSeen {
    std::string feed_id;
    std::vector<Digest> hashes;
    std::map<Digest, uint64_t> stored;  // how often each object was taken with outcome kStored
  };
  // What recalls that took effect here say of an item.
  struct Tombstone {
    uint64_t through = 0;
    bool purged = false;
  };
  // What was set for a peer; nothing while it is not known.
  struct PeerSet {
    std::optional<model::PeerAttributes> attributes;
    std::optional<model::PeerState> state;
  };
  // A change of the rules of one node that was previewed.
  struct Edit {
    Foreseen foreseen;
    Oracle before;               // the rules up to then
    absl::Time at;               // by the node's clock
    uint64_t last_revision = 0;  // row of the last one that was there
    uint64_t policy = 0;         // the rules since then
    std::map<model::AuthorityId, uint64_t> attributes;
  };
  struct Seen {
    std::vector<Digest> leaves;               // hashes, in order
    std::map<uint64_t, Digest> signed_roots;  // of checkpoints, by size
    uint64_t peers_version = 0;               // of the database, when its peers were looked at
    uint64_t last_revision_id = 0;
    std::map<Digest, Digest> revisions;  // object, hash of its envelope
    std::map<ItemKey, uint64_t> newest;  // revision
    uint64_t policies = 0;
    std::map<size_t, OutFeedSeen> out;
    std::map<size_t, InFeedSeen> in;
    std::set<Digest> acknowledged;
    uint64_t last_recall = 0;  // number in the log
    std::map<ItemKey, Tombstone> tombstones;
    std::set<Digest> statements;  // recalls that took effect here
    std::set<Digest> acknowledged_recalls;
    std::set<Digest> expired;                   // objects erased because they were over
    std::map<ItemKey, std::set<Digest>> items;  // all revisions that were ever stored here
    std::string policy_text;
    std::set<std::string> doubtful_policies;
    std::map<model::AuthorityId, PeerSet> peers;
    std::optional<Edit> foreseen;  // not made yet
    std::optional<Edit> edit;      // the last one that was previewed
  };
  // What an originator signed, as it stands in its own store.
  struct Original {
    size_t origin = 0;
    std::string signed_bytes;
    model::ItemBody body;
    std::vector<model::Part> parts;
  };
  // A recall that an originator signed.
  struct Statement {
    size_t origin = 0;
    std::string signed_bytes;
    model::Recall recall;
  };
  // What one look at a node found new.
  struct News {
    std::vector<audit::Entry> leaves;
    std::vector<store::StoredRevision> revisions;
    std::vector<store::Release> releases;
    std::vector<Digest> refused;  // objects of in-records that were refused
    std::vector<Digest> taken;    // and of those that were taken
    std::vector<store::RecallRow> recalls;
    uint64_t policies = 0;
  };

  // Runs `look` on what is committed. On the writer's connection if nobody is writing, because its
  // pages are in memory; nothing is changed.
  static absl::Status Look(store::Database& database, const store::ReadJob& look);
  void Fail(const std::string& invariant, std::string what);
  void FailOn(const absl::Status& status, size_t node);
  std::string Name(size_t node) const { return nodes_[node].name; }
  std::optional<size_t> IndexOf(const model::AuthorityId& id) const;

  absl::Status OnBatch(store::ReadTxn& txn, size_t from, size_t to, const wire::BatchFrame& frame,
                       absl::Time now);
  absl::Status OnRendition(store::ReadTxn& txn, size_t from, size_t to,
                           const wire::Rendition& rendition, const model::Terms& terms,
                           absl::Time now);
  absl::Status CheckDuties(store::ReadTxn& txn, size_t to, const std::string& where,
                           const store::StoredRevision& revision, const model::Terms& terms,
                           const std::vector<std::string>& labels, const policy::Decision& decision,
                           absl::Time now);
  absl::StatusOr<bool> Waits(store::ReadTxn& txn, size_t to, const store::StoredRevision& revision,
                             const std::vector<model::Part>& parts,
                             const policy::Decision& decision, absl::Time now);
  absl::Status CheckReceiptDuty(size_t node, size_t peer, store::ReadTxn& txn,
                                const store::Release& release);
  bool IsUnder(const Edit& edit, const store::Release& release) const;
  absl::Status CheckForeseen(size_t node, size_t peer, store::ReadTxn& txn,
                             const store::Release& release);
  absl::Status WhyNotGained(size_t node, const Node& at, std::string& reason);
  absl::Status OnRecallBefore(store::ReadTxn& txn, size_t from, const std::string& where,
                              const store::StoredRevision& revision,
                              const std::string& recall_before);
  absl::Status OnRecall(store::ReadTxn& txn, size_t from, size_t to,
                        const wire::Rendition& rendition);
  absl::Status OnChunk(store::ReadTxn& txn, size_t from, size_t to, const wire::ChunkReply& reply,
                       absl::Time now);
  absl::Status OnReceipt(store::ReadTxn& txn, size_t from, size_t to,
                         const wire::ReceiptFrame& frame);

  absl::Status LookAtNews(size_t node, store::ReadTxn& txn, uint64_t peers_version, News& news);
  absl::Status LookAtFeeds(size_t node, store::ReadTxn& txn, News& news);
  absl::Status LookAtRules(size_t node, store::ReadTxn& txn, uint64_t peers_version, News& news);
  static bool RulesMayHaveChanged(const News& news);
  void TakeLeaf(size_t node, const store::AuditLeaf& raw, const audit::Entry& leaf);
  absl::Status LookAtCheckpoint(size_t node, store::ReadTxn& txn);
  absl::Status RecheckCheckpoints(size_t node, store::ReadTxn& txn);
  void TakeCheckpoint(size_t node, const store::AuditCheckpoint& checkpoint);
  absl::Status CheckTaken(size_t node, size_t from, store::ReadTxn& txn, const std::string& where,
                          const store::InRecord& record, News& news);
  bool SignsTheSame(size_t origin, std::string_view type, const std::string& a,
                    const std::string& b) const;
  absl::Status LookAtRecalls(size_t node, store::ReadTxn& txn, News& news);
  void TakeStatement(size_t node, const store::RecallRow& row);
  absl::StatusOr<const Statement*> FindStatement(store::ReadTxn& txn, size_t node,
                                                 const Digest& object);
  void CheckRecallRow(size_t node, const store::RecallRow& row);
  absl::Status CheckGone(size_t node, store::ReadTxn& txn, const News& news);
  absl::Status CheckHasNoContent(size_t node, store::ReadTxn& txn, const Digest& object);
  bool IsRecalled(size_t node, const model::ItemBody& body) const;
  bool MustBeGone(size_t node, const Digest& object) const;
  absl::Status RecheckRecalls(size_t node, store::ReadTxn& txn);
  std::optional<std::string> WhyNotRecalled(const std::vector<Node>& nodes);
  absl::Status WhyNotTold(size_t from, size_t to, store::ReadTxn& txn, absl::Time now,
                          std::string& reason);
  absl::Status TakeOriginal(size_t node, store::ReadTxn& txn,
                            const store::StoredRevision& revision);
  absl::Status CheckParts(size_t node, store::ReadTxn& txn, const Digest& object);
  absl::Status CheckRevision(size_t node, store::ReadTxn& txn,
                             const store::StoredRevision& revision);
  void CheckLeaves(size_t node, const News& news);
  absl::Status CheckRelease(size_t node, size_t peer, store::ReadTxn& txn,
                            const store::Release& release);
  absl::Status Recheck(size_t node, store::ReadTxn& txn);
  absl::Status WhyNotEqual(size_t from, size_t to, const std::vector<Node>& nodes,
                           std::string& reason);

  const std::vector<NodeIdentity> nodes_;
  std::vector<Seen> seen_;
  std::vector<Oracle> oracles_;
  std::map<Digest, Original> originals_;
  std::map<Digest, Statement> statements_;
  std::map<std::pair<size_t, size_t>, std::map<uint64_t, Digest>> on_wire_;  // record hashes
  std::set<std::pair<size_t, Digest>> tampered_;  // on its way to whom, what
  std::set<std::pair<size_t, Digest>> refused_;   // by whom, what
  bool worse_than_tcp_ = false;
  std::optional<Violation> violation_;
  Counts counts_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_INVARIANTS_H_
