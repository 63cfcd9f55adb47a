#ifndef FAIRWAY_NODE_ENV_SYSTEM_ENTROPY_H_
#define FAIRWAY_NODE_ENV_SYSTEM_ENTROPY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "node/env/entropy.h"

namespace fairway::env {

// The operating system's randomness; forks of it are the same.
class SystemEntropy final : public Entropy {
 public:
  void Fill(uint8_t* out, size_t n) override;
  std::unique_ptr<Entropy> Fork(std::string_view name) override;
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_SYSTEM_ENTROPY_H_
