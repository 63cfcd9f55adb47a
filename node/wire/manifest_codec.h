#ifndef FAIRWAY_NODE_WIRE_MANIFEST_CODEC_H_
#define FAIRWAY_NODE_WIRE_MANIFEST_CODEC_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/envelope.h"
#include "node/model/manifest.h"

// An authority's statement of its keys (api/PROTOCOL.md §2).
namespace fairway::wire {

inline constexpr size_t kMaxManifestBytes = 16 * 1024;

// `manifest` passes model::CheckManifest. Version 1 does not hold its own id.
std::string EncodeManifest(const model::Manifest& manifest);

// The id of version 1 is computed from `bytes`; later versions state it. Does not look at the
// signature. INVALID_ARGUMENT names the field; includes model::CheckManifest.
absl::StatusOr<model::Manifest> DecodeManifest(std::string_view bytes);

// A first manifest: version 1, signed by one of its own root keys, which is all that can be checked
// of one (its id is what an invitation or a peering names).
//   INVALID_ARGUMENT   the type, the body, or another version
//   UNAUTHENTICATED    no root key in it signed it
absl::StatusOr<model::Manifest> OpenFirstManifest(const crypto::Signed& envelope);

// The next manifest of a known authority: same id, signed by a root key of `known`.
//   INVALID_ARGUMENT     the type, the body, or another authority
//   UNAUTHENTICATED      no root key of `known` signed it
//   FAILED_PRECONDITION  not newer than `known`
absl::StatusOr<model::Manifest> OpenNextManifest(const crypto::Signed& envelope,
                                                 const model::Manifest& known);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_MANIFEST_CODEC_H_
