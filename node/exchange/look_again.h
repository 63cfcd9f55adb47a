#ifndef FAIRWAY_NODE_EXCHANGE_LOOK_AGAIN_H_
#define FAIRWAY_NODE_EXCHANGE_LOOK_AGAIN_H_

#include <string_view>

#include "absl/status/status.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// A cursor passes what it withheld. When something about one revision changed here since, so that
// it may go now, the sweep has to come to it once more.
namespace fairway::exchange {

// The peer's sweep comes to this one entry of the log; one under way for another reason comes to it
// too. INTERNAL: the revision is not in the log.
absl::Status LookAgainFor(store::Txn& txn, const model::AuthorityId& peer,
                          const model::ObjectId& object, std::string_view reason);

// The same for every peer that is not removed.
absl::Status LookAgainForAll(store::Txn& txn, const model::ObjectId& object,
                             std::string_view reason);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_LOOK_AGAIN_H_
