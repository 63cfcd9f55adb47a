#ifndef FAIRWAY_NODE_STORE_CONNECTION_H_
#define FAIRWAY_NODE_STORE_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret_bytes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairway::store {

// RESOURCE_EXHAUSTED FW-DB-004; nothing of the call happened.
absl::Status DiskFullProblem(std::vector<std::string> why);

// One keyed SQLCipher connection and its prepared statements. One thread at a time.
class Connection {
 public:
  enum class Access { kWrite, kRead };

  // Opens the file, shows that the key fits, and sets how this connection works. It does not change
  // the file, except that a writer turns on write-ahead logging. Errors: Database::Open.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          const crypto::SecretBytes& key32,
                                                          const std::string& vfs, Access access,
                                                          bool create);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One or more statements without parameters.
  absl::Status Exec(const char* sql);
  // The first column of the first row; "" without a row.
  absl::StatusOr<std::string> QueryOne(const char* sql);
  // Back to before BEGIN, if a transaction is open. If even that fails the connection is broken.
  void RollBack();
  bool in_transaction() const;

  // A prepared statement, reset, from the cache or new; null: see last_failure().
  sqlite3_stmt* Take(std::string_view sql);
  void GiveBack(std::string_view sql, sqlite3_stmt* statement);

  // The status for a result code of this connection's last call, which is also remembered.
  absl::Status Failure(int rc, std::string_view doing);
  const absl::Status& last_failure() const { return last_failure_; }
  // After an I/O error or damage: SQLCipher may hold undecryptable pages as if they were read, so
  // the connection must not be used again.
  bool broken() const { return broken_; }
  // Did a call since ForgetDiskFull fail for want of space?
  bool disk_full() const { return disk_full_; }
  void ForgetDiskFull() { disk_full_ = false; }

  // `call` gets the pages in the write-ahead log after each commit of this connection.
  void OnWalPages(std::function<void(int)> call);
  // Moves what it can from the write-ahead log into the file; answers the pages that stay. With
  // `empty_it` it also cuts the log to nothing if it can: 0 says that it is empty. That waits 50 ms
  // at most, and writers wait with it.
  absl::StatusOr<int> Checkpoint(bool empty_it);
  // Writes the write-ahead log over itself and syncs it; for a writer, outside a transaction. What
  // a log holds may be in the system's cache alone: if the process died before its sync, or if a
  // sync failed, after which Linux counts the pages as written (Rebello et al., "Can Applications
  // Recover from fsync Failures?", 2020). SQLite trusts such a log when it reads it again, and a
  // power failure later would take what was built on it, too.
  absl::Status SecureLog();

 private:
  Connection() = default;

  absl::Status Key(const std::string& path, const crypto::SecretBytes& key32,
                   const std::string& vfs);
  absl::Status Configure(Access access);

  sqlite3* handle_ = nullptr;
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  absl::flat_hash_map<std::string, Prepared> prepared_;
  absl::Status last_failure_;
  bool broken_ = false;
  bool disk_full_ = false;
  std::function<void(int)> on_wal_pages_;
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_CONNECTION_H_
