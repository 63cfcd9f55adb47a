#include "node/replication/strikes.h"

#include <gtest/gtest.h>

#include "node/exchange/refusal.h"

namespace fairway::replication {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(Strikes, FiftyInAnHourAreBorneAndOneMoreSuspendsForAnHour) {
  Strikes strikes;
  for (size_t i = 0; i < Strikes::kMost; ++i) EXPECT_FALSE(strikes.Add(1, kStart));
  EXPECT_EQ(strikes.Left(kStart), absl::ZeroDuration());
  EXPECT_TRUE(strikes.Add(1, kStart));
  EXPECT_EQ(strikes.Left(kStart), absl::Hours(1));
  EXPECT_EQ(strikes.Left(kStart + absl::Minutes(59)), absl::Minutes(1));
  EXPECT_EQ(strikes.Left(kStart + absl::Hours(1)), absl::ZeroDuration());
}

TEST(Strikes, OneBatchMayHoldTheWholeMeasure) {
  Strikes at_limit, beyond;
  EXPECT_FALSE(at_limit.Add(Strikes::kMost, kStart));
  EXPECT_TRUE(beyond.Add(Strikes::kMost + 1, kStart));
  Strikes whole_batch;
  EXPECT_TRUE(whole_batch.Add(model::kMaxBatchRecords, kStart));
}

TEST(Strikes, AnHourLaterTheyAreForgotten) {
  Strikes strikes;
  EXPECT_FALSE(strikes.Add(Strikes::kMost, kStart));
  Strikes sooner = strikes;
  EXPECT_TRUE(sooner.Add(1, kStart + Strikes::kWindow - absl::Nanoseconds(1)));
  EXPECT_FALSE(strikes.Add(1, kStart + Strikes::kWindow));
}

TEST(Strikes, ASuspensionIsSaidOnceAndThenCountedAnew) {
  Strikes strikes;
  EXPECT_TRUE(strikes.Add(Strikes::kMost + 1, kStart));
  EXPECT_FALSE(strikes.Add(1000, kStart + absl::Minutes(30)));
  EXPECT_EQ(strikes.Left(kStart + absl::Minutes(30)), absl::Minutes(30));
  EXPECT_FALSE(strikes.Add(Strikes::kMost, kStart + absl::Hours(1)));
  EXPECT_TRUE(strikes.Add(1, kStart + absl::Hours(1)));
}

TEST(Strikes, AClockThatIsSetBackLengthensNothing) {
  Strikes strikes;
  EXPECT_TRUE(strikes.Add(Strikes::kMost + 1, kStart));
  const absl::Time before = kStart - absl::Hours(24 * 365);
  EXPECT_EQ(strikes.Left(before), Strikes::kSuspension);
  strikes.ClockSetBack(before);
  EXPECT_EQ(strikes.Left(before + Strikes::kSuspension), absl::ZeroDuration());
}

TEST(Strikes, CountOnlyWhatNoHonestNodeSends) {
  namespace refusal = exchange::refusal;
  const auto strikes = [](std::string_view code) {
    model::Receipt receipt;
    receipt.entries = {{.seq = 1, .outcome = model::Outcome::kStored, .code = ""},
                       {.seq = 2, .outcome = model::Outcome::kRefused, .code = std::string(code)}};
    return CountStrikes(receipt);
  };
  for (std::string_view code :
       {refusal::kNotAnItem, refusal::kBadSignature, refusal::kUnreadable, refusal::kOtherItem,
        refusal::kBadPart, refusal::kPartMismatch, refusal::kNotARecall, refusal::kOtherRecall,
        refusal::kRecallNotSigned, refusal::kBadRecallBefore}) {
    EXPECT_EQ(strikes(code), 1u) << code;
  }
  for (std::string_view code :
       {refusal::kUnknownOriginator, refusal::kOwnItem, refusal::kExpired, refusal::kNotForOnward,
        refusal::kNotNewer, refusal::kWrongPrevious, refusal::kTwoBodies, refusal::kRecalled,
        refusal::kNotAccepted, refusal::kUnknownOperation, refusal::kOwnRecall,
        refusal::kTooManyRecalls}) {
    EXPECT_EQ(strikes(code), 0u) << code;
  }
}

}  // namespace
}  // namespace fairway::replication
