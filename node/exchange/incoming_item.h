#ifndef FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
#define FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "node/exchange/originator.h"
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

// What a record's content claims to be, and the manifest of who is to have signed it.
struct ClaimedItem {
  crypto::Signed envelope;
  model::ItemBody body;
  Originator originator;
};

// The first half: what needs the database. The content is an envelope of the object that the record
// names, its body can be read, and the manifest version that it names is held here, or was carried
// along by a third party and shown to belong to the originator's id. Errors are the database's;
// everything a peer can cause is a Refusal.
absl::StatusOr<std::variant<ClaimedItem, Refusal>> ReadIncoming(store::ReadTxn& txn,
                                                                const model::FeedRecord& record,
                                                                const wire::Rendition& rendition,
                                                                absl::Time now);

// The second half: all the rest that does not depend on what else is stored. The envelope opens
// under the item key of that manifest, the record names this very revision, every part is committed
// and shareable, no label twice, the parts are those that the record says, the recall of the
// revisions before it is there exactly if there are any, and says exactly that, nothing is expired,
// and a third party may have passed it on at all. Pure and slow (it verifies signatures): to be
// called before the writer is entered, from any thread.
std::variant<IncomingItem, Refusal> CheckIncoming(ClaimedItem claimed,
                                                  const model::FeedRecord& record,
                                                  const wire::Rendition& rendition,
                                                  const model::Peer& from,
                                                  const model::AuthorityId& self, absl::Time now);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
