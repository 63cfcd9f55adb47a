#include "tests/simulation/sim_node.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/ed25519.h"
#include "crypto/spki.h"
#include "node/audit/event.h"
#include "node/exchange/held.h"
#include "node/exchange/where.h"
#include "node/model/caller.h"
#include "node/server/core.h"
#include "node/server/gate_under_policy.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/wire/manifest_codec.h"
#include "tests/simulation/sim_host.h"

namespace fairway::simulation {
namespace {

constexpr char kDatabase[] = "node.db";
constexpr char kNodeName[] = "main";

const model::Caller& Officer() {
  static const model::Caller caller{
      "officer", 1001, {model::Role::kOfficer, model::Role::kCommander}};
  return caller;
}

const model::Caller& Administrator() {
  static const model::Caller caller{"admin", 1000, {model::Role::kAdministrator}};
  return caller;
}

std::string SeedFor(const Random& random, std::string_view purpose) {
  std::string seed(crypto::kSeedBytes, '\0');
  random.Fork(purpose).Fill(reinterpret_cast<uint8_t*>(seed.data()), seed.size());
  return seed;
}

}  // namespace

// What a running process is made of, in the order in which it is built.
struct SimNode::Process {
  std::unique_ptr<SimHost> host;
  std::unique_ptr<env::PeerTransport> transport;
  std::unique_ptr<SimEntropy> entropy;
  std::unique_ptr<server::NodeCore> core;
  std::unique_ptr<server::GateUnderPolicy> gate;
  std::unique_ptr<policyadmin::Previewer> previewer;
};

SimNode::SimNode(Schedule& schedule, SimNetwork& network, const Random& random, size_t number,
                 std::string name, std::string country)
    : schedule_(schedule),
      network_(network),
      random_(random.Fork(absl::StrCat("node ", number))),
      country_(std::move(country)),
      database_key_(crypto::SecretBytes::CopyOf(SeedFor(random_, "database key"))),
      disk_(absl::StrCat("sim-", number), random_.Fork("disk").Next()),
      clock_(schedule, absl::ZeroDuration()) {
  identity_.name = std::move(name);
}

SimNode::~SimNode() { Kill(); }

bool SimNode::up() const { return process_ != nullptr; }

store::Database& SimNode::database() { return process_->core->database(); }

absl::Status SimNode::Initialise() {
  const auto root = crypto::SigningKey::FromSeed(SeedFor(random_, "root"));
  model::Manifest manifest;
  manifest.version = 1;
  manifest.root_keys = {root.public_key()};
  const std::pair<const char*, model::KeyPurpose> purposes[] = {
      {server::kItemKey, model::KeyPurpose::kItem},
      {server::kNodeKey, model::KeyPurpose::kNode},
      {server::kLogKey, model::KeyPurpose::kLog},
      {server::kTlsKey, model::KeyPurpose::kTls}};
  for (const auto& [secret, purpose] : purposes) {
    const auto key = crypto::SigningKey::FromSeed(SeedFor(random_, secret));
    manifest.keys.push_back({purpose, key.public_key()});
  }
  manifest.display_name = identity_.name;
  manifest.country = country_;
  manifest.endpoints = {absl::StrCat(identity_.name, ".example:7443")};
  signed_manifest_ = crypto::Seal(crypto::kTypeManifest, wire::EncodeManifest(manifest), root);
  FAIRWAY_ASSIGN_OR_RETURN(manifest_, wire::OpenFirstManifest(signed_manifest_));
  identity_.id = manifest_.id;
  identity_.item_key = *manifest_.KeyFor(model::KeyPurpose::kItem);
  identity_.log_key = *manifest_.KeyFor(model::KeyPurpose::kLog);
  raw_id_ = manifest_.id.raw();

  FAIRWAY_ASSIGN_OR_RETURN(const std::unique_ptr<store::Database> database, OpenDatabase(true));
  store::NodeRow row;
  row.authority = identity_.id;
  row.name = kNodeName;
  row.incarnation = 1;
  row.initialised_at = clock_.Now();
  identity_.log_origin = server::LogOrigin(row);
  return database->Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(store::PutNode(txn, row));
    for (const auto& [secret, unused] : purposes) {
      FAIRWAY_RETURN_IF_ERROR(
          store::PutSecret(txn, secret, crypto::SecretBytes::CopyOf(SeedFor(random_, secret))));
    }
    return PutManifestOf(txn, *this);
  });
}

absl::Status SimNode::PutManifestOf(store::Txn& txn, const SimNode& node) const {
  return store::PutManifest(
      txn,
      {node.manifest_, crypto::ObjectId(node.signed_manifest_.type, node.signed_manifest_.body),
       crypto::EncodeSigned(node.signed_manifest_), clock_.Now()});
}

absl::StatusOr<std::unique_ptr<store::Database>> SimNode::OpenDatabase(bool create) const {
  return store::Database::Open({kDatabase, database_key_, disk_.name(), create});
}

absl::Status SimNode::Introduce(const std::vector<Introduction>& peers) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::unique_ptr<store::Database> database, OpenDatabase(false));
  return database->Write([&](store::Txn& txn) -> absl::Status {
    for (const Introduction& introduction : peers) {
      const SimNode& other = *introduction.node;
      FAIRWAY_RETURN_IF_ERROR(PutManifestOf(txn, other));
      model::Peer peer;
      peer.id = other.identity_.id;
      peer.name = other.identity_.name;
      peer.state = model::PeerState::kActive;
      peer.endpoint = other.manifest_.endpoints.front();
      peer.since = clock_.Now();
      peer.we_dial = introduction.we_dial;
      FAIRWAY_RETURN_IF_ERROR(store::PutPeer(txn, peer));
      FAIRWAY_RETURN_IF_ERROR(
          store::SetPeerAttributes(txn, peer.id, introduction.attributes, clock_.Now()).status());
    }
    return absl::OkStatus();
  });
}

absl::Status SimNode::Start() {
  auto process = std::make_unique<Process>();
  const Random life = random_.Fork(absl::StrCat("start ", ++starts_));
  process->host = std::make_unique<SimHost>(schedule_, clock_, life.Fork("host"));
  process->entropy = std::make_unique<SimEntropy>(life.Fork("entropy"));
  process->transport =
      network_.Join(raw_id_, crypto::PinOfKey(*manifest_.KeyFor(model::KeyPurpose::kTls)),
                    [this] { return !disk_.crashed(); });
  FAIRWAY_ASSIGN_OR_RETURN(
      process->core,
      server::NodeCore::Open({kDatabase, database_key_, disk_.name(), false, kBallastBytes},
                             {clock_, *process->entropy, *process->transport, *process->host}));
  FAIRWAY_RETURN_IF_ERROR(process->core->policy_trouble());
  process->gate = std::make_unique<server::GateUnderPolicy>(identity_.id);
  process->previewer = std::make_unique<policyadmin::Previewer>(process->core->database(),
                                                                *process->gate, identity_.id);
  process->core->Start();
  process_ = std::move(process);
  return absl::OkStatus();
}

void SimNode::Kill() {
  // A process that is killed writes nothing on its way out.
  if (process_ != nullptr) disk_.CrashNow();
  process_.reset();
}

void SimNode::RealignPublisher(std::string_view point) {
  process_->entropy->Realign("publisher", point);
}

void SimNode::WakeAll() { process_->host->WakeAll(); }

absl::StatusOr<exchange::Published> SimNode::Publish(const model::Draft& draft) {
  return process_->core->publisher().Publish(Officer(), draft);
}

absl::StatusOr<exchange::Published> SimNode::Revise(const model::ItemId& item,
                                                    const model::Draft& draft) {
  return process_->core->publisher().Revise(Officer(), identity_.id, item, draft);
}

absl::StatusOr<exchange::Recalled> SimNode::Recall(const model::ItemId& item,
                                                   model::RecallGrade grade,
                                                   model::RecallReason reason) {
  return process_->core->recaller().Recall(Officer(), {.origin = identity_.id,
                                                       .item = item,
                                                       .grade = grade,
                                                       .reason = reason,
                                                       .note = "simulated"});
}

absl::Status SimNode::LetGo() {
  exchange::HeldDesk& desk = process_->core->held_desk();
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::HeldPage page, desk.List());
  if (page.held.empty()) return absl::NotFoundError("nothing waits for a person");
  const exchange::Held& held = page.held.back();
  return desk
      .Release(Officer(), {.origin = held.origin,
                           .item = held.item,
                           .peer = held.peer,
                           .if_revision = held.revision})
      .status();
}

absl::StatusOr<Invariants::Foreseen> SimNode::PreviewPolicy(const std::string& text) {
  policyadmin::Draft draft;
  draft.text = policyadmin::Draft::Text{"sim.fpol", text};
  return PreviewOf(draft);
}

absl::StatusOr<Invariants::Foreseen> SimNode::PreviewAttributes(
    const SimNode& peer, const model::PeerAttributes& attributes) {
  policyadmin::Draft draft;
  draft.peers.push_back({peer.name(), attributes});
  return PreviewOf(draft);
}

absl::StatusOr<Invariants::Foreseen> SimNode::PreviewOf(const policyadmin::Draft& draft) {
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Previewed previewed,
                           process_->previewer->Preview(draft, clock_.Now()));
  if (!previewed.preview) return absl::InvalidArgumentError("the draft has errors");
  Invariants::Foreseen foreseen;
  for (const policyadmin::PeerPreview& peer : previewed.preview->peers) {
    const auto pair_of = [&](const policyadmin::ItemChange& change) {
      return Invariants::Foreseen::Pair{peer.id, previewed.preview->items[change.item].object};
    };
    for (const auto* list : {&peer.released, &peer.more_fields}) {
      for (const policyadmin::ItemChange& change : *list) {
        Invariants::Foreseen::Gain& gain = foreseen.gains[pair_of(change)];
        gain.labels.insert(change.fields.begin(), change.fields.end());
        gain.waits = gain.waits || !change.waits.empty();
      }
    }
    for (const policyadmin::ItemChange& change : peer.withheld) {
      foreseen.withheld.insert(pair_of(change));
    }
  }
  return foreseen;
}

absl::Status SimNode::ExpiryHealth() { return process_->core->expiry_keeper().health(); }

absl::Status SimNode::ApplyPolicy(const std::string& text) {
  return process_->core->proposals()
      .ApplyText(Administrator(), "sim.fpol", text, "simulated")
      .status();
}

absl::Status SimNode::ChangePeer(const SimNode& peer, const std::string& what,
                                 const std::function<absl::Status(store::Txn&)>& change) {
  server::NodeCore& core = *process_->core;
  const absl::Status status = core.database().Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(change(txn));
    audit::Event event;
    event.kind = audit::EventKind::kPeerChanged;
    event.actor = Administrator().user;
    event.role = "administrator";
    event.objects = {peer.name()};
    event.detail = {{"change", what}};
    return core.audit().Append(txn, event).status();
  });
  core.PeersChanged();
  return status;
}

absl::Status SimNode::SetAttributes(const SimNode& peer, const model::PeerAttributes& attributes) {
  return ChangePeer(peer, "attributes", [&](store::Txn& txn) {
    return store::SetPeerAttributes(txn, peer.identity_.id, attributes, clock_.Now()).status();
  });
}

absl::Status SimNode::SetState(const SimNode& peer, model::PeerState state) {
  return ChangePeer(peer, "state", [&](store::Txn& txn) {
    return store::SetPeerState(txn, peer.identity_.id, state, clock_.Now());
  });
}

absl::Status SimNode::Preview(const model::Draft& draft) {
  return process_->core->publisher().PreviewOf(draft).status();
}

absl::Status SimNode::Where(const SimNode& author, const model::ItemId& item) {
  server::NodeCore& core = *process_->core;
  return exchange::WhereIs(core.database(), core.gate(), author.identity_.id, item, clock_.Now())
      .status();
}

absl::Status SimNode::SignCheckpoint() { return process_->core->checkpointer().SignNow(); }

absl::Status SimNode::List() {
  return database().Read([](store::ReadTxn& txn) -> absl::Status {
    store::RevisionFilter inbox;
    inbox.inbox_only = true;
    return store::ListRevisions(txn, inbox).status();
  });
}

}  // namespace fairway::simulation
