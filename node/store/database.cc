#include "node/store/database.h"

#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/ballast.h"
#include "node/store/connection.h"
#include "node/store/group_commit.h"
#include "node/store/migrations.h"
#include "node/store/reader_pool.h"

namespace fairway::store {
namespace {

constexpr char kBallastSuffix[] = "-ballast";
// This part of the ballast must be free beside it before the disk counts as having space again, so
// that the node does not go back and forth with every write.
constexpr uint64_t kRoomPart = 4;

bool IsDiskFull(const absl::Status& status) {
  return status.code() == absl::StatusCode::kResourceExhausted;
}

}  // namespace

Database::Database(const OpenOptions& options)
    : path_(options.path),
      key_(crypto::SecretBytes::CopyOf(options.key32.view())),
      vfs_(options.vfs),
      ballast_(std::make_unique<Ballast>(absl::StrCat(options.path, kBallastSuffix), options.vfs,
                                         options.ballast_bytes)),
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

absl::StatusOr<std::unique_ptr<Connection>> Database::ConnectFirst(const OpenOptions& options) {
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
  return connection;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const OpenOptions& options) {
  if (options.key32.size() != kDatabaseKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a database key has ", kDatabaseKeyBytes,
                                                   " bytes, not ", options.key32.size()));
  }
  std::unique_ptr<Database> database(new Database(options));
  absl::StatusOr<std::unique_ptr<Connection>> connection = ConnectFirst(options);
  // Even opening takes some space: the log and its index are files of their own.
  while (!connection.ok() && IsDiskFull(connection.status()) && database->ballast_->GiveUp(0)) {
    connection = ConnectFirst(options);
  }
  if (!connection.ok()) return connection.status();
  database->writer_->Adopt(*std::move(connection));
  // What was erased before a crash may still be in the log that the crash left.
  database->TruncateWalSoon();
  if (database->ballast_->Fill(0) == Ballast::Filled::kNoSpace) database->DiskIsFull();
  return database;
}

absl::Status Database::Write(const WriteJob& job) {
  const WriteJob* const jobs[] = {&job};
  return writer_->Submit(jobs, std::nullopt).front();
}

absl::Status Database::WriteReserved(const WriteJob& job, Reserve reserve) {
  const WriteJob* const jobs[] = {&job};
  return writer_->Submit(jobs, reserve).front();
}

std::vector<absl::Status> Database::WriteMany(const std::vector<WriteJob>& jobs) {
  std::vector<const WriteJob*> pointers;
  pointers.reserve(jobs.size());
  for (const WriteJob& job : jobs) pointers.push_back(&job);
  return writer_->Submit(pointers, std::nullopt);
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

absl::StatusOr<int> Database::MoveLog(bool empty_it) {
  int left = 0;
  FAIRWAY_RETURN_IF_ERROR(readers_->With([&](Connection& connection) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(left, connection.Checkpoint(empty_it));
    wal_pages_.store(left, std::memory_order_relaxed);
    return absl::OkStatus();
  }));
  return left;
}

absl::Status Database::Checkpoint() { return MoveLog(/*empty_it=*/false).status(); }

void Database::KeepLog() {
  const bool empty_it = truncate_wal_.exchange(false, std::memory_order_acq_rel);
  // On a full disk the log must not grow: what is in the file already makes room at its front.
  if (!empty_it && wal_pages() < (degraded() ? 1 : kWalPagesDue)) return;
  const absl::StatusOr<int> left = MoveLog(empty_it);
  if (empty_it && (!left.ok() || *left > 0)) TruncateWalSoon();
  if (left.ok() || !IsDiskFull(left.status()) || ballast_->wanted() == 0) return;
  // The file has to grow by what is new in the log, and then the log is free again.
  DiskIsFull();
  ballast_->GiveUp(ballast_->wanted() / 2);
}

void Database::KeepBallast() {
  if (!degraded() && ballast_->bytes() >= ballast_->wanted()) return;
  switch (ballast_->Fill(degraded() ? ballast_->wanted() / kRoomPart : 0)) {
    case Ballast::Filled::kWhole:
      degraded_.store(false, std::memory_order_release);
      break;
    case Ballast::Filled::kNoSpace:
      DiskIsFull();
      break;
    case Ballast::Filled::kFailed:
      break;  // tried again; a disk that fails is told by those who write to it
  }
}

void Database::DiskIsFull() { degraded_.store(true, std::memory_order_release); }

DiskHealth Database::health() const {
  return {.degraded = degraded(),
          .ballast_bytes = ballast_->bytes(),
          .ballast_wanted = ballast_->wanted(),
          .log_holds_erased = truncate_wal_.load(std::memory_order_acquire)};
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
