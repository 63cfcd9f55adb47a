#include "node/wire/strict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "api/v1/admin.pb.h"
#include "api/v1/desk.pb.h"
#include "api/v1/item.pb.h"
#include "api/v1/peer.pb.h"
#include "crypto/digest.h"

namespace fairway::wire {
namespace {

using ::testing::HasSubstr;

std::string Raw(std::string_view hex) { return *crypto::UnHex(hex); }

template <typename Message>
std::string Why(std::string_view bytes) {
  const absl::Status status = CheckStrict(bytes, *Message::descriptor());
  if (status.ok()) return "accepted";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(StrictTest, TakesWhatTheEncoderWrites) {
  v1::SetPeerRequest request;
  request.set_name("mombasa-port");
  request.mutable_attributes()->add_groups("ports");
  request.mutable_attributes()->add_groups("");
  request.set_attributes_version(300);
  EXPECT_EQ(Why<v1::SetPeerRequest>(Encode(request)), "accepted");

  v1::AddUserRequest user;
  user.add_roles(v1::ROLE_OFFICER);
  user.add_roles(v1::ROLE_AUDITOR);
  EXPECT_EQ(Why<v1::AddUserRequest>(Encode(user)), "accepted");

  v1::Terms terms;
  terms.set_hops(0);  // present and zero
  EXPECT_EQ(Why<v1::Terms>(Encode(terms)), "accepted");
  EXPECT_EQ(Why<v1::Terms>(""), "accepted");
}

TEST(StrictTest, NamesTheFieldItRefuses) {
  EXPECT_EQ(Why<v1::Draft>(Raw("f80f01")), "field `#255` is not known here");
  v1::PublishRequest request;
  request.mutable_draft()->add_lessons()->set_name("root-cause");
  std::string bytes = Encode(request);
  bytes[bytes.size() - 1] = '\xff';
  EXPECT_EQ(Why<v1::PublishRequest>(bytes), "field `draft.lessons[0].name` is not valid UTF-8");
}

TEST(StrictTest, RefusesEveryOtherFormOfTheSameMessage) {
  // Terms: hops = 1, expires_ms = 2, tlp_floor = 3, purpose = 5.
  EXPECT_THAT(Why<v1::Terms>(Raw("08010802")), HasSubstr("`hops` is there twice"));
  EXPECT_THAT(Why<v1::Terms>(Raw("10010801")), HasSubstr("`hops` is out of order"));
  EXPECT_THAT(Why<v1::Terms>(Raw("088100")), HasSubstr("`hops` is not a shortest varint"));
  EXPECT_THAT(Why<v1::Terms>(Raw("1800")), HasSubstr("`tlp_floor` is a default written out"));
  EXPECT_THAT(Why<v1::Terms>(Raw("0a0101")), HasSubstr("`hops` has wire type 2"));
  EXPECT_THAT(Why<v1::Terms>(Raw("0d01000000")), HasSubstr("`hops` has wire type 5"));
  EXPECT_THAT(Why<v1::Terms>(Raw("8800")), HasSubstr("broken field number"));
  EXPECT_THAT(Why<v1::Terms>(Raw("08")), HasSubstr("`hops` is not a shortest varint"));
  EXPECT_THAT(Why<v1::Terms>(Raw("2a")), HasSubstr("`purpose` is cut short"));
  EXPECT_THAT(Why<v1::Terms>(Raw("2a05")), HasSubstr("`purpose` is cut short"));
  EXPECT_THAT(Why<v1::Part>(Raw("0a00")), HasSubstr("`label` is a default written out"));
  EXPECT_THAT(Why<v1::AddUserRequest>(Raw("1801")), HasSubstr("`roles` has wire type 0"));
  EXPECT_THAT(Why<v1::AddUserRequest>(Raw("1a01011a0102")), HasSubstr("second packed run"));
  EXPECT_THAT(Why<v1::AddUserRequest>(Raw("1a00")), HasSubstr("`roles` is a default"));
  // A choice made twice.
  EXPECT_THAT(Why<v1::PeerFrame>(Raw("0a01611a0162")), HasSubstr("same choice"));
}

TEST(StrictTest, RefusesNumbersOutOfRange) {
  EXPECT_THAT(Why<v1::Terms>(Raw("1805")), "accepted");
  EXPECT_THAT(Why<v1::Terms>(Raw("1806")), HasSubstr("`tlp_floor` is 6, which is out of range"));
  EXPECT_THAT(Why<v1::Terms>(Raw("08ffffffff0f")), "accepted");
  EXPECT_THAT(Why<v1::Terms>(Raw("088080808010")), HasSubstr("`hops` is 4294967296"));
  EXPECT_THAT(Why<v1::Terms>(Raw("10ffffffffffffffffff01")), "accepted");  // int64 -1
  EXPECT_THAT(Why<v1::Terms>(Raw("10ffffffffffffffffff03")), HasSubstr("shortest varint"));
  EXPECT_THAT(Why<v1::AddUserRequest>(Raw("1a0105")), HasSubstr("`roles[0]` is 5"));
  EXPECT_THAT(Why<v1::UserView>(Raw("2002")), HasSubstr("`disabled` is 2"));
}

TEST(StrictTest, RepeatedFieldsHaveALimit) {
  std::string bytes;
  for (size_t i = 0; i < kMaxRepeated; ++i) bytes += Raw("0a00");
  EXPECT_EQ(Why<v1::Purposes>(bytes), "accepted");
  bytes += Raw("0a00");
  EXPECT_EQ(Why<v1::Purposes>(bytes), "field `words[4096]` is there more than 4096 times");
}

TEST(StrictTest, SizeHasALimitThatCountsTheByteAfterIt) {
  v1::ShowRequest request;
  request.set_ref("B-7K3Q-8M2V");
  const std::string bytes = Encode(request);
  EXPECT_TRUE(ParseAs<v1::ShowRequest>(bytes, bytes.size()).ok());
  const auto refused = ParseAs<v1::ShowRequest>(bytes, bytes.size() - 1);
  EXPECT_EQ(refused.status().message(), "ShowRequest is 13 bytes, limit is 12");
}

TEST(Utf8Test, FollowsRfc3629) {
  for (const char* good : {"", "61", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf",
                           "f0908080", "f48fbfbf"}) {
    EXPECT_TRUE(IsUtf8(Raw(good))) << good;
  }
  for (const char* bad :
       {"80", "bf", "c0af", "c1bf", "c2", "c220", "e08080", "e09fbf", "e280", "eda080", "edbfbf",
        "f0808080", "f08fbfbf", "f4908080", "f5808080", "f8888080", "ff", "fe", "61ff"}) {
    EXPECT_FALSE(IsUtf8(Raw(bad))) << bad;
  }
}

}  // namespace
}  // namespace fairway::wire
