#include "crypto/spki.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/container/flat_hash_set.h"

namespace fairway::crypto {
namespace {

PublicKey KeyOf(char fill) {
  return SigningKey::FromSeed(std::string(kSeedBytes, fill)).public_key();
}

TEST(SpkiPin, NamesOneKey) {
  EXPECT_EQ(PinOfKey(KeyOf('a')), PinOfKey(KeyOf('a')));
  EXPECT_NE(PinOfKey(KeyOf('a')), PinOfKey(KeyOf('b')));
  const absl::flat_hash_set<SpkiPin> pins = {PinOfKey(KeyOf('a')), PinOfKey(KeyOf('b')),
                                             PinOfKey(KeyOf('a'))};
  EXPECT_EQ(pins.size(), 2u);
}

TEST(SpkiPin, IsThePinOfTheInfoItself) {
  EXPECT_EQ(SpkiOfKey(KeyOf('a')).size(), 44u);
  EXPECT_EQ(PinOfSpki(SpkiOfKey(KeyOf('a'))), PinOfKey(KeyOf('a')));
}

}  // namespace
}  // namespace fairway::crypto
