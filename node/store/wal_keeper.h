#ifndef FAIRWAY_NODE_STORE_WAL_KEEPER_H_
#define FAIRWAY_NODE_STORE_WAL_KEEPER_H_

#include "absl/time/time.h"
#include "node/env/steppable.h"
#include "node/store/database.h"

namespace fairway::store {

// Moves the write-ahead log into the file in the background, so that no commit has to pay for it.
// Without it the writer does so itself, rarely and at a price.
class WalKeeper final : public env::Steppable {
 public:
  static constexpr absl::Duration kPeriod = absl::Milliseconds(500);

  explicit WalKeeper(Database& database) : database_(database) {}  // must outlive this object

  // One checkpoint if kWalPagesDue are waiting. A failure is tried again after kPeriod.
  absl::Time Step(absl::Time now) override;

 private:
  Database& database_;
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_WAL_KEEPER_H_
