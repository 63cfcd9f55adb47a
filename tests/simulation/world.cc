#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "node/model/enums.h"
#include "tests/simulation/officer.h"

namespace fairway::simulation {
namespace {

constexpr size_t kRememberedEvents = 60;
constexpr size_t kMinNodes = 3;
constexpr size_t kMaxNodes = 5;
// No schedule is allowed to run for ever, whatever a planted bug does.
constexpr uint64_t kMostEvents = 400'000;

struct Authority {
  const char* name;
  const char* country;
};
constexpr Authority kAuthorities[kMaxNodes] = {{"rio-port", "BR"},
                                               {"mombasa-port", "KE"},
                                               {"barbados-border", "BB"},
                                               {"antwerp-customs", "BE"},
                                               {"callao-port", "PE"}};

const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);  // 2026-05-28

}  // namespace

World::World(uint64_t seed, bool verbose)
    : seed_(seed),
      verbose_(verbose),
      random_(seed),
      people_(random_.Fork("people")),
      nature_(random_.Fork("nature")),
      schedule_(kStart, random_.Fork("schedule")),
      network_(schedule_, random_.Fork("network")),
      plan_(DrawFaultPlan(nature_)) {}

World::~World() {
  for (auto& node : nodes_) node->Kill();
}

Result World::Run() {
  Build();
  if (!invariants_->violation()) Chaos();
  if (!invariants_->violation()) Heal();
  if (!invariants_->violation()) Rest();
  if (!invariants_->violation()) Finish();
  CountFaults();

  Result result;
  result.seed = seed_;
  result.violation = invariants_->violation();
  result.last_events.assign(last_events_.begin(), last_events_.end());
  result.tally = tally_;
  result.looked_at = invariants_->counts();
  result.events = schedule_.events_run();
  result.crashes = crashes_;
  result.nodes = nodes_.size();
  result.simulated = schedule_.now() - kStart;
  Say(absl::StrCat("end after ", schedule_.events_run(), " events, ", result.looked_at.leaves,
                   " leaves, ", result.looked_at.frames, " frames"));
  result.fingerprint = crypto::Hex(story_.view()).substr(0, 16);
  return result;
}

void World::Say(const std::string& what) {
  std::string line =
      absl::StrFormat("%10.3f  %s", absl::ToDoubleSeconds(schedule_.now() - kStart), what);
  story_ = crypto::TaggedHash("story", story_.ToString() + line);
  if (verbose_) std::printf("%s\n", line.c_str());
  last_events_.push_back(std::move(line));
  if (last_events_.size() > kRememberedEvents) last_events_.pop_front();
}

size_t World::IndexOf(const std::string& raw_id) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i]->id() == raw_id) return i;
  }
  return nodes_.size();
}

std::vector<std::string> World::PeerNames(size_t node) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (i != node) names.push_back(nodes_[i]->name());
  }
  return names;
}

std::optional<size_t> World::RandomUpNode() {
  const size_t first = people_.Below(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const size_t node = (first + i) % nodes_.size();
    if (nodes_[node]->up()) return node;
  }
  return std::nullopt;
}

void World::Build() {
  // Mostly small worlds: what three nodes cannot get wrong, five rarely do.
  Random size = random_.Fork("size");
  const size_t n = size.Chance(0.6) ? kMinNodes : kMinNodes + size.Below(kMaxNodes - kMinNodes + 1);
  std::vector<NodeIdentity> identities;
  std::string problem;
  const auto must = [&problem](const absl::Status& status) {
    if (!status.ok() && problem.empty()) problem = status.ToString();
  };
  for (size_t i = 0; i < n; ++i) {
    nodes_.push_back(std::make_unique<SimNode>(schedule_, network_, random_, i,
                                               kAuthorities[i].name, kAuthorities[i].country));
    must(nodes_.back()->Initialise());
    identities.push_back(nodes_.back()->identity());
  }
  invariants_ = std::make_unique<Invariants>(identities);
  if (plan_.weather.WorseThanTcp()) invariants_->NetworkIsWorseThanTcp();
  syncs_.assign(n, 0);
  disturbed_.assign(n, schedule_.now());
  suspended_.assign(n, std::vector<bool>(n, false));
  network_.SetWire(
      [this](const std::string& from, const std::string& to, const std::string& frame) {
        const size_t sender = IndexOf(from);
        FaultVfs::Observer observer(nodes_[sender]->disk());
        invariants_->OnFrame(sender, IndexOf(to), frame, nodes_[sender]->database(),
                             nodes_[sender]->clock().Now());
      });
  network_.SetTamper([this](const std::string& from, const std::string& to, std::string& frame) {
    TamperWith(IndexOf(from), IndexOf(to), frame);
  });
  for (size_t i = 0; i < n; ++i) {
    std::vector<SimNode::Introduction> peers;
    for (size_t k = 0; k < n; ++k) {
      if (i == k) continue;
      // One side of each pair dials, at times both.
      peers.push_back(
          {nodes_[k].get(), RandomPeerAttributes(people_), i < k || people_.Chance(0.3)});
      const model::AuthorityId& peer = nodes_[k]->identity().id;
      invariants_->ExpectAttributes(i, peer, peers.back().attributes, true);
      invariants_->ExpectState(i, peer, model::PeerState::kActive, true);
    }
    must(nodes_[i]->Introduce(peers));
  }
  for (size_t i = 0; i < n; ++i) {
    must(nodes_[i]->Start());
    if (!nodes_[i]->up()) continue;
    invariants_->AfterRestart(i, nodes_[i]->database());
    const std::string policy = RandomPolicy(people_, PeerNames(i));
    must(nodes_[i]->ApplyPolicy(policy));
    invariants_->ExpectPolicy(i, policy, true);
  }
  if (!problem.empty()) {
    std::fprintf(stderr, "seed %llu: the world cannot be built: %s\n",
                 static_cast<unsigned long long>(seed_), problem.c_str());
    std::abort();
  }
  for (const NodeIdentity& identity : identities) {
    Say(absl::StrCat(identity.name, " is ", identity.id.ToString().substr(0, 8)));
  }
}

bool World::Next() {
  if (schedule_.events_run() >= kMostEvents || !schedule_.RunNext()) return false;
  LookAround();
  return !invariants_->violation();
}

void World::LookAround() {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    SimNode& node = *nodes_[i];
    if (!node.up()) continue;
    if (node.disk().crashed()) {
      Collapse(i);
      continue;
    }
    // Nothing is committed without a sync, and what a failed one leaves behind is synced again.
    uint64_t& syncs = syncs_[i];
    if (node.disk().counts().syncs == syncs) continue;
    syncs = node.disk().counts().syncs;
    FaultVfs::Observer observer(node.disk());
    invariants_->AfterEvent(i, node.database());
  }
}

void World::Collapse(size_t i) {
  ++crashes_;
  Say(absl::StrCat(nodes_[i]->name(), " is down"));
  nodes_[i]->Kill();
  const absl::Duration down =
      chaos_ ? nature_.Between(absl::Milliseconds(50), absl::Seconds(15)) : absl::Seconds(1);
  schedule_.After(down, [this, i] { ComeBack(i); });
}

void World::ComeBack(size_t i) {
  SimNode& node = *nodes_[i];
  const bool power = plan_.power_loss && nature_.Chance(0.6);
  tally_.Fault(power ? "power lost" : "process killed");
  node.disk().Restart(power ? FaultVfs::Loss::kPower : FaultVfs::Loss::kProcess);
  if (chaos_ && nature_.Chance(0.2)) node.disk().CrashAtOperation(1 + nature_.Below(12));
  const absl::Status status = node.Start();
  if (node.disk().crashed()) {
    tally_.Fault("crash at start");
    return Collapse(i);
  }
  Say(absl::StrCat(node.name(), " is back", power ? " after a power loss" : ""));
  FaultVfs::Observer observer(node.disk());
  if (!status.ok()) {
    Say(absl::StrCat(node.name(), " does not start: ", status.ToString()));
    invariants_->FailToStart(i, status);
    return;
  }
  Disturb(i);
  invariants_->AfterRestart(i, node.database());
  syncs_[i] = node.disk().counts().syncs;
}

void World::Chaos() {
  chaos_ = true;
  network_.SetWeather(plan_.weather);
  schedule_.After(absl::Seconds(1), [this] { OfficerTick(); });
  schedule_.After(absl::Seconds(1), [this] { FaultTick(); });
  if (plan_.clocks) {
    for (auto& node : nodes_) {
      node->clock().SetError(nature_.Between(absl::Hours(-48), absl::Hours(48)));
      tally_.Fault("clock skewed");
      node->WakeAll();
    }
  }
  while (tally_.operations() < kMinOperations || FaultsFired() < kMinFaults ||
         crashes_ < kMinCrashes) {
    if (!Next()) return;
  }
}

void World::Heal() {
  chaos_ = false;
  Say("everything is repaired");
  network_.SetWeather({});
  network_.MendAll();
  network_.BreakAllLinks();
  // At times it is later then: what was to wait for an hour does not wait any more.
  const absl::Duration later = nature_.Chance(0.2) ? absl::Hours(3) : absl::ZeroDuration();
  for (auto& node : nodes_) {
    node->disk().HealFaults();
    node->clock().SetError(later);
    if (node->up()) node->WakeAll();
  }
  for (size_t i = 0; i < nodes_.size(); ++i) Disturb(i);
  const auto all_up = [this] {
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->up(); });
  };
  while (!all_up()) {
    if (!Next()) return;
  }
  repaired_at_ = schedule_.now();
  for (size_t i = 0; i < nodes_.size(); ++i) to_probe_.insert(i);
}

void World::Rest() {
  const absl::Time deadline = schedule_.now() + kLongestRest;
  std::optional<Violation> why = Violation{"I7", "nothing was looked at"};
  std::vector<uint64_t> before = syncs_, looked_at;
  absl::Time looked = absl::InfinitePast();
  // Long enough that what was left alone has had the time it is given to erase (I10).
  const absl::Time left_alone = schedule_.now() + kUndisturbed + absl::Seconds(2);
  while ((why && schedule_.now() < deadline) || schedule_.now() < left_alone) {
    const absl::Time next = schedule_.now() + absl::Seconds(1);
    while (schedule_.next() < next) {
      if (!Next()) return;
    }
    schedule_.At(next, [] {});
    if (!Next()) return;
    Probe();
    if (invariants_->violation()) return;
    if (!to_probe_.empty()) continue;
    const bool at_work = before != syncs_;
    before = syncs_;
    // The full comparison is dear: once when a second has passed without work, and at times.
    const bool due = looked_at != syncs_ || schedule_.now() - looked >= absl::Minutes(2);
    if (at_work || !due) continue;
    looked_at = syncs_;
    looked = schedule_.now();
    std::vector<Invariants::Node> look;
    for (auto& node : nodes_) look.push_back({&node->database(), node->clock().Now()});
    why = invariants_->WhyNotAtRest(look);
    if (invariants_->violation()) return;
  }
  if (why) return invariants_->FailToRest(*why);
  CheckExpiry();
}

// Every node does what it is told again soon, without anybody's help: peers are resumed, an item is
// published.
void World::Probe() {
  for (const size_t node : std::set<size_t>(to_probe_)) {
    for (size_t peer = 0; peer < nodes_.size(); ++peer) {
      if (suspended_[node][peer]) SetState(node, peer, model::PeerState::kActive);
    }
    const auto published =
        nodes_[node]->Publish(RandomDraft(people_, PeerNames(node), nodes_[node]->clock().Now()));
    if (published.ok()) {
      invariants_->Acknowledge(node, published->object);
      to_probe_.erase(node);
    } else if (schedule_.now() - repaired_at_ > kLongestRecovery) {
      invariants_->FailOfFullDisk(node,
                                  absl::StrCat("publishes nothing on a disk that works again: ",
                                               published.status().ToString()));
    }
  }
}

// I10, at nodes that were left alone for long enough.
void World::CheckExpiry() {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    SimNode& node = *nodes_[i];
    if (!node.up() || node.disk().crashed()) continue;
    if (schedule_.now() - disturbed_[i] < kUndisturbed || !node.ExpiryHealth().ok()) continue;
    FaultVfs::Observer observer(node.disk());
    invariants_->CheckExpired(i, node.database(), node.clock().Now());
  }
}

void World::Finish() {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    invariants_->AfterEvent(i, nodes_[i]->database());
    invariants_->CheckInFull(i, nodes_[i]->database());
  }
}

}  // namespace fairway::simulation
