#include "node/store/wal_keeper.h"

namespace fairway::store {

absl::Time WalKeeper::Step(absl::Time now) {
  // What stays, stays for the next step; the writer has its own limit.
  if (database_.wal_pages() >= kWalPagesDue) database_.Checkpoint().IgnoreError();
  return now + kPeriod;
}

}  // namespace fairway::store
