#include "node/exchange/clock_trust.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

constexpr absl::Duration kYear = absl::Hours(24 * 365);
const absl::Time kStart = absl::FromUnixSeconds(1767225600);  // 2026-01-01

class ClockTrustTest : public ::testing::Test {
 protected:
  ClockTrustTest() { trust.Look(now); }
  void Jump(absl::Duration by) { trust.Look(now += by); }
  void Run(absl::Duration duration) {
    for (const absl::Time end = now + duration; now < end;) Jump(absl::Seconds(15));
  }

  absl::Time now = kStart;
  ClockTrust trust;
};

TEST_F(ClockTrustTest, AClockThatRunsIsTrusted) {
  Run(absl::Hours(100));
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), now);
}

TEST_F(ClockTrustTest, OneThatIsSetBackALittleBringsNothingBack) {
  Run(absl::Hours(2));
  const absl::Time highest = now;
  Jump(-ClockTrust::kMostStep);
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), highest);
}

TEST_F(ClockTrustTest, AStepIsTrustedUpToTheLimitAndNotBeyond) {
  Jump(ClockTrust::kMostStep);
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), now);
  Jump(ClockTrust::kMostStep + absl::Milliseconds(1));
  EXPECT_TRUE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), kStart + ClockTrust::kMostStep);
}

TEST_F(ClockTrustTest, ManySmallStepsAreNoWayRoundTheLimit) {
  for (const absl::Duration step : {absl::Hours(47), absl::Hours(5), absl::Minutes(10)}) {
    trust = ClockTrust();
    trust.Look(now = kStart);
    for (int look = 0; look < 500; ++look) Jump(step);
    EXPECT_TRUE(trust.doubted()) << step;
    // 500 looks are 500 minutes at most in which it can have run.
    EXPECT_LE(trust.destroy_up_to(),
              kStart + ClockTrust::kMostStep + 3 * 500 * ClockTrust::kMostInterval)
        << step;
  }
}

TEST_F(ClockTrustTest, AllStepsTogetherAreTrustedUpToTheLimitAndNotBeyond) {
  // It can have run for one interval of each step, and forgets two of what it jumped meanwhile.
  const absl::Duration rest = 4 * ClockTrust::kMostInterval;
  Jump(ClockTrust::kMostStep);
  Jump(rest);
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.jumped(), ClockTrust::kMostStep);
  trust = ClockTrust();
  trust.Look(now);
  Jump(ClockTrust::kMostStep);
  const absl::Time mark = now;
  Jump(rest + absl::Milliseconds(1));
  EXPECT_TRUE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), mark);
}

TEST_F(ClockTrustTest, ANodeThatIsOffEveryNightIsNotDoubted) {
  for (int day = 0; day < 30; ++day) {
    Run(absl::Hours(10));
    Jump(absl::Hours(14));
    EXPECT_FALSE(trust.doubted()) << day;
  }
}

TEST_F(ClockTrustTest, AStepTooManyIsBelievedWhenTheOthersAreForgotten) {
  Jump(absl::Hours(47));
  Jump(absl::Hours(24));
  EXPECT_TRUE(trust.doubted());
  Run(absl::Hours(11));
  EXPECT_TRUE(trust.doubted());
  Run(absl::Hours(13));
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), now);
}

TEST_F(ClockTrustTest, SettingItBackAndForthCostsNothing) {
  Run(absl::Hours(1));
  for (int time = 0; time < 100; ++time) {
    Jump(-absl::Hours(40));
    Jump(absl::Hours(40));
    EXPECT_FALSE(trust.doubted()) << time;
  }
}

TEST_F(ClockTrustTest, AYearAheadAndBackChangesNothing) {
  Jump(kYear);
  Run(absl::Hours(3));
  EXPECT_EQ(trust.destroy_up_to(), kStart);
  Jump(-kYear);
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), kStart + absl::Hours(3));
}

TEST_F(ClockTrustTest, AYearAheadIsBelievedAfterADayOfRunning) {
  Jump(kYear);
  Run(ClockTrust::kProbation - absl::Minutes(1));
  EXPECT_TRUE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), kStart);
  Run(absl::Minutes(1));
  EXPECT_FALSE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), now);
}

TEST_F(ClockTrustTest, AnotherJumpBeginsTheDayAgain) {
  for (const absl::Duration jump : {absl::Hours(49), -absl::Minutes(2)}) {
    trust = ClockTrust();
    trust.Look(now = kStart);
    Jump(kYear);
    Run(ClockTrust::kProbation - absl::Hours(1));
    Jump(jump);
    Run(absl::Hours(2));
    EXPECT_TRUE(trust.doubted()) << jump;
    Run(ClockTrust::kProbation);
    EXPECT_FALSE(trust.doubted()) << jump;
  }
}

TEST_F(ClockTrustTest, TimeInWhichTheNodeDidNotRunDoesNotCount) {
  Jump(kYear);
  for (int day = 0; day < 20; ++day) Jump(absl::Hours(24));
  EXPECT_TRUE(trust.doubted());
  EXPECT_EQ(trust.ran(), 20 * ClockTrust::kMostInterval);
}

TEST_F(ClockTrustTest, WhileItIsAYearBehindOnlyWhatBothCallExpiredMayGo) {
  Jump(-kYear);
  EXPECT_TRUE(trust.doubted());
  EXPECT_EQ(trust.destroy_up_to(), now);
  Run(ClockTrust::kProbation + absl::Minutes(1));
  EXPECT_FALSE(trust.doubted()) << "otherwise all that is new would be destroyed for a year";
  EXPECT_EQ(trust.destroy_up_to(), now);
}

TEST_F(ClockTrustTest, ARestartForgetsNothing) {
  Jump(kYear);
  Run(absl::Hours(1));
  const auto again = ClockTrust::Decode(trust.Encode());
  ASSERT_OK(again.status());
  EXPECT_EQ(*again, trust);
  ASSERT_OK(ClockTrust::Decode("1 2 3 trusted").status()) << "of an earlier version";
  for (const char* bad : {"1 2 3 trusted x", "1 2 3 trusted 4 5", "", "1 2 3", "1 2 3 perhaps",
                          "x 2 3 trusted", "1 2 3 trusted "}) {
    EXPECT_THAT(ClockTrust::Decode(bad), testing::StatusIs(absl::StatusCode::kDataLoss)) << bad;
  }
}

TEST(ClockTrust, NothingMayGoBeforeTheFirstLook) {
  EXPECT_EQ(ClockTrust().destroy_up_to(), absl::InfinitePast());
}

}  // namespace
}  // namespace fairway::exchange
