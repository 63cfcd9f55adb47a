#ifndef FAIRWAY_NODE_WIRE_RECALL_CODEC_H_
#define FAIRWAY_NODE_WIRE_RECALL_CODEC_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/model/recall.h"

// Recall statements (api/PROTOCOL.md §7.2). Encoding is deterministic, DecodeRecall(b) == x implies
// EncodeRecall(x) == b. Pure, thread-safe.
namespace fairway::wire {

inline constexpr size_t kMaxRecallBytes = 128;

// `recall` passes model::CheckRecall.
std::string EncodeRecall(const model::Recall& recall);

// Does not look at a signature. INVALID_ARGUMENT names the field; includes model::CheckRecall.
absl::StatusOr<model::Recall> DecodeRecall(std::string_view bytes);

// The statement, signed by the originator's item key.
crypto::Signed SealRecall(const model::Recall& recall, const crypto::SigningKey& item_key);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_RECALL_CODEC_H_
