#ifndef FAIRWAY_TESTS_SUPPORT_EXCHANGE_TEST_NODE_H_
#define FAIRWAY_TESTS_SUPPORT_EXCHANGE_TEST_NODE_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/attachments.h"
#include "node/exchange/publisher.h"
#include "node/exchange/recaller.h"
#include "node/exchange/receipts.h"
#include "node/exchange/receiver.h"
#include "node/exchange/release_gate.h"
#include "node/exchange/where.h"
#include "node/model/caller.h"
#include "node/model/draft.h"
#include "node/model/peer.h"
#include "node/policyadmin/policy_registry.h"
#include "node/replication/peer_supervisor.h"
#include "node/replication/session_host.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"
#include "node/store/stored_peer_directory.h"
#include "tests/support/exchange/loopback.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scratch_store.h"
#include "tests/support/seeded_entropy.h"

namespace fairway::testing {

// A node without sockets: real database, real sessions, a loopback in place of the network. Helper
// calls end the test program if they fail, so that a test says only what it is about.
class TestNode {
 public:
  TestNode(Loopback& net, ManualClock& clock, std::string name, std::string country);
  ~TestNode();

  // From the file, as after a start; and away, as after a kill.
  void Open();
  void Close();
  bool open() const { return core_ != nullptr; }
  // Another file in place of this node's: a restored copy. The node must be closed.
  void CopyFileTo(const std::string& path) const;
  void RestoreFileFrom(const std::string& path);

  // Writes `other` as a peer of this node, active at once.
  void Know(const TestNode& other, bool we_dial, model::PeerAttributes attributes = {});
  // The same for an authority that is no node of this test.
  void Know(const crypto::Signed& first_manifest, const std::string& name, bool we_dial,
            model::PeerAttributes attributes = {});
  void SetState(const TestNode& other, model::PeerState state);
  void SetAttributes(const TestNode& other, const model::PeerAttributes& attributes);
  absl::Status Apply(const std::string& policy);

  exchange::Published Publish(const model::Draft& draft);
  exchange::Published Revise(const model::ItemId& item, const model::Draft& draft);
  exchange::Recalled Recall(const model::ItemId& item,
                            model::RecallGrade grade = model::RecallGrade::kWithdraw);

  // What is here.
  std::optional<store::StoredRevision> Latest(const model::ItemId& item);
  // The newest revision number of that author's item; 0 if it is not here.
  uint64_t Revision(const model::AuthorityId& origin, const model::ItemId& item);
  std::optional<std::string> Text(const model::ItemId& item, std::string_view label);
  std::vector<store::RecallRow> Recalls(const model::AuthorityId& origin,
                                        const model::ItemId& item);
  std::vector<std::string> Labels(const model::ItemId& item);
  std::vector<store::Release> Releases(const model::ItemId& item);
  std::optional<std::string> Attachment(const exchange::Published& item, std::string_view label,
                                        uint32_t chunks);
  exchange::PeerCopy Where(const model::ItemId& item, const TestNode& peer);
  size_t Leaves(audit::EventKind kind);
  std::vector<audit::Event> EventsOf(audit::EventKind kind);
  replication::SessionStatus StatusOf(const TestNode& peer);
  // Changes a stored revision under the node's feet, as a hostile peer's node would.
  store::Database& db();

  const model::AuthorityId& id() const { return id_; }
  const std::string& name() const { return name_; }
  const crypto::SigningKey& item_key() const { return item_key_; }
  const crypto::SigningKey& node_key() const { return node_key_; }
  const model::Manifest& manifest() const { return manifest_; }
  const exchange::ReleaseGate& gate();
  policyadmin::PolicyRegistry& registry();
  const authz::PolicySlot& policy_slot();
  exchange::Publisher& publisher();
  exchange::Recaller& recaller();
  const exchange::Receiver& receiver();
  const exchange::AttachmentFetcher& attachments();
  const authz::Authorizer& authorizer();
  const audit::AuditLog& audit();
  replication::PeerSupervisor& supervisor();
  static const model::Caller& Officer();

  // One round: every part is stepped once. True if any wants to go on at once.
  bool StepAll(absl::Time now);
  // The earliest time any part asked for.
  absl::Time next_step() const { return next_step_; }

 private:
  struct Core;
  class Host;

  ManualClock& clock_;
  Loopback& net_;
  const std::string name_;
  ScratchDir dir_;
  SeededEntropy entropy_;
  crypto::SigningKey item_key_;
  crypto::SigningKey node_key_;
  model::Manifest manifest_;
  crypto::Signed signed_manifest_;
  model::AuthorityId id_;
  uint64_t boots_ = 0;
  absl::Time next_step_;
  std::unique_ptr<Core> core_;
};

// Several nodes and the time they live in.
class TestWorld {
 public:
  TestWorld();

  // Runs until nobody has anything to do now and nothing is under way.
  void Settle();
  // Lets time pass, stopping wherever somebody has something to do.
  void Run(absl::Duration duration);

  TestNode& Add(const std::string& name, const std::string& country);
  // Each knows the other; `a` dials, and a link comes up if the network lets it.
  void Pair(TestNode& a, TestNode& b);

  ManualClock clock;
  Loopback net;

 private:
  std::vector<std::unique_ptr<TestNode>> nodes_;
};

// A draft that passes every check: a green bulletin for any member.
model::Draft SampleDraft(const std::string& title);

// Policies for tests.
std::string PermitEverything();  // every item to every peer, in full, own and received, two hops

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_EXCHANGE_TEST_NODE_H_
