#ifndef FAIRWAY_TESTS_SIMULATION_WORLD_H_
#define FAIRWAY_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/exchange/publisher.h"
#include "node/model/ids.h"
#include "node/model/recall.h"
#include "tests/simulation/fault_plan.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_node.h"
#include "tests/simulation/tally.h"

namespace fairway::simulation {

struct Result {
  uint64_t seed = 0;
  std::optional<Violation> violation;
  std::vector<std::string> last_events;  // before the violation
  Tally tally;
  Invariants::Counts looked_at;
  uint64_t events = 0;
  uint64_t crashes = 0;
  size_t nodes = 0;
  absl::Duration simulated;
  std::string fingerprint;  // of everything that happened: equal for equal seeds
};

// One schedule: a few authorities, their officers and administrators at work while disks, network
// and clocks fail (chaos), then everything repaired (heal), then the wait until every node has what
// it may have. All of it follows from the seed.
class World {
 public:
  static constexpr uint64_t kMinOperations = 300;
  static constexpr uint64_t kMinFaults = 30;
  static constexpr uint64_t kMinCrashes = 3;
  static constexpr absl::Duration kLongestRest = absl::Minutes(15);  // simulated
  // How long after everything was repaired a node may still refuse to publish (I21).
  static constexpr absl::Duration kLongestRecovery = absl::Minutes(1);
  // How long a node that nothing happened to may keep content that is over (I10).
  static constexpr absl::Duration kUndisturbed = absl::Minutes(1);

  // With `verbose` every event is printed as it happens.
  World(uint64_t seed, bool verbose);
  ~World();

  Result Run();

 private:
  struct KnownItem {
    size_t node = 0;
    model::ItemId item;
    model::Kind kind = model::Kind::kBulletin;
  };

  void Build();
  void Chaos();
  void Heal();
  void Rest();
  void Probe();
  void Finish();
  // One event, and what has to be looked at after it. False if it broke a promise.
  bool Next();
  void LookAround();
  void Collapse(size_t node);
  void ComeBack(size_t node);

  // People.
  void OfficerTick();
  void PublishOne(size_t node, const model::Draft& draft);
  void PublishSome(size_t node);
  void ReviseSome(size_t node);
  void ReviseOne(size_t node, const KnownItem& item, uint64_t times);
  void RecallSome(size_t node);
  absl::Status RecallOne(size_t node, const KnownItem& item, model::RecallGrade grade);
  std::vector<KnownItem> ItemsOf(size_t node) const;
  void Foresee(size_t node, const std::function<absl::StatusOr<Invariants::Foreseen>()>& preview);
  void Changed(size_t node, bool certain);
  void LetGo(size_t node);
  void ChangePolicy(size_t node);
  void ChangePeer(size_t node);
  void Look(size_t node);
  void SetState(size_t node, size_t peer, model::PeerState state);
  std::vector<std::string> PeerNames(size_t node) const;
  std::optional<size_t> RandomUpNode();

  // Faults.
  void FaultTick();
  void FaultAtDisk(size_t node);
  void FillDisk(size_t node);
  void FaultOfClock(size_t node);
  void Disturb(size_t node) { disturbed_[node] = schedule_.now(); }
  void CheckExpiry();
  void Partition();
  void TamperWith(size_t from, size_t to, std::string& frame);

  size_t IndexOf(const std::string& raw_id) const;
  uint64_t FaultsFired() const;
  void CountFaults();
  void Say(const std::string& what);

  const uint64_t seed_;
  const bool verbose_;
  Random random_;
  Random people_;
  Random nature_;
  Schedule schedule_;
  SimNetwork network_;
  FaultPlan plan_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  std::unique_ptr<Invariants> invariants_;
  std::vector<uint64_t> syncs_;               // of each node's disk, as of the last look
  std::vector<std::vector<bool>> suspended_;  // [node][peer], as last asked
  std::vector<KnownItem> items_;
  std::vector<absl::Time> disturbed_;  // when each node, its disk or its clock last was
  std::set<size_t> to_probe_;          // nodes that have not published since all was repaired
  absl::Time repaired_at_;
  std::deque<std::string> last_events_;
  crypto::Digest story_;
  bool chaos_ = false;
  Tally tally_;
  uint64_t crashes_ = 0;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_WORLD_H_
