#include "node/store/group_commit.h"

#include <utility>

#include "node/status/status_macros.h"
#include "node/store/reader_pool.h"

namespace fairway::store {

std::vector<absl::Status> GroupCommit::Submit(std::span<const WriteJob* const> jobs) {
  Call call;
  call.jobs = jobs;
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
      tasks.push_back({call->jobs[i], &call->answers[i], {}});
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
  const absl::Status committed = RunTransaction(tasks);
  DropIfBroken();
  bool peers_changed = false;
  for (Task& task : tasks) {
    if (!committed.ok() && task.answer->ok()) *task.answer = committed;
    if (!task.answer->ok()) task.effects = {};
    peers_changed = peers_changed || task.effects.peers_changed;
  }
  if (peers_changed) database_.PeersChanged();
  for (const Task& task : tasks) {
    for (const std::function<void()>& call : task.effects.on_commit) call();
  }
}

// OK: those jobs whose answer is OK are durable. Otherwise none is.
absl::Status GroupCommit::RunTransaction(std::vector<Task>& tasks) {
  FAIRWAY_RETURN_IF_ERROR(EnsureConnection());
  FAIRWAY_RETURN_IF_ERROR(connection_->Exec("BEGIN IMMEDIATE"));
  bool any = false;
  absl::Status status;
  for (Task& task : tasks) {
    status = RunJob(task);
    if (!status.ok()) break;
    any = any || task.answer->ok();
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
  if (connection_->broken() || !connection_->in_transaction()) {
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
