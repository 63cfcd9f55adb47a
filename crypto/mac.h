#ifndef FAIRWAY_CRYPTO_MAC_H_
#define FAIRWAY_CRYPTO_MAC_H_

#include <cstddef>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/secret_bytes.h"

namespace fairway::crypto {

inline constexpr size_t kMaxHkdfBytes = 255 * kDigestBytes;

// RFC 2104 over SHA-256; a key of any length.
Digest HmacSha256(std::string_view key, std::string_view message);

// Takes time that depends on the lengths only. False for different lengths.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// RFC 5869: `n` bytes, at most kMaxHkdfBytes (a constant of the caller's; ends the process beyond).
SecretBytes HkdfSha256(std::string_view input_key, std::string_view salt, std::string_view info,
                       size_t n);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_MAC_H_
