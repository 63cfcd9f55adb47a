#include <array>
#include <random>

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/model/caller.h"
#include "node/model/enums.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/labels.h"
#include "node/model/manifest.h"
#include "node/model/peer.h"
#include "node/model/recall.h"
#include "node/model/ref.h"
#include "node/model/terms.h"

namespace fairway::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Enums, ReadWhatTheyWriteAndNothingElse) {
  for (Kind x : AllKinds()) EXPECT_EQ(*ParseKind(ToText(x)), x);
  for (Mode x : AllModes()) EXPECT_EQ(*ParseMode(ToText(x)), x);
  for (Tlp x : AllTlps()) EXPECT_EQ(*ParseTlp(Marking(x)), x);
  for (Pap x : AllPaps()) EXPECT_EQ(*ParsePap(ToText(x)), x);
  for (Precedence x : AllPrecedences()) EXPECT_EQ(*ParsePrecedence(ToText(x)), x);
  for (Onward x : AllOnwards()) EXPECT_EQ(*ParseOnward(ToText(x)), x);
  EXPECT_FALSE(ParseKind("bulletins").ok());
  EXPECT_FALSE(ParseTlp("").ok());
  EXPECT_FALSE(ParseTlp("TLP:").ok());
  EXPECT_THAT(std::string(ParseTlp("AMBR").status().message()),
              HasSubstr("CLEAR, GREEN, AMBER, AMBER+STRICT, RED"));
}

TEST(Enums, ReadHowPeopleWriteTlp) {
  EXPECT_EQ(*ParseTlp("tlp:amber+strict"), Tlp::kAmberStrict);
  EXPECT_EQ(*ParseTlp("AMBER_STRICT"), Tlp::kAmberStrict);
  EXPECT_EQ(*ParseTlp("TLP:WHITE"), Tlp::kClear);
  EXPECT_EQ(*ParsePap("PAP:GREEN"), Pap::kGreen);
}

TEST(Enums, TakeNoNumberTheyDoNotKnow) {
  EXPECT_EQ(TlpFromWire(0), std::nullopt);
  EXPECT_EQ(TlpFromWire(5), Tlp::kRed);
  EXPECT_EQ(TlpFromWire(6), std::nullopt);
  EXPECT_EQ(KindFromWire(10), std::nullopt);
  EXPECT_EQ(ModeFromWire((uint64_t{1} << 32) + 1), std::nullopt);
  EXPECT_EQ(LaneFromNumber(5), std::nullopt);
  EXPECT_EQ(OutcomeFromWire(0), std::nullopt);
  EXPECT_EQ(OpFromWire(3), std::nullopt);
}

ItemId SomeId(uint8_t fill) {
  std::array<uint8_t, kItemIdBytes> random;
  random.fill(fill);
  return ItemId::FromRandom(random);
}

TEST(ItemId, IsARandomUuid) {
  EXPECT_EQ(SomeId(0).ToString(), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(SomeId(0xFF).ToString(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(*ParseItemId(SomeId(0xFF).ToString()), SomeId(0xFF));
  EXPECT_EQ(*ItemIdFromBytes(SomeId(7).raw()), SomeId(7));
}

TEST(ItemId, IsReadInOneSpellingOnly) {
  EXPECT_FALSE(ParseItemId("FFFFFFFF-ffff-4fff-bfff-ffffffffffff").ok());
  EXPECT_FALSE(ParseItemId("ffffffff-ffff-1fff-bfff-ffffffffffff").ok());  // version 1
  EXPECT_FALSE(ParseItemId("ffffffff-ffff-4fff-ffff-ffffffffffff").ok());  // variant
  EXPECT_FALSE(ParseItemId("ffffffffffff4fffbfffffffffffffff").ok());
  EXPECT_FALSE(ParseItemId("").ok());
  EXPECT_FALSE(ItemIdFromBytes(std::string(16, '\0')).ok());
  EXPECT_FALSE(ItemIdFromBytes(SomeId(7).raw() + "x").ok());
}

TEST(AuthorityId, IsReadInOneSpellingOnly) {
  const AuthorityId id{crypto::Sha256("a")};
  EXPECT_EQ(*ParseAuthorityId(id.ToString()), id);
  EXPECT_EQ(*AuthorityIdFromBytes(id.raw()), id);
  EXPECT_FALSE(ParseAuthorityId(id.ToString().substr(1)).ok());
  EXPECT_FALSE(ParseAuthorityId("").ok());
  EXPECT_FALSE(AuthorityIdFromBytes("short").ok());
}

TEST(Ref, SurvivesHowPeopleSayIt) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    std::array<uint8_t, kItemIdBytes> bytes;
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    const ItemId id = ItemId::FromRandom(bytes);
    for (Kind kind : AllKinds()) {
      const std::string text = RefOf(kind, id);
      ASSERT_EQ(text.size(), 11u);
      ASSERT_TRUE(ParseRef(text)->Matches(kind, id)) << text;
      std::string squeezed;
      for (char c : text) {
        if (c != '-') squeezed.push_back(c == '0' ? 'o' : c == '1' ? 'l' : absl::ascii_tolower(c));
      }
      ASSERT_TRUE(ParseRef(squeezed)->Matches(kind, id)) << squeezed;
    }
  }
}

TEST(Ref, MatchesNothingElse) {
  const Ref ref = *ParseRef(RefOf(Kind::kBulletin, SomeId(1)));
  EXPECT_FALSE(ref.Matches(Kind::kAlert, SomeId(1)));
  EXPECT_FALSE(ref.Matches(Kind::kBulletin, SomeId(2)));
  for (std::string_view bad : {"", "B", "B-7K3Q-8M2", "B-7K3Q-8M2VV", "X-7K3Q-8M2V", "B-7K3Q-8M2U",
                               "B-7K3Q-8M2!", "7K3Q-8M2V-B"}) {
    EXPECT_FALSE(ParseRef(bad).ok()) << bad;
  }
}

TEST(Labels, AreAClosedList) {
  for (std::string_view good :
       {"title", "facts/1", "facts/256", "attachments/20", "lessons.root-cause", "location.exact/1",
        "vessel.imo/3", "audience", "purpose"}) {
    EXPECT_TRUE(ParseLabel(good).ok()) << good;
  }
  for (std::string_view bad :
       {"", "titel", "title/1", "facts", "facts/", "facts/0", "facts/01", "facts/257", "facts/-1",
        "facts/1x", "facts/99999999999999999999", "lessons", "lessons.", "lessons.Root",
        "lessons.a/1", "Title", "title "}) {
    EXPECT_FALSE(ParseLabel(bad).ok()) << bad;
  }
  EXPECT_EQ(ParseLabel("facts/12")->number, 12u);
  EXPECT_EQ(ParseLabel("attachments/1")->label_class, LabelClass::kAttachment);
}

TEST(Labels, ThatAreUnknownAreKeptPrivate) {
  EXPECT_TRUE(IsPrivate("audience"));
  EXPECT_TRUE(IsPrivate("caveats"));
  EXPECT_TRUE(IsPrivate("purpose"));
  EXPECT_TRUE(IsPrivate("something-new"));
  EXPECT_FALSE(IsPrivate("title"));
}

TEST(Terms, KeepTheStricterOfTwo) {
  Terms a;
  a.hops = 2;
  a.tlp_floor = Tlp::kGreen;
  a.purpose = {{"investigation", "training"}};
  Terms b;
  b.hops = 0;
  b.expires = absl::FromUnixSeconds(1000);
  b.tlp_floor = Tlp::kAmber;
  b.purpose = {{"border-control", "training"}};
  const Terms both = Stricter(a, b);
  EXPECT_EQ(both.hops, 0u);
  EXPECT_EQ(both.expires, absl::FromUnixSeconds(1000));
  EXPECT_EQ(both.tlp_floor, Tlp::kAmber);
  EXPECT_EQ(both.pap_floor, std::nullopt);
  EXPECT_THAT(*both.purpose, ElementsAre("training"));
  EXPECT_EQ(Stricter(b, a), both);
  EXPECT_EQ(Stricter(both, both), both);
  EXPECT_EQ(Stricter(a, Terms{}), a);
}

TEST(Terms, ThatShareNoPurposeAllowNone) {
  Terms a;
  a.purpose = {{"training"}};
  Terms b;
  b.purpose = {{"investigation"}};
  ASSERT_TRUE(Stricter(a, b).purpose.has_value());
  EXPECT_TRUE(Stricter(a, b).purpose->empty());
}

TEST(ItemView, NeverGuessesWhatIsAbsent) {
  ItemView view;
  view.parts = {{"facts/10", {}, "ten"}, {"facts/2", {}, "two"}, {"topics", {}, "a\nb"}};
  EXPECT_EQ(view.Text("title"), std::nullopt);
  EXPECT_EQ(view.Set("location.region"), std::nullopt);
  EXPECT_THAT(*view.Set("topics"), ElementsAre("a", "b"));
  EXPECT_THAT(view.All("facts"), ElementsAre("two", "ten"));
  EXPECT_THAT(view.All("persons.name"), ElementsAre());
}

TEST(ItemView, ShowsTheStricterOfBodyAndTerms) {
  ItemView view;
  view.body.tlp = Tlp::kGreen;
  view.body.pap = Pap::kRed;
  view.body.not_after = absl::FromUnixSeconds(2000);
  view.terms.tlp_floor = Tlp::kAmber;
  view.terms.pap_floor = Pap::kClear;
  view.terms.expires = absl::FromUnixSeconds(1000);
  EXPECT_EQ(view.tlp(), Tlp::kAmber);
  EXPECT_EQ(view.pap(), Pap::kRed);
  EXPECT_EQ(view.expires(), absl::FromUnixSeconds(1000));
}

Manifest GoodManifest() {
  const auto key = [](uint8_t fill) {
    crypto::PublicKey key;
    key.bytes.fill(fill);
    return key;
  };
  Manifest manifest;
  manifest.version = 1;
  manifest.root_keys = {key(1)};
  manifest.keys = {{KeyPurpose::kItem, key(2)},
                   {KeyPurpose::kNode, key(3)},
                   {KeyPurpose::kLog, key(4)},
                   {KeyPurpose::kTls, key(5)}};
  manifest.display_name = "Port of Leixões Police";
  manifest.country = "PT";
  manifest.endpoints = {"fairway.example:7443"};
  return manifest;
}

TEST(Manifest, MustHaveOneKeyForEachPurpose) {
  EXPECT_TRUE(CheckManifest(GoodManifest()).ok());
  Manifest shared = GoodManifest();
  shared.keys[0].key = shared.keys[1].key;
  EXPECT_FALSE(CheckManifest(shared).ok());
  Manifest rooted = GoodManifest();
  rooted.keys[0].key = rooted.root_keys[0];
  EXPECT_FALSE(CheckManifest(rooted).ok());
  for (size_t i = 0; i < 4; ++i) {
    Manifest missing = GoodManifest();
    missing.keys.erase(missing.keys.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(CheckManifest(missing).ok());
  }
  Manifest rootless = GoodManifest();
  rootless.root_keys.clear();
  EXPECT_FALSE(CheckManifest(rootless).ok());
}

TEST(Manifest, IsHeldToItsLimits) {
  const auto ok = [](auto change) {
    Manifest manifest = GoodManifest();
    change(manifest);
    return CheckManifest(manifest).ok();
  };
  EXPECT_TRUE(ok([](Manifest& m) { m.display_name.assign(kMaxDisplayNameBytes, 'a'); }));
  EXPECT_FALSE(ok([](Manifest& m) { m.display_name.assign(kMaxDisplayNameBytes + 1, 'a'); }));
  EXPECT_FALSE(ok([](Manifest& m) { m.display_name = "\x1b[2J"; }));
  EXPECT_TRUE(ok([](Manifest& m) { m.endpoints.assign(kMaxEndpoints, "a:1"); }));
  EXPECT_FALSE(ok([](Manifest& m) { m.endpoints.assign(kMaxEndpoints + 1, "a:1"); }));
  EXPECT_TRUE(ok([](Manifest& m) { m.endpoints = {std::string(kMaxEndpointBytes, 'a')}; }));
  EXPECT_FALSE(ok([](Manifest& m) { m.endpoints = {std::string(kMaxEndpointBytes + 1, 'a')}; }));
  EXPECT_FALSE(ok([](Manifest& m) { m.endpoints = {"a b:1"}; }));
  EXPECT_FALSE(ok([](Manifest& m) { m.country = "Portugal"; }));
  EXPECT_FALSE(ok([](Manifest& m) { m.version = 0; }));
}

TEST(Names, OfPeersAndUsersAreUnmistakable) {
  EXPECT_TRUE(CheckPeerName("port-bravo").ok());
  EXPECT_TRUE(CheckPeerName(std::string(kMaxPeerNameBytes, 'a')).ok());
  for (std::string_view bad :
       {"", "a", "Port", "9port", "-port", "port-", "port bravo", "any-member", "pört", "self"}) {
    EXPECT_FALSE(CheckPeerName(bad).ok()) << bad;
  }
  EXPECT_FALSE(CheckPeerName(std::string(kMaxPeerNameBytes + 1, 'a')).ok());
  EXPECT_TRUE(CheckUserName("ana.silva").ok());
  EXPECT_TRUE(CheckUserName(std::string(kMaxUserNameBytes, 'a')).ok());
  for (std::string_view bad : {"", "Ana", "1ana", "node", "ana silva", "ana/silva"}) {
    EXPECT_FALSE(CheckUserName(bad).ok()) << bad;
  }
  EXPECT_FALSE(CheckUserName(std::string(kMaxUserNameBytes + 1, 'a')).ok());
  for (uint64_t i = 1; i <= 6; ++i) {
    EXPECT_EQ(*ParsePeerState(ToText(*PeerStateFromWire(i))), *PeerStateFromWire(i));
  }
  EXPECT_EQ(PeerStateFromWire(7), std::nullopt);
  for (uint64_t i = 1; i <= 4; ++i)
    EXPECT_EQ(*ParseRole(ToText(*RoleFromWire(i))), *RoleFromWire(i));
  EXPECT_EQ(RoleFromWire(5), std::nullopt);
  EXPECT_FALSE(ParseRole("root").ok());
}

TEST(PartsDigest, DoesNotDependOnTheOrder) {
  const std::vector<crypto::Digest> one = {crypto::Sha256("a"), crypto::Sha256("b")};
  const std::vector<crypto::Digest> other = {crypto::Sha256("b"), crypto::Sha256("a")};
  EXPECT_EQ(PartsDigest(one), PartsDigest(other));
  EXPECT_NE(PartsDigest(one), PartsDigest(std::span(one).first(1)));
}

TEST(Lanes, FollowThePrecedence) {
  EXPECT_EQ(LaneFor(Precedence::kFlash), Lane::kFlash);
  EXPECT_EQ(LaneFor(Precedence::kRoutine), Lane::kRoutine);
  EXPECT_LT(Lane::kRecall, Lane::kFlash);
}

TEST(RecallTest, GradesAndReasonsAreReadAsTheyAreWritten) {
  for (const RecallGrade grade : AllRecallGrades()) {
    EXPECT_EQ(*ParseRecallGrade(ToText(grade)), grade);
    EXPECT_EQ(RecallGradeFromWire(static_cast<uint64_t>(grade)), grade);
  }
  for (const RecallReason reason : AllRecallReasons()) {
    EXPECT_EQ(*ParseRecallReason(ToText(reason)), reason);
    EXPECT_EQ(RecallReasonFromWire(static_cast<uint64_t>(reason)), reason);
  }
  EXPECT_EQ(AllRecallGrades().size(), 3u);
  EXPECT_EQ(AllRecallReasons().size(), 7u);
  EXPECT_EQ(*ParseRecallGrade("PURGE"), RecallGrade::kPurge);
  EXPECT_FALSE(ParseRecallGrade("delete").ok());
  EXPECT_FALSE(ParseRecallReason("").ok());
  EXPECT_EQ(RecallGradeFromWire(0), std::nullopt);
  EXPECT_EQ(RecallGradeFromWire(4), std::nullopt);
  EXPECT_EQ(RecallReasonFromWire(0), std::nullopt);
  EXPECT_EQ(RecallReasonFromWire(8), std::nullopt);
}

TEST(RecallTest, TheNarrowingOfARevisionIsAStatementOfItsOwn) {
  const Recall before = NarrowingBefore(AuthorityId{}, ItemId{}, 3, 2);
  EXPECT_TRUE(before.narrows());
  EXPECT_EQ(before.through, 1u);
  EXPECT_TRUE(CheckRecall(before).ok());
  EXPECT_FALSE(CheckRecall(NarrowingBefore(AuthorityId{}, ItemId{}, 3, 1)).ok())
      << "nothing is before the first";
}

TEST(RecallTest, ReachCountsBeforeGrade) {
  const auto recall = [](uint64_t through, RecallGrade grade) {
    return Recall{.item = {},
                  .origin = {},
                  .origin_manifest = 1,
                  .through = through,
                  .grade = grade,
                  .reason = RecallReason::kOther};
  };
  const Recall correct = recall(5, RecallGrade::kCorrect);
  const Recall withdraw = recall(kEveryRevision, RecallGrade::kWithdraw);
  const Recall purge = recall(kEveryRevision, RecallGrade::kPurge);
  EXPECT_TRUE(AtLeastAsStrong(correct, correct));
  EXPECT_TRUE(AtLeastAsStrong(withdraw, correct));
  EXPECT_FALSE(AtLeastAsStrong(correct, withdraw));
  EXPECT_TRUE(AtLeastAsStrong(purge, withdraw));
  EXPECT_FALSE(AtLeastAsStrong(withdraw, purge));
  EXPECT_TRUE(AtLeastAsStrong(correct, recall(4, RecallGrade::kWithdraw)));
}

}  // namespace
}  // namespace fairway::model
