// After an I/O error SQLCipher may hold pages that it could not read as if it had: the connection
// must not be used again. Every single operation is made to fail once, in turn.
#include <string>

#include "gtest/gtest.h"
#include "tests/storage/faulty_store.h"

namespace fairway::testing {
namespace {

const std::string kText(60'000, 'y');

class IoError : public FaultyStore {
 protected:
  // What the following calls must find whatever failed before.
  void ExpectWell(int acknowledged) {
    ASSERT_OK(Put("after", kText));
    for (int i = 1; i <= acknowledged; ++i) {
      const auto value = Get("kept-" + std::to_string(i));
      ASSERT_OK(value.status()) << i;
      ASSERT_TRUE(value->has_value()) << "acknowledged and lost: " << i;
      ASSERT_EQ(**value, kText + std::to_string(i));
    }
    ASSERT_OK(db().CheckIntegrity());
  }
  absl::Status Keep(int i) { return Put("kept-" + std::to_string(i), kText + std::to_string(i)); }
};

TEST_F(IoError, AfterEachFailedWriteOrSyncTheNextCallsWorkAndNothingIsLost) {
  int failures = 0;
  for (uint64_t n = 1; n <= 60; ++n) {
    SCOPED_TRACE(::testing::Message() << "operation " << n);
    Make(n);
    int acknowledged = 0;
    disk().FailOperation(n, /*sticky=*/false);
    for (int i = 1; i <= 3; ++i) {
      const absl::Status status = Keep(i);
      if (!status.ok()) {
        ++failures;
        ASSERT_THAT(status, HasProblem("FW-DB-005"));
        ASSERT_OK(Keep(i)) << "the call after it works";
      }
      acknowledged = i;
    }
    disk().HealFaults();
    ExpectWell(acknowledged);
    disk().CrashNow();
    database_.reset();
    disk().Restart(simulation::FaultVfs::Loss::kPower);
    ASSERT_OK(Open());
    ExpectWell(acknowledged);
  }
  EXPECT_GT(failures, 30);
}

TEST_F(IoError, AfterEachFailedReadTheNextReadAndWriteWork) {
  int failures = 0;
  for (uint64_t n = 1; n <= 40; ++n) {
    SCOPED_TRACE(::testing::Message() << "read " << n);
    Make(n);
    for (int i = 1; i <= 3; ++i) ASSERT_OK(Keep(i));
    ASSERT_OK(db().Checkpoint());
    ASSERT_OK(Open());  // nothing is cached
    disk().FailRead(n);
    for (int i = 1; i <= 3; ++i) {
      const auto value = Get("kept-" + std::to_string(i));
      if (value.ok()) {
        ASSERT_EQ(value->value_or("nothing"), kText + std::to_string(i)) << "a wrong answer";
        continue;
      }
      ++failures;
      const auto again = Get("kept-" + std::to_string(i));
      ASSERT_OK(again.status()) << "the call after it works";
      ASSERT_EQ(**again, kText + std::to_string(i));
    }
    disk().HealFaults();
    ExpectWell(3);
  }
  EXPECT_GT(failures, 15);
}

TEST_F(IoError, AWriterThatCannotReadIsReopenedToo) {
  int failures = 0;
  for (uint64_t n = 1; n <= 40; ++n) {
    SCOPED_TRACE(::testing::Message() << "read " << n);
    Make(n);
    for (int i = 1; i <= 3; ++i) ASSERT_OK(Keep(i));
    ASSERT_OK(db().Checkpoint());
    ASSERT_OK(Open());
    disk().FailRead(n);
    for (int i = 4; i <= 5; ++i) {
      if (Keep(i).ok()) continue;
      ++failures;
      ASSERT_OK(Keep(i)) << "the call after it works";
    }
    disk().HealFaults();
    ExpectWell(5);
  }
  EXPECT_GT(failures, 5);
}

TEST_F(IoError, ADiskThatKeepsFailingIsWellAgainOnceItStops) {
  Make(1);
  ASSERT_OK(Keep(1));
  disk().FailOperation(1, /*sticky=*/true);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Keep(2), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(db().health().degraded) << "failing is not full";
  disk().HealFaults();
  ExpectWell(1);
}

TEST_F(IoError, AFailedCheckpointLosesNothing) {
  for (uint64_t n = 1; n <= 20; ++n) {
    SCOPED_TRACE(::testing::Message() << "operation " << n);
    Make(n);
    for (int i = 1; i <= 3; ++i) ASSERT_OK(Keep(i));
    disk().FailOperation(n, /*sticky=*/false);
    db().TruncateWalSoon();
    db().KeepLog();
    ASSERT_OK(Keep(4));
    db().KeepLog();
    disk().CrashNow();
    database_.reset();
    disk().Restart(simulation::FaultVfs::Loss::kPower);
    ASSERT_OK(Open());
    ExpectWell(4);
  }
}

}  // namespace
}  // namespace fairway::testing
