#include "node/store/connection.h"

#include <fcntl.h>
#include <sqlcipher/sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "crypto/digest.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/database.h"
#include "node/store/migrations.h"

namespace fairway::store {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr int kEmptyLogMs = 50;
constexpr int kLogPieceBytes = 64 << 10;  // SQLite's Unix files take less than 128 KiB at a time

absl::Status Problem1(absl::StatusCode code, const char* name, std::string message,
                      std::vector<std::string> why, std::vector<std::string> next) {
  return MakeProblem(code, Problem{name, std::move(message), std::move(why), std::move(next)});
}

// The salt of a new file is derived from the key, so that a file tells whether a key is its own
// even when its pages are damaged. It says nothing about the key: 16 bytes of a hash of 32 random
// ones.
std::string SaltOf(const crypto::SecretBytes& key32) {
  return crypto::TaggedHash("fairway/database/salt", key32.view()).ToString().substr(0, kSaltBytes);
}

// "x'<key><salt>'", as SQLCipher takes raw keys, in memory that is wiped.
crypto::SecretBytes RawKeyLiteral(const crypto::SecretBytes& key32, std::string_view salt) {
  constexpr char kHex[] = "0123456789abcdef";
  crypto::SecretBytes literal(3 + 2 * (key32.size() + salt.size()));
  uint8_t* out = literal.data();
  *out++ = 'x';
  *out++ = '\'';
  for (const std::string_view bytes : {key32.view(), salt}) {
    for (const char c : bytes) {
      *out++ = static_cast<uint8_t>(kHex[static_cast<uint8_t>(c) >> 4]);
      *out++ = static_cast<uint8_t>(kHex[static_cast<uint8_t>(c) & 15]);
    }
  }
  *out = '\'';
  return literal;
}

// SQLite's statistics of its memory take a lock of the whole process for each allocation, and
// nobody reads them. The switch is the library's own global; once it is at work it refuses, which
// is fine.
void CountNoMemory() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)once;
}

bool Exists(const std::string& path, const std::string& vfs_name) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
  int exists = 0;
  return vfs != nullptr &&
         vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK && exists != 0;
}

// The salt that the file begins with; "" if it cannot be read.
std::string SaltInFile(const std::string& path, const crypto::SecretBytes& key32,
                       const std::string& vfs) {
  sqlite3* handle = nullptr;
  std::string salt;
  if (sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      vfs.empty() ? nullptr : vfs.c_str()) == SQLITE_OK) {
    const crypto::SecretBytes literal = RawKeyLiteral(key32, "");
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_key(handle, literal.view().data(), static_cast<int>(literal.size())) == SQLITE_OK &&
        sqlite3_prepare_v2(handle, "PRAGMA cipher_salt", -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      if (const auto* text = sqlite3_column_text(statement, 0)) {
        salt = crypto::UnHex(reinterpret_cast<const char*>(text)).value_or("");
      }
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close_v2(handle);
  return salt;
}

absl::Status Damaged(std::string_view what) {
  return Problem1(
      absl::StatusCode::kDataLoss, "FW-DB-002",
      absl::StrCat("the database is damaged: ", absl::string_view(what.data(), what.size())),
      {"a page does not carry its authenticator or is not well formed"},
      {"fairway doctor", "fairway backup restore"});
}

absl::Status WrongKey(const std::string& path) {
  return Problem1(absl::StatusCode::kUnauthenticated, "FW-DB-001",
                  absl::StrCat("this key does not open ", path),
                  {"the file was made with another key, or is not a database of Fairway",
                   "nothing was changed"},
                  {"fairway doctor"});
}

}  // namespace

absl::Status DiskFullProblem(std::vector<std::string> why) {
  why.push_back(
      "recalls go on from space that was kept back; so does reading, until half of it is used up");
  return Problem1(absl::StatusCode::kResourceExhausted, "FW-DB-004",
                  "the disk is full: nothing was published, nothing was stored", std::move(why),
                  {"df -h   (the disk of the node's data directory)",
                   "free some space on it: the node goes on by itself, then try again"});
}

absl::Status Connection::Failure(int rc, std::string_view doing) {
  const int primary = rc & 0xff;
  const std::string what =
      absl::StrCat(absl::string_view(doing.data(), doing.size()), ": ",
                   handle_ != nullptr ? sqlite3_errmsg(handle_) : "no memory", " (", rc, ")");
  const int error = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const bool io = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  // The log's index is a file that is made before anything else is written.
  const bool no_space = primary == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE ||
                        (io && (error == ENOSPC || error == EDQUOT));
  disk_full_ = disk_full_ || no_space;
  // A sync that found no space has left a whole commit in the log, which may come to light.
  if (no_space && rc != SQLITE_IOERR_FSYNC) {
    broken_ = broken_ || io;
    last_failure_ = DiskFullProblem({what});
  } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    broken_ = true;
    last_failure_ = Damaged(what);
  } else if (io || primary == SQLITE_NOMEM || primary == SQLITE_PROTOCOL) {
    broken_ = true;
    last_failure_ = Problem1(absl::StatusCode::kUnavailable, "FW-DB-005",
                             "the disk failed: whether this was stored is not known",
                             {what, error != 0 ? std::strerror(error) : "no more is known"},
                             {"fairway doctor"});
  } else if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    last_failure_ = Problem1(absl::StatusCode::kUnavailable, "FW-DB-007",
                             "another process holds the database", {what}, {"fairway status"});
  } else if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
             rc == SQLITE_CONSTRAINT_ROWID) {
    last_failure_ = absl::AlreadyExistsError(what);
  } else if (primary == SQLITE_CONSTRAINT) {
    last_failure_ = absl::FailedPreconditionError(what);
  } else if (primary == SQLITE_TOOBIG) {
    last_failure_ = absl::InvalidArgumentError(what);
  } else {
    last_failure_ = absl::InternalError(what);
  }
  return last_failure_;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             const crypto::SecretBytes& key32,
                                                             const std::string& vfs, Access access,
                                                             bool create) {
  CountNoMemory();
  if (!create && !Exists(path, vfs)) {
    return Problem1(absl::StatusCode::kNotFound, "FW-DB-006", absl::StrCat("no database at ", path),
                    {}, {"fairway init"});
  }
  if (create && vfs.empty()) {
    // SQLite would make it readable for others; its companions take their mode from this file.
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) close(file);
  }
  std::unique_ptr<Connection> connection(new Connection());
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int rc = sqlite3_open_v2(path.c_str(), &connection->handle_, flags,
                                 vfs.empty() ? nullptr : vfs.c_str());
  if (rc != SQLITE_OK) return connection->Failure(rc, absl::StrCat("open ", path));
  sqlite3_extended_result_codes(connection->handle_, 1);
  sqlite3_busy_timeout(connection->handle_, kBusyTimeoutMs);
  FAIRWAY_RETURN_IF_ERROR(connection->Key(path, key32, vfs));
  FAIRWAY_RETURN_IF_ERROR(connection->Configure(access));
  return connection;
}

absl::Status Connection::Key(const std::string& path, const crypto::SecretBytes& key32,
                             const std::string& vfs) {
  const std::string salt = SaltOf(key32);
  {
    const crypto::SecretBytes literal = RawKeyLiteral(key32, salt);
    const int rc = sqlite3_key(handle_, literal.view().data(), static_cast<int>(literal.size()));
    if (rc != SQLITE_OK) return Failure(rc, "key");
  }
  // SQLCipher reports each failed page on stderr by default; we report each failure once, as a
  // status. The switch is the library's own global, and its first key sets it back.
  FAIRWAY_RETURN_IF_ERROR(Exec("PRAGMA cipher_log_level = NONE; PRAGMA cipher_log = off;"));
  // SHA-256 has instructions of its own in today's processors: a page costs a third.
  FAIRWAY_RETURN_IF_ERROR(Exec(absl::StrCat("PRAGMA cipher_page_size = ", kCipherPageBytes,
                                            "; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;")
                                   .c_str()));
  // A refusal below must leave the file as it is, also when this is the last connection to close.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const absl::StatusOr<std::string> tables = QueryOne("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) {
    const bool unreadable = tables.status().code() == absl::StatusCode::kDataLoss;
    return unreadable && SaltInFile(path, key32, vfs) != salt ? WrongKey(path) : tables.status();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const int version, SchemaVersionOf(*this));
  if (version > NewestSchemaVersion()) {
    return Problem1(absl::StatusCode::kFailedPrecondition, "FW-DB-003",
                    absl::StrCat("a newer version of Fairway wrote ", path),
                    {absl::StrCat("its schema is ", version, ", this program knows up to ",
                                  NewestSchemaVersion()),
                     "nothing was changed"},
                    {"install the newer version again"});
  }
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return absl::OkStatus();
}

// PRAGMA cipher_memory_security stays off. It would wipe and lock each block that SQLite allocates:
// a commit then takes 2.3 times the processor (220 µs more), a read 3.5 times, and what is locked
// is more than a process may lock (8 MiB), which SQLCipher passes over in silence. Keys are wiped
// and locked by SQLCipher in any case. Pages in the clear are in this process's memory as they are
// in every answer it gives; nobody else may read that memory (server::HideMemory).
absl::Status Connection::Configure(Access access) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  FAIRWAY_RETURN_IF_ERROR(
      Exec("PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
           "PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"));
  if (access == Access::kRead) return Exec("PRAGMA query_only = ON; PRAGMA cache_size = -4096;");
  FAIRWAY_ASSIGN_OR_RETURN(const std::string mode, QueryOne("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return absl::FailedPreconditionError(
        absl::StrCat("the file system cannot hold a write-ahead log: journal mode is ", mode));
  }
  return Exec("PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864;");
}

Connection::~Connection() {
  for (auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(handle_);
}

absl::Status Connection::Exec(const char* sql) {
  const int rc = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? absl::OkStatus() : Failure(rc, std::string_view(sql).substr(0, 60));
}

absl::StatusOr<std::string> Connection::QueryOne(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int rc = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  std::string value;
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
      const auto* text = sqlite3_column_text(statement, 0);
      if (text != nullptr) value = reinterpret_cast<const char*>(text);
    }
  }
  absl::Status status;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) status = Failure(rc, sql);
  sqlite3_finalize(statement);
  if (!status.ok()) return status;
  return value;
}

void Connection::RollBack() {
  if (in_transaction() && !Exec("ROLLBACK").ok() && in_transaction()) broken_ = true;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

sqlite3_stmt* Connection::Take(std::string_view sql) {
  const auto found = prepared_.find(absl::string_view(sql.data(), sql.size()));
  if (found != prepared_.end() && !found->second.in_use) {
    found->second.in_use = true;
    return found->second.statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (rc != SQLITE_OK) {
    Failure(rc, sql.substr(0, 60)).IgnoreError();
    return nullptr;
  }
  // The same text in use twice at a time: the second one is not kept.
  if (found == prepared_.end()) prepared_.try_emplace(std::string(sql), Prepared{statement, true});
  return statement;
}

void Connection::GiveBack(std::string_view sql, sqlite3_stmt* statement) {
  const auto found = prepared_.find(absl::string_view(sql.data(), sql.size()));
  if (found == prepared_.end() || found->second.statement != statement) {
    sqlite3_finalize(statement);
    return;
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  found->second.in_use = false;
}

void Connection::OnWalPages(std::function<void(int)> call) {
  on_wal_pages_ = std::move(call);
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int pages) {
        auto* connection = static_cast<Connection*>(self);
        // A commit that is done stays done, whatever comes of this.
        if (pages >= kWalPagesMost) {
          pages = connection->Checkpoint(/*empty_it=*/false).value_or(pages);
        }
        connection->on_wal_pages_(pages);
        return SQLITE_OK;
      },
      this);
}

absl::StatusOr<int> Connection::Checkpoint(bool empty_it) {
  int in_log = 0, moved = 0;
  if (empty_it) sqlite3_busy_timeout(handle_, kEmptyLogMs);
  const int rc = sqlite3_wal_checkpoint_v2(
      handle_, "main", empty_it ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &in_log,
      &moved);
  if (empty_it) sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  // Another one is at it, or a reader still needs the log.
  if (rc == SQLITE_BUSY) return empty_it ? std::max(in_log, 1) : in_log;
  if (rc != SQLITE_OK) return Failure(rc, "checkpoint");
  return in_log - moved;
}

absl::Status Connection::SecureLog() {
  FAIRWAY_RETURN_IF_ERROR(Exec("BEGIN IMMEDIATE"));  // nobody else writes to the log meanwhile
  sqlite3_file* log = nullptr;
  int rc = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (rc == SQLITE_OK && log != nullptr && log->pMethods != nullptr) {
    sqlite3_int64 size = 0;
    rc = log->pMethods->xFileSize(log, &size);
    std::vector<char> piece(kLogPieceBytes);
    for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += kLogPieceBytes) {
      const int n = static_cast<int>(std::min<sqlite3_int64>(kLogPieceBytes, size - at));
      rc = log->pMethods->xRead(log, piece.data(), n, at);
      if (rc == SQLITE_OK) rc = log->pMethods->xWrite(log, piece.data(), n, at);
    }
    if (rc == SQLITE_OK && size > 0) rc = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
  }
  const absl::Status status =
      rc == SQLITE_OK ? absl::OkStatus() : Failure(rc, "secure the write-ahead log");
  RollBack();
  return status;
}

}  // namespace fairway::store
