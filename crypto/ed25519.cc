#include "crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/sodium_ready.h"

namespace fairway::crypto {
namespace {

static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES);
static_assert(kSeedBytes == crypto_sign_SEEDBYTES);
static_assert(kSignatureBytes == crypto_sign_BYTES);

constexpr char kAlgorithmEd25519 = 0x01;

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

absl::StatusOr<PublicKey> PublicKeyFromBytes(std::string_view raw) {
  if (raw.size() != kPublicKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("an Ed25519 public key is ", kPublicKeyBytes,
                                                   " bytes, these are ", raw.size()));
  }
  SodiumReady();
  if (crypto_core_ed25519_is_valid_point(Raw(raw)) != 1) {
    return absl::InvalidArgumentError(
        "not an Ed25519 public key: these 32 bytes are no point of "
        "the main subgroup, or are not written canonically");
  }
  PublicKey key;
  std::copy(raw.begin(), raw.end(), key.bytes.begin());
  return key;
}

SigningKey::SigningKey(SecretBytes secret, const PublicKey& public_key)
    : secret_(std::move(secret)), public_key_(public_key) {}

SigningKey SigningKey::FromSeed(std::string_view seed32) {
  if (seed32.size() != kSeedBytes) std::abort();
  SodiumReady();
  SecretBytes secret(crypto_sign_SECRETKEYBYTES);
  PublicKey public_key;
  if (crypto_sign_seed_keypair(public_key.bytes.data(), secret.data(), Raw(seed32)) != 0) {
    std::abort();
  }
  return SigningKey(std::move(secret), public_key);
}

absl::StatusOr<SigningKey> SigningKey::FromStoredSeed(std::string_view seed32) {
  if (seed32.size() != kSeedBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an Ed25519 seed is ", kSeedBytes, " bytes, these are ", seed32.size()));
  }
  return FromSeed(seed32);
}

Signature SigningKey::Sign(std::string_view message) const {
  Signature signature;
  if (crypto_sign_detached(signature.bytes.data(), nullptr, Raw(message), message.size(),
                           Raw(secret_.view())) != 0) {
    std::abort();
  }
  return signature;
}

SecretBytes SigningKey::Seed() const {
  return SecretBytes::CopyOf(secret_.view().substr(0, kSeedBytes));
}

bool Verify(const PublicKey& key, std::string_view message, std::string_view signature64) {
  if (signature64.size() != kSignatureBytes) return false;
  SodiumReady();
  return crypto_sign_verify_detached(Raw(signature64), Raw(message), message.size(),
                                     key.bytes.data()) == 0;
}

Digest KeyId(const PublicKey& key) {
  std::string input(1, kAlgorithmEd25519);
  input += key.view();
  return TaggedHash("fairway/key", input);
}

}  // namespace fairway::crypto
