#include "node/server/core.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/model/feed.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"

namespace fairway::server {
namespace {

absl::StatusOr<crypto::SigningKey> LoadKey(store::ReadTxn& txn, const char* name) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes seed, store::GetSecret(txn, name));
  return crypto::SigningKey::FromStoredSeed(seed.view());
}

absl::Status NotInitialised(const std::string& path) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {"FW-INIT-003",
                      absl::StrCat("the database ", path, " belongs to no node yet"),
                      {"Its setting up was interrupted before it was complete."},
                      {"move the data directory away, then: fairway init --help"}});
}

}  // namespace

struct NodeCore::Opened {
  std::unique_ptr<store::Database> database;
  store::NodeRow row;
  std::optional<crypto::SigningKey> item, node, log;
  uint64_t manifest_version = 0;
};

std::string LogOrigin(const store::NodeRow& row) {
  return absl::StrCat("fairway/", row.authority.ToString(), "/", row.name);
}

absl::StatusOr<std::unique_ptr<NodeCore>> NodeCore::Open(const store::OpenOptions& options,
                                                         const Seams& seams) {
  Opened opened;
  FAIRWAY_ASSIGN_OR_RETURN(opened.database, store::Database::Open(options));
  FAIRWAY_RETURN_IF_ERROR(opened.database->Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::NodeRow> row, store::GetNode(txn));
    if (!row.has_value()) return NotInitialised(options.path);
    opened.row = *std::move(row);
    FAIRWAY_ASSIGN_OR_RETURN(opened.item, LoadKey(txn, kItemKey));
    FAIRWAY_ASSIGN_OR_RETURN(opened.node, LoadKey(txn, kNodeKey));
    FAIRWAY_ASSIGN_OR_RETURN(opened.log, LoadKey(txn, kLogKey));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> manifest,
                             store::LatestManifest(txn, opened.row.authority));
    if (!manifest.has_value()) return NotInitialised(options.path);
    opened.manifest_version = manifest->manifest.version;
    return absl::OkStatus();
  }));

  std::unique_ptr<NodeCore> core(new NodeCore(std::move(opened), seams));
  // A node must come up on a full disk too: recalls still go out.
  FAIRWAY_RETURN_IF_ERROR(core->database().WriteReserved([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t boots, store::CountBoot(txn));
    audit::Event event;
    event.kind = audit::EventKind::kNodeStarted;
    event.actor = "node";
    event.detail["boot"] = absl::StrCat(boots);
    return core->audit().Append(txn, event).status();
  }));
  core->policy_trouble_ = core->policies_.Refresh();
  return core;
}

NodeCore::NodeCore(Opened opened, const Seams& seams)
    : seams_(seams),
      database_(std::move(opened.database)),
      row_(std::move(opened.row)),
      item_key_(*std::move(opened.item)),
      node_key_(*std::move(opened.node)),
      log_key_(*std::move(opened.log)),
      log_origin_(LogOrigin(row_)),
      audit_entropy_(seams.entropy.Fork("audit")),
      publisher_entropy_(seams.entropy.Fork("publisher")),
      session_entropy_(seams.entropy.Fork("sessions")),
      audit_(seams.clock, *audit_entropy_),
      directory_(*database_),
      authorizer_(slot_, row_.authority),
      gate_(authorizer_),
      policies_(*database_, slot_,
                [this] {
                  supervisor_.WakeAll();
                  Wake(&NodeCore::wake_policy_watch_);
                }),
      gate_under_policy_(row_.authority),
      previewer_(*database_, gate_under_policy_, row_.authority),
      change_gate_(*database_, previewer_, seams.clock),
      proposals_(*database_, audit_, seams.clock, policies_, previewer_, row_.authority, node_key_,
                 [this] { Wake(&NodeCore::wake_shadow_runner_); }),
      past_policy_(*database_, gate_under_policy_, row_.authority),
      publisher_(*database_, gate_, audit_, directory_,
                 {row_.authority, opened.manifest_version, item_key_}, seams.clock,
                 *publisher_entropy_, [this] { supervisor_.WakeLinked(); }),
      recaller_(*database_, audit_, {row_.authority, opened.manifest_version, item_key_},
                seams.clock, [this] { supervisor_.WakeAll(); }),
      held_desk_(*database_, gate_, audit_, directory_, seams.clock,
                 [this] { supervisor_.WakeAll(); }),
      receiver_(*database_, authorizer_, audit_),
      receipts_(*database_, audit_, row_.authority),
      attachments_(*database_, audit_),
      context_{*database_,
               directory_,
               gate_,
               receiver_,
               receipts_,
               attachments_,
               audit_,
               seams.transport,
               {row_.authority, row_.incarnation, opened.manifest_version,
                session_entropy_->Bytes(model::kBootIdBytes), &node_key_},
               [this] { return policies_.Refresh(); },
               [this] { supervisor_.WakeLinked(); },
               seams.sessions_changed},
      supervisor_(context_, seams.host, *session_entropy_),
      checkpointer_(*database_, log_origin_, log_key_, seams.clock),
      wal_keeper_(*database_),
      disk_watch_(*database_, audit_),
      expiry_keeper_(*database_, audit_),
      policy_watch_(*database_, audit_, slot_),
      shadow_runner_(*database_, audit_, gate_under_policy_) {}

NodeCore::~NodeCore() { Stop(); }

void NodeCore::Start() {
  if (running_) return;
  running_ = true;
  const auto start = [this](env::Steppable& work, env::Wake NodeCore::*kept) {
    env::Wake wake = seams_.host.Start(work);
    std::lock_guard<std::mutex> lock(wake_mutex_);
    this->*kept = std::move(wake);
  };
  start(supervisor_, &NodeCore::wake_supervisor_);
  seams_.host.Start(checkpointer_);
  seams_.host.Start(wal_keeper_);
  seams_.host.Start(disk_watch_);
  seams_.host.Start(expiry_keeper_);
  start(policy_watch_, &NodeCore::wake_policy_watch_);
  start(shadow_runner_, &NodeCore::wake_shadow_runner_);
}

void NodeCore::Stop() {
  if (!running_) return;
  running_ = false;
  // The supervisor first, since it would start sessions again.
  seams_.host.Stop(supervisor_);
  supervisor_.StopAll();
  seams_.host.Stop(checkpointer_);
  seams_.host.Stop(wal_keeper_);
  seams_.host.Stop(disk_watch_);
  seams_.host.Stop(expiry_keeper_);
  seams_.host.Stop(policy_watch_);
  seams_.host.Stop(shadow_runner_);
}

void NodeCore::Wake(env::Wake NodeCore::*wake) {
  env::Wake call;
  {
    std::lock_guard<std::mutex> lock(wake_mutex_);
    call = this->*wake;
  }
  if (call) call();
}

void NodeCore::PeersChanged() { Wake(&NodeCore::wake_supervisor_); }

}  // namespace fairway::server
