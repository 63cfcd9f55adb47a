#ifndef FAIRWAY_TESTS_SUPPORT_SCRATCH_SERVICES_H_
#define FAIRWAY_TESTS_SUPPORT_SCRATCH_SERVICES_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "crypto/ed25519.h"
#include "node/audit/audit_log.h"
#include "node/audit/checkpointer.h"
#include "node/audit/leaf.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/held.h"
#include "node/exchange/publisher.h"
#include "node/exchange/recaller.h"
#include "node/exchange/release_gate.h"
#include "node/membership/membership.h"
#include "node/policyadmin/past_policy.h"
#include "node/policyadmin/policy_registry.h"
#include "node/policyadmin/policy_watch.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/server/gate_under_policy.h"
#include "node/service/audit_service.h"
#include "node/service/call_guard.h"
#include "node/service/desk_service.h"
#include "node/service/held_service.h"
#include "node/service/history_service.h"
#include "node/service/local_server.h"
#include "node/service/methods.h"
#include "node/service/node_service.h"
#include "node/service/peer_service.h"
#include "node/service/policy_change_service.h"
#include "node/service/policy_service.h"
#include "node/service/user_book.h"
#include "node/service/user_service.h"
#include "node/store/stored_peer_directory.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scratch_store.h"
#include "tests/support/seeded_entropy.h"

// A node's rooms up to the services, real ones, on a scratch database, and callers that come over
// real sockets. For tests.
namespace fairway::service {

inline constexpr uint32_t kAnaUid = 1001;       // officer
inline constexpr uint32_t kBrunoUid = 1002;     // administrator
inline constexpr uint32_t kCarlaUid = 1003;     // auditor
inline constexpr uint32_t kNoRoleUid = 1004;    // a user without any role
inline constexpr uint32_t kStrangerUid = 4242;  // nobody here

class ScratchView final : public NodeView {
 public:
  PeerActivity ActivityOf(const model::AuthorityId&) const override { return {}; }
  std::vector<Finding> Findings() const override { return {}; }
};

// Nobody is out there.
class ScratchJoiner final : public membership::Joiner {
 public:
  absl::StatusOr<std::string> Join(const std::string&, const crypto::SpkiPin&,
                                   const std::function<std::string(const std::string&)>&,
                                   std::string*) override {
    return absl::UnavailableError("no network in this test");
  }
};

class ScratchServices {
 public:
  ScratchServices();

  store::Database& db() { return store_.db(); }
  CallGuard& guard() { return guard_; }
  UserBook& users() { return users_; }
  LocalServer& server() { return server_; }
  testing::ManualClock& clock() { return clock_; }

  std::vector<audit::Entry> Entries();
  uint64_t LogSize();

 private:
  testing::ScratchStore store_;
  testing::ManualClock clock_;
  testing::SeededEntropy entropy_{7};
  const model::AuthorityId self_;
  const crypto::SigningKey item_key_;
  const crypto::SigningKey log_key_;
  audit::AuditLog audit_;
  store::StoredPeerDirectory directory_;
  authz::PolicySlot slot_;
  authz::Authorizer authorizer_;
  exchange::ReleaseGate gate_;
  policyadmin::PolicyRegistry policies_;
  const server::GateUnderPolicy gate_under_policy_;
  const policyadmin::Previewer previewer_;
  policyadmin::Proposals proposals_;
  const policyadmin::PastPolicy past_policy_;
  policyadmin::PolicyWatch watch_;
  exchange::Publisher publisher_;
  exchange::Recaller recaller_;
  exchange::HeldDesk held_desk_;
  audit::Checkpointer checkpointer_;
  ScratchView view_;
  ScratchJoiner joiner_;
  membership::Membership membership_;
  DeskService desk_;
  HeldService held_;
  HistoryService history_;
  NodeService node_;
  PeerService peers_;
  UserBook users_;
  UserService user_service_;
  PolicyService policy_service_;
  PolicyChangeService policy_change_service_;
  AuditService audit_service_;
  CallGuard guard_;
  LocalServer server_;
};

// A local process of one user: its own connection, made with socketpair(2).
class LocalClient {
 public:
  LocalClient(LocalServer& server, uint32_t uid);
  ~LocalClient();

  // Sends these bytes as the one request of `path` and gives the outcome.
  absl::StatusOr<std::string> Send(const std::string& path, const std::string& request);

  // The same with messages; ends the test if the answer cannot be read.
  template <typename Response>
  absl::StatusOr<Response> Call(const std::string& path, const google::protobuf::Message& request) {
    absl::StatusOr<std::string> answer = Send(path, request.SerializeAsString());
    if (!answer.ok()) return answer.status();
    Response response;
    if (!response.ParseFromString(*answer)) return absl::InternalError("unreadable answer");
    return response;
  }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_TESTS_SUPPORT_SCRATCH_SERVICES_H_
