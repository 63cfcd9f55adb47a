// Lets libFuzzer change texts word by word besides byte by byte.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/fuzz/target.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  fairway::oracle::Dice dice(seed);
  if (dice.Percent(40)) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed =
      fairway::fuzz::MutateInput(std::string(reinterpret_cast<const char*>(data), size), dice);
  const size_t length = std::min(changed.size(), max_size);
  std::memcpy(data, changed.data(), length);
  return length;
}
