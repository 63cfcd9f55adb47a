#include "node/store/wal_keeper.h"

namespace fairway::store {

absl::Time WalKeeper::Step(absl::Time now) {
  // What stays, stays for the next step; the writer has its own limit.
  database_.KeepLog();
  database_.KeepBallast();
  return now + (database_.health().degraded ? kDegradedPeriod : kPeriod);
}

}  // namespace fairway::store
