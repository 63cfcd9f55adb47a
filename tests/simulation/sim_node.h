#ifndef FAIRWAY_TESTS_SIMULATION_SIM_NODE_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_NODE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "crypto/secret_bytes.h"
#include "node/exchange/publisher.h"
#include "node/exchange/recaller.h"
#include "node/model/draft.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"
#include "node/model/peer.h"
#include "node/model/recall.h"
#include "node/policyadmin/preview.h"
#include "node/store/database.h"
#include "tests/simulation/fault_vfs.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sim_entropy.h"
#include "tests/simulation/sim_network.h"

namespace fairway::simulation {

// One production node (server::NodeCore and everything below it) in a world: with its own disk and
// clock, stepped by the schedule instead of by threads. It can be killed at any moment and started
// again from its disk.
class SimNode {
 public:
  static constexpr uint64_t kBallastBytes = 1 << 20;

  // `number` makes names unique; `name` is what its peers call it.
  SimNode(Schedule& schedule, SimNetwork& network, const Random& random, size_t number,
          std::string name, std::string country);
  ~SimNode();
  SimNode(const SimNode&) = delete;
  SimNode& operator=(const SimNode&) = delete;

  // Makes keys, manifest and database on a perfect disk.
  absl::Status Initialise();
  const NodeIdentity& identity() const { return identity_; }
  const std::string& name() const { return identity_.name; }
  const std::string& id() const { return raw_id_; }  // 32 raw bytes, as the network knows it

  // Writes others into this node's database as active peers, as administrators would have done by
  // invitations and check words. Not while the node is up.
  struct Introduction {
    const SimNode* node = nullptr;
    model::PeerAttributes attributes;
    bool we_dial = false;
  };
  absl::Status Introduce(const std::vector<Introduction>& peers);

  // Starts from what is on the disk. Fails if the disk does.
  absl::Status Start();
  // Everything in memory is gone at once. Safe if the disk has crashed.
  void Kill();
  bool up() const;

  // What people do; the node must be up. Errors are the node's own.
  absl::StatusOr<exchange::Published> Publish(const model::Draft& draft);
  absl::StatusOr<exchange::Published> Revise(const model::ItemId& item, const model::Draft& draft);
  absl::StatusOr<exchange::Recalled> Recall(const model::ItemId& item, model::RecallGrade grade,
                                            model::RecallReason reason);
  // Lets the item that waits for a person the longest go to one peer; NOT_FOUND: none waits.
  absl::Status LetGo();
  absl::Status ApplyPolicy(const std::string& text);
  // What would be different under another policy, or other attributes of a peer.
  absl::StatusOr<Invariants::Foreseen> PreviewPolicy(const std::string& text);
  absl::StatusOr<Invariants::Foreseen> PreviewAttributes(const SimNode& peer,
                                                         const model::PeerAttributes& attributes);
  absl::Status SetAttributes(const SimNode& peer, const model::PeerAttributes& attributes);
  absl::Status SetState(const SimNode& peer, model::PeerState state);
  absl::Status Preview(const model::Draft& draft);
  absl::Status Where(const SimNode& author, const model::ItemId& item);
  absl::Status List();
  absl::Status SignCheckpoint();

  // What publishing draws from now on depends on `point` only (SimEntropy::Realign).
  void RealignPublisher(std::string_view point);

  // Is the clock trusted, and did the last look for what has expired work?
  absl::Status ExpiryHealth();

  // Every part of the node gets a step soon, as after a jump of its clock.
  void WakeAll();

  FaultVfs& disk() { return disk_; }
  SimClock& clock() { return clock_; }
  store::Database& database();

 private:
  struct Process;

  absl::StatusOr<std::unique_ptr<store::Database>> OpenDatabase(bool create) const;
  absl::StatusOr<Invariants::Foreseen> PreviewOf(const policyadmin::Draft& draft);
  absl::Status PutManifestOf(store::Txn& txn, const SimNode& node) const;
  absl::Status ChangePeer(const SimNode& peer, const std::string& what,
                          const std::function<absl::Status(store::Txn&)>& change);

  Schedule& schedule_;
  SimNetwork& network_;
  const Random random_;
  const std::string country_;
  const crypto::SecretBytes database_key_;
  NodeIdentity identity_;
  std::string raw_id_;
  model::Manifest manifest_;
  crypto::Signed signed_manifest_;
  FaultVfs disk_;
  SimClock clock_;
  uint64_t starts_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_NODE_H_
