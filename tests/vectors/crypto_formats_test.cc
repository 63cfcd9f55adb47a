#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/vectors/crypto_ops.h"
#include "tests/vectors/vector_file.h"

namespace fairway::vectors {
namespace {

TEST(CryptoFormats, EachWorkedExampleInThePageIsWhatTheCodeComputes) {
  std::set<std::string> names;
  for (const Vector& vector : ReadMarkdownVectors("crypto/FORMATS.md")) {
    EXPECT_EQ(CheckCryptoVector(vector), "") << "FORMATS.md:" << vector.line << " " << vector.name;
    names.insert(vector.name);
  }
  const std::set<std::string> formats = {
      "check-words", "checkpoint", "chunk-root", "frontier",  "key-id", "keyfile",  "merkle-node",
      "object-id",   "pae",        "part",       "part-list", "signed", "spki-pin", "tagged-hash",
  };
  EXPECT_EQ(names, formats) << "a format without a worked example, or an example nobody asked for";
}

}  // namespace
}  // namespace fairway::vectors
