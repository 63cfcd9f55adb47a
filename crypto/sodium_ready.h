#ifndef FAIRWAY_CRYPTO_SODIUM_READY_H_
#define FAIRWAY_CRYPTO_SODIUM_READY_H_

namespace fairway::crypto {

// libsodium wants sodium_init() once before anything that draws randomness or allocates. Every use
// in this folder calls this first; calls after the first cost one load. Thread-safe; ends the
// process if libsodium cannot start.
void SodiumReady();

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_SODIUM_READY_H_
