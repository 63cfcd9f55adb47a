#ifndef FAIRWAY_CRYPTO_PARTS_H_
#define FAIRWAY_CRYPTO_PARTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/digest.h"

// Commitments to the labelled parts of a revision. The signed body lists digests; a part that is
// left out leaves a digest that looks like a decoy, so redaction shows neither which parts exist
// nor, within the padding, how many. All functions are pure and thread-safe.
namespace fairway::crypto {

inline constexpr size_t kSaltBytes = 16;
inline constexpr size_t kMaxLabelBytes = 128;
inline constexpr size_t kMinCommittedParts = 16;
inline constexpr size_t kMaxCommittedParts = 256;

// 16 fresh random bytes for each part of each revision, told only to who gets the part: without it
// the digest of a guessable text could be confirmed.
using Salt = std::array<uint8_t, kSaltBytes>;

// H("fairway/part/v1"; lp16(label) ‖ salt ‖ bytes). `label` is at most 65,535 bytes (model limits
// it to kMaxLabelBytes); ends the process beyond that.
Digest PartDigest(std::string_view label, const Salt& salt, std::string_view bytes);

// What the signed body lists: `real` and decoys from `random32`, sorted bytewise, 16, 32, 64, 128
// or 256 of them (the smallest that holds all).
//   INVALID_ARGUMENT      more than 256, or the same digest twice (a salt was used twice)
//   FAILED_PRECONDITION   `random32` repeats itself
absl::StatusOr<std::vector<Digest>> CommitParts(std::vector<Digest> real,
                                                const std::function<Digest()>& random32);

// INVALID_ARGUMENT unless `committed` could come from CommitParts: 16, 32, 64, 128 or 256 digests
// in strictly ascending order. Receivers call it before they use a list.
absl::Status CheckCommitted(std::span<const Digest> committed);

// Is `part` in the list? An unsorted list can only make this false.
bool IsCommitted(std::span<const Digest> sorted, const Digest& part);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_PARTS_H_
