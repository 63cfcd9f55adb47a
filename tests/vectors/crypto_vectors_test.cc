#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/vectors/crypto_ops.h"
#include "tests/vectors/vector_file.h"

namespace fairway::vectors {
namespace {

class CryptoVectors : public testing::TestWithParam<const char*> {};

TEST_P(CryptoVectors, EachComesOutAsItsFileSays) {
  const std::vector<Vector> vectors =
      ReadVectors(std::string("tests/vectors/crypto/") + GetParam() + ".txt");
  ASSERT_FALSE(vectors.empty());
  std::set<std::string> names;
  for (const Vector& vector : vectors) {
    EXPECT_EQ(CheckCryptoVector(vector), "")
        << GetParam() << ".txt:" << vector.line << " " << vector.name;
    EXPECT_TRUE(names.insert(vector.name).second) << "two vectors are called " << vector.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CryptoVectors,
                         testing::Values("check_words", "checkpoint", "digest", "ed25519",
                                         "envelope", "key_file", "mac", "merkle", "parts", "spki"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fairway::vectors
