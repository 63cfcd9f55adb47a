#include "node/store/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "node/store/node_table.h"
#include "node/store/statement.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::ScratchDir;
using ::fairway::testing::ScratchKey;
using ::fairway::testing::ScratchStore;
using ::fairway::testing::StatusIs;

absl::Status Put(Database& db, const std::string& name, const std::string& value) {
  return db.Write([&](Txn& txn) { return PutSetting(txn, name, value); });
}

std::optional<std::string> Get(const Database& db, const std::string& name) {
  std::optional<std::string> value;
  EXPECT_OK(db.Read([&](ReadTxn& txn) {
    auto found = GetSetting(txn, name);
    if (found.ok()) value = *found;
    return found.status();
  }));
  return value;
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void Overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

absl::Status OpenWith(const std::string& path, const crypto::SecretBytes& key,
                      bool create = false) {
  return Database::Open({.path = path, .key32 = key, .vfs = "", .create = create}).status();
}

crypto::SecretBytes OtherKey() { return crypto::SecretBytes::CopyOf(std::string(32, 'o')); }

TEST(Database, WhatWasWrittenIsThereAfterReopening) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  ASSERT_OK(store.Reopen());
  EXPECT_EQ(Get(store.db(), "a"), "1");
}

TEST(Database, AFailedJobLeavesNothingAndGivesItsOwnError) {
  ScratchStore store;
  EXPECT_THAT(store.db().Write([&](Txn& txn) -> absl::Status {
    if (absl::Status put = PutSetting(txn, "a", "1"); !put.ok()) return put;
    return absl::AbortedError("mine");
  }),
              StatusIs(absl::StatusCode::kAborted, "mine"));
  EXPECT_EQ(Get(store.db(), "a"), std::nullopt);
}

TEST(Database, AReaderKeepsItsSnapshotWhileOthersWrite) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  ASSERT_OK(store.db().Read([&](ReadTxn& txn) {
    EXPECT_EQ(*GetSetting(txn, "a"), "1");
    EXPECT_OK(Put(store.db(), "a", "2"));
    EXPECT_EQ(*GetSetting(txn, "a"), "1");
    return absl::OkStatus();
  }));
  EXPECT_EQ(Get(store.db(), "a"), "2");
}

TEST(Database, AReaderCannotWrite) {
  ScratchStore store;
  EXPECT_FALSE(store.db()
                   .Read([](ReadTxn& txn) {
                     return Statement(txn, "INSERT INTO setting VALUES ('a', x'00')").Run();
                   })
                   .ok());
  EXPECT_EQ(Get(store.db(), "a"), std::nullopt);
}

TEST(Database, OnlyTheOwnerMayReadTheFiles) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info {};
    ASSERT_EQ(stat((store.path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST(Database, NoWrittenTextIsReadableInAnyFile) {
  const std::string marker = "MARKER-7f3a9c-in-the-clear";
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", marker));
  const std::string log = Contents(store.path() + "-wal");
  EXPECT_GT(log.size(), static_cast<size_t>(kCipherPageBytes));
  EXPECT_EQ(log.find(marker), std::string::npos);
  ASSERT_OK(store.db().Checkpoint());
  store.Close();
  const std::string file = Contents(store.path());
  EXPECT_GT(file.size(), static_cast<size_t>(kCipherPageBytes));
  EXPECT_EQ(file.find(marker), std::string::npos);
  EXPECT_EQ(file.find("SQLite format 3"), std::string::npos);
}

TEST(Database, AWrongKeyIsRefusedAndChangesNothing) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  store.Close();
  const std::string before = Contents(store.path());
  EXPECT_THAT(OpenWith(store.path(), OtherKey()), HasProblem("FW-DB-001"));
  EXPECT_THAT(OpenWith(store.path(), OtherKey()), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(Contents(store.path()), before);
  ASSERT_OK(store.Reopen());
  EXPECT_EQ(Get(store.db(), "a"), "1");
}

TEST(Database, DamageIsToldApartFromAWrongKey) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  store.Close();
  std::string bytes = Contents(store.path());
  bytes[100] ^= 1;
  Overwrite(store.path(), bytes);
  EXPECT_THAT(OpenWith(store.path(), ScratchKey()), HasProblem("FW-DB-002"));
  EXPECT_THAT(OpenWith(store.path(), ScratchKey()), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(OpenWith(store.path(), OtherKey()), HasProblem("FW-DB-001"));
}

TEST(Database, AFlippedByteInAnyPageIsFound) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  ASSERT_OK(store.db().CheckIntegrity());
  store.Close();
  const std::string good = Contents(store.path());
  for (size_t page = 1; page < good.size() / kCipherPageBytes; ++page) {
    std::string bytes = good;
    bytes[page * kCipherPageBytes + 4000] ^= 0x10;
    Overwrite(store.path(), bytes);
    absl::Status status = store.Reopen();
    if (status.ok()) status = store.db().CheckIntegrity();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss)) << "page " << page;
    store.Close();
  }
}

TEST(Database, AKeyOfAnotherLengthIsRefused) {
  const ScratchDir dir;
  for (const size_t size : {size_t{0}, kDatabaseKeyBytes - 1, kDatabaseKeyBytes + 1}) {
    EXPECT_THAT(OpenWith(dir.File("x.db"), crypto::SecretBytes(size), true),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_FALSE(std::filesystem::exists(dir.File("x.db")));
}

TEST(Database, AMissingOrEmptyFileIsNotMadeUnlessAskedFor) {
  const ScratchDir dir;
  EXPECT_THAT(OpenWith(dir.File("x.db"), ScratchKey()), HasProblem("FW-DB-006"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("x.db")));
  Overwrite(dir.File("empty.db"), "");
  EXPECT_THAT(OpenWith(dir.File("empty.db"), ScratchKey()), HasProblem("FW-DB-006"));
  EXPECT_OK(OpenWith(dir.File("empty.db"), ScratchKey(), true));
}

TEST(Database, AFileThatIsNoDatabaseIsRefused) {
  const ScratchDir dir;
  Overwrite(dir.File("x.db"), std::string(20000, 'z'));
  EXPECT_THAT(OpenWith(dir.File("x.db"), ScratchKey()), HasProblem("FW-DB-001"));
  EXPECT_THAT(OpenWith(dir.File("x.db"), ScratchKey(), true), HasProblem("FW-DB-001"));
}

TEST(Database, ANewerSchemaIsRefusedAndNothingIsTouched) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  ASSERT_OK(store.db().Write(
      [](Txn& txn) { return Statement(txn, "PRAGMA user_version = 1000").Run(); }));
  store.Close();
  const std::string before = Contents(store.path());
  EXPECT_THAT(store.Reopen(), HasProblem("FW-DB-003"));
  EXPECT_THAT(store.Reopen(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Contents(store.path()), before);
}

TEST(Database, OpeningAgainTakesNoStepTwice) {
  ScratchStore store;
  ASSERT_OK(Put(store.db(), "a", "1"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(store.Reopen());
    EXPECT_EQ(Get(store.db(), "a"), "1");
  }
}

TEST(Database, AWriteInsideAWriteIsRefusedInsteadOfWaitingForEver) {
  ScratchStore store;
  EXPECT_OK(store.db().Write([&](Txn& txn) {
    EXPECT_THAT(Put(store.db(), "b", "1"), StatusIs(absl::StatusCode::kFailedPrecondition));
    txn.OnCommit([&] {
      EXPECT_THAT(Put(store.db(), "c", "1"), StatusIs(absl::StatusCode::kFailedPrecondition));
      EXPECT_EQ(Get(store.db(), "a"), "1");
    });
    return PutSetting(txn, "a", "1");
  }));
  EXPECT_EQ(Get(store.db(), "b"), std::nullopt);
  EXPECT_OK(Put(store.db(), "b", "1"));
}

// A child process writes and is gone in the middle of the next transaction, without any clean-up.
TEST(Database, AKilledWriterLosesOnlyWhatWasNotAnswered) {
  ScratchStore store;
  const std::string large(1 << 20, 'y');  // the log it leaves is read and written in pieces
  ASSERT_OK(Put(store.db(), "before", "1"));
  store.Close();
  const pid_t child = fork();
  if (child == 0) {
    const crypto::SecretBytes key = ScratchKey();
    auto db = Database::Open({.path = store.path(), .key32 = key, .vfs = "", .create = false});
    if (!db.ok() || !Put(**db, "answered", large).ok()) _exit(1);
    (void)(*db)->Write([](Txn& txn) {
      (void)PutSetting(txn, "unanswered", std::string(1 << 20, 'x'));
      _exit(42);
      return absl::OkStatus();
    });
    _exit(2);
  }
  int how = 0;
  ASSERT_EQ(waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFEXITED(how));
  ASSERT_EQ(WEXITSTATUS(how), 42);
  ASSERT_OK(store.Reopen());
  EXPECT_EQ(Get(store.db(), "before"), "1");
  EXPECT_EQ(Get(store.db(), "answered"), large);
  EXPECT_EQ(Get(store.db(), "unanswered"), std::nullopt);
  EXPECT_OK(store.db().CheckIntegrity());
}

TEST(Database, ACheckpointEmptiesTheLogAndTheLogStaysBounded) {
  ScratchStore store;
  for (int i = 0; i < 100; ++i) {
    const std::string value(4 * kCipherPageBytes, static_cast<char>(i));
    ASSERT_OK(Put(store.db(), "name " + std::to_string(i % 7), value));
  }
  EXPECT_GT(store.db().wal_pages(), 300);
  ASSERT_OK(store.db().Checkpoint());
  EXPECT_EQ(store.db().wal_pages(), 0);
  ASSERT_OK(Put(store.db(), "a", "1"));
  EXPECT_LT(store.db().wal_pages(), 20);
}

}  // namespace
}  // namespace fairway::store
