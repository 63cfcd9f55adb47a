#include "node/service/call_pool.h"

#include <utility>

namespace fairway::service {

CallPool::CallPool() {
  threads_.reserve(kThreads);
  for (size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Loop(); });
}

CallPool::~CallPool() { Stop(); }

bool CallPool::Submit(size_t bytes, std::function<void()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || waiting_.size() >= kMaxWaiting || bytes > kMaxWaitingBytes - waiting_bytes_) {
      return false;
    }
    waiting_bytes_ += bytes;
    waiting_.push_back({bytes, std::move(work)});
  }
  changed_.notify_one();
  return true;
}

void CallPool::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void CallPool::Loop() {
  while (true) {
    Work work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work.run();
    work.run = nullptr;  // what it holds goes before its bytes are given back
    std::lock_guard<std::mutex> lock(mutex_);
    waiting_bytes_ -= work.bytes;
  }
}

}  // namespace fairway::service
