#include "node/edge/descriptor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace fairway::edge {
namespace {

Descriptor OpenReserve() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool OutOfDescriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

void Descriptor::Reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

absl::StatusOr<WakeDescriptor> WakeDescriptor::Create() {
  Descriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid()) {
    return absl::ResourceExhaustedError(absl::StrCat("eventfd: ", strerror(errno)));
  }
  return WakeDescriptor(std::move(event));
}

void WakeDescriptor::Wake() const {
  woken_->store(true);
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the thread is awake anyway.
  [[maybe_unused]] ssize_t n = write(event_.get(), &one, sizeof one);
}

void WakeDescriptor::Clear() const {
  woken_->store(false);
  uint64_t count;
  [[maybe_unused]] ssize_t n = read(event_.get(), &count, sizeof count);
}

absl::StatusOr<SocketPair> MakeSocketPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("socketpair: ", strerror(errno)));
  }
  return SocketPair{Descriptor(fds[0]), Descriptor(fds[1])};
}

Acceptor::Acceptor(Descriptor listening)
    : listening_(std::move(listening)), reserve_(OpenReserve()) {}

std::optional<Acceptor::Accepted> Acceptor::Accept() {
  Accepted accepted;
  for (;;) {
    socklen_t size = sizeof accepted.address;
    auto* address = reinterpret_cast<sockaddr*>(&accepted.address);
    const int fd = accept4(listening_.get(), address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      if (!reserve_.valid()) reserve_ = OpenReserve();
      accepted.fd.Reset(fd);
      return accepted;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (!OutOfDescriptors(errno) || !reserve_.valid()) return std::nullopt;
    // Without this the newcomer stays in the backlog and the listening socket stays readable: the
    // loop would spin, and nobody behind it would ever be served.
    reserve_.Reset();
    size = sizeof accepted.address;
    Descriptor shed(accept4(listening_.get(), address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    const bool took = shed.valid();
    shed.Reset();
    reserve_ = OpenReserve();
    if (!took) return std::nullopt;
    return accepted;
  }
}

void BlockSigpipeInThisThread() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace fairway::edge
