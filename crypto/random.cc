#include "crypto/random.h"

#include <sodium.h>

#include "crypto/sodium_ready.h"

namespace fairway::crypto {

void SystemRandom(uint8_t* out, size_t n) {
  SodiumReady();
  randombytes_buf(out, n);
}

}  // namespace fairway::crypto
