#include "node/edge/local_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/edge/descriptor.h"

namespace fairway::edge {
namespace {

constexpr int kBacklog = 64;

absl::Status RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists and is not a socket; move it away"));
  }
  Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.valid()) return absl::UnavailableError(absl::StrCat("socket: ", strerror(errno)));
  const int result =
      connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  // EAGAIN: somebody listens and is busy. Anything but a refusal may be a living node.
  if (result == 0 || errno != ECONNREFUSED) {
    return absl::AlreadyExistsError(
        absl::StrCat("another node answers on ", path, "; stop it first"));
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace

class LocalSocket::Impl {
 public:
  Impl(std::string path, Descriptor listening, WakeDescriptor wake,
       std::function<void(const LocalCaller&)> on_caller)
      : path_(std::move(path)),
        acceptor_(std::move(listening)),
        wake_(std::move(wake)),
        on_caller_(std::move(on_caller)) {}

  absl::Status Begin() {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return absl::ResourceExhaustedError(absl::StrCat("no thread: ", error.what()));
    }
    return absl::OkStatus();
  }

  void Stop() {
    if (stopped_.exchange(true)) return;
    wake_.Wake();
    if (thread_.joinable()) thread_.join();
    unlink(path_.c_str());
  }

 private:
  void Run() {
    while (!wake_.woken()) {
      pollfd fds[2] = {{acceptor_.fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}};
      poll(fds, 2, -1);
      if (fds[0].revents == 0) continue;
      std::optional<Acceptor::Accepted> accepted = acceptor_.Accept();
      if (accepted.has_value() && accepted->fd.valid()) Greet(std::move(accepted->fd));
    }
  }

  void Greet(Descriptor fd) {
    ucred who{};
    socklen_t size = sizeof who;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
    on_caller_({who.uid, who.gid, who.pid, fd.Release()});
  }

  const std::string path_;
  Acceptor acceptor_;
  WakeDescriptor wake_;
  const std::function<void(const LocalCaller&)> on_caller_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

LocalSocket::LocalSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LocalSocket::~LocalSocket() { Stop(); }

absl::StatusOr<std::unique_ptr<LocalSocket>> LocalSocket::Start(
    const std::string& path, std::function<void(const LocalCaller&)> on_caller) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError(absl::StrCat("the socket path \"", path, "\" has ",
                                                   path.size(), " bytes; wanted 1 to ",
                                                   sizeof address.sun_path - 1));
  }
  memcpy(address.sun_path, path.data(), path.size());
  if (absl::Status free = RemoveStale(path, address); !free.ok()) return free;
  Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid() ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), 0666) != 0 || listen(fd.get(), kBacklog) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", path, ": ", strerror(errno)));
  }
  absl::StatusOr<WakeDescriptor> wake = WakeDescriptor::Create();
  if (!wake.ok()) return wake.status();
  auto impl = std::make_unique<Impl>(path, std::move(fd), *std::move(wake), std::move(on_caller));
  if (absl::Status begun = impl->Begin(); !begun.ok()) return begun;
  return std::unique_ptr<LocalSocket>(new LocalSocket(std::move(impl)));
}

void LocalSocket::Stop() { impl_->Stop(); }

}  // namespace fairway::edge
