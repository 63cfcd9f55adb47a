#ifndef FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
#define FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/exchange/refusal.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"
#include "node/store/recall_table.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

// One record's content, proven to be what its originator signed and nothing else.
struct IncomingItem {
  model::ItemBody body;
  std::string signed_item;
  std::vector<model::Part> parts;
  model::Terms terms;                         // of the record
  std::vector<store::ManifestRow> manifests;  // of a third-party originator, not held here before
  std::optional<store::RecallRow> recall_before;  // of the revisions before it, not effective
};

// Checks all that does not depend on what else is stored: the envelope opens under the item key of
// the manifest version that the body names (held here, or carried along by a third party and shown
// to belong to the originator's id), the record names this very revision, every part is committed
// and shareable, no label twice, the parts are those that the record says, the recall of the
// revisions before it is there exactly if there are any, and says exactly that, nothing is expired,
// and a third party may have passed it on at all. Reads manifests only; to be called before the
// writer is entered, because it verifies signatures.
//
// Errors are the database's; everything a peer can cause is a Refusal.
absl::StatusOr<std::variant<IncomingItem, Refusal>> OpenIncoming(
    store::ReadTxn& txn, const model::FeedRecord& record, const wire::Rendition& rendition,
    const model::Peer& from, const model::AuthorityId& self, absl::Time now);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
