#ifndef FAIRWAY_CRYPTO_CERTIFICATE_H_
#define FAIRWAY_CRYPTO_CERTIFICATE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/ed25519.h"
#include "crypto/secret_bytes.h"

namespace fairway::crypto {

inline constexpr size_t kMaxUriBytes = 255;

// What a TLS endpoint presents.
struct TlsIdentity {
  std::string certificate_pem;
  SecretBytes private_key_pem;  // PKCS #8
};

// A self-signed X.509 v3 leaf for `tls_key`: Ed25519, CA:FALSE, key usage digitalSignature,
// extended key usage server and client, `uri_san` as the only subject alternative name. Trust comes
// from the pin of the key (spki.h) alone; the fields are there for TLS libraries that ask. The
// serial number is derived from key and dates: the same input gives the same certificate.
//   INVALID_ARGUMENT   uri_san is not 1 … kMaxUriBytes visible ASCII characters with a ':', or
//                      not_after is not after not_before, or a date is outside 1950 … 9999
//   INTERNAL           OpenSSL refused; the message holds its words
absl::StatusOr<TlsIdentity> MakeTlsIdentity(const SigningKey& tls_key, const std::string& uri_san,
                                            absl::Time not_before, absl::Time not_after);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_CERTIFICATE_H_
