#include "node/store/reader_pool.h"

#include <utility>

#include "node/status/status_macros.h"

namespace fairway::store {

absl::Status ReaderPool::With(const std::function<absl::Status(Connection&)>& use) {
  std::unique_ptr<Connection> connection;
  uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection == nullptr) {
    FAIRWAY_ASSIGN_OR_RETURN(connection, connect_());
  }
  const absl::Status status = use(*connection);
  if (!connection->broken() && !connection->in_transaction()) {
    const std::lock_guard lock(mutex_);
    if (generation == generation_ && idle_.size() < kKept) idle_.push_back(std::move(connection));
  }
  return status;  // a connection that was not kept closes here, outside the lock
}

void ReaderPool::Clear() {
  std::vector<std::unique_ptr<Connection>> closing;
  const std::lock_guard lock(mutex_);
  ++generation_;
  closing.swap(idle_);
}

}  // namespace fairway::store
