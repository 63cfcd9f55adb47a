#ifndef FAIRWAY_NODE_WIRE_FRAME_H_
#define FAIRWAY_NODE_WIRE_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "node/model/ids.h"
#include "node/model/item.h"

// What two nodes say to each other on the stream of their pair (api/PROTOCOL.md §6).
namespace fairway::wire {

inline constexpr size_t kMaxFrameBytes = 4 * 1024 * 1024;
inline constexpr size_t kMaxRenditions = 256;
inline constexpr size_t kMaxRenditionManifests = 16;
inline constexpr size_t kMaxChunkBytes = 64 * 1024;
inline constexpr size_t kMaxChunkProof = 16;
inline constexpr size_t kMaxRefusalCodeBytes = 64;

// The signed body and the parts that one recipient may have. Envelopes stay bytes: one unreadable
// item must not take the others of its batch with it, so the receiver judges them one by one.
struct Rendition {
  model::ObjectId object;
  std::string signed_item;             // an encoded crypto::Signed, verbatim
  std::vector<model::Part> parts;      // labels strictly ascending
  std::vector<std::string> manifests;  // encoded crypto::Signed, of a third-party originator
  // An encoded crypto::Signed of the model::Recall of the revisions before this one; empty for a
  // first revision and for a recall.
  std::string recall_before;

  bool operator==(const Rendition&) const = default;
};

struct HelloFrame {
  crypto::Signed hello;  // of a model::Hello
  bool operator==(const HelloFrame&) const = default;
};

struct BatchFrame {
  crypto::Signed batch;               // of a model::FeedBatch
  std::vector<Rendition> renditions;  // no object twice; a record may have none
  bool operator==(const BatchFrame&) const = default;
};

struct ReceiptFrame {
  crypto::Signed receipt;  // of a model::Receipt
  bool operator==(const ReceiptFrame&) const = default;
};

struct ChunkRequest {
  model::ObjectId object;
  std::string label;   // "attachments/1"
  uint32_t index = 0;  // from 0
  bool operator==(const ChunkRequest&) const = default;
};

// Either data (with its RFC 6962 inclusion proof to the attachment's chunk_root) or a refusal.
struct ChunkReply {
  model::ObjectId object;
  std::string label;
  uint32_t index = 0;
  std::string data;
  std::vector<crypto::Digest> proof;
  std::string refused;  // a code; "" = data is here
  bool operator==(const ChunkReply&) const = default;
};

struct ManifestFrame {
  crypto::Signed manifest;  // the sender's newest
  bool operator==(const ManifestFrame&) const = default;
};

using Frame =
    std::variant<HelloFrame, BatchFrame, ReceiptFrame, ChunkRequest, ChunkReply, ManifestFrame>;

// Deterministic. The caller keeps within the limits above; what is beyond them no DecodeFrame
// accepts. Pure, thread-safe.
std::string EncodeFrame(const Frame& frame);

// What one rendition adds to a frame, for whoever fills a batch.
size_t EncodedSize(const Rendition& rendition);

// Inverse of EncodeFrame: DecodeFrame(b) == f implies EncodeFrame(f) == b.
//   INVALID_ARGUMENT   anything else; names the field
absl::StatusOr<Frame> DecodeFrame(std::string_view bytes);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_FRAME_H_
