#include "crypto/envelope.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace fairway::crypto {
namespace {

static_assert(!std::is_default_constructible_v<VerifiedBody>);

SigningKey KeyOf(char fill) { return SigningKey::FromSeed(std::string(kSeedBytes, fill)); }

TEST(Envelope, SealedEncodedDecodedOpensToTheSameBody) {
  const SigningKey key = KeyOf('a');
  const Signed sealed = Seal(kTypeItem, "body", key);
  const auto decoded = DecodeSigned(EncodeSigned(sealed));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, sealed);
  const std::vector<PublicKey> keys = {KeyOf('b').public_key(), key.public_key()};
  const auto opened = Open(*decoded, kTypeItem, keys);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->body(), "body");
  EXPECT_EQ(opened->type(), kTypeItem);
  EXPECT_EQ(opened->signer(), key.public_key());
  EXPECT_EQ(opened->object_id(), ObjectId(kTypeItem, "body"));
}

TEST(Envelope, TypesAreAllDifferent) {
  std::vector<std::string_view> types = {kTypeManifest, kTypeItem,  kTypeRecall, kTypeFeedBatch,
                                         kTypeReceipt,  kTypeHello, kTypePolicy};
  std::sort(types.begin(), types.end());
  EXPECT_EQ(std::adjacent_find(types.begin(), types.end()), types.end());
}

TEST(Envelope, NothingSignedAsOneTypeOpensAsAnother) {
  const SigningKey key = KeyOf('a');
  const std::vector<std::string_view> types = {
      kTypeManifest, kTypeItem, kTypeRecall, kTypeFeedBatch, kTypeReceipt, kTypeHello, kTypePolicy};
  const std::vector<PublicKey> keys = {key.public_key()};
  for (const std::string_view made : types) {
    const Signed sealed = Seal(made, "body", key);
    for (const std::string_view wanted : types) {
      EXPECT_EQ(Open(sealed, wanted, keys).ok(), made == wanted) << made << " as " << wanted;
      Signed renamed = sealed;
      renamed.type = std::string(wanted);
      EXPECT_EQ(Open(renamed, wanted, keys).ok(), made == wanted) << made << " as " << wanted;
    }
  }
}

TEST(Envelope, NoPrefixOfAnEncodingDecodes) {
  Signed envelope = Seal(kTypeItem, std::string(300, 'b'), KeyOf('a'));
  const std::string one = EncodeSigned(envelope);
  for (size_t size = 0; size < one.size(); ++size) {
    EXPECT_FALSE(DecodeSigned(one.substr(0, size)).ok()) << size;
  }
}

// A changed byte either does not decode, or decodes to something that encodes to just these bytes
// and does not open, unless only the hint was touched.
TEST(Envelope, NoChangedByteOpensUnlessItIsInTheHint) {
  const SigningKey key = KeyOf('a');
  const Signed sealed = Seal(kTypeItem, "body", key);
  const std::string good = EncodeSigned(sealed);
  const std::vector<PublicKey> keys = {key.public_key()};
  for (size_t at = 0; at < good.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      const auto decoded = DecodeSigned(bytes);
      if (!decoded.ok()) continue;
      EXPECT_EQ(EncodeSigned(*decoded), bytes);
      const bool only_hint = decoded->body == sealed.body && decoded->type == sealed.type &&
                             decoded->sigs.size() == 1 &&
                             decoded->sigs[0].sig == sealed.sigs[0].sig;
      EXPECT_EQ(Open(*decoded, kTypeItem, keys).ok(), only_hint) << at << " ^ " << change;
    }
  }
}

TEST(Envelope, RandomBytesNeitherDecodeNorCrash) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937 random(seed);
  const std::string good = EncodeSigned(Seal(kTypeItem, "body", KeyOf('a')));
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (int changes = 1 + static_cast<int>(random() % 6); changes > 0; --changes) {
      bytes[random() % 8] = static_cast<char>(random());
      if (random() % 2 == 0) bytes.insert(random() % bytes.size(), 1, static_cast<char>(random()));
      if (random() % 2 == 0) bytes.erase(random() % bytes.size(), 1 + random() % 4);
      if (bytes.size() < 16) bytes = good;
    }
    const auto decoded = DecodeSigned(bytes);
    if (decoded.ok()) {
      EXPECT_EQ(EncodeSigned(*decoded), bytes) << "seed " << seed;
    }
  }
}

TEST(Envelope, AnotherSignatureLeavesTheObjectIdAlone) {
  const SigningKey a = KeyOf('a');
  const SigningKey b = KeyOf('b');
  Signed envelope = Seal(kTypeManifest, "body", a);
  envelope.sigs.push_back(Seal(kTypeManifest, "body", b).sigs[0]);
  const std::vector<PublicKey> only_a = {a.public_key()};
  const std::vector<PublicKey> only_b = {b.public_key()};
  const auto by_a = Open(envelope, kTypeManifest, only_a);
  const auto by_b = Open(envelope, kTypeManifest, only_b);
  ASSERT_TRUE(by_a.ok() && by_b.ok());
  EXPECT_EQ(by_a->object_id(), by_b->object_id());
  EXPECT_EQ(by_b->signer(), b.public_key());
}

TEST(Envelope, OpensWith32SignaturesAndRefuses33) {
  const SigningKey key = KeyOf('a');
  Signed envelope = Seal(kTypeItem, "body", key);
  const Sig good = envelope.sigs[0];
  envelope.sigs.assign(kMaxSigs - 1, Sig{std::string(32, 'k'), std::string(64, 's')});
  envelope.sigs.push_back(good);
  const std::vector<PublicKey> keys = {key.public_key()};
  EXPECT_TRUE(Open(envelope, kTypeItem, keys).ok());
  envelope.sigs.insert(envelope.sigs.begin(), envelope.sigs[0]);
  EXPECT_EQ(Open(envelope, kTypeItem, keys).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Envelope, WithoutSignaturesOrKeysNothingOpens) {
  const SigningKey key = KeyOf('a');
  Signed envelope = Seal(kTypeItem, "body", key);
  EXPECT_EQ(Open(envelope, kTypeItem, {}).status().code(), absl::StatusCode::kUnauthenticated);
  envelope.sigs.clear();
  const std::vector<PublicKey> keys = {key.public_key()};
  EXPECT_EQ(Open(envelope, kTypeItem, keys).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(Envelope, MessageAboutAWrongTypeRepeatsNoControlCharacters) {
  Signed envelope = Seal("evil\x1b[2Jtype", "body", KeyOf('a'));
  const absl::Status status = Open(envelope, kTypeItem, {}).status();
  EXPECT_EQ(std::string(status.message()).find('\x1b'), std::string::npos) << status;
}

}  // namespace
}  // namespace fairway::crypto
