#ifndef FAIRWAY_NODE_SERVICE_ITEM_FINDER_H_
#define FAIRWAY_NODE_SERVICE_ITEM_FINDER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "api/v1/desk.pb.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/service/node_identity.h"
#include "node/store/database.h"
#include "node/store/item_table.h"

// From what people say of an item to the item, and back.
namespace fairway::service {

// The newest revision of the item that `ref` names. Several items may have one REF (an id is chosen
// by its author): then "REF@NAME" says whose is meant, by a peer's name, this node's or an id.
//   INVALID_ARGUMENT     not a REF
//   NOT_FOUND            FW-ITEM-001: no such item here
//   FAILED_PRECONDITION  FW-ITEM-002: it fits several items, which are listed
absl::StatusOr<store::StoredRevision> FindItem(store::ReadTxn& txn, std::string_view ref);

// One line of a list. What may not be read does not show its title.
absl::StatusOr<v1::ItemSummary> Summarise(store::ReadTxn& txn, const store::StoredRevision& stored,
                                          const NodeIdentity& node,
                                          const model::PeerDirectory& directory, absl::Time now);

// Has the time passed that the originator or the sender gave it, whatever state is recorded?
bool IsExpired(const store::StoredRevision& stored, absl::Time now);

// May the content of this revision be shown? What is quarantined nobody has checked, what has
// expired nobody may hold, and what was recalled only its originator may still have.
bool IsReadable(const store::StoredRevision& stored, absl::Time now);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_ITEM_FINDER_H_
