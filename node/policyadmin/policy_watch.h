#ifndef FAIRWAY_NODE_POLICYADMIN_POLICY_WATCH_H_
#define FAIRWAY_NODE_POLICYADMIN_POLICY_WATCH_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/authz/policy_slot.h"
#include "node/env/steppable.h"
#include "node/policyadmin/change_gate.h"
#include "node/store/database.h"

namespace fairway::policyadmin {

// Looks after the policy in force by the clock: after a start, after each UTC midnight, and after
// it or the peers changed, its tests and guarantees run again. What fails then is an alarm and an
// audit leaf, once for each change of what fails; it changes nothing of what leaves.
class PolicyWatch final : public env::Steppable {
 public:
  // All must outlive this object.
  PolicyWatch(store::Database& database, const audit::AuditLog& audit,
              const authz::PolicySlot& slot)
      : database_(database), audit_(audit), slot_(slot) {}

  absl::Time Step(absl::Time now) override;

  // FAILED_PRECONDITION (FW-POL-019) names what fails, or why that could not be told; OK if nothing
  // does. Thread-safe.
  absl::Status health() const;

 private:
  absl::Status Look(absl::Time now);
  absl::Status Record(uint64_t number, const std::vector<std::string>& lines);

  store::Database& database_;
  const audit::AuditLog& audit_;
  const authz::PolicySlot& slot_;
  std::shared_ptr<const authz::ActivePolicy> looked_at_;
  int64_t looked_on_ = -1;  // day
  mutable std::mutex mutex_;
  absl::Status health_;  // guarded by mutex_
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_POLICY_WATCH_H_
