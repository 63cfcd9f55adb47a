#include "crypto/mac.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "crypto/sodium_ready.h"

namespace fairway::crypto {
namespace {

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Keeps the state off the stack once it is done with: it holds the key, padded.
class Hmac {
 public:
  explicit Hmac(std::string_view key) {
    SodiumReady();
    crypto_auth_hmacsha256_init(&state_, Raw(key), key.size());
  }
  ~Hmac() { sodium_memzero(&state_, sizeof(state_)); }
  void Update(std::string_view bytes) {
    crypto_auth_hmacsha256_update(&state_, Raw(bytes), bytes.size());
  }
  void Finish(uint8_t* out32) { crypto_auth_hmacsha256_final(&state_, out32); }

 private:
  crypto_auth_hmacsha256_state state_;
};

}  // namespace

Digest HmacSha256(std::string_view key, std::string_view message) {
  Hmac hmac(key);
  hmac.Update(message);
  Digest digest;
  hmac.Finish(digest.bytes.data());
  return digest;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretBytes HkdfSha256(std::string_view input_key, std::string_view salt, std::string_view info,
                       size_t n) {
  if (n > kMaxHkdfBytes) std::abort();
  SecretBytes extracted(kDigestBytes);
  Hmac extract(salt);
  extract.Update(input_key);
  extract.Finish(extracted.data());

  SecretBytes out(n);
  SecretBytes block(kDigestBytes);
  for (size_t done = 0; done < n; done += kDigestBytes) {
    const char counter = static_cast<char>(done / kDigestBytes + 1);
    Hmac expand(extracted.view());
    if (done > 0) expand.Update(block.view());
    expand.Update(info);
    expand.Update({&counter, 1});
    expand.Finish(block.data());
    std::memcpy(out.data() + done, block.data(), std::min(kDigestBytes, n - done));
  }
  return out;
}

}  // namespace fairway::crypto
