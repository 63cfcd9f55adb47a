#ifndef FAIRWAY_NODE_STORE_GROUP_COMMIT_H_
#define FAIRWAY_NODE_STORE_GROUP_COMMIT_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/store/connection.h"
#include "node/store/database.h"

namespace fairway::store {

// The one writer. The first caller who finds nobody at work leads: he runs everything that waits in
// one transaction, answers all, and hands over to the first of those who came meanwhile. There is
// no thread and no timer: with one caller each job is a transaction of its own. Thread-safe.
class GroupCommit {
 public:
  explicit GroupCommit(Database& database) : database_(database) {}

  // Database::WriteMany, or WriteReserved if there is a `reserve`.
  std::vector<absl::Status> Submit(std::span<const WriteJob* const> jobs,
                                   std::optional<Reserve> reserve);

  // The connection to write with; set by Open, so that migrations ran on it.
  void Adopt(std::unique_ptr<Connection> connection);

 private:
  // One call of Submit, on its caller's stack.
  struct Call {
    std::span<const WriteJob* const> jobs;
    std::optional<Reserve> reserve;
    std::vector<absl::Status> answers;
    bool done = false;
    bool leads = false;
    std::condition_variable changed;
  };
  struct Task {
    const WriteJob* job;
    absl::Status* answer;
    std::optional<Reserve> reserve;
    TxnEffects effects;
  };
  using Group = std::vector<Task*>;

  void Lead(std::unique_lock<std::mutex>& lock);
  void RunGroup(std::vector<Task>& tasks);
  Group Admit(std::vector<Task>& tasks) const;
  Group GiveSpace(Group group, const absl::Status& full);
  absl::Status RunTransaction(const Group& group);
  void Settle(const Group& group, const absl::Status& committed);
  absl::Status RunJob(Task& task);
  absl::Status EnsureConnection();
  void DropIfBroken();

  Database& database_;
  std::mutex mutex_;
  std::deque<Call*> waiting_;               // guarded by mutex_
  bool busy_ = false;                       // guarded by mutex_: somebody leads or is to lead
  std::thread::id leader_;                  // guarded by mutex_
  std::unique_ptr<Connection> connection_;  // the leader's
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_GROUP_COMMIT_H_
