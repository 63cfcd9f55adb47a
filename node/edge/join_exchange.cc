#include "node/edge/join_exchange.h"

#include <poll.h>

#include "absl/strings/str_cat.h"
#include "node/edge/await_ready.h"

namespace fairway::edge {
namespace {

absl::Status WriteAll(TlsSession& tls, const std::string& bytes, absl::Time deadline, int wake_fd) {
  size_t done = 0;
  while (done < bytes.size()) {
    size_t moved = 0;
    switch (tls.Write(bytes.data() + done, bytes.size() - done, &moved)) {
      case TlsSession::Progress::kDone:
        done += moved;
        break;
      case TlsSession::Progress::kWantWrite:
        if (absl::Status s = AwaitReady(tls.fd(), POLLOUT, deadline, wake_fd); !s.ok()) return s;
        break;
      case TlsSession::Progress::kWantRead:
        if (absl::Status s = AwaitReady(tls.fd(), POLLIN, deadline, wake_fd); !s.ok()) return s;
        break;
      case TlsSession::Progress::kEnd:
      case TlsSession::Progress::kFailed:
        return absl::DataLossError(absl::StrCat("the other side hung up: ", tls.last_error()));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadAll(TlsSession& tls, char* to, size_t size, absl::Time deadline, int wake_fd) {
  size_t done = 0;
  while (done < size) {
    size_t moved = 0;
    switch (tls.Read(to + done, size - done, &moved)) {
      case TlsSession::Progress::kDone:
        done += moved;
        break;
      case TlsSession::Progress::kWantWrite:
        if (absl::Status s = AwaitReady(tls.fd(), POLLOUT, deadline, wake_fd); !s.ok()) return s;
        break;
      case TlsSession::Progress::kWantRead:
        if (absl::Status s = AwaitReady(tls.fd(), POLLIN, deadline, wake_fd); !s.ok()) return s;
        break;
      case TlsSession::Progress::kEnd:
        return absl::DataLossError(
            absl::StrCat("the other side hung up after ", done, " of ", size, " bytes"));
      case TlsSession::Progress::kFailed:
        return absl::DataLossError(absl::StrCat("the connection broke: ", tls.last_error()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SendJoinMessage(TlsSession& tls, const std::string& message, absl::Time deadline,
                             int wake_fd) {
  if (message.empty() || message.size() > kMaxJoinBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a join message of ", message.size(), " bytes; wanted 1 to ", kMaxJoinBytes));
  }
  const auto size = static_cast<uint32_t>(message.size());
  std::string framed;
  framed.reserve(4 + message.size());
  for (int shift = 24; shift >= 0; shift -= 8) framed.push_back(static_cast<char>(size >> shift));
  framed += message;
  return WriteAll(tls, framed, deadline, wake_fd);
}

absl::StatusOr<std::string> ReceiveJoinMessage(TlsSession& tls, absl::Time deadline, int wake_fd) {
  unsigned char head[4];
  if (absl::Status s = ReadAll(tls, reinterpret_cast<char*>(head), sizeof head, deadline, wake_fd);
      !s.ok()) {
    return s;
  }
  const uint32_t size =
      (uint32_t{head[0]} << 24) | (uint32_t{head[1]} << 16) | (uint32_t{head[2]} << 8) | head[3];
  if (size == 0 || size > kMaxJoinBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a join message of ", size, " bytes; wanted 1 to ", kMaxJoinBytes));
  }
  std::string message(size, '\0');
  if (absl::Status s = ReadAll(tls, message.data(), size, deadline, wake_fd); !s.ok()) return s;
  return message;
}

}  // namespace fairway::edge
