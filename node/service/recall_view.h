#ifndef FAIRWAY_NODE_SERVICE_RECALL_VIEW_H_
#define FAIRWAY_NODE_SERVICE_RECALL_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/v1/desk.pb.h"
#include "node/model/peer.h"
#include "node/service/node_identity.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "node/store/recall_table.h"

// What people are told of a recall.
namespace fairway::service {

// The one that holds for this very revision, the strongest if there are several; nothing if it is
// not recalled.
absl::StatusOr<std::optional<store::RecallRow>> RecallOf(store::ReadTxn& txn,
                                                         const store::StoredRevision& stored);

// "withdraw: source-protection".
std::string RecallWords(const store::RecallRow& row);

v1::RecallInfo Describe(const store::RecallRow& row, const NodeIdentity& node,
                        const model::PeerDirectory& directory);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_RECALL_VIEW_H_
