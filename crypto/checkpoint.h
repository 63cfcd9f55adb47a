#ifndef FAIRWAY_CRYPTO_CHECKPOINT_H_
#define FAIRWAY_CRYPTO_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

// A log's signed statement of its size and root: C2SP tlog-checkpoint in a C2SP signed-note
// (c2sp.org/tlog-checkpoint, c2sp.org/signed-note), so that others' tools can read it. Functions
// are pure and thread-safe.
namespace fairway::crypto {

inline constexpr size_t kMaxOriginBytes = 256;
inline constexpr size_t kMaxNoteBytes = 8192;
inline constexpr size_t kMaxNoteSignatures = 16;

struct Checkpoint {
  std::string origin;  // "fairway/<authority>/<node>": name of the log and of its key
  uint64_t size = 0;   // leaves, at most kMaxTreeSize
  Digest root;
  bool operator==(const Checkpoint&) const = default;
};

// INVALID_ARGUMENT unless 1 … kMaxOriginBytes visible ASCII characters without '+'.
absl::Status CheckOrigin(std::string_view origin);

// "<origin>\n<size>\n<base64 root>\n": the bytes that are signed. The caller's origin passes
// CheckOrigin.
std::string CheckpointBody(const Checkpoint& checkpoint);

// The note: body, empty line, "— <origin> <base64(key hash (4) ‖ signature (64))>\n", where the key
// hash is the start of SHA-256(origin ‖ 0x0A ‖ 0x01 ‖ public key).
std::string SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key);

// The checkpoint if `note` is for `origin` and signed by `key`. Signature lines of others (such as
// witnesses) may stand beside ours and are not judged.
//   INVALID_ARGUMENT   not a checkpoint note, or of another origin; the message says which
//   UNAUTHENTICATED    no signature by `key`, or one that does not verify
absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, std::string_view origin,
                                          const PublicKey& key);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_CHECKPOINT_H_
