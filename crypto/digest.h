#ifndef FAIRWAY_CRYPTO_DIGEST_H_
#define FAIRWAY_CRYPTO_DIGEST_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace fairway::crypto {

inline constexpr size_t kDigestBytes = 32;

// 32 bytes of SHA-256 (FIPS 180-4). A plain value: ordered bytewise, hashable. A default one is all
// zeros, which no known input hashes to.
struct Digest {
  std::array<uint8_t, kDigestBytes> bytes{};

  auto operator<=>(const Digest&) const = default;
  // Valid while this object lives.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string ToString() const { return std::string(view()); }  // 32 raw bytes

  template <typename H>
  friend H AbslHashValue(H h, const Digest& digest) {
    return H::combine_contiguous(std::move(h), digest.bytes.data(), digest.bytes.size());
  }
};

// INVALID_ARGUMENT unless `raw` is exactly 32 bytes.
absl::StatusOr<Digest> DigestFromBytes(std::string_view raw);

// Lower case hexadecimal.
std::string Hex(std::string_view bytes);
// Strict inverse of Hex: INVALID_ARGUMENT for odd length, upper case or any other character.
absl::StatusOr<std::string> UnHex(std::string_view text);

// RFC 4648 §6, upper case, no padding: 32 bytes give 52 characters.
std::string Base32(std::string_view bytes);

// All functions below are pure and thread-safe; they end the process if OpenSSL has no SHA-256.
Digest Sha256(std::string_view bytes);

// H(tag; x) = SHA-256(len8(tag) ‖ tag ‖ x): one tag for each meaning, so that no digest made for
// one purpose can stand for another. `tag` is a constant of ours, at most 255 bytes.
Digest TaggedHash(std::string_view tag, std::string_view x);

// SHA-256 of what is fed in pieces. One thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&& other) noexcept;
  Sha256Stream& operator=(Sha256Stream&& other) noexcept;
  ~Sha256Stream();

  void Update(std::string_view bytes);
  // The digest of everything fed so far; starts again from nothing.
  Digest Finish();

 private:
  void* context_;  // EVP_MD_CTX, kept out of this header
};

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_DIGEST_H_
