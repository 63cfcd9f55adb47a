#include "crypto/sodium_ready.h"

#include <sodium.h>

#include <cstdlib>

namespace fairway::crypto {

void SodiumReady() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace fairway::crypto
