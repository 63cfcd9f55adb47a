#include "crypto/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace fairway::crypto {
namespace {

TEST(SystemRandom, NeverGivesTheSame32BytesTwice) {
  std::set<std::array<uint8_t, 32>> drawn;
  for (int i = 0; i < 1000; ++i) {
    std::array<uint8_t, 32> bytes{};
    SystemRandom(bytes.data(), bytes.size());
    EXPECT_TRUE(drawn.insert(bytes).second);
  }
}

TEST(SystemRandom, WritesNothingBeyondWhatWasAsked) {
  std::array<uint8_t, 8> bytes{};
  SystemRandom(bytes.data(), 0);
  EXPECT_EQ(bytes, (std::array<uint8_t, 8>{}));
  SystemRandom(bytes.data(), 4);
  EXPECT_EQ(bytes[4] | bytes[5] | bytes[6] | bytes[7], 0);
}

}  // namespace
}  // namespace fairway::crypto
