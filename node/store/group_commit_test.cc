// Many writers at a time, and a disk that is full.
#include <gtest/gtest.h>
#include <sqlcipher/sqlite3.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "node/store/database.h"
#include "node/store/log_table.h"
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

crypto::Digest ObjectNumber(int i) { return crypto::Sha256(std::to_string(i)); }

uint64_t LogSize(const Database& db) {
  uint64_t size = 0;
  EXPECT_OK(db.Read([&](ReadTxn& txn) {
    auto entries = LogRange(txn, 0, UINT32_MAX, UINT32_MAX);
    if (entries.ok()) size = entries->size();
    return entries.status();
  }));
  return size;
}

absl::Status Append(Database& db, int i) {
  return db.Write([&](Txn& txn) {
    return AppendToLog(txn, ObjectNumber(i), model::Lane::kRoutine, absl::UnixEpoch()).status();
  });
}

TEST(GroupCommit, EightThreadsAllGetWhatTheyWereAnswered) {
  constexpr int kThreads = 8, kEach = 60;
  ScratchStore store;
  std::mutex mutex;
  std::set<int> written;
  std::set<uint64_t> seqs;
  std::atomic<int> refused = 0, told = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const int number = t * kEach + i;
        uint64_t seq = 0;
        const absl::Status status = store.db().Write([&](Txn& txn) -> absl::Status {
          auto appended =
              AppendToLog(txn, ObjectNumber(number), model::Lane::kRoutine, absl::UnixEpoch());
          if (!appended.ok()) return appended.status();
          seq = *appended;
          txn.OnCommit([&] { ++told; });
          return i % 5 == 4 ? absl::AbortedError("changed my mind") : absl::OkStatus();
        });
        const std::lock_guard lock(mutex);
        if (status.ok()) {
          written.insert(number);
          EXPECT_TRUE(seqs.insert(seq).second) << "two were told the number " << seq;
        } else {
          EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
          ++refused;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, kThreads * kEach / 5);
  EXPECT_EQ(written.size(), static_cast<size_t>(kThreads * kEach * 4 / 5));
  EXPECT_EQ(told, static_cast<int>(written.size()));
  ASSERT_OK(store.Reopen());
  EXPECT_EQ(LogSize(store.db()), written.size());
  ASSERT_OK(store.db().Read([&](ReadTxn& txn) {
    for (int number : written) EXPECT_TRUE(LogEntryOf(txn, ObjectNumber(number))->has_value());
    return absl::OkStatus();
  }));
  // Jobs that were undone gave their numbers back: no gap.
  EXPECT_EQ(*seqs.begin(), 1u);
  EXPECT_EQ(*seqs.rbegin(), written.size());
}

TEST(GroupCommit, JobsOfOneGroupSeeEachOtherAndOneThatFailsHurtsNoOther) {
  ScratchStore store;
  std::vector<std::string> told;
  const auto put = [&](const char* name, absl::Status answer) {
    return [&told, name, answer](Txn& txn) -> absl::Status {
      txn.OnCommit([&told, name] { told.push_back(name); });
      if (absl::Status status = PutSetting(txn, name, "1"); !status.ok()) return status;
      return answer;
    };
  };
  const std::vector<absl::Status> answers = store.db().WriteMany({
      put("a", absl::OkStatus()),
      put("b", absl::AbortedError("no")),
      [](Txn& txn) -> absl::Status {
        EXPECT_TRUE(GetSetting(txn, "a")->has_value());
        EXPECT_FALSE(GetSetting(txn, "b")->has_value());
        // A constraint fails a statement, not the group.
        EXPECT_OK(AppendToLog(txn, ObjectNumber(1), model::Lane::kFlash, absl::UnixEpoch()));
        return AppendToLog(txn, ObjectNumber(1), model::Lane::kFlash, absl::UnixEpoch()).status();
      },
      put("c", absl::OkStatus()),
  });
  EXPECT_OK(answers[0]);
  EXPECT_THAT(answers[1], StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(answers[2], StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_OK(answers[3]);
  EXPECT_EQ(told, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(LogSize(store.db()), 0u);
}

TEST(GroupCommit, AGroupOverTheLimitIsStillDoneWhole) {
  ScratchStore store;
  const std::vector<WriteJob> jobs(kMaxGroupJobs + 1, [](Txn& txn) {
    static int next = 0;
    return AppendToLog(txn, ObjectNumber(next++), model::Lane::kFlash, absl::UnixEpoch()).status();
  });
  for (const absl::Status& answer : store.db().WriteMany(jobs)) EXPECT_OK(answer);
  EXPECT_EQ(LogSize(store.db()), kMaxGroupJobs + 1);
  EXPECT_TRUE(store.db().WriteMany({}).empty());
}

TEST(GroupCommit, PeersVersionChangesOnlyWithACommitAndBeforeItsCalls) {
  ScratchStore store;
  const uint64_t before = store.db().peers_version();
  EXPECT_FALSE(store.db()
                   .Write([](Txn& txn) {
                     txn.PeersChanged();
                     return absl::AbortedError("no");
                   })
                   .ok());
  EXPECT_EQ(store.db().peers_version(), before);
  uint64_t inside = 0, at_call = 0;
  ASSERT_OK(store.db().Write([&](Txn& txn) {
    txn.OnCommit([&] { at_call = store.db().peers_version(); });
    txn.PeersChanged();
    inside = store.db().peers_version();
    return PutSetting(txn, "a", "1");
  }));
  EXPECT_EQ(inside, before);
  EXPECT_NE(at_call, before);
}

// The system's VFS, except that files cannot grow while `full`, and writing fails while `failing`.
std::atomic<bool> full = false, failing = false;

struct TinyDisk {
  static constexpr char kName[] = "tiny-disk";
  struct File {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

  static int Write(sqlite3_file* file, const void* bytes, int n, sqlite3_int64 at) {
    sqlite3_file* real = Of(file)->real();
    sqlite3_int64 size = 0;
    real->pMethods->xFileSize(real, &size);
    if (failing) return SQLITE_IOERR_WRITE;
    if (full && at + n > size) return SQLITE_FULL;
    return real->pMethods->xWrite(real, bytes, n, at);
  }

  template <auto Method, typename... Args>
  static int Pass(sqlite3_file* file, Args... args) {
    sqlite3_file* real = Of(file)->real();
    return (real->pMethods->*Method)(real, args...);
  }
  static void Barrier(sqlite3_file* file) {
    sqlite3_file* real = Of(file)->real();
    real->pMethods->xShmBarrier(real);
  }

  static sqlite3_io_methods Methods() {
    using M = sqlite3_io_methods;
    M methods{};
    methods.iVersion = 2;
    methods.xClose = &Pass<&M::xClose>;
    methods.xRead = &Pass<&M::xRead, void*, int, sqlite3_int64>;
    methods.xWrite = &Write;
    methods.xTruncate = &Pass<&M::xTruncate, sqlite3_int64>;
    methods.xSync = &Pass<&M::xSync, int>;
    methods.xFileSize = &Pass<&M::xFileSize, sqlite3_int64*>;
    methods.xLock = &Pass<&M::xLock, int>;
    methods.xUnlock = &Pass<&M::xUnlock, int>;
    methods.xCheckReservedLock = &Pass<&M::xCheckReservedLock, int*>;
    methods.xFileControl = &Pass<&M::xFileControl, int, void*>;
    methods.xSectorSize = &Pass<&M::xSectorSize>;
    methods.xDeviceCharacteristics = &Pass<&M::xDeviceCharacteristics>;
    methods.xShmMap = &Pass<&M::xShmMap, int, int, int, void volatile**>;
    methods.xShmLock = &Pass<&M::xShmLock, int, int, int>;
    methods.xShmBarrier = &Barrier;
    methods.xShmUnmap = &Pass<&M::xShmUnmap, int>;
    return methods;
  }

  static int Open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out) {
    static const sqlite3_io_methods methods = Methods();
    auto* real_vfs = static_cast<sqlite3_vfs*>(vfs->pAppData);
    file->pMethods = nullptr;
    const int rc = real_vfs->xOpen(real_vfs, name, Of(file)->real(), flags, out);
    if (Of(file)->real()->pMethods != nullptr) file->pMethods = &methods;
    return rc;
  }

  static void Register() {
    static sqlite3_vfs vfs = [] {
      sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
      sqlite3_vfs copy = *real;
      copy.zName = kName;
      copy.pAppData = real;
      copy.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
      copy.xOpen = &Open;
      copy.pNext = nullptr;
      return copy;
    }();
    sqlite3_vfs_register(&vfs, 0);
  }
};

class TinyDiskTest : public ::testing::Test {
 protected:
  TinyDiskTest() {
    TinyDisk::Register();
    full = failing = false;
    const crypto::SecretBytes key = ScratchKey();
    auto opened = Database::Open(
        {.path = dir_.File("node.db"), .key32 = key, .vfs = TinyDisk::kName, .create = true});
    EXPECT_OK(opened);
    db_ = *std::move(opened);
  }
  ~TinyDiskTest() override { full = failing = false; }

  ScratchDir dir_;
  std::unique_ptr<Database> db_;
};

TEST_F(TinyDiskTest, AFullDiskIsSaidNothingIsStoredAndReadingGoesOn) {
  ASSERT_OK(Append(*db_, 1));
  full = true;
  int told = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::vector<absl::Status> answers = db_->WriteMany({
        [&](Txn& txn) {
          txn.OnCommit([&] { ++told; });
          return PutSetting(txn, "a", std::string(100000, 'x'));
        },
        // Takes no notice of what went wrong: it must not be answered OK.
        [&](Txn& txn) {
          PutSetting(txn, "b", std::string(40 << 20, 'x')).IgnoreError();
          return absl::OkStatus();
        },
    });
    for (const absl::Status& answer : answers) {
      EXPECT_THAT(answer, HasProblem("FW-DB-004"));
      EXPECT_THAT(answer, StatusIs(absl::StatusCode::kResourceExhausted));
    }
    EXPECT_EQ(LogSize(*db_), 1u);
  }
  full = false;
  EXPECT_EQ(told, 0);
  ASSERT_OK(Append(*db_, 2));
  EXPECT_EQ(LogSize(*db_), 2u);
  ASSERT_OK(db_->Read([](ReadTxn& txn) {
    EXPECT_EQ(*GetSetting(txn, "a"), std::nullopt);
    EXPECT_EQ(*GetSetting(txn, "b"), std::nullopt);
    return absl::OkStatus();
  }));
  EXPECT_OK(db_->CheckIntegrity());
}

TEST_F(TinyDiskTest, AfterAnErrorOfTheDiskTheNextWriteHasFreshConnections) {
  ASSERT_OK(Append(*db_, 1));
  const uint64_t peers = db_->peers_version();
  failing = true;
  EXPECT_THAT(Append(*db_, 2), HasProblem("FW-DB-005"));
  EXPECT_THAT(Append(*db_, 2), StatusIs(absl::StatusCode::kUnavailable));
  failing = false;
  EXPECT_NE(db_->peers_version(), peers);
  ASSERT_OK(Append(*db_, 3));
  EXPECT_EQ(LogSize(*db_), 2u);
  EXPECT_OK(db_->CheckIntegrity());
}

}  // namespace
}  // namespace fairway::store
