#include "node/server/server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/certificate.h"
#include "crypto/spki.h"
#include "node/edge/grpc_peer_transport.h"
#include "node/edge/local_socket.h"
#include "node/edge/peer_pins.h"
#include "node/membership/membership.h"
#include "node/model/manifest.h"
#include "node/model/peer.h"
#include "node/replication/recall_waits.h"
#include "node/server/core.h"
#include "node/server/initialise.h"
#include "node/server/runner.h"
#include "node/server/thread_host.h"
#include "node/server/version.h"
#include "node/service/audit_service.h"
#include "node/service/call_guard.h"
#include "node/service/desk_service.h"
#include "node/service/held_service.h"
#include "node/service/history_service.h"
#include "node/service/local_server.h"
#include "node/service/node_service.h"
#include "node/service/node_view.h"
#include "node/service/peer_service.h"
#include "node/service/policy_change_service.h"
#include "node/service/policy_service.h"
#include "node/service/user_book.h"
#include "node/service/user_service.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/peer_table.h"
#include "policy/vocabulary.h"

namespace fairway::server {
namespace {

// TLS dates are not judged (the pin is), but a certificate has to have some.
constexpr absl::Duration kCertificateBackdated = absl::Hours(24);
constexpr absl::Duration kCertificateLife = absl::Hours(24 * 397);
// Some hundred recalls.
constexpr uint64_t kBallastBytes = 16 << 20;

absl::StatusOr<crypto::TlsIdentity> MakeIdentity(store::Database& database,
                                                 const store::NodeRow& node, absl::Time now) {
  std::optional<crypto::SigningKey> key;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes seed, store::GetSecret(txn, kTlsKey));
    FAIRWAY_ASSIGN_OR_RETURN(key, crypto::SigningKey::FromStoredSeed(seed.view()));
    return absl::OkStatus();
  }));
  return crypto::MakeTlsIdentity(
      *key, absl::StrCat("fairway://", node.authority.ToString(), "/node/", node.name),
      now - kCertificateBackdated, now + kCertificateLife);
}

service::Finding DiskFinding(const store::DiskHealth& health) {
  using Severity = service::Finding::Severity;
  const std::string kept = absl::StrCat(health.ballast_bytes >> 20, " of ",
                                        health.ballast_wanted >> 20, " MiB kept back for recalls");
  if (!health.degraded)
    return {"Node", "disk", Severity::kOk, absl::StrCat("has space; ", kept), {}};
  return {"Node",
          "disk",
          Severity::kFail,
          absl::StrCat("is full: nothing is published or received but recalls; ", kept),
          {"df -h   (the disk of the node's data directory)",
           "free some space on it: the node goes on by itself"}};
}

service::Finding PromisesFinding(const absl::Status& health) {
  using Severity = service::Finding::Severity;
  if (health.ok()) return {"Policy", "promises", Severity::kOk, "tests and guarantees hold", {}};
  const std::optional<Problem> problem = ProblemOf(health);
  std::string text(health.message());
  if (problem.has_value() && !problem->why.empty()) {
    text = absl::StrCat(problem->message, ": ", problem->why.front());
  }
  return {"Policy", "promises", Severity::kFail, std::move(text),
          problem.has_value() ? problem->next : std::vector<std::string>()};
}

service::Finding ClockFinding(const absl::Status& health) {
  using Severity = service::Finding::Severity;
  if (health.ok()) return {"Node", "clock", Severity::kOk, "is where it should be", {}};
  const std::optional<Problem> problem = ProblemOf(health);
  if (!problem.has_value()) {
    return {"Node", "expiry", Severity::kFail, std::string(health.message()), {"fairway doctor"}};
  }
  std::string text = problem->message;
  for (const std::string& why : problem->why) absl::StrAppend(&text, "; ", why);
  return {"Node", "clock", Severity::kWarn, std::move(text), problem->next};
}

// Pins of suspended and quarantined peers that a recall waits for.
absl::StatusOr<std::vector<edge::PinnedPeer>> PinsForRecalls(const store::Database& database) {
  std::vector<edge::PinnedPeer> pins;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    pins.clear();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
    for (const model::Peer& peer : peers) {
      if (peer.state == model::PeerState::kActive || !replication::GetsRecalls(peer.state))
        continue;
      FAIRWAY_ASSIGN_OR_RETURN(const bool waits, replication::RecallWaits(txn, peer.id));
      const std::optional<crypto::PublicKey> key = peer.manifest.KeyFor(model::KeyPurpose::kTls);
      if (waits && key.has_value()) pins.push_back({peer.id.raw(), crypto::PinOfKey(*key)});
    }
    return absl::OkStatus();
  }));
  return pins;
}

// Two nodes that contradict each other about what passed between them.
service::Finding CopyFinding(const std::string& peer) {
  return {"Peers",
          peer,
          service::Finding::Severity::kFail,
          "one of the two nodes is an older copy of itself: restored from a backup, or started "
          "twice. Nothing passes between them until the original is back; no number is used twice",
          {"ask the other authority by telephone: which node was restored, copied or moved?",
           "fairway audit list   (both sides: feed.alarm and node.started say when)",
           "stop the copy, start the original again: both go on by themselves",
           "the original is lost: keep its copy stopped, and meet anew with a new node: fairway "
           "init"}};
}

// A transport that the core can be given before the listener exists: the core opens the database,
// and only from the database comes the key that the listener shows.
class LateTransport final : public env::PeerTransport {
 public:
  void Use(env::PeerTransport* transport) { transport_ = transport; }

  void Attach(const std::string& peer_id, env::PeerEvents* events) override {
    transport_->Attach(peer_id, events);
  }
  void Detach(const std::string& peer_id) override { transport_->Detach(peer_id); }
  void Dial(const std::string& peer_id, const std::string& endpoint,
            const crypto::SpkiPin& pin) override {
    transport_->Dial(peer_id, endpoint, pin);
  }
  bool Send(env::LinkId link, std::string frame) override {
    return transport_->Send(link, std::move(frame));
  }
  void CloseLink(env::LinkId link, std::string why) override {
    transport_->CloseLink(link, std::move(why));
  }
  void ClosePeer(const std::string& peer_id) override { transport_->ClosePeer(peer_id); }

 private:
  env::PeerTransport* transport_ = nullptr;  // set once, before anything runs
};

// Joins through the edge, for `peer accept`.
class EdgeJoiner final : public membership::Joiner {
 public:
  static constexpr absl::Duration kTimeout = absl::Seconds(20);

  explicit EdgeJoiner(edge::GrpcPeerTransport& transport) : transport_(transport) {}

  absl::StatusOr<std::string> Join(
      const std::string& endpoint, const crypto::SpkiPin& want,
      const std::function<std::string(const std::string& exporter32)>& make_request,
      std::string* exporter32) override {
    return transport_.Join(endpoint, want, make_request, kTimeout, exporter32);
  }

 private:
  edge::GrpcPeerTransport& transport_;
};

}  // namespace

class Server::Impl final : public service::NodeView {
 public:
  Impl(const Config& config, const env::Clock& clock, env::Entropy& entropy)
      : config_(config), clock_(clock), entropy_(entropy), host_(clock) {}

  ~Impl() override {
    if (lock_ >= 0) close(lock_);
  }

  absl::Status Start(const std::string& data_dir, const crypto::SecretBytes& key);
  void Stop();

  std::string peer_address() const { return transport_->bound_address(); }
  absl::Status policy_trouble() const { return core_->policy_trouble(); }
  bool disk_full() const { return core_->database().health().degraded; }

  service::PeerActivity ActivityOf(const model::AuthorityId& peer) const override;
  std::vector<service::Finding> Findings() const override;

 private:
  // One process for each data directory: two would each believe their own copy of the peers.
  absl::Status Lock(const std::string& data_dir);
  edge::EdgeEvents Events();
  void FollowPeers();
  void ReplacePins();
  void RecordRefusal(const edge::Refusal& refusal);

  const Config config_;
  const env::Clock& clock_;
  env::Entropy& entropy_;

  int lock_ = -1;
  LateTransport late_transport_;
  ThreadHost host_;
  std::mutex following_;
  edge::PinBook pins_;  // replaced with following_ held
  std::unique_ptr<NodeCore> core_;
  std::unique_ptr<edge::GrpcPeerTransport> transport_;
  std::unique_ptr<env::Entropy> membership_entropy_;
  std::unique_ptr<membership::Membership> membership_;
  std::optional<EdgeJoiner> joiner_;
  std::atomic<uint64_t> unrecorded_refusals_{0};

  std::optional<service::DeskService> desk_;
  std::optional<service::HeldService> held_;
  std::optional<service::HistoryService> history_;
  std::optional<service::NodeService> node_;
  std::optional<service::PeerService> peers_;
  std::optional<service::UserBook> user_book_;
  std::optional<service::UserService> users_;
  std::optional<service::PolicyService> policy_;
  std::optional<service::PolicyChangeService> policy_changes_;
  std::optional<service::AuditService> audit_;
  std::optional<service::CallGuard> guard_;
  std::optional<service::LocalServer> local_server_;
  std::unique_ptr<edge::LocalSocket> local_socket_;
};

absl::Status Server::Impl::Lock(const std::string& data_dir) {
  const std::string path = absl::StrCat(data_dir, "/", kLockFile);
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  const bool taken = lock_ >= 0 && errno == EWOULDBLOCK;
  return MakeProblem(absl::StatusCode::kAlreadyExists,
                     {"FW-NODE-003",
                      taken ? absl::StrCat("another fairwayd serves ", data_dir)
                            : absl::StrCat("cannot lock ", path, ": ", std::strerror(errno)),
                      {},
                      {absl::StrCat("fairway status --data ", data_dir)}});
}

absl::Status Server::Impl::Start(const std::string& data_dir, const crypto::SecretBytes& key) {
  FAIRWAY_RETURN_IF_ERROR(Lock(data_dir));
  FAIRWAY_ASSIGN_OR_RETURN(
      core_, NodeCore::Open({.path = absl::StrCat(data_dir, "/", kDatabaseFile),
                             .key32 = key,
                             .vfs = "",
                             .create = false,
                             .ballast_bytes = kBallastBytes},
                            {clock_, entropy_, late_transport_, host_, [this] { ReplacePins(); }}));
  const service::NodeIdentity self{core_->identity().authority, config_.name};

  policy::Vocabulary::Parsed vocabulary = policy::Vocabulary::Parse(policyadmin::ProfileText());
  if (vocabulary.vocabulary == nullptr) return absl::InternalError("the vocabulary does not load");
  membership_entropy_ = entropy_.Fork("membership");
  membership_ = std::make_unique<membership::Membership>(
      core_->database(), core_->audit(), clock_, *membership_entropy_, self.authority,
      vocabulary.vocabulary,
      membership::MembershipEvents{
          .peers_changed = [this] { FollowPeers(); },
          .close_peer = [this](const model::AuthorityId& id) { transport_->ClosePeer(id.raw()); }},
      &core_->change_gate());
  FAIRWAY_RETURN_IF_ERROR(membership_->Refresh());

  FAIRWAY_ASSIGN_OR_RETURN(const crypto::TlsIdentity identity,
                           MakeIdentity(core_->database(), core_->identity(), clock_.Now()));
  FollowPeers();
  FAIRWAY_ASSIGN_OR_RETURN(
      transport_,
      edge::GrpcPeerTransport::Start({.listen = config_.listen, .limits = {}, .events = Events()},
                                     identity, pins_));
  late_transport_.Use(transport_.get());
  joiner_.emplace(*transport_);

  desk_.emplace(core_->database(), core_->publisher(), core_->recaller(), core_->gate(),
                core_->policies(), core_->directory(), self);
  held_.emplace(core_->database(), core_->held_desk(), core_->directory(), self);
  history_.emplace(core_->database(), core_->directory(), self);
  node_.emplace(core_->database(), core_->policy_slot(), core_->policy_watch(), core_->directory(),
                *this, service::NodeService::Facts{self, std::string(kVersion), clock_.Now()});
  peers_.emplace(core_->database(), *membership_, *joiner_, *this);
  user_book_.emplace(core_->database(), core_->audit(), clock_);
  users_.emplace(*user_book_);
  policy_.emplace(core_->database(), core_->policies(), core_->policy_slot(), core_->gate(),
                  core_->directory(), core_->past_policy());
  policy_changes_.emplace(core_->database(), core_->policies(), core_->proposals(),
                          core_->previewer(), core_->policy_slot(), core_->directory());
  audit_.emplace(core_->database(), core_->checkpointer(), core_->log_origin(), core_->log_key());
  guard_.emplace(core_->database(), core_->audit(), clock_,
                 service::Services{*desk_, *held_, *history_, *node_, *peers_, *users_, *policy_,
                                   *policy_changes_, *audit_});
  local_server_.emplace(*guard_);
  FAIRWAY_ASSIGN_OR_RETURN(local_socket_,
                           edge::LocalSocket::Start(absl::StrCat(data_dir, "/", kSocketFile),
                                                    [this](const edge::LocalCaller& caller) {
                                                      local_server_->Serve(caller.uid, caller.fd);
                                                    }));
  core_->Start();
  return absl::OkStatus();
}

void Server::Impl::Stop() {
  // From the outside in: nobody new, then the calls that run, then the work behind them.
  if (local_socket_ != nullptr) local_socket_->Stop();
  if (local_server_.has_value()) local_server_->Stop();
  if (core_ != nullptr) core_->Stop();
  if (transport_ != nullptr) transport_->Stop();
}

edge::EdgeEvents Server::Impl::Events() {
  edge::EdgeEvents events;
  events.on_join = [this](const edge::JoinRequest& join) {
    return membership_->HandleJoin(
        {join.request, join.exporter32, join.client_key32, join.address});
  };
  events.join_open = [this] { return membership_->JoinOpen(); };
  events.on_refused = [this](const edge::Refusal& refusal) { RecordRefusal(refusal); };
  return events;
}

void Server::Impl::FollowPeers() {
  ReplacePins();
  core_->PeersChanged();
}

void Server::Impl::ReplacePins() {
  // Who reads last replaces last: otherwise an older reading could bring a removed peer back.
  std::lock_guard<std::mutex> lock(following_);
  const auto active = membership_->Pins();
  const auto for_recalls = PinsForRecalls(core_->database());
  std::vector<edge::PinnedPeer> pins;
  // If they cannot be read nobody is let in: fail closed.
  if (active.ok()) {
    for (const membership::ActivePin& peer : *active) pins.push_back({peer.id.raw(), peer.pin});
  }
  if (for_recalls.ok()) pins.insert(pins.end(), for_recalls->begin(), for_recalls->end());
  pins_.Replace(std::move(pins));
}

void Server::Impl::RecordRefusal(const edge::Refusal& refusal) {
  audit::Event event;
  event.kind = refusal.reason == edge::RefusalReason::kGate ? audit::EventKind::kGateKilled
                                                            : audit::EventKind::kPeerRefused;
  event.actor = "node";
  event.outcome = "refused";
  event.reason = edge::ReasonText(refusal);
  event.detail["address"] = refusal.address;
  event.detail["count"] = absl::StrCat(refusal.count);
  if (!refusal.detail.empty()) event.detail["detail"] = refusal.detail;
  if (refusal.pin.has_value()) event.detail["pin"] = crypto::Hex(refusal.pin->digest.view());
  if (!refusal.peer_id.empty()) event.objects.push_back(crypto::Hex(refusal.peer_id));
  // The connection is closed already, whether or not this can be written; the doctor says so if
  // not.
  const absl::Status written = core_->database().Write(
      [&](store::Txn& txn) { return core_->audit().Append(txn, event).status(); });
  if (!written.ok()) unrecorded_refusals_.fetch_add(1);
}

service::PeerActivity Server::Impl::ActivityOf(const model::AuthorityId& peer) const {
  const auto status = core_->supervisor().StatusOf(peer);
  if (!status.has_value()) return {};
  return {status->connected, status->last_seen, status->trouble};
}

std::vector<service::Finding> Server::Impl::Findings() const {
  using Severity = service::Finding::Severity;
  std::vector<service::Finding> findings;
  findings.push_back({"Node",
                      "listener",
                      Severity::kOk,
                      absl::StrCat("peers connect to ", peer_address(), ", TLS 1.3, pinned keys"),
                      {}});
  const absl::Status signing = core_->checkpointer().health();
  findings.push_back(
      {"Node", "audit log", signing.ok() ? Severity::kOk : Severity::kFail,
       signing.ok() ? "checkpoints are being signed" : std::string(signing.message()),
       signing.ok() ? std::vector<std::string>{}
                    : std::vector<std::string>{"fairway audit verify"}});
  findings.push_back(DiskFinding(core_->database().health()));
  findings.push_back(ClockFinding(core_->expiry_keeper().health()));
  findings.push_back(PromisesFinding(core_->policy_watch().health()));
  for (const model::Peer& peer : core_->directory().All()) {
    const auto status = core_->supervisor().StatusOf(peer.id);
    if (status.has_value() && status->alarm) findings.push_back(CopyFinding(peer.name));
  }
  if (const uint64_t lost = unrecorded_refusals_.load(); lost > 0) {
    findings.push_back({"Node",
                        "audit log",
                        Severity::kWarn,
                        absl::StrCat(lost, " refused connections could not be recorded"),
                        {"fairway doctor"}});
  }
  return findings;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& data_dir,
                                                      const Config& config,
                                                      const crypto::SecretBytes& database_key,
                                                      const env::Clock& clock,
                                                      env::Entropy& entropy) {
  auto impl = std::make_unique<Impl>(config, clock, entropy);
  const absl::Status started = impl->Start(data_dir, database_key);
  if (!started.ok()) {
    impl->Stop();
    return started;
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::string Server::peer_address() const { return impl_->peer_address(); }
absl::Status Server::policy_trouble() const { return impl_->policy_trouble(); }
bool Server::disk_full() const { return impl_->disk_full(); }
void Server::Stop() {
  if (impl_ != nullptr) impl_->Stop();
}

}  // namespace fairway::server
