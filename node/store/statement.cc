#include "node/store/statement.h"

#include <sqlcipher/sqlite3.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "node/store/connection.h"

namespace fairway::store {
namespace {

// Kept as the greatest and least numbers, so that "never" stays never.
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Statement::Statement(ReadTxn& txn, std::string_view sql)
    : connection_(txn.connection()), sql_(sql), statement_(connection_.Take(sql)) {
  if (statement_ == nullptr) status_ = connection_.last_failure();
}

Statement::~Statement() {
  if (statement_ != nullptr) connection_.GiveBack(sql_, statement_);
}

Statement& Statement::Bound(int rc) {
  if (rc != SQLITE_OK && status_.ok()) status_ = connection_.Failure(rc, sql_.substr(0, 60));
  return *this;
}

Statement& Statement::U64(uint64_t value) {
  if (value > static_cast<uint64_t>(kNever)) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat(value, " is too large"));
    return *this;
  }
  return Int(static_cast<int64_t>(value));
}

Statement& Statement::Int(int64_t value) {
  if (statement_ == nullptr) return *this;
  return Bound(sqlite3_bind_int64(statement_, next_parameter_++, value));
}

Statement& Statement::Text(std::string_view value) {
  if (statement_ == nullptr) return *this;
  return Bound(sqlite3_bind_text64(statement_, next_parameter_++, value.empty() ? "" : value.data(),
                                   value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::Blob(std::string_view value) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL.
  return Bound(sqlite3_bind_blob64(statement_, next_parameter_++, value.empty() ? "" : value.data(),
                                   value.size(), SQLITE_TRANSIENT));
}

Statement& Statement::Time(absl::Time value) {
  if (value == absl::InfiniteFuture()) return Int(kNever);
  if (value == absl::InfinitePast()) return Int(kAlways);
  return Int(absl::ToUnixMillis(value));
}

Statement& Statement::Null() {
  if (statement_ == nullptr) return *this;
  return Bound(sqlite3_bind_null(statement_, next_parameter_++));
}

absl::StatusOr<bool> Statement::Step() {
  if (!status_.ok()) return status_;
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  status_ = connection_.Failure(rc, sql_.substr(0, 60));
  return status_;
}

absl::Status Statement::Run() {
  for (;;) {
    const absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

absl::Status Statement::RunOne(std::string_view what) {
  if (const absl::Status status = Run(); !status.ok()) return status;
  if (changes() == 1) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is no ", Absl(what)));
}

int64_t Statement::changes() const {
  return statement_ == nullptr ? 0 : sqlite3_changes64(sqlite3_db_handle(statement_));
}

void Statement::Damaged(int column, std::string_view wanted) {
  if (!status_.ok()) return;
  status_ = absl::DataLossError(
      absl::StrCat("column ", column, " is not ", Absl(wanted), ": ", Absl(sql_.substr(0, 80))));
}

bool Statement::IsNull(int column) {
  return statement_ == nullptr || sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::GetInt(int column) {
  if (statement_ == nullptr) return 0;
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) {
    Damaged(column, "a number");
    return 0;
  }
  return sqlite3_column_int64(statement_, column);
}

uint64_t Statement::GetU64(int column) {
  const int64_t value = GetInt(column);
  if (value >= 0) return static_cast<uint64_t>(value);
  Damaged(column, "a number from 0");
  return 0;
}

std::string Statement::GetText(int column) {
  if (statement_ == nullptr) return "";
  if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) {
    Damaged(column, "a text");
    return "";
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string Statement::GetBlob(int column) {
  if (statement_ == nullptr) return "";
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) {
    Damaged(column, "a blob");
    return "";
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  // Null for an empty blob.
  return bytes == nullptr
             ? ""
             : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

absl::StatusOr<crypto::SecretBytes> Statement::GetSecret(int column) {
  if (!status_.ok()) return status_;
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) {
    Damaged(column, "a blob");
    return status_;
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return crypto::SecretBytes::CopyOf(bytes == nullptr ? std::string_view()
                                                      : std::string_view(bytes, size));
}

absl::Time Statement::GetTime(int column) {
  const int64_t value = GetInt(column);
  if (value == kNever) return absl::InfiniteFuture();
  if (value == kAlways) return absl::InfinitePast();
  return absl::FromUnixMillis(value);
}

crypto::Digest Statement::GetDigest(int column) {
  const absl::StatusOr<crypto::Digest> digest = crypto::DigestFromBytes(GetBlob(column));
  if (digest.ok()) return *digest;
  Damaged(column, "a digest");
  return {};
}

std::optional<absl::Time> Statement::GetMaybeTime(int column) {
  if (IsNull(column)) return std::nullopt;
  return GetTime(column);
}

std::optional<crypto::Digest> Statement::GetMaybeDigest(int column) {
  if (IsNull(column)) return std::nullopt;
  return GetDigest(column);
}

}  // namespace fairway::store
