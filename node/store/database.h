#ifndef FAIRWAY_NODE_STORE_DATABASE_H_
#define FAIRWAY_NODE_STORE_DATABASE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret_bytes.h"

// The node's one database: an encrypted SQLite file (SQLCipher) with one writer and readers on
// snapshots. What Write has answered OK is on the disk.
namespace fairway::store {

class Ballast;
class Connection;
class GroupCommit;
class ReaderPool;

inline constexpr size_t kDatabaseKeyBytes = 32;
inline constexpr int kCipherPageBytes = 8192;
inline constexpr size_t kMaxGroupJobs = 256;  // in one transaction
// A checkpoint is due at kWalPagesDue (WalKeeper); at kWalPagesMost the writer does it itself.
inline constexpr int kWalPagesDue = 1000;    // 8 MiB
inline constexpr int kWalPagesMost = 8000;   // 64 MiB
inline constexpr int kBusyTimeoutMs = 5000;  // for another process that holds the file

struct OpenOptions {
  std::string path;
  const crypto::SecretBytes& key32;  // copied into locked memory; needed again to reopen
  std::string vfs;                   // name of a registered SQLite VFS; "" = the system's
  bool create = false;               // make the file (mode 0600) if it is not there
  // Space kept back beside the database, in `path`-ballast, so that recalls still go through when
  // the disk is full. 0: none, and a full disk is only ever the failure of one call.
  uint64_t ballast_bytes = 0;
};

// How much of the ballast a write may use up when the disk is full.
enum class Reserve {
  kAll,        // recalls, their numbers and receipts
  kUpperHalf,  // what must leave a trace to be allowed at all, such as reading: while half is left
};

struct DiskHealth {
  bool degraded = false;          // the disk is full: Database, "a full disk"
  uint64_t ballast_bytes = 0;     // kept back now
  uint64_t ballast_wanted = 0;    // OpenOptions::ballast_bytes
  bool log_holds_erased = false;  // TruncateWalSoon was asked for and did not work yet
};

// One consistent view of the database, inside Read. The table files of this folder take it; no
// other room sees SQL. Not to be kept beyond the call.
class ReadTxn {
 public:
  explicit ReadTxn(Connection& connection) : connection_(connection) {}
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  Connection& connection() { return connection_; }

 private:
  Connection& connection_;
};

// What a job asks for in case it becomes durable.
struct TxnEffects {
  std::vector<std::function<void()>> on_commit;
  bool peers_changed = false;
};

// One job of a Write: sees its own changes.
class Txn : public ReadTxn {
 public:
  Txn(Connection& connection, TxnEffects& effects) : ReadTxn(connection), effects_(effects) {}

  // `call` runs once after the COMMIT that made this job durable and before Write answers, in the
  // order of the jobs; it is dropped if the job or the commit fails. Caches and wake-ups go here,
  // never inside the job. It must be quick and must not Write (that is refused); Read is fine.
  void OnCommit(std::function<void()> call) { effects_.on_commit.push_back(std::move(call)); }

  // Database::peers_version changes with the commit, before any OnCommit call.
  void PeersChanged() { effects_.peers_changed = true; }

 private:
  TxnEffects& effects_;
};

using WriteJob = std::function<absl::Status(Txn&)>;
using ReadJob = std::function<absl::Status(ReadTxn&)>;

// Thread-safe. Destroyed after every call has returned.
//
// Failures that the disk causes, from any call (all with a Problem):
//   RESOURCE_EXHAUSTED  FW-DB-004  the disk is full: the job did not happen
//   UNAVAILABLE         FW-DB-005  the disk failed. Whether a Write happened is not known; it is
//                                  told by looking. The connections are reopened before the next
//                                  use
//   DATA_LOSS           FW-DB-002  a page does not carry its authenticator, or is not well formed
//   UNAVAILABLE         FW-DB-007  another process held the file for kBusyTimeoutMs
//
// A full disk (with a ballast): the first write that finds no space makes the database *degraded*.
// From then on Write answers FW-DB-004 at once, without a try; reading goes on; WriteReserved goes
// on and cuts the ballast shorter when it finds no space. The WalKeeper tries to bring the ballast
// back to its size. Once that works and a quarter of it more is free, the database is as before, by
// itself. A ballast that finds no space when the database is opened makes it start degraded.
class Database {
 public:
  // Opens and brings the schema up to date, one transaction for each step.
  //   NOT_FOUND            FW-DB-006  no such file, and `create` is false
  //   UNAUTHENTICATED      FW-DB-001  not the key of this file (or not a database of ours)
  //   DATA_LOSS            FW-DB-002  the right key, but the file is damaged
  //   FAILED_PRECONDITION  FW-DB-003  a newer version wrote it: nothing was touched
  //   INVALID_ARGUMENT                the key is not kDatabaseKeyBytes
  static absl::StatusOr<std::unique_ptr<Database>> Open(const OpenOptions& options);
  ~Database();

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs `job` and answers when it is durable. Jobs of callers that wait at the same time share one
  // transaction and one fsync (group commit), each inside its own savepoint: a job that returns an
  // error leaves nothing behind and hurts no other; its error is the answer. If the commit fails
  // every job of the group gets that error. With one thread: one transaction for each job.
  // A job must not block and must not call Write (FAILED_PRECONDITION).
  absl::Status Write(const WriteJob& job);

  // Write for what must still work when the disk is full: it may use up the ballast. Only for jobs
  // that are small or free space. Otherwise exactly Write; they share transactions. FW-DB-004 once
  // there is no ballast left either. A job may be run more than once; only the last run counts.
  absl::Status WriteReserved(const WriteJob& job, Reserve reserve = Reserve::kAll);

  // The same for several jobs, in this order, all in one transaction; one answer for each.
  std::vector<absl::Status> WriteMany(const std::vector<WriteJob>& jobs);

  // Runs `job` on a snapshot: what was committed when it first looked, whatever is written
  // meanwhile. Never waits for a writer. Answers what `job` answers.
  absl::Status Read(const ReadJob& job) const;

  // Changes whenever a committed Write changed peers or their attributes, or the database was
  // reopened (then an unanswered commit may have come to light): whoever keeps a copy of peers
  // compares it before each use.
  uint64_t peers_version() const { return peers_version_.load(std::memory_order_acquire); }

  // Pages in the write-ahead log after the last commit, and moving them into the file. Runs beside
  // writers and readers; what a reader still needs stays for the next time.
  int wal_pages() const { return wal_pages_.load(std::memory_order_relaxed); }
  absl::Status Checkpoint();

  // Asks the WalKeeper to empty the write-ahead log at its next step, and again until that worked:
  // to be called after content was erased (from OnCommit, say), since the log still has the pages
  // as they were before. Any thread; at once; cannot fail.
  void TruncateWalSoon() { truncate_wal_.store(true, std::memory_order_release); }

  DiskHealth health() const;

  // One attempt each, for the WalKeeper. KeepLog: a checkpoint if one is due, or the whole of what
  // TruncateWalSoon asks for. KeepBallast: back to its size, and out of being degraded.
  void KeepLog();
  void KeepBallast();

  // Reads every page and checks authenticators and structure. DATA_LOSS FW-DB-002 says what is
  // wrong. Takes seconds for each GB.
  absl::Status CheckIntegrity() const;

 private:
  friend class GroupCommit;
  explicit Database(const OpenOptions& options);

  absl::StatusOr<std::unique_ptr<Connection>> Connect(bool for_writing) const;
  static absl::StatusOr<std::unique_ptr<Connection>> ConnectFirst(const OpenOptions& options);
  absl::StatusOr<int> MoveLog(bool empty_it);
  bool degraded() const { return degraded_.load(std::memory_order_acquire); }
  void DiskIsFull();
  absl::Status SecureLog() const;
  void PeersChanged() { peers_version_.fetch_add(1, std::memory_order_acq_rel); }

  const std::string path_;
  const crypto::SecretBytes key_;
  const std::string vfs_;
  std::atomic<uint64_t> peers_version_{1};
  std::atomic<int> wal_pages_{0};
  std::atomic<bool> truncate_wal_{false};
  mutable std::mutex securing_;
  mutable std::atomic<bool> log_doubtful_{false};  // a write failed since the log was secured
  std::atomic<bool> degraded_{false};
  std::unique_ptr<Ballast> ballast_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<GroupCommit> writer_;
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_DATABASE_H_
