#ifndef FAIRWAY_NODE_EXCHANGE_DISK_WATCH_H_
#define FAIRWAY_NODE_EXCHANGE_DISK_WATCH_H_

#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/env/steppable.h"
#include "node/store/database.h"

namespace fairway::exchange {

// Leaves a leaf when the disk becomes full (disk.full) and when it has space again
// (disk.recovered). A change and its opposite within kPeriod leave none.
class DiskWatch final : public env::Steppable {
 public:
  static constexpr absl::Duration kPeriod = absl::Seconds(1);

  // Both must outlive this object.
  DiskWatch(store::Database& database, const audit::AuditLog& audit)
      : database_(database), audit_(audit) {}

  // A leaf that cannot be written is tried again at the next step.
  absl::Time Step(absl::Time now) override;

 private:
  store::Database& database_;
  const audit::AuditLog& audit_;
  bool told_full_ = false;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_DISK_WATCH_H_
