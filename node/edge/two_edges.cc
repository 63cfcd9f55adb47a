#include "node/edge/two_edges.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "node/edge/await_ready.h"
#include "node/edge/host_port.h"

// Debian's gRPC is not instrumented: how it hands its own objects from thread to thread is
// invisible to the thread sanitizer. Everything else is looked at.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:^grpc::\nrace:grpc::internal\n";
}

namespace fairway::edge {

Descriptor TcpTo(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(ParseHostPort(address)->port)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  return fd;
}

Descriptor SilentServer() {
  Descriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  EXPECT_EQ(listen(listening.get(), 8), 0);
  return listening;
}

std::string AddressOf(int listening) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
  return "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
}

bool AwaitEnd(int fd, absl::Duration patience) {
  timeval most = absl::ToTimeval(patience);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  char waste[4096];
  ssize_t n;
  while ((n = recv(fd, waste, sizeof waste, 0)) > 0) {
  }
  return n == 0 || errno == ECONNRESET;
}

std::string RawPeer::AwaitFrame(uint8_t type) {
  const absl::Time deadline = absl::Now() + kPatience;
  for (;;) {
    while (received_.size() >= 9) {
      const auto byte = [this](size_t i) { return static_cast<uint8_t>(received_[i]); };
      const size_t length = size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2);
      if (received_.size() < 9 + length) break;
      const std::string head = received_.substr(0, 9);
      received_.erase(0, 9 + length);
      if (static_cast<uint8_t>(head[3]) == type) return head;
    }
    char some[4096];
    size_t n = 0;
    switch (tls_->Read(some, sizeof some, &n)) {
      case TlsSession::Progress::kDone:
        received_.append(some, n);
        n = std::min(preface_left_, received_.size());
        received_.erase(0, n);
        preface_left_ -= n;
        break;
      case TlsSession::Progress::kWantRead:
        if (!AwaitReady(tls_->fd(), POLLIN, deadline, -1).ok()) return "";
        break;
      default:
        return "";
    }
  }
}

std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream, size_t length) {
  std::string frame = {static_cast<char>(length >> 16), static_cast<char>(length >> 8),
                       static_cast<char>(length), static_cast<char>(type),
                       static_cast<char>(flags)};
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(stream >> shift);
  frame.append(length, '\x7f');
  return frame;
}

std::string Http2Opening() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0, 0); }

}  // namespace fairway::edge
