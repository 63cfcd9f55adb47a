#include "node/env/entropy.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/env/system_entropy.h"

namespace fairway::env {
namespace {

// Gives out a list of 64-bit words, then zeros.
class Scripted final : public Entropy {
 public:
  explicit Scripted(std::vector<uint64_t> words) : words_(std::move(words)) {}
  void Fill(uint8_t* out, size_t n) override {
    ASSERT_EQ(n, 8u);
    const uint64_t word = next_ < words_.size() ? words_[next_] : 0;
    ++next_;
    for (int i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(word >> (56 - 8 * i));
  }
  std::unique_ptr<Entropy> Fork(std::string_view) override { return nullptr; }
  size_t drawn() const { return next_; }

 private:
  std::vector<uint64_t> words_;
  size_t next_ = 0;
};

TEST(Entropy, BelowDrawsAgainWhatWouldBeBiased) {
  // 2^64 mod 6 = 4: the words 0 … 3 are not used.
  Scripted entropy({0, 3, 4});
  EXPECT_EQ(entropy.Below(6), 4u);
  EXPECT_EQ(entropy.drawn(), 3u);
}

TEST(Entropy, BelowReachesEveryValueAndNoOther) {
  SystemEntropy entropy;
  std::array<int, 5> seen{};
  for (int i = 0; i < 2000; ++i) ++seen.at(entropy.Below(5));
  for (int count : seen) EXPECT_GT(count, 200);
  EXPECT_EQ(entropy.Below(0), 0u);
  EXPECT_EQ(entropy.Below(1), 0u);
}

TEST(SystemEntropy, DoesNotRepeatItselfNorItsFork) {
  SystemEntropy entropy;
  const auto fork = entropy.Fork("x");
  const std::string a = entropy.Bytes(32), b = entropy.Bytes(32), c = fork->Bytes(32);
  EXPECT_EQ(a.size(), 32u);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
}

}  // namespace
}  // namespace fairway::env
