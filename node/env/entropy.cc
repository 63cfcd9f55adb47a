#include "node/env/entropy.h"

namespace fairway::env {

std::string Entropy::Bytes(size_t n) {
  std::string bytes(n, '\0');
  Fill(reinterpret_cast<uint8_t*>(bytes.data()), n);
  return bytes;
}

uint64_t Entropy::Below(uint64_t n) {
  if (n <= 1) return 0;
  // The lowest 2^64 mod n values are drawn again: what remains is a multiple of n.
  const uint64_t reject_below = -n % n;
  for (;;) {
    uint8_t bytes[8];
    Fill(bytes, sizeof bytes);
    uint64_t value = 0;
    for (uint8_t byte : bytes) value = value << 8 | byte;
    if (value >= reject_below) return value % n;
  }
}

}  // namespace fairway::env
