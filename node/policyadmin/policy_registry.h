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
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/audit/audit_log.h"
#include "node/authz/policy_slot.h"
#include "node/env/clock.h"
#include "node/env/waker.h"
#include "node/model/caller.h"
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

struct Applied {
  uint64_t number = 0;
  crypto::Digest text_hash;
  size_t rules = 0;
  size_t tests_passed = 0;
};

// The policies of this node: reads them with the names of its peers, applies them, keeps the slot
// that everyone decides with. Thread-safe.
class PolicyRegistry {
 public:
  // All must outlive this object; `applied` wakes the sessions, which then look at everything
  // again. Call Refresh before anything is served.
  PolicyRegistry(store::Database& database, const audit::AuditLog& audit, const env::Clock& clock,
                 authz::PolicySlot& slot, env::Wake applied)
      : database_(database),
        audit_(audit),
        clock_(clock),
        slot_(slot),
        applied_(std::move(applied)) {}

  // Reads `text` and runs its tests; changes nothing.
  absl::StatusOr<Checked> Check(const std::string& file_name, const std::string& text) const;

  // Puts a policy in force: it must load, and every one of its tests must pass. One transaction
  // stores the version and its audit leaf; then the slot changes. A refused one leaves a leaf.
  //   INVALID_ARGUMENT     FW-POL-001: it has errors, all of them listed
  //   FAILED_PRECONDITION  FW-POL-002: a test fails
  //   PERMISSION_DENIED    FW-AUTH-002: not an administrator
  //   others               the database. If it is not known whether the policy was stored, none is
  //                        in force until Refresh could read which one is: nothing leaves meanwhile
  absl::StatusOr<Applied> Apply(const model::Caller& caller, const std::string& file_name,
                                const std::string& text, const std::string& reason);

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
  absl::Status LeaveRefusal(const model::Caller& caller, const std::string& file_name,
                            const std::string& why) const;
  absl::Status ReloadLocked(uint64_t peers_version);
  absl::Status ChangeLocked(const store::WriteJob& job);

  store::Database& database_;
  const audit::AuditLog& audit_;
  const env::Clock& clock_;
  authz::PolicySlot& slot_;
  const env::Wake applied_;

  std::mutex mutex_;               // one apply or reload at a time
  uint64_t loaded_for_peers_ = 0;  // Database::peers_version(); 0: load again. Guarded by mutex_
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_POLICY_REGISTRY_H_
