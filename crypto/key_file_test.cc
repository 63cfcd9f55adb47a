#include "crypto/key_file.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairway::crypto {
namespace {

constexpr Argon2Cost kCheap = {.memory_bytes = kMinArgon2Memory, .passes = 1};
constexpr std::string_view kContext = "node.db";

SecretBytes Secret() { return SecretBytes::CopyOf("0123456789abcdef0123456789abcdef"); }
std::string Key(char fill) { return std::string(kSlotKeyBytes, fill); }
KeyFile NewFile() { return KeyFile::Create(std::string(kContext), Secret()); }

absl::StatusCode CodeOf(const absl::StatusOr<SecretBytes>& opened) {
  return opened.status().code();
}

TEST(KeyFile, EitherWayOpensTheSecretAfterStoring) {
  KeyFile made = NewFile();
  ASSERT_TRUE(made.AddPassphraseSlot("correct horse", kCheap).ok());
  ASSERT_TRUE(made.AddKeySlot(Key('k')).ok());
  const auto file = KeyFile::Decode(made.Encode(), kContext);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->slot_count(), 2u);
  EXPECT_EQ(file->context(), kContext);
  EXPECT_EQ(file->OpenWithPassphrase("correct horse").value().view(), Secret().view());
  EXPECT_EQ(file->OpenWithKey(Key('k')).value().view(), Secret().view());
  EXPECT_EQ(CodeOf(file->OpenWithPassphrase("wrong horse")), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(file->OpenWithKey(Key('l'))), absl::StatusCode::kUnauthenticated);
}

TEST(KeyFile, DefaultCostOpens) {
  KeyFile file = NewFile();
  ASSERT_TRUE(file.AddPassphraseSlot("correct horse").ok());
  EXPECT_EQ(file.OpenWithPassphrase("correct horse").value().view(), Secret().view());
}

TEST(KeyFile, SecretNeverStandsInTheFile) {
  KeyFile file = NewFile();
  ASSERT_TRUE(file.AddPassphraseSlot("correct horse", kCheap).ok());
  ASSERT_TRUE(file.AddKeySlot(Key('k')).ok());
  const std::string bytes = file.Encode();
  EXPECT_EQ(bytes.find(Secret().view()), std::string::npos);
  EXPECT_EQ(bytes.find("correct horse"), std::string::npos);
  EXPECT_EQ(bytes.find(Key('k')), std::string::npos);
}

TEST(KeyFile, SameSecretIsNeverWrappedTheSameWayTwice) {
  std::set<std::string> files;
  for (int i = 0; i < 20; ++i) {
    KeyFile file = NewFile();
    ASSERT_TRUE(file.AddKeySlot(Key('k')).ok());
    EXPECT_TRUE(files.insert(file.Encode()).second);
  }
}

TEST(KeyFile, NoFlippedBitOpens) {
  KeyFile made = NewFile();
  ASSERT_TRUE(made.AddKeySlot(Key('k')).ok());
  const std::string good = made.Encode();
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string changed = good;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto file = KeyFile::Decode(changed, kContext);
    EXPECT_FALSE(file.ok() && file->OpenWithKey(Key('k')).ok()) << "bit " << bit;
  }
}

TEST(KeyFile, NoPrefixDecodes) {
  KeyFile made = NewFile();
  ASSERT_TRUE(made.AddKeySlot(Key('k')).ok());
  const std::string good = made.Encode();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(KeyFile::Decode(good.substr(0, size), kContext).status().code(),
              absl::StatusCode::kInvalidArgument)
        << size;
  }
}

TEST(KeyFile, WithoutSlotsNobodyCanReadIt) {
  EXPECT_FALSE(KeyFile::Decode(NewFile().Encode(), kContext).ok());
  EXPECT_EQ(CodeOf(NewFile().OpenWithKey(Key('k'))), absl::StatusCode::kNotFound);
  EXPECT_EQ(CodeOf(NewFile().OpenWithPassphrase("p")), absl::StatusCode::kNotFound);
}

TEST(KeyFile, TakesEightSlotsAndRefusesTheNinth) {
  KeyFile file = NewFile();
  for (size_t i = 0; i < kMaxKeyFileSlots; ++i) {
    ASSERT_TRUE(file.AddKeySlot(Key(static_cast<char>('a' + i))).ok());
  }
  EXPECT_EQ(file.AddKeySlot(Key('z')).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(file.AddPassphraseSlot("p", kCheap).code(), absl::StatusCode::kResourceExhausted);
  const auto decoded = KeyFile::Decode(file.Encode(), kContext);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->OpenWithKey(Key('h')).value().view(), Secret().view());
}

TEST(KeyFile, LongestContextFits) {
  KeyFile file = KeyFile::Create(std::string(kMaxContextBytes, 'c'), Secret());
  ASSERT_TRUE(file.AddKeySlot(Key('k')).ok());
  EXPECT_TRUE(KeyFile::Decode(file.Encode(), std::string(kMaxContextBytes, 'c')).ok());
  EXPECT_DEATH(KeyFile::Create(std::string(kMaxContextBytes + 1, 'c'), Secret()), "");
  EXPECT_DEATH(KeyFile::Create("", Secret()), "");
  EXPECT_DEATH(KeyFile::Create("node.db", SecretBytes(31)), "");
}

TEST(KeyFile, CostsOutsideTheLimitsAreRefusedBeforeAnyWork) {
  KeyFile file = NewFile();
  for (const Argon2Cost& cost :
       {Argon2Cost{kMinArgon2Memory - 1024, 1}, Argon2Cost{kMinArgon2Memory + 1, 1},
        Argon2Cost{kMaxArgon2Memory + 1024, 1}, Argon2Cost{kMinArgon2Memory, 0},
        Argon2Cost{kMinArgon2Memory, kMaxArgon2Passes + 1}}) {
    EXPECT_EQ(file.AddPassphraseSlot("p", cost).code(), absl::StatusCode::kInvalidArgument)
        << cost.memory_bytes << " " << cost.passes;
  }
  EXPECT_TRUE(file.AddPassphraseSlot("p", {kMinArgon2Memory, kMaxArgon2Passes}).ok());
}

TEST(KeyFile, PassphraseAndKeyLengthsAreHeld) {
  KeyFile file = NewFile();
  EXPECT_EQ(file.AddPassphraseSlot("", kCheap).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(file.AddPassphraseSlot(std::string(kMaxPassphraseBytes + 1, 'p'), kCheap).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(file.AddPassphraseSlot(std::string(kMaxPassphraseBytes, 'p'), kCheap).ok());
  EXPECT_EQ(file.AddKeySlot(std::string(31, 'k')).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(file.AddKeySlot(std::string(33, 'k')).code(), absl::StatusCode::kInvalidArgument);
}

TEST(KeyFile, DecodedFileTakesNoNewSlots) {
  KeyFile made = NewFile();
  ASSERT_TRUE(made.AddKeySlot(Key('k')).ok());
  KeyFile file = KeyFile::Decode(made.Encode(), kContext).value();
  EXPECT_EQ(file.AddKeySlot(Key('l')).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(file.AddPassphraseSlot("p", kCheap).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(KeyFile, ReplacedPassphraseOpensAndTheOldOneNoLongerDoes) {
  KeyFile made = NewFile();
  ASSERT_TRUE(made.AddPassphraseSlot("first", kCheap).ok());
  ASSERT_TRUE(made.AddPassphraseSlot("second", kCheap).ok());
  KeyFile file = KeyFile::Decode(made.Encode(), kContext).value();
  EXPECT_EQ(file.ReplacePassphrase("wrong", "new", kCheap).code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(file.ReplacePassphrase("second", "", kCheap).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(file.ReplacePassphrase("second", "new", kCheap).ok());
  const KeyFile again = KeyFile::Decode(file.Encode(), kContext).value();
  EXPECT_EQ(again.slot_count(), 2u);
  EXPECT_EQ(again.OpenWithPassphrase("new").value().view(), Secret().view());
  EXPECT_EQ(again.OpenWithPassphrase("first").value().view(), Secret().view());
  EXPECT_EQ(CodeOf(again.OpenWithPassphrase("second")), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace fairway::crypto
