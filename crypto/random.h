#ifndef FAIRWAY_CRYPTO_RANDOM_H_
#define FAIRWAY_CRYPTO_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <functional>

namespace fairway::crypto {

// Fills n bytes at out. Whoever needs randomness takes one of these, so that a simulation can
// replay it from a seed.
using RandomSource = std::function<void(uint8_t* out, size_t n)>;

// The one place that asks the operating system for randomness. Thread-safe; ends the process if
// the system has none to give.
void SystemRandom(uint8_t* out, size_t n);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_RANDOM_H_
