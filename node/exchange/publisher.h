#ifndef FAIRWAY_NODE_EXCHANGE_PUBLISHER_H_
#define FAIRWAY_NODE_EXCHANGE_PUBLISHER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/audit/audit_log.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/env/waker.h"
#include "node/exchange/author.h"
#include "node/exchange/release_gate.h"
#include "node/model/caller.h"
#include "node/model/draft.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "node/store/recall_table.h"

namespace fairway::exchange {

struct Published {
  std::string ref;
  model::ItemId item;
  model::ObjectId object;
  uint64_t revision = 0;
  uint64_t audit_seq = 0;
};

// What a peer would get if the draft were published now.
struct PeerVerdict {
  std::string peer;
  model::PeerState state = model::PeerState::kActive;
  bool release = false;
  std::string rule;
  std::string because;
  std::string file;
  int line = 0;
  std::vector<std::string> redacted;  // labels of shareable parts that stay here
  bool recalled = false;  // it was sent an earlier revision, which this one would take back
};

struct Preview {
  std::vector<PeerVerdict> peers;  // by name; all that are not removed
  std::string hash;                // of all the above, in hexadecimal: what the officer agreed to
};

// The way in for officers. Thread-safe.
class Publisher {
 public:
  using Identity = Author;

  // All must outlive this object; `entropy` is a fork of its own; `published` wakes the sessions.
  Publisher(store::Database& database, const ReleaseGate& gate, const audit::AuditLog& audit,
            const model::PeerDirectory& directory, const Identity& identity,
            const env::Clock& clock, env::Entropy& entropy, env::Wake published)
      : database_(database),
        gate_(gate),
        audit_(audit),
        directory_(directory),
        identity_(identity),
        clock_(clock),
        entropy_(entropy),
        published_(std::move(published)) {}

  // Signs the draft and stores it: when this answers OK it is durable, logged for every peer and
  // audited, in one transaction.
  //   INVALID_ARGUMENT   model::Validate's and ResolveAudience's (FW-PUB-001 … 011)
  //   PERMISSION_DENIED  FW-AUTH-002: neither officer nor commander
  //   ABORTED            FW-PUB-020: `if_preview` is not empty, and the preview is another by now
  //   others             the database: it is not published, or (UNAVAILABLE) look before trying
  //                      again
  absl::StatusOr<Published> Publish(const model::Caller& caller, model::Draft draft,
                                    const std::string& if_preview = "");

  // Publishes the next revision of an item of this node's own, and signs with it the recall of the
  // revisions before (model::NarrowingBefore), which is stored beside it and not effective here: it
  // goes to those who had an earlier revision and may not have this one. Besides the above:
  //   NOT_FOUND            FW-PUB-021: no such item here
  //   FAILED_PRECONDITION  FW-PUB-022: not this node's own; FW-PUB-023: withdrawn or purged
  //                        (after a correct it may be revised); FW-PUB-024: of another kind
  //   ABORTED              FW-PUB-025: somebody else published a revision in the meantime
  absl::StatusOr<Published> Revise(const model::Caller& caller, const model::AuthorityId& origin,
                                   const model::ItemId& item, model::Draft draft,
                                   const std::string& if_preview = "");

  // Who would get it now and who not, by the decision that counts (ReleaseGate). ABORTED while the
  // policy is being loaded again.
  absl::StatusOr<Preview> PreviewOf(model::Draft draft) const;

  // The same for the next revision of an item, and who would lose what it has. Fails as Revise.
  absl::StatusOr<Preview> PreviewOfRevision(const model::AuthorityId& origin,
                                            const model::ItemId& item, model::Draft draft) const;

 private:
  struct Prepared {
    store::StoredRevision revision;
    std::vector<model::Part> parts;
    std::vector<model::Attachment> attachments;     // attachments/1, /2 …
    std::optional<store::RecallRow> recall_before;  // from the second revision on
  };

  // The newest revision of an item that another of this kind may follow; Revise's refusals.
  absl::StatusOr<store::StoredRevision> Revisable(const model::AuthorityId& origin,
                                                  const model::ItemId& item,
                                                  model::Kind kind) const;
  absl::StatusOr<Prepared> Prepare(model::Draft draft,
                                   const std::optional<store::StoredRevision>& previous) const;
  absl::StatusOr<Published> Store(const model::Caller& caller, const Prepared& prepared);
  absl::StatusOr<Preview> Judge(const Prepared& prepared) const;
  absl::Status CheckPreview(const Prepared& prepared, const std::string& if_preview) const;

  store::Database& database_;
  const ReleaseGate& gate_;
  const audit::AuditLog& audit_;
  const model::PeerDirectory& directory_;
  const Identity identity_;
  const env::Clock& clock_;
  env::Entropy& entropy_;
  const env::Wake published_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_PUBLISHER_H_
