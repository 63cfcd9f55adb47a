#include "tools/benchmark/plain_inserts.h"

#include <sqlcipher/sqlite3.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "node/store/database.h"

namespace fairway::benchmark {
namespace {

constexpr char kKey[] = "x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'";
constexpr char kSchema[] =
    "CREATE TABLE row (id INTEGER PRIMARY KEY, object BLOB NOT NULL UNIQUE, item BLOB NOT NULL,"
    " origin BLOB NOT NULL, revision INTEGER NOT NULL, stored_at INTEGER NOT NULL,"
    " lane INTEGER NOT NULL, signed BLOB NOT NULL, parts BLOB NOT NULL,"
    " UNIQUE (item, origin, revision)) STRICT;"
    "CREATE INDEX row_stored ON row (stored_at);"
    "CREATE INDEX row_lane ON row (lane);";
constexpr char kInsert[] =
    "INSERT INTO row (object, item, origin, revision, stored_at, lane, signed, parts)"
    " VALUES (?, ?, ?, 1, ?, 4, ?, ?)";

double CpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

class PlainDatabase {
 public:
  explicit PlainDatabase(const std::string& path) {
    Check(sqlite3_open_v2(path.c_str(), &handle_,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          nullptr));
    Check(sqlite3_key(handle_, kKey, sizeof(kKey) - 1));
    Exec(PlainPragmas());
    Exec(kSchema);
    Check(sqlite3_prepare_v3(handle_, kInsert, -1, SQLITE_PREPARE_PERSISTENT, &insert_, nullptr));
  }
  ~PlainDatabase() {
    sqlite3_finalize(insert_);
    sqlite3_close_v2(handle_);
  }
  PlainDatabase(const PlainDatabase&) = delete;
  PlainDatabase& operator=(const PlainDatabase&) = delete;

  void Exec(const std::string& sql) {
    Check(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
  }

  void Insert(const PlainRow& row, int64_t at) {
    int next = 1;
    const auto blob = [&](const std::string& bytes) {
      Check(sqlite3_bind_blob64(insert_, next++, bytes.data(), bytes.size(), SQLITE_STATIC));
    };
    blob(row.object);
    blob(row.item);
    blob(row.origin);
    Check(sqlite3_bind_int64(insert_, next++, at));
    blob(row.signed_bytes);
    blob(row.parts);
    if (sqlite3_step(insert_) != SQLITE_DONE) Check(SQLITE_ERROR);
    sqlite3_reset(insert_);
  }

  const absl::Status& status() const { return status_; }

 private:
  void Check(int rc) {
    if (rc == SQLITE_OK || !status_.ok()) return;
    status_ = absl::InternalError(handle_ == nullptr ? "no memory" : sqlite3_errmsg(handle_));
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  absl::Status status_;
};

void Remove(const std::string& path) {
  for (const char* end : {"", "-wal", "-shm"}) unlink(absl::StrCat(path, end).c_str());
}

}  // namespace

// As node/store/connection.cc sets them.
std::string PlainPragmas() {
  return absl::StrCat("PRAGMA cipher_page_size = ", store::kCipherPageBytes,
                      "; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA temp_store = MEMORY;"
                      " PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                      " PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
                      " PRAGMA journal_mode = WAL; PRAGMA cache_size = -16384;"
                      " PRAGMA journal_size_limit = 67108864;");
}

absl::StatusOr<PlainRate> InsertPlainly(const std::string& folder,
                                        const std::vector<PlainRow>& rows,
                                        size_t rows_in_transaction, double seconds) {
  if (rows.empty() || rows_in_transaction == 0) {
    return absl::InvalidArgumentError("no rows to insert");
  }
  const std::string path = absl::StrCat(folder, "/plain.db");
  Remove(path);
  const absl::Cleanup tidy = [&path] { Remove(path); };
  PlainDatabase database(path);
  std::vector<double> commits;
  size_t inserted = 0;
  const double cpu = CpuSeconds();
  const absl::Time begun = absl::Now();
  absl::Duration taken;
  while (inserted < rows.size() && taken < absl::Seconds(seconds) && database.status().ok()) {
    const absl::Time start = absl::Now();
    database.Exec("BEGIN IMMEDIATE");
    const size_t end = std::min(rows.size(), inserted + rows_in_transaction);
    for (; inserted < end; ++inserted) {
      database.Insert(rows[inserted], absl::ToUnixMillis(start));
    }
    database.Exec("COMMIT");
    commits.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    taken = absl::Now() - begun;
  }
  FAIRWAY_RETURN_IF_ERROR(database.status());
  std::nth_element(commits.begin(), commits.begin() + static_cast<ptrdiff_t>(commits.size() / 2),
                   commits.end());
  const double count = static_cast<double>(inserted);
  return PlainRate{.rows_per_second = count / absl::ToDoubleSeconds(taken),
                   .cpu_seconds_per_1000 = (CpuSeconds() - cpu) / count * 1000,
                   .commit_p50_ms = commits[commits.size() / 2]};
}

}  // namespace fairway::benchmark
