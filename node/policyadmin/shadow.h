#ifndef FAIRWAY_NODE_POLICYADMIN_SHADOW_H_
#define FAIRWAY_NODE_POLICYADMIN_SHADOW_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/env/steppable.h"
#include "node/policyadmin/gate_seam.h"
#include "node/store/database.h"
#include "node/store/proposal_table.h"

namespace fairway::policyadmin {

// Runs proposals in the shadow of the policy in force: every revision that comes into the log while
// a run lasts is decided under both, for each active peer. Decisions are pure, so deciding a moment
// later what the sessions decide gives the same answer, and serving costs nothing. Ends each run in
// time, with a leaf. Has nothing to do until it is woken after a start of a run.
class ShadowRunner final : public env::Steppable {
 public:
  static constexpr absl::Duration kEvery = absl::Minutes(1);
  static constexpr size_t kPerStep = 50;  // entries of the log

  // All must outlive this object.
  ShadowRunner(store::Database& database, const audit::AuditLog& audit, const GateSeam& gate)
      : database_(database), audit_(audit), gate_(gate) {}

  absl::Time Step(absl::Time now) override;

 private:
  // True if there is more to do at once.
  absl::StatusOr<bool> Run(store::Shadow shadow, absl::Time now);

  store::Database& database_;
  const audit::AuditLog& audit_;
  const GateSeam& gate_;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_SHADOW_H_
