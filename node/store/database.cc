#include "node/store/database.h"

#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/connection.h"
#include "node/store/group_commit.h"
#include "node/store/migrations.h"
#include "node/store/reader_pool.h"

namespace fairway::store {

Database::Database(const OpenOptions& options)
    : path_(options.path),
      key_(crypto::SecretBytes::CopyOf(options.key32.view())),
      vfs_(options.vfs),
      readers_(std::make_unique<ReaderPool>([this] { return Connect(/*for_writing=*/false); })),
      writer_(std::make_unique<GroupCommit>(*this)) {}

Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Connection>> Database::Connect(bool for_writing) const {
  FAIRWAY_RETURN_IF_ERROR(SecureLog());
  return Connection::Open(path_, key_, vfs_,
                          for_writing ? Connection::Access::kWrite : Connection::Access::kRead,
                          /*create=*/false);
}

// After a failed write, before anything is read again: the log may say more than the disk holds.
absl::Status Database::SecureLog() const {
  if (!log_doubtful_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard lock(securing_);
  if (!log_doubtful_.load(std::memory_order_acquire)) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<Connection> connection,
      Connection::Open(path_, key_, vfs_, Connection::Access::kWrite, /*create=*/false));
  FAIRWAY_RETURN_IF_ERROR(connection->SecureLog());
  log_doubtful_.store(false, std::memory_order_release);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const OpenOptions& options) {
  if (options.key32.size() != kDatabaseKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a database key has ", kDatabaseKeyBytes,
                                                   " bytes, not ", options.key32.size()));
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                           Connection::Open(options.path, options.key32, options.vfs,
                                            Connection::Access::kWrite, options.create));
  if (!options.create) {
    FAIRWAY_ASSIGN_OR_RETURN(const int version, SchemaVersionOf(*connection));
    if (version == 0) {
      // An empty file opens with any key. It is no node: making one has to be asked for.
      return MakeProblem(absl::StatusCode::kNotFound,
                         Problem{"FW-DB-006",
                                 absl::StrCat("no database in ", options.path),
                                 {"the file is empty"},
                                 {"fairway init"}});
    }
  }
  FAIRWAY_RETURN_IF_ERROR(connection->SecureLog());
  FAIRWAY_RETURN_IF_ERROR(Migrate(*connection));
  std::unique_ptr<Database> database(new Database(options));
  database->writer_->Adopt(std::move(connection));
  return database;
}

absl::Status Database::Write(const WriteJob& job) {
  const WriteJob* const jobs[] = {&job};
  return writer_->Submit(jobs).front();
}

absl::Status Database::WriteReserved(const WriteJob& job) { return Write(job); }

std::vector<absl::Status> Database::WriteMany(const std::vector<WriteJob>& jobs) {
  std::vector<const WriteJob*> pointers;
  pointers.reserve(jobs.size());
  for (const WriteJob& job : jobs) pointers.push_back(&job);
  return writer_->Submit(pointers);
}

absl::Status Database::Read(const ReadJob& job) const {
  return readers_->With([&](Connection& connection) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(connection.Exec("BEGIN"));
    ReadTxn txn(connection);
    const absl::Status status = job(txn);
    connection.RollBack();
    // A job may not have noticed that its reading failed.
    return status.ok() && connection.broken() ? connection.last_failure() : status;
  });
}

absl::Status Database::Checkpoint() {
  return readers_->With([this](Connection& connection) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const int left, connection.Checkpoint());
    wal_pages_.store(left, std::memory_order_relaxed);
    return absl::OkStatus();
  });
}

absl::Status Database::CheckIntegrity() const {
  return readers_->With([](Connection& connection) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::string found,
                             connection.QueryOne("PRAGMA integrity_check(1)"));
    if (found == "ok") return absl::OkStatus();
    return MakeProblem(absl::StatusCode::kDataLoss,
                       Problem{"FW-DB-002",
                               absl::StrCat("the database is damaged: ", found),
                               {},
                               {"fairway backup restore"}});
  });
}

}  // namespace fairway::store
