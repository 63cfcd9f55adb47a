#include "node/exchange/expiry_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "node/store/item_table.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::SeededEntropy;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kYear = absl::Hours(24 * 365);

std::string ExpiresAfter(int days) {
  return "policy \"Short\" version 1\n"
         "permit everything\n"
         "  to      any peer\n"
         "  may     replicate, redistribute\n"
         "  any item\n"
         "  with    expires after " +
         std::to_string(days) +
         " days\n"
         "  because \"a test\"\n";
}

class ExpiryKeeperTest : public ::testing::Test {
 protected:
  ExpiryKeeperTest() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    Start();
  }

  // As after a start of the node: what it knew is in its store only.
  void Start() {
    log.emplace(world.clock, entropy);
    keeper.emplace(a.db(), *log);
  }
  // Steps the keeper through `duration` as a host would.
  void Run(absl::Duration duration) {
    const absl::Time end = world.clock.Now() + duration;
    for (absl::Time next = world.clock.Now(); next <= end;) {
      world.clock.Set(std::max(next, world.clock.Now()));
      next = keeper->Step(world.clock.Now());
    }
    world.clock.Set(end);
  }
  void Jump(absl::Duration by) {
    world.clock.Advance(by);
    keeper->Step(world.clock.Now());
  }

  Published PublishFor(absl::Duration life, const std::string& title = "Short-lived") {
    model::Draft draft = SampleDraft(title);
    draft.not_after = world.clock.Now() + life;
    draft.attachments.push_back({"note.txt", "text/plain", "a few bytes"});
    return a.Publish(draft);
  }
  bool HasContent(const Published& item) { return a.Text(item.item, "title").has_value(); }
  store::RevisionState StateOf(const Published& item) { return a.Latest(item.item)->state; }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  SeededEntropy entropy{7};
  std::optional<audit::AuditLog> log;
  std::optional<ExpiryKeeper> keeper;
};

TEST_F(ExpiryKeeperTest, AnOwnItemIsErasedWithinAMinuteOfItsExpiryAndNotBefore) {
  const Published item = PublishFor(absl::Hours(5));
  ASSERT_TRUE(a.Attachment(item, "attachments/1", 1).has_value());
  Run(absl::Hours(5) - absl::Seconds(1));
  EXPECT_TRUE(HasContent(item));
  Run(absl::Minutes(1));
  EXPECT_FALSE(HasContent(item));
  EXPECT_EQ(StateOf(item), store::RevisionState::kExpired);
  EXPECT_FALSE(a.Attachment(item, "attachments/1", 1).has_value());
  ASSERT_THAT(a.EventsOf(audit::EventKind::kItemExpired), SizeIs(1));
  const audit::Event leaf = a.EventsOf(audit::EventKind::kItemExpired)[0];
  EXPECT_THAT(leaf.objects, Contains(item.ref));
  EXPECT_EQ(leaf.actor, "node");
  EXPECT_TRUE(a.db().health().log_holds_erased) << "the log still has it";
}

TEST_F(ExpiryKeeperTest, AReceivedCopyIsErasedWhenItsTermsEnd) {
  ASSERT_OK(b.Apply(ExpiresAfter(2)));
  world.Pair(a, b);
  const Published item = b.Publish(SampleDraft("For two days"));
  world.Run(absl::Seconds(5));
  ASSERT_EQ(a.Text(item.item, "title"), "For two days");
  Run(absl::Hours(47));
  EXPECT_TRUE(HasContent(item));
  Run(absl::Hours(1) + absl::Minutes(1));
  EXPECT_FALSE(HasContent(item));
  EXPECT_EQ(b.Text(item.item, "title"), "For two days") << "the author's own copy has no end";
}

TEST_F(ExpiryKeeperTest, ASupersededRevisionIsErasedToo) {
  const Published item = PublishFor(absl::Hours(1));
  model::Draft draft = SampleDraft("Longer");
  draft.not_after = world.clock.Now() + absl::Hours(30);
  a.Revise(item.item, draft);
  Run(absl::Hours(2));
  ASSERT_THAT(a.EventsOf(audit::EventKind::kItemExpired), SizeIs(1));
  EXPECT_EQ(a.EventsOf(audit::EventKind::kItemExpired)[0].detail.at("revision"), "1");
  EXPECT_EQ(a.Text(item.item, "title"), "Longer");
}

TEST_F(ExpiryKeeperTest, ManyAreErasedInBoundedSteps) {
  for (size_t i = 0; i < ExpiryKeeper::kPerStep + 1; ++i) PublishFor(absl::Minutes(1));
  keeper->Step(world.clock.Now());
  world.clock.Advance(absl::Minutes(1));
  const absl::Time now = world.clock.Now();
  EXPECT_LE(keeper->Step(now), now) << "again at once";
  EXPECT_THAT(a.EventsOf(audit::EventKind::kItemExpired), SizeIs(ExpiryKeeper::kPerStep));
  EXPECT_GT(keeper->Step(now), now);
  EXPECT_THAT(a.EventsOf(audit::EventKind::kItemExpired), SizeIs(ExpiryKeeper::kPerStep + 1));
}

TEST_F(ExpiryKeeperTest, AClockAYearAheadAndBackLosesNothingAndSaysSo) {
  const Published month = PublishFor(absl::Hours(24 * 30));
  const Published over = PublishFor(absl::Hours(1));
  Run(absl::Hours(2));
  EXPECT_OK(keeper->health());
  Jump(kYear);
  EXPECT_THAT(keeper->health(), HasProblem("FW-CLK-001"));
  EXPECT_THAT(std::string(keeper->health().message()), ::testing::HasSubstr("8760h after"));
  Run(absl::Hours(23));
  EXPECT_TRUE(HasContent(month));
  ASSERT_THAT(a.EventsOf(audit::EventKind::kClockDoubted), SizeIs(1));
  Jump(-kYear);
  EXPECT_OK(keeper->health());
  EXPECT_THAT(a.EventsOf(audit::EventKind::kClockTrusted), SizeIs(1));
  Run(absl::Hours(24));
  EXPECT_TRUE(HasContent(month));
  EXPECT_FALSE(HasContent(over)) << "expired stays expired";
  EXPECT_THAT(a.EventsOf(audit::EventKind::kItemExpired), SizeIs(1));
}

TEST_F(ExpiryKeeperTest, AClockThatStaysAYearAheadForADayIsBelieved) {
  const Published month = PublishFor(absl::Hours(24 * 30));
  Run(absl::Hours(1));
  Jump(kYear);
  Run(absl::Hours(24) + absl::Minutes(1));
  EXPECT_FALSE(HasContent(month));
  EXPECT_OK(keeper->health());
}

TEST_F(ExpiryKeeperTest, ARestartWithAWrongClockDestroysNothingEither) {
  const Published month = PublishFor(absl::Hours(24 * 30));
  Run(absl::Hours(1));
  for (const absl::Duration jump : {kYear, -kYear, -kYear, kYear}) {
    world.clock.Advance(jump);
    Start();
    Run(absl::Hours(20));
    EXPECT_TRUE(HasContent(month)) << jump;
  }
}

TEST_F(ExpiryKeeperTest, ProbationGoesOnOverARestartThatDoesNotCount) {
  const Published month = PublishFor(absl::Hours(24 * 30));
  Run(absl::Hours(1));
  Jump(kYear);
  for (int day = 0; day < 3; ++day) {
    Run(absl::Hours(7));
    world.clock.Advance(absl::Hours(10));  // off over night
    Start();
  }
  Run(absl::Hours(2));
  EXPECT_TRUE(HasContent(month)) << "21 + 2 hours";
  Run(absl::Hours(2));
  EXPECT_FALSE(HasContent(month));
}

TEST_F(ExpiryKeeperTest, AClockSetBackALittleDoesNotKeepWhatWasOver) {
  Run(absl::Hours(40));
  Jump(-absl::Hours(39));
  const Published item = PublishFor(absl::Hours(1));
  Run(absl::Minutes(1));
  EXPECT_FALSE(HasContent(item)) << "it was over by the latest clock that was trusted";
}

TEST_F(ExpiryKeeperTest, WhatHasNoEndIsLeftAlone) {
  const Published item = a.Publish(SampleDraft("For ever"));
  Run(absl::Hours(100));
  EXPECT_TRUE(HasContent(item));
  EXPECT_THAT(a.EventsOf(audit::EventKind::kItemExpired), IsEmpty());
}

}  // namespace
}  // namespace fairway::exchange
