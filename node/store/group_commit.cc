#include "node/store/group_commit.h"

#include <utility>

#include "node/status/status_macros.h"
#include "node/store/ballast.h"
#include "node/store/reader_pool.h"

namespace fairway::store {

std::vector<absl::Status> GroupCommit::Submit(std::span<const WriteJob* const> jobs,
                                              std::optional<Reserve> reserve) {
  Call call;
  call.jobs = jobs;
  call.reserve = reserve;
  call.answers.resize(jobs.size());
  if (jobs.empty()) return std::move(call.answers);
  std::unique_lock lock(mutex_);
  if (leader_ == std::this_thread::get_id()) {
    // Waiting for oneself would never end.
    call.answers.assign(jobs.size(),
                        absl::FailedPreconditionError("a write inside a write of the same thread"));
    return std::move(call.answers);
  }
  waiting_.push_back(&call);
  if (busy_) {
    call.changed.wait(lock, [&] { return call.done || call.leads; });
    if (call.done) return std::move(call.answers);
  }
  busy_ = true;
  Lead(lock);  // this call is at the front, so it is part of the group
  return std::move(call.answers);
}

void GroupCommit::Lead(std::unique_lock<std::mutex>& lock) {
  std::vector<Call*> group;
  std::vector<Task> tasks;
  while (!waiting_.empty() && tasks.size() < kMaxGroupJobs) {
    Call* call = waiting_.front();
    if (!group.empty() && tasks.size() + call->jobs.size() > kMaxGroupJobs) break;
    waiting_.pop_front();
    group.push_back(call);
    for (size_t i = 0; i < call->jobs.size(); ++i) {
      tasks.push_back({call->jobs[i], &call->answers[i], call->reserve, {}});
    }
  }
  leader_ = std::this_thread::get_id();
  lock.unlock();
  RunGroup(tasks);
  lock.lock();
  leader_ = std::thread::id();
  for (Call* call : group) {
    call->done = true;
    call->changed.notify_one();
  }
  busy_ = !waiting_.empty();
  if (busy_) {
    waiting_.front()->leads = true;
    waiting_.front()->changed.notify_one();
  }
}

void GroupCommit::RunGroup(std::vector<Task>& tasks) {
  Group group = Admit(tasks);
  while (!group.empty()) {
    const absl::Status committed = RunTransaction(group);
    const bool full = absl::IsResourceExhausted(committed) ||
                      (connection_ != nullptr && connection_->disk_full());
    DropIfBroken();
    const bool keeps_space = database_.ballast_->wanted() > 0;
    if (full && keeps_space) database_.DiskIsFull();
    // Only what is known not to have happened is done again.
    if (full && keeps_space && absl::IsResourceExhausted(committed)) {
      group = GiveSpace(std::move(group), committed);
      continue;
    }
    Settle(group, committed);
    break;
  }
  for (const Task& task : tasks) {
    for (const std::function<void()>& call : task.effects.on_commit) call();
  }
}

// On a full disk most need not try.
GroupCommit::Group GroupCommit::Admit(std::vector<Task>& tasks) const {
  Group group;
  for (Task& task : tasks) {
    if (database_.degraded() && !task.reserve.has_value()) {
      *task.answer = DiskFullProblem({});
    } else {
      group.push_back(&task);
    }
  }
  return group;
}

// Those of the group for whom some ballast went and who may try again; the others have their
// answer.
GroupCommit::Group GroupCommit::GiveSpace(Group group, const absl::Status& full) {
  const auto keep_only = [&](const auto& may_stay) {
    Group staying;
    for (Task* task : group) {
      task->effects = {};
      *task->answer = may_stay(*task) ? absl::OkStatus() : full;
      if (may_stay(*task)) staying.push_back(task);
    }
    group = std::move(staying);
  };
  Ballast& ballast = *database_.ballast_;
  keep_only([](const Task& task) { return task.reserve.has_value(); });
  if (group.empty() || ballast.GiveUp(ballast.wanted() / 2)) return group;
  keep_only([](const Task& task) { return task.reserve == Reserve::kAll; });
  if (group.empty() || ballast.GiveUp(0)) return group;
  keep_only([](const Task&) { return false; });
  return group;
}

void GroupCommit::Settle(const Group& group, const absl::Status& committed) {
  bool peers_changed = false;
  for (Task* task : group) {
    if (!committed.ok() && task->answer->ok()) *task->answer = committed;
    if (!task->answer->ok()) task->effects = {};
    peers_changed = peers_changed || task->effects.peers_changed;
  }
  if (peers_changed) database_.PeersChanged();
}

// OK: those jobs whose answer is OK are durable. Otherwise none is.
absl::Status GroupCommit::RunTransaction(const Group& group) {
  FAIRWAY_RETURN_IF_ERROR(EnsureConnection());
  connection_->ForgetDiskFull();
  FAIRWAY_RETURN_IF_ERROR(connection_->Exec("BEGIN IMMEDIATE"));
  bool any = false;
  absl::Status status;
  for (Task* task : group) {
    status = RunJob(*task);
    if (!status.ok()) break;
    any = any || task->answer->ok();
  }
  if (status.ok() && any) status = connection_->Exec("COMMIT");
  connection_->RollBack();
  return status;
}

// Not OK: the transaction is lost, whoever caused it.
absl::Status GroupCommit::RunJob(Task& task) {
  FAIRWAY_RETURN_IF_ERROR(connection_->Exec("SAVEPOINT job"));
  Txn txn(*connection_, task.effects);
  *task.answer = (*task.job)(txn);
  // A full or failing disk makes SQLite roll everything back by itself, and a job may have taken no
  // notice of it.
  if (connection_->broken() || connection_->disk_full() || !connection_->in_transaction()) {
    *task.answer = absl::OkStatus();
    return connection_->last_failure().ok() ? absl::InternalError("the transaction ended by itself")
                                            : connection_->last_failure();
  }
  if (!task.answer->ok()) {
    FAIRWAY_RETURN_IF_ERROR(connection_->Exec("ROLLBACK TO job"));
  }
  return connection_->Exec("RELEASE job");
}

absl::Status GroupCommit::EnsureConnection() {
  if (connection_ != nullptr) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                           database_.Connect(/*for_writing=*/true));
  Adopt(std::move(connection));
  return absl::OkStatus();
}

void GroupCommit::Adopt(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  connection_->OnWalPages([this](int pages) { database_.wal_pages_.store(pages); });
}

void GroupCommit::DropIfBroken() {
  if (connection_ == nullptr || !connection_->broken()) return;
  database_.log_doubtful_.store(true, std::memory_order_release);
  connection_.reset();
  database_.readers_->Clear();
  database_.PeersChanged();
}

}  // namespace fairway::store
