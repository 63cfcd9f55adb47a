// A disk that is full: what is refused, what still goes through, and how the node comes back.
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "node/store/wal_keeper.h"
#include "tests/simulation/random.h"
#include "tests/storage/faulty_store.h"

namespace fairway::testing {
namespace {

using store::Reserve;

const std::string kLarge(100'000, 'x');

class FullDisk : public FaultyStore {
 protected:
  void SetUp() override { Make(1); }

  void Step() { store::WalKeeper(db()).Step(absl::UnixEpoch()); }

  // Until the first refusal, as somebody who publishes would.
  void FillUp(uint64_t free_bytes = 300'000) {
    disk().LimitFreeBytes(free_bytes);
    absl::Status status;
    for (int i = 0; i < 100 && status.ok(); ++i) status = Put("fill", Different(i));
    ASSERT_THAT(status, HasProblem("FW-DB-004"));
    ASSERT_TRUE(db().health().degraded);
  }
  // Never the same text twice, so that each is a change.
  static std::string Different(int i) { return kLarge + std::to_string(i); }
};

TEST_F(FullDisk, ItStartsWithItsBallastAndKnowsItIsWell) {
  EXPECT_EQ(db().health().ballast_bytes, kBallast);
  EXPECT_EQ(db().health().ballast_wanted, kBallast);
  EXPECT_FALSE(db().health().degraded);
}

TEST_F(FullDisk, WhereThereIsNoDatabaseNoBallastIsLeft) {
  const uint64_t operations = disk().operations();
  const auto opened =
      store::Database::Open({"nowhere.db", key_, disk_->name(), /*create=*/false, kBallast});
  EXPECT_THAT(opened, HasProblem("FW-DB-006"));
  EXPECT_EQ(disk().operations(), operations);
}

TEST_F(FullDisk, AWriteIsRefusedWithWordsThatSayWhatToDoAndTheNextOnesAtOnce) {
  FillUp();
  EXPECT_THAT(Put("a", "1"), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Put("a", "1"), HasProblem("FW-DB-004"));
  const uint64_t operations = disk().operations();
  for (const absl::Status& answer : db().WriteMany({Job("a", "1"), Job("b", "1")})) {
    EXPECT_THAT(answer, HasProblem("FW-DB-004"));
  }
  EXPECT_EQ(disk().operations(), operations) << "refused without a try";
  EXPECT_THAT(Get("a"), ::testing::Truly([](const auto& v) { return v.ok() && !v->has_value(); }));
}

TEST_F(FullDisk, ReservedWritesGoOnAsLongAsThereIsBallastAndAreDurable) {
  FillUp();
  int through = 0;
  while (db().WriteReserved(Job(std::to_string(through), Different(through))).ok()) {
    ASSERT_LT(++through, 1000);
    EXPECT_THAT(Put("a", "1"), HasProblem("FW-DB-004")) << "only they";
  }
  EXPECT_GT(through, 10);
  EXPECT_EQ(db().health().ballast_bytes, 0u);
  EXPECT_THAT(db().WriteReserved(Job("more", kLarge)), HasProblem("FW-DB-004"));
  disk().CrashNow();
  database_.reset();
  disk().Restart(simulation::FaultVfs::Loss::kPower);
  ASSERT_OK(Open());
  for (int i = 0; i < through; ++i) {
    const auto value = Get(std::to_string(i));
    ASSERT_TRUE(value.ok() && value->has_value()) << i;
    EXPECT_EQ(**value, Different(i));
  }
  EXPECT_OK(db().CheckIntegrity());
}

TEST_F(FullDisk, AReservedWriteThatMeetsTheFullDiskFirstGoesThroughToo) {
  disk().LimitFreeBytes(0);
  ASSERT_OK(db().WriteReserved(Job("recall", kLarge)));
  EXPECT_TRUE(db().health().degraded);
  EXPECT_LT(db().health().ballast_bytes, kBallast);
  EXPECT_EQ(**Get("recall"), kLarge);
}

TEST_F(FullDisk, WhatMayOnlyUseTheUpperHalfLeavesTheOtherToRecalls) {
  FillUp();
  int through = 0;
  while (db().WriteReserved(Job(std::to_string(through), Different(through)), Reserve::kUpperHalf)
             .ok()) {
    ASSERT_LT(++through, 1000);
  }
  EXPECT_GT(through, 3);
  EXPECT_EQ(db().health().ballast_bytes, kBallast / 2);
  EXPECT_OK(db().WriteReserved(Job("recall", kLarge)));
}

TEST_F(FullDisk, WhenSpaceReturnsItGoesOnByItselfWithItsBallastWhole) {
  FillUp();
  ASSERT_OK(db().WriteReserved(Job("recall", kLarge)));
  for (int i = 0; i < 5; ++i) Step();
  EXPECT_TRUE(db().health().degraded) << "nothing has changed";
  disk().HealFaults();
  Step();
  EXPECT_FALSE(db().health().degraded);
  EXPECT_EQ(db().health().ballast_bytes, kBallast);
  ASSERT_OK(Put("a", "1"));
  EXPECT_EQ(**Get("recall"), kLarge);
}

TEST_F(FullDisk, ALittleSpaceIsNotEnoughToGoBackAndForth) {
  FillUp();
  disk().LimitFreeBytes(kBallast / 4 - 1);
  Step();
  EXPECT_TRUE(db().health().degraded);
  disk().LimitFreeBytes(kBallast / 4 + 100'000);  // the log is emptied by the same step
  Step();
  EXPECT_FALSE(db().health().degraded);
}

TEST_F(FullDisk, TryingForSpaceTakesNoneForGood) {
  FillUp();
  Step();
  const uint64_t used = disk().used_bytes();
  for (int i = 0; i < 10; ++i) Step();
  EXPECT_LE(disk().used_bytes(), used);
}

TEST_F(FullDisk, ItStartsDegradedAndRecallsWorkAndItComesBack) {
  FillUp();
  disk().LimitFreeBytes(0);
  ASSERT_OK(Open());
  EXPECT_TRUE(db().health().degraded || db().health().ballast_bytes == kBallast);
  EXPECT_OK(db().WriteReserved(Job("recall", kLarge)));
  EXPECT_TRUE(db().health().degraded);
  disk().LimitFreeBytes(0);
  ASSERT_OK(Open()) << "with a ballast that was cut shorter";
  EXPECT_TRUE(db().health().degraded);
  EXPECT_THAT(Put("a", "1"), HasProblem("FW-DB-004"));
  disk().HealFaults();
  Step();
  EXPECT_OK(Put("a", "1"));
}

TEST_F(FullDisk, ADiskThatWasFullBeforeTheFirstBallastStartsDegraded) {
  database_.reset();
  disk_ = std::make_unique<simulation::FaultVfs>("faulty-store-2", 1);
  auto opened = store::Database::Open({"node.db", key_, disk_->name(), true});
  ASSERT_OK(opened.status());
  ASSERT_OK((*opened)->Write(Job("a", "1")));
  opened->reset();
  disk().LimitFreeBytes(200'000);
  ASSERT_OK(Open());
  EXPECT_TRUE(db().health().degraded);
  EXPECT_EQ(**Get("a"), "1");
  EXPECT_THAT(Put("a", "2"), HasProblem("FW-DB-004"));
  disk().HealFaults();
  Step();
  EXPECT_OK(Put("a", "2"));
  EXPECT_EQ(db().health().ballast_bytes, kBallast);
  database_.reset();
}

TEST_F(FullDisk, WithoutABallastAFullDiskIsTheFailureOfOneCall) {
  auto opened = store::Database::Open({"other.db", key_, disk_->name(), true});
  ASSERT_OK(opened.status());
  disk().LimitFreeBytes(0);
  EXPECT_THAT((*opened)->Write(Job("a", kLarge)), HasProblem("FW-DB-004"));
  EXPECT_FALSE((*opened)->health().degraded);
  disk().HealFaults();
  EXPECT_OK((*opened)->Write(Job("a", kLarge)));
}

TEST_F(FullDisk, EffectsOfAJobThatRanTwiceComeOnce) {
  disk().LimitFreeBytes(0);
  int runs = 0, told = 0;
  ASSERT_OK(db().WriteReserved([&](store::Txn& txn) {
    ++runs;
    txn.OnCommit([&] { ++told; });
    return store::PutSetting(txn, "a", kLarge);
  }));
  EXPECT_GT(runs, 1);
  EXPECT_EQ(told, 1);
}

TEST_F(FullDisk, NothingAcknowledgedIsLostAndItAlwaysComesBack) {
  int acknowledged_in_all = 0, refused = 0, reserved_in_all = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Make(seed);
    simulation::Random random(seed);
    int acknowledged = 0;
    const auto there = [&] {
      const auto count = Get("count");
      return count.ok() && count->has_value() ? std::stoi(**count) : 0;
    };
    for (int epoch = 0; epoch < 6; ++epoch) {
      if (random.Chance(0.8)) disk().LimitFreeBytes(random.Below(200'000));
      if (random.Chance(0.3)) disk().CrashAtOperation(1 + random.Below(200));
      for (int i = 0; i < 30 && !disk().crashed(); ++i) {
        const std::string value = std::to_string(acknowledged + 1);
        const auto job = [&](store::Txn& txn) -> absl::Status {
          const absl::Status put =
              store::PutSetting(txn, "v" + value, std::string(random.Below(20'000), 'v'));
          return put.ok() ? store::PutSetting(txn, "count", value) : put;
        };
        const bool reserved = random.Chance(0.3);
        const absl::Status status = reserved ? db().WriteReserved(job) : db().Write(job);
        if (status.ok()) {
          ++acknowledged;
          ++acknowledged_in_all;
          reserved_in_all += reserved && db().health().degraded;
        } else if (!disk().crashed()) {
          ASSERT_THAT(status, HasProblem("FW-DB-004"));
          ASSERT_EQ(there(), acknowledged) << "a refused write happened";
          ++refused;
        }
        if (random.Chance(0.2)) Step();
        if (random.Chance(0.1)) db().TruncateWalSoon();
      }
      disk().HealFaults();
      if (disk().crashed() || random.Chance(0.3)) {
        disk().CrashNow();
        database_.reset();
        disk().Restart(random.Chance(0.5) ? simulation::FaultVfs::Loss::kPower
                                          : simulation::FaultVfs::Loss::kProcess);
        ASSERT_OK(Open());
        const int found = there();
        ASSERT_TRUE(found == acknowledged || found == acknowledged + 1) << found;
        acknowledged = found;
      }
      Step();
      ASSERT_OK(Put("well", std::to_string(epoch))) << "does not come back by itself";
      ASSERT_EQ(db().health().ballast_bytes, kBallast);
    }
    ASSERT_OK(db().CheckIntegrity());
  }
  EXPECT_GT(acknowledged_in_all, 1000);
  EXPECT_GT(refused, 500);
  EXPECT_GT(reserved_in_all, 100);
}

class ErasedFromTheLog : public FaultyStore {
 protected:
  void SetUp() override {
    Make(1);
    store::WalKeeper(db()).Step(absl::UnixEpoch());  // what opening asks for
    ASSERT_FALSE(db().health().log_holds_erased);
    ASSERT_OK(Put("a", kLarge));
  }
};

TEST_F(ErasedFromTheLog, TheLogIsEmptyAfterTheNextStep) {
  const uint64_t before = disk().used_bytes();
  db().TruncateWalSoon();
  EXPECT_TRUE(db().health().log_holds_erased);
  store::WalKeeper(db()).Step(absl::UnixEpoch());
  EXPECT_FALSE(db().health().log_holds_erased);
  EXPECT_EQ(db().wal_pages(), 0);
  EXPECT_LE(disk().used_bytes(), before);
  EXPECT_EQ(**Get("a"), kLarge);
}

TEST_F(ErasedFromTheLog, AReaderPutsItOffAndItIsDoneAfterwards) {
  ASSERT_OK(db().Read([&](store::ReadTxn& txn) {
    EXPECT_OK(store::GetSetting(txn, "a").status());
    EXPECT_OK(Put("b", kLarge));
    db().TruncateWalSoon();
    store::WalKeeper(db()).Step(absl::UnixEpoch());
    EXPECT_TRUE(db().health().log_holds_erased);
    return absl::OkStatus();
  }));
  store::WalKeeper(db()).Step(absl::UnixEpoch());
  EXPECT_FALSE(db().health().log_holds_erased);
}

TEST_F(ErasedFromTheLog, ItIsEmptiedAfterACrashInBetween) {
  db().TruncateWalSoon();
  disk().CrashNow();
  database_.reset();
  disk().Restart(simulation::FaultVfs::Loss::kProcess);
  ASSERT_OK(Open());
  EXPECT_TRUE(db().health().log_holds_erased);
  store::WalKeeper(db()).Step(absl::UnixEpoch());
  EXPECT_FALSE(db().health().log_holds_erased);
}

}  // namespace
}  // namespace fairway::testing
