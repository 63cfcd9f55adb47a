#ifndef FAIRWAY_CRYPTO_ENVELOPE_H_
#define FAIRWAY_CRYPTO_ENVELOPE_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

// The envelope around everything an authority says: DSSE v1 (github.com/secure-systems-lab/dsse).
// Bytes are signed, not messages: a body is kept and passed on verbatim, and nobody ever serialises
// it again. Formats: FORMATS.md. All functions are pure and thread-safe.
namespace fairway::crypto {

inline constexpr size_t kMaxBodyBytes = (256 + 64) * 1024;
inline constexpr size_t kMaxTypeBytes = 128;
inline constexpr size_t kMaxSigs = 32;

// One type for each meaning, so that nothing signed as one thing can be shown as another.
inline constexpr std::string_view kTypeManifest = "application/vnd.fairway.manifest.v1+pb";
inline constexpr std::string_view kTypeItem = "application/vnd.fairway.item.v1+pb";
inline constexpr std::string_view kTypeRecall = "application/vnd.fairway.recall.v1+pb";
inline constexpr std::string_view kTypeFeedBatch = "application/vnd.fairway.feed-batch.v1+pb";
inline constexpr std::string_view kTypeReceipt = "application/vnd.fairway.receipt.v1+pb";
inline constexpr std::string_view kTypeHello = "application/vnd.fairway.hello.v1+pb";
inline constexpr std::string_view kTypePolicy = "application/vnd.fairway.policy.v1+pb";

struct Sig {
  std::string key_id;  // 32 bytes, a hint
  std::string sig;     // 64 bytes
  bool operator==(const Sig&) const = default;
};

struct Signed {
  std::string body;       // verbatim, 1 … kMaxBodyBytes
  std::string type;       // 1 … kMaxTypeBytes, visible ASCII
  std::vector<Sig> sigs;  // 1 … kMaxSigs
  bool operator==(const Signed&) const = default;
};

// "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body: the bytes that are signed.
std::string Pae(std::string_view type, std::string_view body);

// H("fairway/object"; PAE). Signatures are not part of it: one more never changes the id.
Digest ObjectId(std::string_view type, std::string_view body);

// Signs `body` as `type` with one key. The caller keeps within the limits above; what is beyond
// them no DecodeSigned accepts.
Signed Seal(std::string_view type, std::string body, const SigningKey& key);

// A body whose signature was checked. Only Open makes one, so a function that takes it cannot be
// handed bytes nobody signed. Parse body() itself, never the envelope again.
class VerifiedBody {
 public:
  const std::string& body() const { return body_; }
  const std::string& type() const { return type_; }
  const Digest& object_id() const { return object_id_; }
  const PublicKey& signer() const { return signer_; }

 private:
  friend absl::StatusOr<VerifiedBody> Open(const Signed&, std::string_view,
                                           std::span<const PublicKey>);
  VerifiedBody() = default;

  std::string body_;
  std::string type_;
  Digest object_id_;
  PublicKey signer_;
};

// The body if `envelope` is of `want_type` and carries at least one valid signature by one of
// `keys`; signer() is the key behind the first signature that verifies.
//   INVALID_ARGUMENT   the type is another one, or more than kMaxSigs signatures
//   UNAUTHENTICATED    no signature verifies under any of the keys (also: no keys, no signatures)
// Signatures that do not verify are passed over: a co-signature nobody here knows does no harm.
absl::StatusOr<VerifiedBody> Open(const Signed& envelope, std::string_view want_type,
                                  std::span<const PublicKey> keys);

// The binary form in stores and on the wire: the protobuf encoding of
//   message Signed { bytes body = 1; string type = 2; repeated Sig sigs = 3; }
//   message Sig    { bytes key_id = 1; bytes sig = 2; }
// written in one way only: fields in ascending order, shortest varints, nothing absent.
std::string EncodeSigned(const Signed& envelope);

// Inverse of EncodeSigned; accepts exactly what EncodeSigned writes for an envelope within the
// limits, so DecodeSigned(x) == y implies EncodeSigned(y) == x.
//   INVALID_ARGUMENT   anything else; the message names the field and what was wrong with it
absl::StatusOr<Signed> DecodeSigned(std::string_view bytes);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_ENVELOPE_H_
