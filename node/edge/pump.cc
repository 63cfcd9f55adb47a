#include "node/edge/pump.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/edge/token_bucket.h"
#include "node/edge/trickle_watch.h"

namespace fairway::edge {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr absl::Duration kFinishAfterTheirEnd = absl::Seconds(5);
constexpr char kTrickle[] = "trickle";  // as the gate calls it one layer up
constexpr absl::Duration kFinishAfterOurEnd = absl::Seconds(1);

// Bytes that were read on one side and not yet written on the other.
struct Buffer {
  std::vector<char> bytes = std::vector<char>(kBufferBytes);
  size_t begin = 0;
  size_t end = 0;

  bool empty() const { return begin == end; }
  const char* data() const { return bytes.data() + begin; }
  size_t size() const { return end - begin; }
  void Fill(size_t n) { begin = 0, end = n; }
  void Take(size_t n) { begin += n; }
};

class Pump {
 public:
  Pump(TlsSession& tls, int plain_fd, GateSide inbound, const EdgeLimits& limits,
       const WakeDescriptor& wake, std::atomic<bool>& answered)
      : tls_(tls),
        plain_fd_(plain_fd),
        wake_(wake),
        answered_(answered),
        now_(absl::Now()),
        gate_in_(inbound, now_),
        gate_out_(inbound == GateSide::kFromClient ? GateSide::kFromServer : GateSide::kFromClient,
                  now_),
        ingress_(static_cast<double>(limits.ingress_bytes_per_second),
                 static_cast<double>(limits.ingress_burst_bytes), now_) {}

  PumpEnd Run() {
    while (!end_.has_value()) {
      now_ = absl::Now();
      moved_ = false;
      if (wake_.woken()) {  // also while there is always something to move
        End(absl::CancelledError("closed by this side"));
        break;
      }
      ReadTls();
      if (!end_.has_value()) WritePlain();
      if (!end_.has_value()) ReadPlain();
      if (!end_.has_value()) WriteTls();
      if (!end_.has_value()) PassOnEnds();
      if (!end_.has_value() && !moved_) Wait();
    }
    return *std::move(end_);
  }

 private:
  void End(absl::Status why, std::string_view attack = "") {
    end_ = PumpEnd{std::string(attack), std::move(why)};
  }

  void ReadTls() {
    throttled_ = false;
    if (!from_tls_.empty() || tls_ended_ || !tls_readable_) return;
    const size_t allowed = std::min(kBufferBytes, ingress_.Available(now_));
    if (allowed == 0) {
      throttled_ = true;
      return;
    }
    size_t n = 0;
    const uint64_t before = tls_.wire_bytes_read();
    const TlsSession::Progress progress = tls_.Read(from_tls_.bytes.data(), allowed, &n);
    const uint64_t off_the_wire = tls_.wire_bytes_read() - before;
    switch (progress) {
      case TlsSession::Progress::kDone:
        break;
      case TlsSession::Progress::kWantRead:
      case TlsSession::Progress::kWantWrite:
        tls_readable_ = false;
        return Watch(off_the_wire, /*half_said=*/true);
      case TlsSession::Progress::kEnd:
        tls_ended_ = moved_ = true;
        return;
      case TlsSession::Progress::kFailed:
        return End(absl::UnavailableError(absl::StrCat("connection lost: ", tls_.last_error())));
    }
    moved_ = true;
    ingress_.Take(n);
    if (plain_ended_) return;  // nobody is left to read it; taken off the wire for a clean close
    if (absl::Status verdict = gate_in_.Feed(std::string_view(from_tls_.bytes.data(), n), now_);
        !verdict.ok()) {
      return End(std::move(verdict), gate_in_.attack());
    }
    gate_out_.Credit(gate_in_.TakeTally());
    if (gate_in_.answered()) answered_.store(true);
    from_tls_.Fill(n);
    Watch(off_the_wire, gate_in_.half_said());
  }

  void Watch(uint64_t off_the_wire, bool half_said) {
    // What OpenSSL had read ahead before is no piece of its own.
    if (off_the_wire == 0 || trickle_.Saw(off_the_wire, half_said)) return;
    End(absl::ResourceExhaustedError("bytes one by one inside a TLS record or an HTTP/2 frame"),
        kTrickle);
  }

  void WritePlain() {
    if (plain_ended_) from_tls_.Fill(0);
    if (from_tls_.empty() || !plain_writable_) return;
    const ssize_t n =
        send(plain_fd_, from_tls_.data(), from_tls_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      from_tls_.Take(static_cast<size_t>(n));
      moved_ = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      plain_writable_ = false;
    } else if (errno != EINTR) {
      plain_ended_ = moved_ = true;
    }
  }

  void ReadPlain() {
    if (!from_plain_.empty() || plain_ended_ || !plain_readable_) return;
    const ssize_t n = recv(plain_fd_, from_plain_.bytes.data(), kBufferBytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      plain_readable_ = false;
      return;
    }
    if (n < 0 && errno == EINTR) return;
    moved_ = true;
    if (n <= 0) {
      plain_ended_ = true;
      return;
    }
    const std::string_view bytes(from_plain_.bytes.data(), static_cast<size_t>(n));
    // The other side would judge these bytes the same way and shut us out for it.
    if (absl::Status verdict = gate_out_.Feed(bytes, now_); !verdict.ok()) {
      return End(absl::InternalError(absl::StrCat("our own side: ", verdict.message())));
    }
    gate_in_.Credit(gate_out_.TakeTally());
    from_plain_.Fill(static_cast<size_t>(n));
  }

  void WriteTls() {
    if (from_plain_.empty() || !tls_writable_) return;
    size_t n = 0;
    switch (tls_.Write(from_plain_.data(), from_plain_.size(), &n)) {
      case TlsSession::Progress::kDone:
        from_plain_.Take(n);
        moved_ = true;
        return;
      case TlsSession::Progress::kWantRead:
      case TlsSession::Progress::kWantWrite:
        tls_writable_ = false;
        return;
      default:
        return End(absl::UnavailableError(absl::StrCat("connection lost: ", tls_.last_error())));
    }
  }

  void PassOnEnds() {
    if (tls_ended_ && from_tls_.empty() && !told_plain_) {
      told_plain_ = true;
      shutdown(plain_fd_, SHUT_WR);
      finish_by_ = std::min(finish_by_, now_ + kFinishAfterTheirEnd);
    }
    if (plain_ended_ && from_plain_.empty() && !told_tls_) {
      told_tls_ = true;
      tls_.SendClose();
      shutdown(tls_.fd(), SHUT_WR);
      finish_by_ = std::min(finish_by_, now_ + kFinishAfterOurEnd);
    }
    if ((told_tls_ && tls_ended_) || now_ >= finish_by_) {
      End(tls_ended_ ? absl::UnavailableError("the other side closed the connection")
                     : absl::CancelledError("closed by this side"));
    }
  }

  void Wait() {
    pollfd fds[3] = {{tls_.fd(), 0, 0}, {plain_fd_, 0, 0}, {wake_.fd(), POLLIN, 0}};
    absl::Duration limit = finish_by_ - now_;
    if (from_tls_.empty() && !tls_ended_) {
      if (throttled_) {
        limit = std::min(limit, ingress_.Until(kBufferBytes));
      } else {
        fds[0].events |= POLLIN;
      }
    }
    if (!from_plain_.empty()) fds[0].events |= POLLOUT;
    if (from_plain_.empty() && !plain_ended_) fds[1].events |= POLLIN;
    if (!from_tls_.empty()) fds[1].events |= POLLOUT;
    // An idle descriptor that hung up would end poll at once, again and again: leave it out.
    for (int i = 0; i < 2; ++i) {
      if (fds[i].events == 0) fds[i].fd = -1;
    }
    const int timeout =
        limit >= absl::Seconds(60)
            ? 60'000
            : static_cast<int>(std::max<int64_t>(1, absl::ToInt64Milliseconds(limit) + 1));
    const int ready = poll(fds, 3, timeout);
    if (ready < 0 && errno != EINTR) {
      return End(absl::InternalError(absl::StrCat("poll: ", strerror(errno))));
    }
    if (ready <= 0) return;
    if (fds[2].revents != 0) return End(absl::CancelledError("closed by this side"));
    // Errors and hang-ups show in the next read or write.
    constexpr short kTrouble = POLLERR | POLLHUP | POLLNVAL;
    if (fds[0].revents & (POLLIN | kTrouble)) tls_readable_ = true;
    if (fds[0].revents & (POLLOUT | kTrouble)) tls_writable_ = true;
    if (fds[1].revents & (POLLIN | kTrouble)) plain_readable_ = true;
    if (fds[1].revents & (POLLOUT | kTrouble)) plain_writable_ = true;
  }

  TlsSession& tls_;
  int plain_fd_;
  const WakeDescriptor& wake_;
  std::atomic<bool>& answered_;
  absl::Time now_;
  FrameGate gate_in_;
  FrameGate gate_out_;
  TokenBucket ingress_;
  TrickleWatch trickle_;
  Buffer from_tls_;
  Buffer from_plain_;
  // "Ready until it said otherwise": decrypted bytes may wait inside OpenSSL where poll sees none.
  bool tls_readable_ = true;
  bool tls_writable_ = true;
  bool plain_readable_ = true;
  bool plain_writable_ = true;
  bool tls_ended_ = false;
  bool plain_ended_ = false;
  bool told_plain_ = false;
  bool told_tls_ = false;
  bool throttled_ = false;
  bool moved_ = false;
  absl::Time finish_by_ = absl::InfiniteFuture();
  std::optional<PumpEnd> end_;
};

}  // namespace

PumpEnd RunPump(TlsSession& tls, int plain_fd, GateSide inbound, const EdgeLimits& limits,
                const WakeDescriptor& wake, std::atomic<bool>& answered) {
  return Pump(tls, plain_fd, inbound, limits, wake, answered).Run();
}

}  // namespace fairway::edge
