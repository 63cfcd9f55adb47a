#ifndef FAIRWAY_NODE_EDGE_DESCRIPTOR_H_
#define FAIRWAY_NODE_EDGE_DESCRIPTOR_H_

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"

namespace fairway::edge {

// Owns one file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  ~Descriptor() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Wakes a thread that polls fd() or asks woken(). Wake may be called from any thread, any number of
// times; Clear by the thread that was woken.
class WakeDescriptor {
 public:
  static absl::StatusOr<WakeDescriptor> Create();  // RESOURCE_EXHAUSTED: no descriptor left
  int fd() const { return event_.get(); }
  bool woken() const { return woken_->load(); }
  void Wake() const;
  void Clear() const;

 private:
  explicit WakeDescriptor(Descriptor event) : event_(std::move(event)) {}
  Descriptor event_;
  std::unique_ptr<std::atomic<bool>> woken_ = std::make_unique<std::atomic<bool>>(false);
};

// Two connected non-blocking stream sockets. RESOURCE_EXHAUSTED: no descriptor left.
struct SocketPair {
  Descriptor ours;
  Descriptor theirs;
};
absl::StatusOr<SocketPair> MakeSocketPair();

// Accepts from a listening socket and survives running out of descriptors: it keeps one in reserve,
// gives it up to accept and close the newcomer, and takes it back. One thread at a time.
class Acceptor {
 public:
  // Takes a non-blocking listening socket.
  explicit Acceptor(Descriptor listening);

  struct Accepted {
    Descriptor fd;  // non-blocking, close-on-exec; invalid: shed for want of descriptors
    sockaddr_storage address{};
  };
  // Nothing if nobody is waiting.
  std::optional<Accepted> Accept();
  int fd() const { return listening_.get(); }

 private:
  Descriptor listening_;
  Descriptor reserve_;
};

// Writing to a connection whose other end is gone raises SIGPIPE, and OpenSSL writes without
// MSG_NOSIGNAL: threads that use it call this first.
void BlockSigpipeInThisThread();

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_DESCRIPTOR_H_
