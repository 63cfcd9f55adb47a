#ifndef FAIRWAY_CRYPTO_SPKI_H_
#define FAIRWAY_CRYPTO_SPKI_H_

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/digest.h"
#include "crypto/ed25519.h"

namespace fairway::crypto {

// What a peer's TLS key is recognised by: SHA-256 of the DER SubjectPublicKeyInfo in its leaf
// (RFC 7469 §2.4 hashes the same bytes). Certificates renew under the same pin.
struct SpkiPin {
  Digest digest;

  auto operator<=>(const SpkiPin&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const SpkiPin& pin) {
    return H::combine(std::move(h), pin.digest);
  }
};

// The DER SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 §4): a fixed 12-byte start and the key.
std::string SpkiOfKey(const PublicKey& ed25519);

// The pin to expect for a key that a manifest names.
SpkiPin PinOfKey(const PublicKey& ed25519);

// The pin of a SubjectPublicKeyInfo as a certificate carries it, whatever its algorithm.
SpkiPin PinOfSpki(std::string_view der);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_SPKI_H_
