#ifndef FAIRWAY_CRYPTO_ED25519_H_
#define FAIRWAY_CRYPTO_ED25519_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/secret_bytes.h"

// Ed25519 (RFC 8032), by libsodium alone: two verifiers disagree about malformed keys, and then
// one node would store what another refuses.
namespace fairway::crypto {

inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

// A public key as it is written. Holding one says nothing about its validity: Verify judges that.
struct PublicKey {
  std::array<uint8_t, kPublicKeyBytes> bytes{};

  auto operator<=>(const PublicKey&) const = default;
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  template <typename H>
  friend H AbslHashValue(H h, const PublicKey& key) {
    return H::combine_contiguous(std::move(h), key.bytes.data(), key.bytes.size());
  }
};

// INVALID_ARGUMENT unless `raw` is 32 bytes that encode, in the one canonical way, a point of the
// main subgroup other than the identity: a key that nobody can have is refused where it comes in.
absl::StatusOr<PublicKey> PublicKeyFromBytes(std::string_view raw);

struct Signature {
  std::array<uint8_t, kSignatureBytes> bytes{};

  auto operator<=>(const Signature&) const = default;
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

// A private key with its public half. Move-only; one purpose each (root, item, node, log, tls).
// Thread-compatible: Sign may be called from several threads.
class SigningKey {
 public:
  // `seed32` is fresh randomness of the caller's, exactly 32 bytes; ends the process otherwise.
  static SigningKey FromSeed(std::string_view seed32);
  // For a seed that was read from somewhere: INVALID_ARGUMENT unless it is 32 bytes.
  static absl::StatusOr<SigningKey> FromStoredSeed(std::string_view seed32);

  const PublicKey& public_key() const { return public_key_; }
  // Deterministic. Callers sign only bytes they built themselves, inside a PAE or a checkpoint
  // body, never bytes that somebody sent.
  Signature Sign(std::string_view message) const;
  // The 32 bytes to keep in an encrypted store.
  SecretBytes Seed() const;

 private:
  SigningKey(SecretBytes secret, const PublicKey& public_key);

  SecretBytes secret_;  // libsodium's form: seed ‖ public key
  PublicKey public_key_;
};

// True only for a valid signature; false for any malformed input (wrong length, S ≥ L, small-order
// or non-canonical key or R). Never fails, thread-safe.
bool Verify(const PublicKey& key, std::string_view message, std::string_view signature64);

// H("fairway/key"; 0x01 ‖ key), 0x01 for Ed25519. A hint that finds a key faster, never a reason to
// trust one.
Digest KeyId(const PublicKey& key);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_ED25519_H_
