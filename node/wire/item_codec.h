#ifndef FAIRWAY_NODE_WIRE_ITEM_CODEC_H_
#define FAIRWAY_NODE_WIRE_ITEM_CODEC_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "node/model/item.h"
#include "node/model/terms.h"

// What an originator signs, the description of an attachment, and terms (api/PROTOCOL.md §5). As
// for all codecs here: encoding is deterministic, DecodeX(b) == x implies EncodeX(x) == b, a
// failure is INVALID_ARGUMENT and names the field, and all functions are pure and thread-safe.
namespace fairway::wire {

inline constexpr size_t kMaxItemBodyBytes = 32 * 1024;
inline constexpr size_t kMaxDescriptorBytes = 1024;
inline constexpr size_t kMaxPartBytes = 256 * 1024;
inline constexpr size_t kMaxTermsBytes = 8 * 1024;

// `body` is complete: revision and origin_manifest at least 1, `prev` there iff revision is above
// 1, part_digests as crypto::CommitParts made them, not_after in whole seconds.
std::string EncodeItemBody(const model::ItemBody& body);

// Does not look at the signature; give it crypto::VerifiedBody::body().
absl::StatusOr<model::ItemBody> DecodeItemBody(std::string_view bytes);

// The content of the part "attachments/N".
std::string EncodeAttachmentDescriptor(const model::AttachmentDescriptor& descriptor);
absl::StatusOr<model::AttachmentDescriptor> DecodeAttachmentDescriptor(std::string_view bytes);

// Terms alone, as release rows and stored revisions keep them; in a feed record they are a field.
std::string EncodeTerms(const model::Terms& terms);
absl::StatusOr<model::Terms> DecodeTerms(std::string_view bytes);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_ITEM_CODEC_H_
