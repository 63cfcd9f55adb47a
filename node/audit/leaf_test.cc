#include "node/audit/leaf.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/status_matchers.h"

namespace fairway::audit {
namespace {

using ::fairway::testing::StatusIs;

Entry Example() {
  Entry entry;
  entry.seq = 0;
  entry.time = absl::FromUnixSeconds(1767225600);
  entry.salt.fill(0xa0);
  entry.event = {EventKind::kNodeStarted, "node", "", {}, "ok", "", {{"version", "1"}}};
  return entry;
}

Entry Full() {
  Entry entry = Example();
  entry.seq = 77;
  entry.prev_leaf_hash = crypto::Sha256("before");
  entry.event.role = "officer";
  entry.event.objects = {"B-7K3Q-8M2V", "x"};
  entry.event.reason = "because";
  entry.event.detail = {{"a", "1"}, {"b", std::string("\0\xff", 2)}};
  return entry;
}

TEST(Leaf, HasTheBytesThatItsSpecificationShows) {
  const std::string want =
      "01"
      "0000000000000000"
      "0000019b76daa800"
      "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "0002"
      "00046e6f6465"
      "0000"
      "00026f6b"
      "0000"
      "0000"
      "0001000776657273696f6e000131";
  ASSERT_OK_AND_ASSIGN(const std::string leaf, EncodeLeaf(Example()));
  EXPECT_EQ(crypto::Hex(leaf), want);
}

TEST(Leaf, ReadsBackWhatItWrote) {
  for (const Entry& entry : {Example(), Full()}) {
    ASSERT_OK_AND_ASSIGN(const std::string leaf, EncodeLeaf(entry));
    ASSERT_OK_AND_ASSIGN(const Entry back, DecodeLeaf(leaf));
    EXPECT_EQ(back, entry);
  }
}

TEST(Leaf, EveryCutAndEveryExtraByteIsRefused) {
  ASSERT_OK_AND_ASSIGN(const std::string leaf, EncodeLeaf(Full()));
  for (size_t size = 0; size < leaf.size(); ++size) {
    EXPECT_FALSE(DecodeLeaf(leaf.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeLeaf(leaf + '\0').ok());
}

TEST(Leaf, AFlippedBitIsRefusedOrGivesAnEntryWithOtherBytes) {
  ASSERT_OK_AND_ASSIGN(const std::string leaf, EncodeLeaf(Full()));
  for (size_t bit = 0; bit < 8 * leaf.size(); ++bit) {
    std::string other = leaf;
    other[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const absl::StatusOr<Entry> entry = DecodeLeaf(other);
    if (!entry.ok()) continue;
    ASSERT_OK_AND_ASSIGN(const std::string again, EncodeLeaf(*entry));
    EXPECT_EQ(again, other) << "bit " << bit;  // one encoding for each entry
  }
}

TEST(Leaf, LimitsHoldAtTheLimitAndNotBeyond) {
  Entry entry = Example();
  entry.event.objects.assign(kMaxEventObjects, "x");
  ASSERT_OK_AND_ASSIGN(const std::string leaf, EncodeLeaf(entry));
  EXPECT_OK(DecodeLeaf(leaf));
  entry.event.objects.push_back("x");
  EXPECT_THAT(EncodeLeaf(entry), StatusIs(absl::StatusCode::kInvalidArgument));

  entry = Example();
  entry.event.detail.clear();
  for (size_t i = 0; i < kMaxEventDetails; ++i) entry.event.detail[std::to_string(i)] = "x";
  EXPECT_OK(EncodeLeaf(entry));
  entry.event.detail["one more"] = "x";
  EXPECT_THAT(EncodeLeaf(entry), StatusIs(absl::StatusCode::kInvalidArgument));

  entry = Example();
  entry.event.detail = {{std::string(kMaxEventWordBytes, 'k'), "x"}};
  EXPECT_OK(EncodeLeaf(entry));
  entry.event.detail = {{std::string(kMaxEventWordBytes + 1, 'k'), "x"}};
  EXPECT_THAT(EncodeLeaf(entry), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Leaf, ALongTextFromAStrangerIsCutInsteadOfKeepingTheLeafOut) {
  Entry entry = Example();
  entry.event.reason = std::string(kMaxEventTextBytes, 'r');
  ASSERT_OK_AND_ASSIGN(std::string leaf, EncodeLeaf(entry));
  EXPECT_EQ(DecodeLeaf(leaf)->event.reason, entry.event.reason);

  // A character of two bytes on the edge goes whole.
  std::string reason = std::string(kMaxEventTextBytes - 4, 'r') + "ééé";
  entry.event.reason = reason;
  ASSERT_OK_AND_ASSIGN(leaf, EncodeLeaf(entry));
  ASSERT_OK_AND_ASSIGN(const Entry back, DecodeLeaf(leaf));
  EXPECT_EQ(back.event.reason, std::string(kMaxEventTextBytes - 4, 'r') + "…");
  EXPECT_LE(back.event.reason.size(), kMaxEventTextBytes);
}

TEST(EventKind, NumbersAndNamesAreForEver) {
  std::set<std::string> names;
  std::set<int> numbers;
  for (const EventKind kind : AllEventKinds()) {
    const std::string name(ToText(kind));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(numbers.insert(static_cast<int>(kind)).second) << name;
    EXPECT_EQ(*ParseEventKind(name), kind);
    EXPECT_EQ(EventKindFromNumber(static_cast<uint64_t>(kind)), kind);
  }
  EXPECT_EQ(names.size(), 52u);
  EXPECT_EQ(ToText(EventKind::kItemPublished), "item.published");
  EXPECT_EQ(static_cast<int>(EventKind::kItemPublished), 10);
  EXPECT_EQ(static_cast<int>(EventKind::kAuditAlarm), 91);
  EXPECT_EQ(EventKindFromNumber(0), std::nullopt);
  EXPECT_EQ(EventKindFromNumber(92), std::nullopt);
  EXPECT_THAT(ParseEventKind("item.lost"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fairway::audit
