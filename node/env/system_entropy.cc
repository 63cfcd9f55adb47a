#include "node/env/system_entropy.h"

#include "crypto/random.h"

namespace fairway::env {

void SystemEntropy::Fill(uint8_t* out, size_t n) { crypto::SystemRandom(out, n); }

std::unique_ptr<Entropy> SystemEntropy::Fork(std::string_view) {
  return std::make_unique<SystemEntropy>();
}

}  // namespace fairway::env
