#ifndef FAIRWAY_NODE_EXCHANGE_EXPIRY_KEEPER_H_
#define FAIRWAY_NODE_EXCHANGE_EXPIRY_KEEPER_H_

#include <cstddef>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/env/steppable.h"
#include "node/exchange/clock_trust.h"
#include "node/store/database.h"

namespace fairway::exchange {

// Erases the content of revisions, own and received, superseded ones too, whose not_after or terms
// have passed: at most kPeriod after that while the node runs, at its start otherwise. The signed
// shell stays, with the state kExpired. Whoever shows or releases content judges its expiry by the
// clock itself and does not wait for this; after the erasing no clock brings it back.
//
// A clock that jumped is not believed at once: ClockTrust says how far it may destroy. Its mark is
// kept in the store, so that a restart with another clock is noticed.
//
// health() may be called by any thread.
class ExpiryKeeper final : public env::Steppable {
 public:
  static constexpr absl::Duration kPeriod = absl::Seconds(15);
  static constexpr size_t kPerStep = 32;  // revisions in one transaction
  // How far what is kept of the clock may be behind it.
  static constexpr absl::Duration kKeepEvery = absl::Minutes(10);

  // Both must outlive this object.
  ExpiryKeeper(store::Database& database, const audit::AuditLog& audit)
      : database_(database), audit_(audit) {}

  // Erases at most kPerStep revisions in one transaction, with one leaf item.expired for each. A
  // clock that begins or ceases to be doubted gets a leaf, too. A failure is tried again after
  // kPeriod.
  absl::Time Step(absl::Time now) override;

  // OK; or, while the clock is doubted, FAILED_PRECONDITION FW-CLK-001: what it says, what was
  // known, what that means and what to do; or the failure of the last step.
  absl::Status health() const;

 private:
  absl::Status Load();
  absl::StatusOr<bool> Due() const;
  absl::StatusOr<size_t> Erase();
  absl::Status Keep(store::Txn& txn) const;
  absl::StatusOr<absl::Time> NextExpiry() const;
  absl::StatusOr<absl::Time> StepOrFail(absl::Time now);

  store::Database& database_;
  const audit::AuditLog& audit_;
  bool loaded_ = false;
  ClockTrust trust_;
  ClockTrust kept_;  // what the store has

  mutable std::mutex mutex_;
  absl::Status health_;  // guarded by mutex_
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_EXPIRY_KEEPER_H_
