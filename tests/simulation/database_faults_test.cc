// The node's database on a failing disk: what Write answered OK is there afterwards, whatever the
// disk did, and the node goes on by itself once the disk is well.
#include <memory>
#include <string>

#include "crypto/secret_bytes.h"
#include "gtest/gtest.h"
#include "node/store/database.h"
#include "node/store/node_table.h"
#include "tests/simulation/fault_vfs.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {
namespace {

class DatabaseOnAFailingDisk : public testing::Test {
 protected:
  void Make(uint64_t seed) {
    database_.reset();
    disk_.reset();
    disk_ = std::make_unique<FaultVfs>("database-faults", seed);
    ASSERT_TRUE(Open(true).ok());
  }
  absl::Status Open(bool create) {
    database_.reset();
    auto opened = store::Database::Open({"node.db", key_, disk_->name(), create});
    if (opened.ok()) database_ = *std::move(opened);
    return opened.status();
  }
  static std::string NameOf(int i) { return "setting-" + std::to_string(i); }
  // One job writes the setting and the count: both or neither.
  absl::Status Put(int i, const std::string& value) {
    return database_->Write([&](store::Txn& txn) -> absl::Status {
      const absl::Status put = store::PutSetting(txn, NameOf(i), value);
      if (!put.ok()) return put;
      return store::PutSetting(txn, "count", std::to_string(i));
    });
  }
  // How many are there; -1 if the count says something else than the settings.
  int Count() {
    int count = 0;
    const absl::Status status = database_->Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto stated = store::GetSetting(txn, "count");
      if (!stated.ok()) return stated.status();
      count = stated->has_value() ? std::stoi(**stated) : 0;
      for (int i = 1; i <= count + 1; ++i) {
        const auto value = store::GetSetting(txn, NameOf(i));
        if (!value.ok()) return value.status();
        if (value->has_value() != (i <= count)) count = -1;
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return count;
  }

  const crypto::SecretBytes key_ = crypto::SecretBytes::CopyOf("0123456789abcdef0123456789abcdef");
  std::unique_ptr<FaultVfs> disk_;
  std::unique_ptr<store::Database> database_;
};

TEST_F(DatabaseOnAFailingDisk, KeepsWhatItAnsweredThroughErrorsAndCrashesInAnyOrder) {
  int acknowledged_in_all = 0, errors = 0, crashes = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Make(seed);
    Random random(seed);
    int acknowledged = 0;
    for (int epoch = 0; epoch < 5; ++epoch) {
      const std::string value(200 + random.Below(9000), 'x');
      switch (random.Below(5)) {
        case 0:
          disk_->CrashAtOperation(1 + random.Below(150));
          break;
        case 1:
          disk_->FailOperation(1 + random.Below(60), false);
          break;
        case 2:
          disk_->FailOperation(1 + random.Below(60), true);
          break;
        case 3:
          disk_->FailRead(1 + random.Below(10));
          break;
        default:
          disk_->LimitFreeBytes(random.Below(100'000));
      }
      for (int i = 0; i < 25 && !disk_->crashed(); ++i) {
        const absl::Status status = Put(acknowledged + 1, value);
        if (status.ok()) {
          ++acknowledged;
          ++acknowledged_in_all;
        } else {
          ++errors;
          // It may have happened all the same; a look tells, once the disk lets one look.
          if (random.Chance(0.3)) disk_->HealFaults();
          if (random.Chance(0.2)) database_->Checkpoint().IgnoreError();
          FaultVfs::Observer observer(*disk_);
          if (disk_->crashed()) break;
          const int count = Count();
          ASSERT_TRUE(count == acknowledged || count == acknowledged + 1) << count;
          acknowledged = count;
        }
      }
      disk_->HealFaults();
      if (!disk_->crashed() && random.Chance(0.4)) {
        ASSERT_TRUE(Put(acknowledged + 1, value).ok()) << "does not recover by itself";
        ++acknowledged;
        continue;
      }
      ++crashes;
      disk_->CrashNow();
      database_.reset();
      disk_->Restart(random.Chance(0.7) ? FaultVfs::Loss::kPower : FaultVfs::Loss::kProcess);
      ASSERT_TRUE(Open(false).ok());
      const int count = Count();
      ASSERT_TRUE(count == acknowledged || count == acknowledged + 1)
          << acknowledged << " acknowledged, there are " << count;
      acknowledged = count;
    }
    const absl::Status integrity = database_->CheckIntegrity();
    ASSERT_TRUE(integrity.ok()) << integrity;
  }
  EXPECT_GT(acknowledged_in_all, 1000);
  EXPECT_GT(errors, 100);
  EXPECT_GT(crashes, 100);
}

}  // namespace
}  // namespace fairway::simulation
