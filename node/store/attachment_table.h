#ifndef FAIRWAY_NODE_STORE_ATTACHMENT_TABLE_H_
#define FAIRWAY_NODE_STORE_ATTACHMENT_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Contents of attachments in chunks of crypto::kChunkBytes, named by the revision and the label of
// the part that describes them, and the queue of those still to be fetched.
namespace fairway::store {

// Chunks count from 0. A chunk that is there is left as it is.
absl::Status PutChunk(Txn& txn, const model::ObjectId& object, std::string_view label,
                      uint32_t index, std::string_view bytes);
absl::StatusOr<std::optional<std::string>> GetChunk(ReadTxn& txn, const model::ObjectId& object,
                                                    std::string_view label, uint32_t index);
absl::StatusOr<std::vector<uint32_t>> ChunksHere(ReadTxn& txn, const model::ObjectId& object,
                                                 std::string_view label);  // ascending
// All chunks joined. NOT_FOUND if there are not `chunks` of them.
absl::StatusOr<std::string> GetContent(ReadTxn& txn, const model::ObjectId& object,
                                       std::string_view label, uint32_t chunks);

struct MissingAttachment {
  model::ObjectId object;
  std::string label;
  model::AuthorityId from;  // who released it to us
  uint32_t chunks = 0;
  absl::Time since;
};

// Put replaces: the latest who released it is asked.
absl::Status PutMissing(Txn& txn, const MissingAttachment& missing);
absl::StatusOr<std::optional<MissingAttachment>> GetMissing(ReadTxn& txn,
                                                            const model::ObjectId& object,
                                                            std::string_view label);
absl::StatusOr<std::vector<MissingAttachment>> MissingFrom(ReadTxn& txn,
                                                           const model::AuthorityId& peer,
                                                           size_t limit);  // oldest first
absl::Status DropMissing(Txn& txn, const model::ObjectId& object, std::string_view label);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_ATTACHMENT_TABLE_H_
