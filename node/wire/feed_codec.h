#ifndef FAIRWAY_NODE_WIRE_FEED_CODEC_H_
#define FAIRWAY_NODE_WIRE_FEED_CODEC_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "node/model/feed.h"

// Feed records and batches, receipts and the first word on a link (api/PROTOCOL.md §6 to §9).
// Encoding is deterministic, DecodeX(b) == x implies EncodeX(x) == b, a failure is
// INVALID_ARGUMENT and names the field. None looks at a signature. Pure, thread-safe.
namespace fairway::wire {

inline constexpr size_t kMaxRecordBytes = 8 * 1024;
inline constexpr size_t kMaxReceiptCodeBytes = 64;

std::string EncodeFeedRecord(const model::FeedRecord& record);
absl::StatusOr<model::FeedRecord> DecodeFeedRecord(std::string_view bytes);

// H("fairway/record/v1"; the encoded record): what the next record's prev_hash is.
crypto::Digest RecordHash(std::string_view record_bytes);

// The same bytes that were numbered and stored go out again at a re-send, so a batch is made of
// encoded records. 1 … model::kMaxBatchRecords of them; the caller keeps the body within
// crypto::kMaxBodyBytes.
std::string EncodeFeedBatch(const std::string& feed_id, const model::AuthorityId& from,
                            const model::AuthorityId& to, std::span<const std::string> records);
std::string EncodeFeedBatch(const model::FeedBatch& batch);

// Checks that the records are consecutive and that each names the hash of the one before; whether
// the first one follows what is stored is the receiver's to say.
absl::StatusOr<model::FeedBatch> DecodeFeedBatch(std::string_view bytes);

std::string EncodeReceipt(const model::Receipt& receipt);
absl::StatusOr<model::Receipt> DecodeReceipt(std::string_view bytes);

std::string EncodeHello(const model::Hello& hello);
absl::StatusOr<model::Hello> DecodeHello(std::string_view bytes);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_FEED_CODEC_H_
