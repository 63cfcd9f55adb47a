#ifndef FAIRWAY_CRYPTO_SECRET_BYTES_H_
#define FAIRWAY_CRYPTO_SECRET_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::crypto {

// A buffer for keys and passphrases: between guard pages, locked in memory where the system allows
// it, wiped when it goes. Move-only; it has no printing, comparison or hashing on purpose (compare
// with ConstantTimeEqual). A moved-from object has size 0. Ends the process if memory runs out.
// Thread-compatible: const methods may run at the same time.
class SecretBytes {
 public:
  // `n` zero bytes; fill them through data().
  explicit SecretBytes(size_t n);
  static SecretBytes CopyOf(std::string_view bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  size_t size() const { return size_; }
  // Valid while this object lives and is not moved from. Never copy it into a std::string.
  std::string_view view() const;
  uint8_t* data() { return data_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_SECRET_BYTES_H_
