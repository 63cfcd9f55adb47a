#include "node/edge/await_ready.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace fairway::edge {

absl::Status AwaitReady(int fd, short events, absl::Time deadline, int wake_fd) {
  for (;;) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("no answer in time");
    pollfd fds[2] = {{fd, events, 0}, {wake_fd, POLLIN, 0}};
    const int64_t ms = std::clamp<int64_t>(absl::ToInt64Milliseconds(left) + 1, 1, 60'000);
    const int ready = poll(fds, wake_fd >= 0 ? 2 : 1, static_cast<int>(ms));
    if (ready < 0 && errno != EINTR) {
      return absl::InternalError(absl::StrCat("poll: ", strerror(errno)));
    }
    if (ready <= 0) continue;
    if (wake_fd >= 0 && fds[1].revents != 0) return absl::CancelledError("stopping");
    if (fds[0].revents != 0) return absl::OkStatus();
  }
}

}  // namespace fairway::edge
