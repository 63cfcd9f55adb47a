#ifndef FAIRWAY_NODE_ENV_ENTROPY_H_
#define FAIRWAY_NODE_ENV_ENTROPY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fairway::env {

// A source of random bytes. The node runs on the system's; a simulation runs on a seed. Each object
// of the node gets a fork of its own, so that what one object draws does not shift what another one
// gets, and two runs that differ in one place stay comparable. Implementations are thread-safe.
class Entropy {
 public:
  virtual ~Entropy() = default;

  // n random bytes at out. Never fails: a system without randomness ends the process.
  virtual void Fill(uint8_t* out, size_t n) = 0;

  // An independent source. From a seeded source: depends on the parent's seed, `name` and how often
  // that name was forked before, not on what was drawn from the parent meanwhile.
  virtual std::unique_ptr<Entropy> Fork(std::string_view name) = 0;

  std::string Bytes(size_t n);

  // Uniform in [0, n), without bias; 0 for n = 0.
  uint64_t Below(uint64_t n);
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_ENTROPY_H_
