#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/status/problem.h"
#include "tools/fairway/peer_words.h"
#include "tools/fairway/written_time.h"

// What people write on the command line and no flag parser knows: a moment, a peer.
namespace fairway::cli {
namespace {

using ::testing::ElementsAre;

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 3, 5, 12, 0, 0), absl::UTCTimeZone());

std::string Moment(const std::string& text) {
  const auto time = ParseWrittenTime("--as-of", text, kNow);
  if (!time.ok()) return ProblemOf(time.status()).value_or(Problem{}).code;
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", *time, absl::UTCTimeZone());
}

TEST(WrittenTime, IsADayAMomentOrAnAge) {
  EXPECT_EQ(Moment("2026-03-04"), "2026-03-04 00:00:00");
  EXPECT_EQ(Moment("2026-03-04 18:30"), "2026-03-04 18:30:00");
  EXPECT_EQ(Moment("2026-03-04 18:30:07"), "2026-03-04 18:30:07");
  EXPECT_EQ(Moment("2026-03-04 18:30:07 UTC"), "2026-03-04 18:30:07");  // as answers show it
  EXPECT_EQ(Moment("2026-03-04T18:30:07Z"), "2026-03-04 18:30:07");
  EXPECT_EQ(Moment("2026-03-04T18:30:07.084Z"), "2026-03-04 18:30:07");  // as -o json shows it
  EXPECT_EQ(Moment("2026-03-04T18:30:07+02:00"), "2026-03-04 16:30:07");
  EXPECT_EQ(Moment("90m"), "2026-03-05 10:30:00");
  EXPECT_EQ(Moment("12h"), "2026-03-05 00:00:00");
  EXPECT_EQ(Moment("30d"), "2026-02-03 12:00:00");
}

TEST(WrittenTime, OfTomorrowOrOfNoKindIsRefused) {
  for (const char* text :
       {"2026-03-06", "yesterday", "", "d", "-3d", "1w", "2026-13-01", "100001d"}) {
    EXPECT_EQ(Moment(text), "FW-USE-003") << text;
  }
}

TEST(PeerWords, AreANameAndWhatIsSaidOfIt) {
  const auto words = ParsePeerWords("--as-peer", "rio-port  country=BR tier=2 agreements=B,A,B");
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_EQ(words->name, "rio-port");
  v1::PeerAttributes attributes;
  attributes.set_tier("3");
  attributes.set_type("customs");
  attributes.add_agreements("OLD");
  Apply(*words, attributes);
  EXPECT_EQ(attributes.tier(), "2");
  EXPECT_EQ(attributes.type(), "customs") << "what was not said stays";
  EXPECT_THAT(attributes.agreements(), ElementsAre("A", "B"));
}

TEST(PeerWords, NameTheWordThatCannotBeRead) {
  for (const char* line : {"", "tier=2", "rio tier", "rio colour=red"}) {
    const auto words = ParsePeerWords("--as-peer", line);
    ASSERT_FALSE(words.ok()) << line;
    EXPECT_EQ(ProblemOf(words.status()).value_or(Problem{}).code, "FW-USE-003") << line;
  }
}

}  // namespace
}  // namespace fairway::cli
