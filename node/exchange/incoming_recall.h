#ifndef FAIRWAY_NODE_EXCHANGE_INCOMING_RECALL_H_
#define FAIRWAY_NODE_EXCHANGE_INCOMING_RECALL_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/exchange/refusal.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/recall.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

// A recall statement, proven to be its originator's.
struct IncomingRecall {
  model::Recall recall;
  model::ObjectId object;
  std::string signed_bytes;
  std::vector<store::ManifestRow> manifests;  // of a third-party originator, not held here before
};

// Checks all of a recall record that does not depend on what else is stored: the envelope opens
// under the item key of the manifest version that the statement names (held here, or carried
// along), the record names this very statement, says nothing about terms or parts, and it is not of
// this node's own authority. Whoever it came from: a recall may always be passed on. Reads
// manifests only; to be called before the writer is entered.
//
// Errors are the database's; everything a peer can cause is a Refusal.
absl::StatusOr<std::variant<IncomingRecall, Refusal>> OpenIncomingRecall(
    store::ReadTxn& txn, const model::FeedRecord& record, const wire::Rendition& rendition,
    const model::AuthorityId& self, absl::Time now);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_INCOMING_RECALL_H_
