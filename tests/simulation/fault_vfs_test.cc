#include "tests/simulation/fault_vfs.h"

#include <sqlcipher/sqlite3.h>

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"
#include "tests/simulation/random.h"

namespace fairway::simulation {
namespace {

// One connection, encrypted, in the mode the node uses. Null if it cannot be opened.
class Connection {
 public:
  explicit Connection(const FaultVfs& disk) {
    if (sqlite3_open_v2("node.db", &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        disk.name().c_str()) != SQLITE_OK) {
      Close();
      return;
    }
    Run("PRAGMA key=\"x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'\"");
    Run("PRAGMA journal_mode=WAL");
    Run("PRAGMA synchronous=FULL");
    Run("PRAGMA wal_autocheckpoint=40");
  }
  ~Connection() { Close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Close() {
    sqlite3_close_v2(db_);
    db_ = nullptr;
  }
  int Run(const std::string& sql) {
    return db_ == nullptr ? SQLITE_CANTOPEN
                          : sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  std::string One(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (db_ == nullptr ||
        sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      return "ERROR";
    }
    std::string result;
    const int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
      const unsigned char* text = sqlite3_column_text(statement, 0);
      result = text == nullptr ? "NULL" : reinterpret_cast<const char*>(text);
    } else if (rc != SQLITE_DONE) {
      result = "ERROR";
    }
    sqlite3_finalize(statement);
    return result;
  }
  int Insert(int id, int bytes) {
    const int rc = Run("BEGIN IMMEDIATE; INSERT INTO item VALUES(" + std::to_string(id) +
                       ",randomblob(" + std::to_string(bytes) + ")); INSERT INTO leaf VALUES(" +
                       std::to_string(id) + "); COMMIT;");
    if (rc != SQLITE_OK && db_ != nullptr && !sqlite3_get_autocommit(db_)) Run("ROLLBACK");
    return rc;
  }

 private:
  sqlite3* db_ = nullptr;
};

constexpr char kTables[] =
    "CREATE TABLE item(id INTEGER PRIMARY KEY, b BLOB);"
    "CREATE TABLE leaf(id INTEGER PRIMARY KEY);";

TEST(FaultVfs, WhatWasCommittedOutlivesEveryKindOfFaultAndNothingIsHalfThere) {
  DiskCounts total;
  uint64_t committed = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    FaultVfs disk("sweep", seed);
    Random random(seed);
    int acknowledged = 0;
    {
      Connection db(disk);
      ASSERT_EQ(db.Run(kTables), SQLITE_OK);
    }
    for (int epoch = 0; epoch < 4; ++epoch) {
      Connection db(disk);
      Connection reader(disk);
      switch (random.Below(4)) {
        case 0:
        case 1:
          disk.CrashAtOperation(1 + random.Below(200));
          break;
        case 2:
          disk.FailOperation(1 + random.Below(200), random.Chance(0.5));
          break;
        default:
          disk.LimitFreeBytes(random.Below(200'000));
      }
      for (int i = 0; i < 40 && !disk.crashed(); ++i) {
        if (db.Insert(acknowledged + 1, 200 + static_cast<int>(random.Below(6000))) == SQLITE_OK) {
          ++acknowledged;
          ++committed;
          if (!disk.crashed()) {
            EXPECT_EQ(reader.One("SELECT count(*) FROM item"), std::to_string(acknowledged));
          }
        } else {
          break;  // as the node does: close, look again
        }
      }
      disk.CrashNow();
      db.Close();
      reader.Close();
      disk.Restart(random.Chance(0.5) ? FaultVfs::Loss::kPower : FaultVfs::Loss::kProcess);
      Connection again(disk);
      const std::string items = again.One("SELECT count(*) FROM item");
      ASSERT_EQ(items, again.One("SELECT coalesce(max(id),0) FROM item"));
      ASSERT_EQ(items, again.One("SELECT count(*) FROM leaf"));
      ASSERT_GE(std::atoi(items.c_str()), acknowledged) << "lost";
      ASSERT_EQ(again.One("PRAGMA integrity_check"), "ok");
      acknowledged = std::atoi(items.c_str());
    }
    const DiskCounts& counts = disk.counts();
    total.lost_writes += counts.lost_writes;
    total.torn_writes += counts.torn_writes;
    total.eio_once += counts.eio_once;
    total.eio_sticky += counts.eio_sticky;
    total.enospc += counts.enospc;
    total.crashes += counts.crashes;
  }
  EXPECT_GT(committed, 1000u);
  EXPECT_GT(total.lost_writes, 0u);
  EXPECT_GT(total.torn_writes, 0u);
  EXPECT_GT(total.eio_once, 0u);
  EXPECT_GT(total.eio_sticky, 0u);
  EXPECT_GT(total.enospc, 0u);
  EXPECT_EQ(total.crashes, 600u);
}

TEST(FaultVfs, AWriteThatWasNeverSyncedIsLostInSomeWorlds) {
  // With synchronous=OFF nothing is synced at commit: the disk has to show the difference, or the
  // test above proves nothing.
  int lost = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    FaultVfs disk("unsynced", seed);
    {
      Connection db(disk);
      ASSERT_EQ(db.Run(kTables), SQLITE_OK);
      db.Run("PRAGMA wal_checkpoint(TRUNCATE)");
      db.Run("PRAGMA synchronous=OFF");
      for (int i = 1; i <= 10; ++i) ASSERT_EQ(db.Insert(i, 500), SQLITE_OK);
      disk.CrashNow();
    }
    disk.Restart(FaultVfs::Loss::kPower);
    Connection again(disk);
    if (again.One("SELECT count(*) FROM item") != "10") ++lost;
  }
  EXPECT_GT(lost, 5);
}

TEST(FaultVfs, AProcessThatDiesLosesNothingItWrote) {
  FaultVfs disk("process", 7);
  {
    Connection db(disk);
    ASSERT_EQ(db.Run(kTables), SQLITE_OK);
    db.Run("PRAGMA synchronous=OFF");
    for (int i = 1; i <= 10; ++i) ASSERT_EQ(db.Insert(i, 500), SQLITE_OK);
    disk.CrashNow();
  }
  disk.Restart(FaultVfs::Loss::kProcess);
  Connection again(disk);
  EXPECT_EQ(again.One("SELECT count(*) FROM item"), "10");
}

TEST(FaultVfs, ACrashedDiskAnswersNothingUntilItRestarts) {
  FaultVfs disk("crashed", 3);
  Connection db(disk);
  ASSERT_EQ(db.Run(kTables), SQLITE_OK);
  disk.CrashNow();
  EXPECT_NE(db.Insert(1, 10), SQLITE_OK);
  Connection during(disk);
  EXPECT_NE(during.Insert(1, 10), SQLITE_OK);
  disk.Restart(FaultVfs::Loss::kProcess);
  EXPECT_NE(db.Insert(1, 10), SQLITE_OK) << "a connection from before the crash came back to life";
  Connection after(disk);
  EXPECT_EQ(after.Insert(1, 10), SQLITE_OK);
}

TEST(FaultVfs, AReaderKeepsItsSnapshotWhileAWriterOfTheSameThreadCommits) {
  FaultVfs disk("snapshot", 3);
  Connection writer(disk);
  ASSERT_EQ(writer.Run(kTables), SQLITE_OK);
  ASSERT_EQ(writer.Insert(1, 10), SQLITE_OK);
  Connection reader(disk);
  ASSERT_EQ(reader.Run("BEGIN"), SQLITE_OK);
  ASSERT_EQ(reader.One("SELECT count(*) FROM item"), "1");
  for (int i = 2; i <= 60; ++i) ASSERT_EQ(writer.Insert(i, 4000), SQLITE_OK);
  EXPECT_EQ(reader.One("SELECT count(*) FROM item"), "1");
  ASSERT_EQ(reader.Run("COMMIT"), SQLITE_OK);
  EXPECT_EQ(reader.One("SELECT count(*) FROM item"), "60");
  EXPECT_EQ(reader.Run("BEGIN IMMEDIATE"), SQLITE_OK);
  EXPECT_EQ(writer.Insert(61, 10), SQLITE_BUSY) << "two writers at once";
}

TEST(FaultVfs, SeveralNodesOfOneProcessDoNotSeeEachOther) {
  FaultVfs one("node-1", 1);
  FaultVfs two("node-2", 2);
  Connection a(one);
  Connection b(two);
  ASSERT_EQ(a.Run(kTables), SQLITE_OK);
  ASSERT_EQ(b.Run(kTables), SQLITE_OK);
  ASSERT_EQ(a.Insert(1, 10), SQLITE_OK);
  one.CrashNow();
  EXPECT_EQ(b.One("SELECT count(*) FROM item"), "0");
  EXPECT_EQ(b.Insert(1, 10), SQLITE_OK);
}

TEST(FaultVfs, AnObserverNeitherFailsNorCounts) {
  FaultVfs disk("observed", 1);
  Connection db(disk);
  ASSERT_EQ(db.Run(kTables), SQLITE_OK);
  disk.FailOperation(1, true);
  const uint64_t before = disk.operations();
  {
    FaultVfs::Observer observer(disk);
    EXPECT_EQ(db.Insert(1, 10), SQLITE_OK);
  }
  EXPECT_EQ(disk.operations(), before);
  EXPECT_NE(db.Insert(2, 10), SQLITE_OK);
  disk.HealFaults();
  EXPECT_EQ(db.Insert(2, 10), SQLITE_OK);
}

TEST(FaultVfs, TheSameSeedMeetsTheSameFaults) {
  const auto run = [](uint64_t seed) {
    FaultVfs disk("replay", seed);
    std::string story;
    for (int epoch = 0; epoch < 3; ++epoch) {
      Connection db(disk);
      db.Run(kTables);
      disk.CrashAtOperation(60);
      int i = 0;
      while (!disk.crashed()) db.Insert(1000 * epoch + ++i, 3000);
      db.Close();
      disk.Restart(FaultVfs::Loss::kPower);
      Connection again(disk);
      story += again.One("SELECT count(*) FROM item") + " ";
    }
    const DiskCounts& counts = disk.counts();
    return story + std::to_string(counts.lost_writes) + " " + std::to_string(counts.torn_writes) +
           " " + std::to_string(disk.operations());
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace fairway::simulation
