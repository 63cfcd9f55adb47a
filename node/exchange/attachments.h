#ifndef FAIRWAY_NODE_EXCHANGE_ATTACHMENTS_H_
#define FAIRWAY_NODE_EXCHANGE_ATTACHMENTS_H_

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

// One attachment of one revision.
using AttachmentKey = std::pair<model::ObjectId, std::string>;  // object, label

// Fetches the contents of attachments whose descriptions came in. What is still missing is in the
// database, so a restart goes on where it was. Thread-safe; keeps nothing in memory.
class AttachmentFetcher {
 public:
  // Both must outlive this object.
  AttachmentFetcher(store::Database& database, const audit::AuditLog& audit)
      : database_(database), audit_(audit) {}

  // The next chunk to ask `peer` for, oldest attachment first, none of `not_now` and none of a
  // revision that is no longer active; nothing if nothing is missing.
  absl::StatusOr<std::optional<wire::ChunkRequest>> NextRequest(
      const model::AuthorityId& peer, const std::set<AttachmentKey>& not_now, absl::Time now) const;

  // Stores a chunk that was asked for, if it is what the originator committed to: right size, and
  // its proof leads to the chunk root of the signed description. The last chunk of an attachment
  // ends the fetching of it and leaves an audit leaf. A chunk of a revision that was recalled,
  // expired or replaced since it was asked for is dropped.
  //
  //   INVALID_ARGUMENT     nobody asked for it, or it is not what was committed to (which leaves a
  //                        leaf as well)
  //   others               the database
  absl::Status Take(const model::Peer& from, const wire::ChunkReply& reply) const;

 private:
  absl::Status TakeIn(store::Txn& txn, const model::Peer& from, const wire::ChunkReply& reply,
                      std::string& problem) const;

  store::Database& database_;
  const audit::AuditLog& audit_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_ATTACHMENTS_H_
