#ifndef FAIRWAY_NODE_STORE_STATEMENT_H_
#define FAIRWAY_NODE_STORE_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "crypto/secret_bytes.h"
#include "node/store/database.h"

struct sqlite3_stmt;

namespace fairway::store {

// One use of a prepared statement; the connection keeps it prepared for the next. For this folder
// only.
//
//   Statement find(txn, "SELECT seq FROM log WHERE object = ?");
//   find.Blob(object.view());
//   FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
//   if (found) seq = find.GetU64(0);
//
// The first thing that goes wrong, also while binding or reading a column, is remembered and is
// what the next Step, Run or status() answers. A column that is not what the schema promises is
// DATA_LOSS.
class Statement {
 public:
  Statement(ReadTxn& txn, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binding: parameters in the order of their question marks. Bytes are copied.
  Statement& U64(uint64_t value);  // error above 2^63 - 1
  Statement& Int(int64_t value);
  Statement& Text(std::string_view value);
  Statement& Blob(std::string_view value);
  Statement& Time(absl::Time value);  // milliseconds; infinite times keep
  Statement& Null();
  Statement& Bool(bool value) { return Int(value ? 1 : 0); }
  Statement& MaybeTime(const std::optional<absl::Time>& value) {
    return value ? Time(*value) : Null();
  }
  Statement& MaybeDigest(const std::optional<crypto::Digest>& value) {
    return value ? Blob(value->view()) : Null();
  }

  // True: there is a row to read. False: there are no more.
  absl::StatusOr<bool> Step();
  // Steps to the end. ALREADY_EXISTS if a row like it is there (UNIQUE, PRIMARY KEY).
  absl::Status Run();
  // Run, for exactly one row changed: otherwise NOT_FOUND with `what`.
  absl::Status RunOne(std::string_view what);
  // Rows changed by the last Run.
  int64_t changes() const;

  // Reading the current row; columns count from 0.
  bool IsNull(int column);
  uint64_t GetU64(int column);
  int64_t GetInt(int column);
  bool GetBool(int column) { return GetInt(column) != 0; }
  std::string GetText(int column);
  std::string GetBlob(int column);
  absl::StatusOr<crypto::SecretBytes> GetSecret(int column);  // a blob, straight to locked memory
  absl::Time GetTime(int column);
  crypto::Digest GetDigest(int column);
  std::optional<absl::Time> GetMaybeTime(int column);
  std::optional<crypto::Digest> GetMaybeDigest(int column);
  // The value of an enumeration through its …FromWire function.
  template <typename E>
  E GetEnum(int column, std::optional<E> (*from_wire)(uint64_t)) {
    if (const std::optional<E> value = from_wire(GetU64(column))) return *value;
    Damaged(column, "a known number");
    return E{};
  }

  // OK unless binding, stepping or a column failed.
  const absl::Status& status() const { return status_; }
  void Damaged(int column, std::string_view wanted);

 private:
  Statement& Bound(int rc);

  Connection& connection_;
  const std::string_view sql_;
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
  absl::Status status_;
};

// The first row, or nothing.
template <typename T>
absl::StatusOr<std::optional<T>> ReadOne(Statement& statement, T (*read)(Statement&)) {
  const absl::StatusOr<bool> found = statement.Step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<T>();
  std::optional<T> value(read(statement));
  if (!statement.status().ok()) return statement.status();
  return value;
}

// All rows.
template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(Statement& statement, T (*read)(Statement&)) {
  std::vector<T> values;
  for (;;) {
    const absl::StatusOr<bool> found = statement.Step();
    if (!found.ok()) return found.status();
    if (!*found) return values;
    values.push_back(read(statement));
    if (!statement.status().ok()) return statement.status();
  }
}

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_STATEMENT_H_
