#ifndef FAIRWAY_NODE_STORE_WAL_KEEPER_H_
#define FAIRWAY_NODE_STORE_WAL_KEEPER_H_

#include "absl/time/time.h"
#include "node/env/steppable.h"
#include "node/store/database.h"

namespace fairway::store {

// Keeps the database's files in the background: moves the write-ahead log into the file, so that no
// commit has to pay for it (without it the writer does so itself, rarely and at a price); empties
// the log after something was erased; brings the ballast back to its size, and the database out of
// being degraded, once the disk has space again.
class WalKeeper final : public env::Steppable {
 public:
  static constexpr absl::Duration kPeriod = absl::Milliseconds(500);
  static constexpr absl::Duration kDegradedPeriod = absl::Seconds(2);  // a try fills the disk

  explicit WalKeeper(Database& database) : database_(database) {}  // must outlive this object

  // At most one checkpoint and one try for the ballast. A failure is tried again at the next step.
  absl::Time Step(absl::Time now) override;

 private:
  Database& database_;
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_WAL_KEEPER_H_
