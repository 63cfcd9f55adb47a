#include "crypto/secret_bytes.h"

#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "crypto/sodium_ready.h"

namespace fairway::crypto {

SecretBytes::SecretBytes(size_t n) : size_(n) {
  SodiumReady();
  data_ = static_cast<uint8_t*>(sodium_malloc(n));
  if (data_ == nullptr) std::abort();
  // sodium_malloc fills with 0xdb; callers rely on zeros.
  std::memset(data_, 0, n);
}

SecretBytes SecretBytes::CopyOf(std::string_view bytes) {
  SecretBytes copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  sodium_free(data_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

// sodium_free wipes before it gives the pages back, and takes nullptr.
SecretBytes::~SecretBytes() { sodium_free(data_); }

std::string_view SecretBytes::view() const { return {reinterpret_cast<const char*>(data_), size_}; }

}  // namespace fairway::crypto
