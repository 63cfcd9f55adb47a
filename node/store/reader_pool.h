#ifndef FAIRWAY_NODE_STORE_READER_POOL_H_
#define FAIRWAY_NODE_STORE_READER_POOL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/store/connection.h"

namespace fairway::store {

// Connections for snapshots. Nobody waits for one: if all are out, one more is opened, and at most
// kKept stay when they come back. Thread-safe.
class ReaderPool {
 public:
  static constexpr size_t kKept = 8;
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  explicit ReaderPool(Connect connect) : connect_(std::move(connect)) {}

  // Runs `use` with a connection. A connection that broke is closed.
  absl::Status With(const std::function<absl::Status(Connection&)>& use);

  // Closes the idle ones, and those that are out when they come back.
  void Clear();

 private:
  const Connect connect_;
  std::mutex mutex_;
  uint64_t generation_ = 0;                        // guarded by mutex_
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_READER_POOL_H_
