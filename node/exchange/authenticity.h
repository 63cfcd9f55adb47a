#ifndef FAIRWAY_NODE_EXCHANGE_AUTHENTICITY_H_
#define FAIRWAY_NODE_EXCHANGE_AUTHENTICITY_H_

#include <span>

#include "absl/status/status.h"
#include "node/model/item.h"
#include "node/store/database.h"
#include "node/store/item_table.h"

namespace fairway::exchange {

// Is what is stored here still what its originator signed? Checked from the stored bytes each time
// somebody reads, since a store can be changed by whoever holds its key: the signature under the
// manifest version that the body names, the body against its columns, every part against a digest.
//   NOT_FOUND        the originator's manifest is not here
//   UNAUTHENTICATED  the signature does not verify
//   DATA_LOSS        body or part is not what was signed; names the part
absl::Status VerifyAuthenticity(store::ReadTxn& txn, const store::StoredRevision& stored,
                                std::span<const model::Part> parts);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_AUTHENTICITY_H_
