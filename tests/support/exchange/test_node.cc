#include "tests/support/exchange/test_node.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/server/gate_under_policy.h"
#include "node/store/attachment_table.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/wire/manifest_codec.h"

namespace fairway::testing {
namespace {

void Must(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  std::abort();
}

template <typename T>
T Must(absl::StatusOr<T> value, const char* what) {
  Must(value.status(), what);
  return *std::move(value);
}

crypto::SigningKey KeyOf(const std::string& name, const std::string& purpose) {
  return crypto::SigningKey::FromSeed(
      crypto::Sha256(absl::StrCat("test key ", name, " ", purpose)).view());
}

uint64_t SeedOf(const std::string& name) {
  const crypto::Digest digest = crypto::Sha256(name);
  uint64_t seed = 0;
  for (size_t i = 0; i < 8; ++i) seed = seed << 8 | digest.bytes[i];
  return seed;
}

}  // namespace

// Steps sessions in the order in which they were started.
class TestNode::Host final : public replication::SessionHost {
 public:
  env::Wake Start(env::Steppable& session) override {
    due_.emplace_back(&session, absl::InfinitePast());
    return [this, &session] { Wake(session); };
  }
  void Stop(env::Steppable& session) override {
    std::erase_if(due_, [&](const auto& entry) { return entry.first == &session; });
  }

  bool StepAll(absl::Time now) {
    bool again = false;
    for (size_t i = 0; i < due_.size(); ++i) {
      auto& [session, due] = due_[i];
      if (due > now) continue;
      due = absl::InfiniteFuture();
      const absl::Time next = session->Step(now);
      due_[i].second = std::min(due_[i].second, next);
      again = again || due_[i].second <= now;
    }
    return again;
  }
  absl::Time next() const {
    absl::Time next = absl::InfiniteFuture();
    for (const auto& [session, due] : due_) next = std::min(next, due);
    return next;
  }

 private:
  void Wake(env::Steppable& session) {
    for (auto& [each, due] : due_) {
      if (each == &session) due = absl::InfinitePast();
    }
  }
  std::vector<std::pair<env::Steppable*, absl::Time>> due_;
};

struct TestNode::Core {
  Core(TestNode& node, std::unique_ptr<store::Database> database)
      : db(std::move(database)),
        audit_entropy(node.entropy_.Fork("audit")),
        publisher_entropy(node.entropy_.Fork("publisher")),
        session_entropy(node.entropy_.Fork("sessions")),
        audit(node.clock_, *audit_entropy),
        directory(*db),
        authorizer(slot, node.id_),
        gate(authorizer),
        registry(*db, slot, [this] { WakeAll(); }),
        gate_under_policy(node.id_),
        previewer(*db, gate_under_policy, node.id_),
        proposals(*db, audit, node.clock_, registry, previewer, node.id_, node.node_key_),
        publisher(*db, gate, audit, directory,
                  {.authority = node.id_, .manifest_version = 1, .item_key = node.item_key_},
                  node.clock_, *publisher_entropy, [this] { WakeAll(); }),
        recaller(*db, audit,
                 {.authority = node.id_, .manifest_version = 1, .item_key = node.item_key_},
                 node.clock_, [this] { WakeAll(); }),
        receiver(*db, authorizer, audit),
        receipts(*db, audit, node.id_),
        attachments(*db, audit),
        transport(node.net_.Join(node.id_.raw())),
        context{.database = *db,
                .directory = directory,
                .gate = gate,
                .receiver = receiver,
                .receipts = receipts,
                .attachments = attachments,
                .audit = audit,
                .transport = *transport,
                .local = {.authority = node.id_,
                          .incarnation = 1,
                          .manifest_version = 1,
                          .boot_id = session_entropy->Bytes(model::kBootIdBytes),
                          .node_key = &node.node_key_},
                .refresh_policy = [this] { return registry.Refresh(); },
                .items_stored = [this] { WakeAll(); }},
        supervisor(std::make_unique<replication::PeerSupervisor>(context, host, *session_entropy)) {
    // A policy that is not there yet is no error.
    Must(registry.Refresh(), "load policy");
  }

  void WakeAll() {
    if (supervisor != nullptr) supervisor->WakeAll();
  }

  std::unique_ptr<store::Database> db;
  std::unique_ptr<env::Entropy> audit_entropy;
  std::unique_ptr<env::Entropy> publisher_entropy;
  std::unique_ptr<env::Entropy> session_entropy;
  audit::AuditLog audit;
  store::StoredPeerDirectory directory;
  authz::PolicySlot slot;
  authz::Authorizer authorizer;
  exchange::ReleaseGate gate;
  policyadmin::PolicyRegistry registry;
  server::GateUnderPolicy gate_under_policy;
  policyadmin::Previewer previewer;
  policyadmin::Proposals proposals;
  exchange::Publisher publisher;
  exchange::Recaller recaller;
  exchange::Receiver receiver;
  exchange::ReceiptTaker receipts;
  exchange::AttachmentFetcher attachments;
  Host host;
  std::unique_ptr<env::PeerTransport> transport;
  replication::SessionContext context;
  std::unique_ptr<replication::PeerSupervisor> supervisor;
  absl::Time supervisor_due = absl::InfinitePast();
};

TestNode::TestNode(Loopback& net, ManualClock& clock, std::string name, std::string country)
    : clock_(clock),
      net_(net),
      name_(std::move(name)),
      entropy_(SeedOf(name_)),
      item_key_(KeyOf(name_, "item")),
      node_key_(KeyOf(name_, "node")),
      next_step_(absl::InfinitePast()) {
  const crypto::SigningKey root = KeyOf(name_, "root");
  manifest_.version = 1;
  manifest_.root_keys = {root.public_key()};
  manifest_.keys = {{model::KeyPurpose::kItem, item_key_.public_key()},
                    {model::KeyPurpose::kNode, node_key_.public_key()},
                    {model::KeyPurpose::kLog, KeyOf(name_, "log").public_key()},
                    {model::KeyPurpose::kTls, KeyOf(name_, "tls").public_key()}};
  manifest_.display_name = name_;
  manifest_.country = country;
  manifest_.endpoints = {absl::StrCat(name_, ".example:7400")};
  signed_manifest_ = crypto::Seal(crypto::kTypeManifest, wire::EncodeManifest(manifest_), root);
  manifest_ = Must(wire::OpenFirstManifest(signed_manifest_), "manifest");
  id_ = manifest_.id;

  const crypto::SecretBytes key = ScratchKey();
  auto database = Must(store::Database::Open(
                           {.path = dir_.File("node.db"), .key32 = key, .vfs = "", .create = true}),
                       "create database");
  Must(database->Write([&](store::Txn& txn) -> absl::Status {
    Must(store::PutNode(txn, {.authority = id_,
                              .name = "one",
                              .incarnation = 1,
                              .boots = 0,
                              .initialised_at = clock_.Now()}),
         "node row");
    return store::PutManifest(txn, {.manifest = manifest_,
                                    .object = id_.digest,
                                    .signed_bytes = crypto::EncodeSigned(signed_manifest_),
                                    .stored_at = clock_.Now()});
  }),
       "initialise");
  database.reset();
  Open();
}

TestNode::~TestNode() { Close(); }

void TestNode::Open() {
  const crypto::SecretBytes key = ScratchKey();
  auto database =
      Must(store::Database::Open(
               {.path = dir_.File("node.db"), .key32 = key, .vfs = "", .create = false}),
           "open database");
  core_ = std::make_unique<Core>(*this, std::move(database));
}

void TestNode::Close() {
  if (core_ == nullptr) return;
  core_->supervisor->StopAll();
  core_.reset();
}

void TestNode::CopyFileTo(const std::string& path) const {
  std::filesystem::copy_file(dir_.File("node.db"), path,
                             std::filesystem::copy_options::overwrite_existing);
}

void TestNode::RestoreFileFrom(const std::string& path) {
  for (const char* file : {"node.db-wal", "node.db-shm"}) {
    std::filesystem::remove(dir_.File(file));
  }
  std::filesystem::copy_file(path, dir_.File("node.db"),
                             std::filesystem::copy_options::overwrite_existing);
}

void TestNode::Know(const TestNode& other, bool we_dial, model::PeerAttributes attributes) {
  Know(other.signed_manifest_, other.name_, we_dial, std::move(attributes));
}

void TestNode::Know(const crypto::Signed& first_manifest, const std::string& name, bool we_dial,
                    model::PeerAttributes attributes) {
  const absl::Time now = clock_.Now();
  const model::Manifest manifest = Must(wire::OpenFirstManifest(first_manifest), "manifest");
  Must(db().Write([&](store::Txn& txn) -> absl::Status {
    Must(store::PutManifest(txn, {.manifest = manifest,
                                  .object = manifest.id.digest,
                                  .signed_bytes = crypto::EncodeSigned(first_manifest),
                                  .stored_at = now}),
         "manifest of peer");
    model::Peer peer;
    peer.id = manifest.id;
    peer.name = name;
    peer.state = model::PeerState::kActive;
    peer.manifest = manifest;
    peer.endpoint = manifest.endpoints.front();
    peer.since = now;
    peer.we_dial = we_dial;
    Must(store::PutPeer(txn, peer), "peer");
    if (attributes.country.empty()) attributes.country = manifest.country;
    return store::SetPeerAttributes(txn, manifest.id, attributes, now).status();
  }),
       "know peer");
}

void TestNode::SetState(const TestNode& other, model::PeerState state) {
  Must(db().Write([&](store::Txn& txn) {
    return store::SetPeerState(txn, other.id_, state, clock_.Now());
  }),
       "set state");
}

void TestNode::SetAttributes(const TestNode& other, const model::PeerAttributes& attributes) {
  Must(db().Write([&](store::Txn& txn) {
    return store::SetPeerAttributes(txn, other.id_, attributes, clock_.Now()).status();
  }),
       "set attributes");
}

absl::Status TestNode::Apply(const std::string& policy) {
  const model::Caller admin{.user = "ada", .uid = 1000, .roles = {model::Role::kAdministrator}};
  return core_->proposals.ApplyText(admin, "test.fpol", policy, "for a test").status();
}

const model::Caller& TestNode::Officer() {
  static const model::Caller* const officer =
      new model::Caller{.user = "otto", .uid = 1001, .roles = {model::Role::kOfficer}};
  return *officer;
}

exchange::Published TestNode::Publish(const model::Draft& draft) {
  return Must(core_->publisher.Publish(Officer(), draft), "publish");
}

exchange::Published TestNode::Revise(const model::ItemId& item, const model::Draft& draft) {
  return Must(core_->publisher.Revise(Officer(), id(), item, draft), "revise");
}

exchange::Recalled TestNode::Recall(const model::ItemId& item, model::RecallGrade grade) {
  return Must(core_->recaller.Recall(Officer(), {.origin = id(),
                                                 .item = item,
                                                 .grade = grade,
                                                 .reason = model::RecallReason::kError,
                                                 .note = ""}),
              "recall");
}

std::vector<store::RecallRow> TestNode::Recalls(const model::AuthorityId& origin,
                                                const model::ItemId& item) {
  std::vector<store::RecallRow> recalls;
  Must(db().Read([&](store::ReadTxn& txn) {
    recalls = Must(store::RecallsOf(txn, origin, item), "recalls");
    return absl::OkStatus();
  }),
       "read");
  return recalls;
}

uint64_t TestNode::Revision(const model::AuthorityId& origin, const model::ItemId& item) {
  uint64_t revision = 0;
  Must(db().Read([&](store::ReadTxn& txn) {
    const auto latest = Must(store::LatestRevision(txn, origin, item), "latest");
    if (latest.has_value()) revision = latest->body.revision;
    return absl::OkStatus();
  }),
       "read");
  return revision;
}

std::optional<store::StoredRevision> TestNode::Latest(const model::ItemId& item) {
  std::optional<store::StoredRevision> latest;
  Must(db().Read([&](store::ReadTxn& txn) {
    const auto found = Must(store::FindByPrefix(txn, item.view(), 1), "latest");
    if (!found.empty()) latest = found.front();
    return absl::OkStatus();
  }),
       "read");
  return latest;
}

std::optional<std::string> TestNode::Text(const model::ItemId& item, std::string_view label) {
  const std::optional<store::StoredRevision> latest = Latest(item);
  if (!latest.has_value()) return std::nullopt;
  std::optional<std::string> text;
  Must(db().Read([&](store::ReadTxn& txn) {
    for (const model::Part& part : Must(store::GetParts(txn, latest->object), "parts")) {
      if (part.label == label) text = part.bytes;
    }
    return absl::OkStatus();
  }),
       "read");
  return text;
}

std::vector<std::string> TestNode::Labels(const model::ItemId& item) {
  std::vector<std::string> labels;
  const std::optional<store::StoredRevision> latest = Latest(item);
  if (!latest.has_value()) return labels;
  Must(db().Read([&](store::ReadTxn& txn) {
    for (const model::Part& part : Must(store::GetParts(txn, latest->object), "parts")) {
      labels.push_back(part.label);
    }
    return absl::OkStatus();
  }),
       "read");
  return labels;
}

std::vector<store::Release> TestNode::Releases(const model::ItemId& item) {
  std::vector<store::Release> releases;
  Must(db().Read([&](store::ReadTxn& txn) {
    releases = Must(store::ReleasesOfItem(txn, item), "releases");
    return absl::OkStatus();
  }),
       "read");
  return releases;
}

std::optional<std::string> TestNode::Attachment(const exchange::Published& item,
                                                std::string_view label, uint32_t chunks) {
  std::optional<std::string> content;
  Must(db().Read([&](store::ReadTxn& txn) {
    absl::StatusOr<std::string> found = store::GetContent(txn, item.object, label, chunks);
    if (found.ok()) content = *std::move(found);
    return absl::OkStatus();
  }),
       "read");
  return content;
}

exchange::PeerCopy TestNode::Where(const model::ItemId& item, const TestNode& peer) {
  for (exchange::PeerCopy& copy :
       Must(exchange::WhereIs(db(), core_->gate, Latest(item)->body.origin, item, clock_.Now()),
            "where")) {
    if (copy.peer == peer.name_) return copy;
  }
  return {};
}

std::vector<audit::Event> TestNode::EventsOf(audit::EventKind kind) {
  std::vector<audit::Event> events;
  Must(db().Read([&](store::ReadTxn& txn) {
    for (const audit::Entry& entry : Must(audit::ListEntries(txn, 0, 100'000), "audit")) {
      if (entry.event.kind == kind) events.push_back(entry.event);
    }
    return absl::OkStatus();
  }),
       "read");
  return events;
}

size_t TestNode::Leaves(audit::EventKind kind) { return EventsOf(kind).size(); }

replication::SessionStatus TestNode::StatusOf(const TestNode& peer) {
  return core_->supervisor->StatusOf(peer.id_).value_or(replication::SessionStatus{});
}

store::Database& TestNode::db() { return *core_->db; }
policyadmin::PolicyRegistry& TestNode::registry() { return core_->registry; }

const authz::PolicySlot& TestNode::policy_slot() { return core_->slot; }

const exchange::ReleaseGate& TestNode::gate() { return core_->gate; }
exchange::Publisher& TestNode::publisher() { return core_->publisher; }
exchange::Recaller& TestNode::recaller() { return core_->recaller; }
const exchange::Receiver& TestNode::receiver() { return core_->receiver; }
const exchange::AttachmentFetcher& TestNode::attachments() { return core_->attachments; }
const authz::Authorizer& TestNode::authorizer() { return core_->authorizer; }
const audit::AuditLog& TestNode::audit() { return core_->audit; }
replication::PeerSupervisor& TestNode::supervisor() { return *core_->supervisor; }

bool TestNode::StepAll(absl::Time now) {
  if (core_ == nullptr) {
    next_step_ = absl::InfiniteFuture();
    return false;
  }
  core_->supervisor_due = core_->supervisor->Step(now);
  const bool again = core_->host.StepAll(now);
  next_step_ = std::min(core_->supervisor_due, core_->host.next());
  return again;
}

TestWorld::TestWorld() = default;

TestNode& TestWorld::Add(const std::string& name, const std::string& country) {
  nodes_.push_back(std::make_unique<TestNode>(net, clock, name, country));
  return *nodes_.back();
}

void TestWorld::Pair(TestNode& a, TestNode& b) {
  a.Know(b, true);
  b.Know(a, false);
  Run(absl::Seconds(5));
}

void TestWorld::Settle() {
  for (size_t round = 0; round < 100'000; ++round) {
    bool busy = false;
    for (const auto& node : nodes_) busy = node->StepAll(clock.Now()) || busy;
    while (net.DeliverOne()) busy = true;
    if (!busy) return;
  }
  std::fprintf(stderr, "the nodes never come to rest\n");
  std::abort();
}

void TestWorld::Run(absl::Duration duration) {
  const absl::Time end = clock.Now() + duration;
  while (true) {
    Settle();
    absl::Time next = end;
    for (const auto& node : nodes_) next = std::min(next, node->next_step());
    if (next >= end) break;
    clock.Set(std::max(next, clock.Now() + absl::Milliseconds(1)));
  }
  clock.Set(end);
  Settle();
}

model::Draft SampleDraft(const std::string& title) {
  model::Draft draft;
  draft.kind = model::Kind::kBulletin;
  draft.tlp = model::Tlp::kGreen;
  draft.title = title;
  draft.body = "Three seals of one series were found broken in the reefer stack.";
  draft.topics = {"reefer-container"};
  draft.regions = {"indian-ocean"};
  draft.contains_known = true;
  draft.releasable_to = {"ANY-MEMBER"};
  return draft;
}

std::string PermitEverything() {
  return R"(policy "everything" version 1

permit everything
  to      any peer
  may     replicate, redistribute
  any item
  with    hops 2
  because "a test"
)";
}

}  // namespace fairway::testing
