#ifndef FAIRWAY_NODE_POLICYADMIN_POLICY_REGISTRY_H_
#define FAIRWAY_NODE_POLICYADMIN_POLICY_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/authz/policy_slot.h"
#include "node/env/waker.h"
#include "node/policyadmin/policy_loader.h"
#include "node/store/database.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"

namespace fairway::policyadmin {

// What reading a policy text under this node's vocabulary and names gave.
struct Checked {
  policy::Policy::Loaded loaded;
  std::vector<policy::TestResult> tests;  // empty if it does not load
  size_t failed_tests = 0;
};

// The policy in force: reads it with the names of this node's peers and keeps the slot that
// everyone decides with. How another one comes into force is in proposals.h. Thread-safe.
class PolicyRegistry {
 public:
  // All must outlive this object; `applied` wakes the sessions, which then look at everything
  // again. Call Refresh before anything is served.
  PolicyRegistry(store::Database& database, authz::PolicySlot& slot, env::Wake applied)
      : database_(database), slot_(slot), applied_(std::move(applied)) {}

  // Reads `text` and runs its tests; changes nothing.
  absl::StatusOr<Checked> Check(const std::string& file_name, const std::string& text) const;

  // Runs `job`, which stores another version, as one transaction while nobody else reads or changes
  // what is in force; then what the store says is in force, and `applied` is called if the job went
  // through. If it is not known whether it did, no policy is in force until Refresh could read
  // which one is: nothing leaves meanwhile. Answers what the job or the reading answers.
  absl::Status Change(const store::WriteJob& job);

  // Loads the policy in force again if peers or their attributes changed since (their names,
  // countries and groups are part of it), or if it was never loaded. Cheap when nothing changed.
  // If it cannot be loaded there is none (PolicySlot::SetUnreadable): nothing leaves and nothing
  // comes in; the error says why, once for each change.
  absl::Status Refresh();

 private:
  absl::Status ReloadLocked(uint64_t peers_version);

  store::Database& database_;
  authz::PolicySlot& slot_;
  const env::Wake applied_;

  std::mutex mutex_;               // one apply or reload at a time
  uint64_t loaded_for_peers_ = 0;  // Database::peers_version(); 0: load again. Guarded by mutex_
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_POLICY_REGISTRY_H_
