#ifndef FAIRWAY_NODE_SERVER_CORE_H_
#define FAIRWAY_NODE_SERVER_CORE_H_

#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/ed25519.h"
#include "node/audit/audit_log.h"
#include "node/audit/checkpointer.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/env/peer_transport.h"
#include "node/exchange/attachments.h"
#include "node/exchange/disk_watch.h"
#include "node/exchange/expiry_keeper.h"
#include "node/exchange/held.h"
#include "node/exchange/publisher.h"
#include "node/exchange/recaller.h"
#include "node/exchange/receipts.h"
#include "node/exchange/receiver.h"
#include "node/exchange/release_gate.h"
#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/past_policy.h"
#include "node/policyadmin/policy_registry.h"
#include "node/policyadmin/policy_watch.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/policyadmin/shadow.h"
#include "node/replication/peer_supervisor.h"
#include "node/replication/session_host.h"
#include "node/server/gate_under_policy.h"
#include "node/store/database.h"
#include "node/store/node_table.h"
#include "node/store/stored_peer_directory.h"
#include "node/store/wal_keeper.h"

namespace fairway::server {

// What a node is given from outside. All of it outlives the core.
struct Seams {
  const env::Clock& clock;
  env::Entropy& entropy;
  env::PeerTransport& transport;
  replication::SessionHost& host;  // runs the sessions, and the core's own background work
  // After the set of peers that have a session changed, from the host's thread: a suspended peer
  // has one while a recall waits for it, and must be let in for as long.
  env::Wake sessions_changed = nullptr;
};

// The names under which a node's private keys lie in its database.
inline constexpr char kItemKey[] = "item";
inline constexpr char kNodeKey[] = "node";
inline constexpr char kLogKey[] = "log";
inline constexpr char kTlsKey[] = "tls";

// Everything of a node but its sockets: built, wired and owned here, and nowhere else. The same
// object runs in fairwayd and, several on one thread, in the simulator.
class NodeCore {
 public:
  // Opens the database of an initialised node, counts the start and loads its policy. Nothing moves
  // before Start.
  // Errors of store::Database::Open; FAILED_PRECONDITION (FW-INIT-003): the database belongs to no
  // node yet. A policy that does not load any more is no error here: then nothing leaves, and
  // policy_trouble() says why.
  static absl::StatusOr<std::unique_ptr<NodeCore>> Open(const store::OpenOptions& options,
                                                        const Seams& seams);
  ~NodeCore();  // as Stop

  NodeCore(const NodeCore&) = delete;
  NodeCore& operator=(const NodeCore&) = delete;

  // Sessions, checkpoints and log keeping begin.
  void Start();
  // All background work has ended after return; the transport gets no more calls.
  void Stop();

  const store::NodeRow& identity() const { return row_; }
  const std::string& log_origin() const { return log_origin_; }
  const crypto::PublicKey& log_key() const { return log_key_.public_key(); }
  const absl::Status& policy_trouble() const { return policy_trouble_; }

  store::Database& database() { return *database_; }
  const audit::AuditLog& audit() const { return audit_; }
  audit::Checkpointer& checkpointer() { return checkpointer_; }
  const exchange::ExpiryKeeper& expiry_keeper() const { return expiry_keeper_; }
  const model::PeerDirectory& directory() const { return directory_; }
  const authz::PolicySlot& policy_slot() const { return slot_; }
  const exchange::ReleaseGate& gate() const { return gate_; }
  exchange::Publisher& publisher() { return publisher_; }
  exchange::Recaller& recaller() { return recaller_; }
  exchange::HeldDesk& held_desk() { return held_desk_; }
  policyadmin::PolicyRegistry& policies() { return policies_; }
  const policyadmin::Previewer& previewer() const { return previewer_; }
  policyadmin::Proposals& proposals() { return proposals_; }
  const policyadmin::PastPolicy& past_policy() const { return past_policy_; }
  const policyadmin::PolicyWatch& policy_watch() const { return policy_watch_; }
  // For who changes peers.
  const authz::PeerChangeCheck& change_gate() const { return change_gate_; }
  const replication::PeerSupervisor& supervisor() const { return supervisor_; }

  // Peers were added, changed or removed: the supervisor looks at once. Thread-safe.
  void PeersChanged();

 private:
  struct Opened;  // what Open read from the database
  NodeCore(Opened opened, const Seams& seams);

  const Seams seams_;
  const std::unique_ptr<store::Database> database_;
  const store::NodeRow row_;
  const crypto::SigningKey item_key_;
  const crypto::SigningKey node_key_;
  const crypto::SigningKey log_key_;
  const std::string log_origin_;
  absl::Status policy_trouble_;

  // Each object draws from a source of its own, so that two runs of the simulator that differ in
  // one place stay comparable.
  const std::unique_ptr<env::Entropy> audit_entropy_;
  const std::unique_ptr<env::Entropy> publisher_entropy_;
  const std::unique_ptr<env::Entropy> session_entropy_;

  const audit::AuditLog audit_;
  store::StoredPeerDirectory directory_;
  authz::PolicySlot slot_;
  const authz::Authorizer authorizer_;
  const exchange::ReleaseGate gate_;
  policyadmin::PolicyRegistry policies_;
  const GateUnderPolicy gate_under_policy_;
  const policyadmin::Previewer previewer_;
  const policyadmin::ChangeGate change_gate_;
  policyadmin::Proposals proposals_;
  const policyadmin::PastPolicy past_policy_;
  exchange::Publisher publisher_;
  exchange::Recaller recaller_;
  exchange::HeldDesk held_desk_;
  const exchange::Receiver receiver_;
  const exchange::ReceiptTaker receipts_;
  const exchange::AttachmentFetcher attachments_;
  const replication::SessionContext context_;
  replication::PeerSupervisor supervisor_;
  audit::Checkpointer checkpointer_;
  store::WalKeeper wal_keeper_;
  exchange::DiskWatch disk_watch_;
  exchange::ExpiryKeeper expiry_keeper_;
  policyadmin::PolicyWatch policy_watch_;
  policyadmin::ShadowRunner shadow_runner_;

  // Calls what `wake` names, if it is there already: peers and people may change something before
  // Start is through.
  void Wake(env::Wake NodeCore::*wake);

  bool running_ = false;
  std::mutex wake_mutex_;
  // Guarded by wake_mutex_; set once running.
  env::Wake wake_supervisor_;
  env::Wake wake_policy_watch_;
  env::Wake wake_shadow_runner_;
};

// The name of a node's audit log in its checkpoints: "fairway/<authority>/<node name>".
std::string LogOrigin(const store::NodeRow& row);

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_CORE_H_
