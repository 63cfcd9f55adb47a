#include "node/edge/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/edge/address_limiter.h"
#include "node/edge/await_ready.h"
#include "node/edge/descriptor.h"
#include "node/edge/host_port.h"
#include "node/edge/join_exchange.h"
#include "node/edge/tcp_options.h"
#include "node/edge/tls_session.h"

namespace fairway::edge {
namespace {

constexpr int kBacklog = 256;
constexpr int kAcceptsPerRound = 64;
constexpr int kBreathMs = 5;
// A refused connection is kept this long, so that the other side can read why: closing a socket
// with unread bytes resets it and destroys the alert under way.
constexpr absl::Duration kLinger = absl::Milliseconds(500);
constexpr size_t kMaxLingering = 64;

absl::StatusOr<Descriptor> BindOne(const addrinfo& at) {
  Descriptor fd(
      socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol));
  const int on = 1;
  const int off = 0;
  if (fd.valid()) {
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at.ai_family == AF_INET6) {
      setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    if (bind(fd.get(), at.ai_addr, at.ai_addrlen) == 0 && listen(fd.get(), kBacklog) == 0) {
      return fd;
    }
  }
  return absl::UnavailableError(strerror(errno));
}

absl::StatusOr<Descriptor> Bind(const std::string& where) {
  absl::StatusOr<HostPort> parsed = ParseHostPort(where);
  if (!parsed.ok()) return parsed.status();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(parsed->host.c_str(), parsed->port.c_str(), &hints, &found)) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", where, ": ", gai_strerror(error)));
  }
  absl::StatusOr<Descriptor> bound = absl::UnavailableError("no address");
  for (const addrinfo* at = found; at != nullptr && !bound.ok(); at = at->ai_next) {
    bound = BindOne(*at);
  }
  freeaddrinfo(found);
  if (!bound.ok()) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", where, ": ", bound.status().message()));
  }
  return bound;
}

}  // namespace

class Listener::Impl {
 public:
  Impl(Descriptor listening, WakeDescriptor wake, WakeDescriptor joins_wake,
       std::shared_ptr<TlsContext> context, const PinBook& pins, Connections& connections,
       EdgeEvents events, EdgeLimits limits, TimeSource now)
      : acceptor_(std::move(listening)),
        wake_(std::move(wake)),
        joins_wake_(std::move(joins_wake)),
        context_(std::move(context)),
        pins_(pins),
        connections_(connections),
        events_(std::move(events)),
        limits_(limits),
        limit_time_(std::move(now)),
        limiter_(limits.failures_per_address) {}

  absl::Status Begin() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(acceptor_.fd(), reinterpret_cast<sockaddr*>(&address), &size);
    bound_ = AddressText(address);
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error& error) {
      return absl::ResourceExhaustedError(absl::StrCat("no thread: ", error.what()));
    }
    return absl::OkStatus();
  }

  const std::string& bound() const { return bound_; }

  void Stop() {
    if (stopped_.exchange(true)) return;
    wake_.Wake();
    joins_wake_.Wake();
    if (thread_.joinable()) thread_.join();
    std::unique_lock lock(joins_->mu);
    joins_->one_ended.wait(lock, [this] { return joins_->running == 0; });
  }

 private:
  // A connection that has not shown who it is.
  struct Pending {
    std::unique_ptr<TlsSession> tls;
    std::string group;
    std::string address;
    absl::Time deadline;
    short events = POLLIN;
  };
  struct Lingering {
    std::unique_ptr<TlsSession> tls;
    absl::Time until;
  };
  struct Joins {
    std::mutex mu;
    std::condition_variable one_ended;
    int running = 0;  // guarded by mu
  };
  using PendingList = std::list<Pending>;  // oldest first

  void Run() {
    BlockSigpipeInThisThread();
    std::vector<pollfd> fds;
    while (!wake_.woken()) {
      fds.clear();
      fds.push_back({acceptor_.fd(), POLLIN, 0});
      fds.push_back({wake_.fd(), POLLIN, 0});
      for (const Pending& pending : pending_) {
        fds.push_back({pending.tls->fd(), pending.events, 0});
      }
      for (const Lingering& lingering : lingering_) {
        fds.push_back({lingering.tls->fd(), POLLIN, 0});
      }
      poll(fds.data(), fds.size(), PollTimeout());
      Advance(fds);
      DropLate();
      if (fds[0].revents != 0) AcceptSome();
    }
    pending_.clear();
    lingering_.clear();
  }

  int PollTimeout() const {
    absl::Duration wait = absl::Seconds(60);
    const absl::Time now = absl::Now();
    for (const Pending& pending : pending_) wait = std::min(wait, pending.deadline - now);
    for (const Lingering& lingering : lingering_) wait = std::min(wait, lingering.until - now);
    return static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(wait) + 1));
  }

  void Advance(const std::vector<pollfd>& fds) {
    size_t i = 2;
    for (auto at = pending_.begin(); at != pending_.end(); ++i) {
      auto next = std::next(at);
      if (fds[i].revents != 0) Shake(at);
      at = next;
    }
    const absl::Time now = absl::Now();
    // Shake may have added to lingering_ behind the ones that were polled.
    for (auto at = lingering_.begin(); at != lingering_.end(); ++i) {
      const bool ready = i < fds.size() && fds[i].revents != 0;
      if (now >= at->until || (ready && !Drain(at->tls->fd()))) {
        at = lingering_.erase(at);
      } else {
        ++at;
      }
    }
  }

  // Throws away what a refused side still sends; false at its end.
  static bool Drain(int fd) {
    char waste[4096];
    for (int i = 0; i < 4; ++i) {
      const ssize_t n = recv(fd, waste, sizeof waste, MSG_DONTWAIT);
      if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
      if (n == 0) return false;
    }
    return true;
  }

  void Report(Refusal refusal) {
    if (events_.on_refused) events_.on_refused(refusal);
  }

  void Refuse(PendingList::iterator at, Refusal refusal) {
    limiter_.Failed(at->group, limit_time_());
    shutdown(at->tls->fd(), SHUT_WR);
    if (lingering_.size() >= kMaxLingering) lingering_.pop_front();
    lingering_.push_back({std::move(at->tls), absl::Now() + kLinger});
    pending_.erase(at);
    Report(std::move(refusal));
  }

  void Shake(PendingList::iterator at) {
    switch (at->tls->Handshake()) {
      case TlsSession::Progress::kWantRead:
        at->events = POLLIN;
        return;
      case TlsSession::Progress::kWantWrite:
        at->events = POLLOUT;
        return;
      case TlsSession::Progress::kDone:
        break;
      default:
        return Refuse(at, at->tls->refusal());
    }
    std::unique_ptr<TlsSession> tls = std::move(at->tls);
    const std::string group = std::move(at->group);
    pending_.erase(at);
    if (tls->is_join()) {
      // Anybody may try to join, and each try that fails is recorded: nobody needs many.
      limiter_.Failed(group, limit_time_());
      BeginJoin(std::move(tls));
    } else {
      Welcome(std::move(tls), group);
    }
  }

  void DropLate() {
    const absl::Time now = absl::Now();
    while (!pending_.empty() && now >= pending_.front().deadline) {
      Refusal refusal = pending_.front().tls->refusal();
      refusal.reason = RefusalReason::kHandshakeTimeout;
      refusal.detail =
          absl::StrCat("no TLS handshake within ", absl::FormatDuration(limits_.handshake));
      Refuse(pending_.begin(), std::move(refusal));
    }
  }

  void AcceptSome() {
    for (int i = 0; i < kAcceptsPerRound; ++i) {
      std::optional<Acceptor::Accepted> accepted = acceptor_.Accept();
      if (!accepted.has_value()) {
        // Not even the reserve descriptor is left: wait a little instead of spinning.
        if (i == 0) poll(nullptr, 0, kBreathMs);
        return;
      }
      Refusal refusal;
      refusal.reason = RefusalReason::kTooManyConnections;
      refusal.address = AddressText(accepted->address);
      if (!accepted->fd.valid()) {
        refusal.detail = "out of file descriptors";
        Report(std::move(refusal));
        continue;
      }
      std::string group = AddressGroup(accepted->address);
      if (limiter_.Dropped(group, limit_time_())) {
        refusal.detail = absl::StrCat("more than ", limits_.failures_per_address,
                                      " failed handshakes in a minute; dropped for a minute");
        Report(std::move(refusal));
        continue;
      }
      Admit(std::move(accepted->fd), std::move(group), std::move(refusal.address));
    }
  }

  void Admit(Descriptor fd, std::string group, std::string address) {
    SetTcpOptions(fd.get());
    Pending pending;
    pending.tls = TlsSession::Accept(context_, fd.Release());
    pending.tls->set_address(address);
    pending.group = std::move(group);
    pending.address = std::move(address);
    pending.deadline = absl::Now() + limits_.handshake;
    pending_.push_back(std::move(pending));
    MakeRoom();
  }

  // One more than may be under way: of those of the same address, or of all, the oldest that said
  // nothing yet goes, or the oldest. Who has begun to talk is not put out by who only connects.
  void MakeRoom() {
    const std::string& group = pending_.back().group;
    const auto same = [&group](const Pending& pending) { return pending.group == group; };
    const int limit = limiter_.OfAPeer(group, limit_time_()) ? limits_.handshakes_per_peer_address
                                                             : limits_.handshakes_per_address;
    if (std::count_if(pending_.begin(), pending_.end(), same) > limit) {
      GiveWay(Oldest(same), "of one address");
    } else if (static_cast<int>(pending_.size()) > limits_.handshakes_total) {
      GiveWay(Oldest([](const Pending&) { return true; }), "in all");
    }
  }

  template <typename Among>
  PendingList::iterator Oldest(Among among) {
    const auto newest = std::prev(pending_.end());
    const auto silent = std::find_if(pending_.begin(), newest, [&among](const Pending& pending) {
      return among(pending) && !HasSpoken(*pending.tls);
    });
    return silent != newest ? silent : std::find_if(pending_.begin(), newest, among);
  }

  // Also what was said and not read yet.
  static bool HasSpoken(const TlsSession& tls) {
    char first;
    return tls.wire_bytes_read() > 0 || recv(tls.fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  void GiveWay(PendingList::iterator leaving, std::string_view scope) {
    Refusal refusal = leaving->tls->refusal();
    refusal.reason = RefusalReason::kTooManyConnections;
    refusal.detail =
        absl::StrCat("too many unfinished handshakes ", std::string(scope), ": one was closed");
    limiter_.Failed(leaving->group, limit_time_());
    pending_.erase(leaving);
    Report(std::move(refusal));
  }

  void Welcome(std::unique_ptr<TlsSession> tls, const std::string& group) {
    limiter_.PeerCame(group, limit_time_());
    const std::string peer_id = tls->peer_id();
    const crypto::SpkiPin pin = tls->peer_pin();
    Refusal refusal = tls->refusal();
    absl::StatusOr<PeerConnection> connection =
        connections_.Adopt(std::move(tls), peer_id, GateSide::kFromClient);
    if (!connection.ok()) {
      refusal.reason = connection.status().code() == absl::StatusCode::kFailedPrecondition
                           ? RefusalReason::kPenalty
                           : RefusalReason::kTooManyConnections;
      refusal.detail = std::string(connection.status().message());
      return Report(std::move(refusal));
    }
    // Asked again now that ClosePeer can see the connection: a peer that was taken out of the book
    // during the handshake must not stay.
    if (pins_.PeerOf(pin) != peer_id) {
      connections_.Close(connection->connection);
      close(connection->plaintext_fd);
      refusal.reason = RefusalReason::kNotPinned;
      refusal.detail = "the peer was removed during the handshake";
      return Report(std::move(refusal));
    }
    events_.on_peer(*std::move(connection));
  }

  void BeginJoin(std::unique_ptr<TlsSession> tls) {
    Refusal refusal = tls->refusal();
    {
      std::lock_guard lock(joins_->mu);
      if (joins_->running >= limits_.joins_at_once) {
        refusal.reason = RefusalReason::kTooManyConnections;
        refusal.detail = absl::StrCat("more than ", limits_.joins_at_once, " joins at once");
      } else {
        try {
          std::thread([this, joins = joins_, tls = std::move(tls)]() mutable {
            BlockSigpipeInThisThread();
            DoJoin(*tls);
            tls.reset();
            // This listener may be gone as soon as the last join is counted off.
            std::lock_guard done(joins->mu);
            --joins->running;
            joins->one_ended.notify_all();
          }).detach();
          ++joins_->running;
          return;
        } catch (const std::system_error& error) {
          refusal.reason = RefusalReason::kTooManyConnections;
          refusal.detail = absl::StrCat("no thread: ", error.what());
        }
      }
    }
    Report(std::move(refusal));
  }

  void DoJoin(TlsSession& tls) {
    const absl::Time deadline = absl::Now() + limits_.join;
    Refusal refusal = tls.refusal();
    refusal.reason = RefusalReason::kJoinRefused;
    absl::StatusOr<std::string> request = ReceiveJoinMessage(tls, deadline, joins_wake_.fd());
    absl::Status outcome = request.status();
    if (request.ok()) {
      absl::StatusOr<std::string> answer =
          events_.on_join ? events_.on_join({*std::move(request), tls.Exporter32(), tls.peer_pin(),
                                             tls.peer_key32(), refusal.address})
                          : absl::UnimplementedError("joins are not handled here");
      outcome =
          answer.ok() ? SendJoinMessage(tls, *answer, deadline, joins_wake_.fd()) : answer.status();
    }
    tls.SendClose();
    shutdown(tls.fd(), SHUT_WR);
    if (!outcome.ok()) {
      refusal.detail = std::string(outcome.message());
      Report(std::move(refusal));
    }
    // The applicant closes when it has the answer; until then ours stays, see kLinger.
    while (AwaitReady(tls.fd(), POLLIN, deadline, joins_wake_.fd()).ok() && Drain(tls.fd())) {
    }
  }

  Acceptor acceptor_;
  WakeDescriptor wake_;
  WakeDescriptor joins_wake_;
  const std::shared_ptr<TlsContext> context_;
  const PinBook& pins_;
  Connections& connections_;
  const EdgeEvents events_;
  const EdgeLimits limits_;
  const TimeSource limit_time_;
  std::string bound_;
  std::thread thread_;
  // Of the thread alone:
  AddressLimiter limiter_;
  PendingList pending_;
  std::list<Lingering> lingering_;

  std::atomic<bool> stopped_ = false;
  const std::shared_ptr<Joins> joins_ = std::make_shared<Joins>();
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() { Stop(); }

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(
    const std::string& bind, const crypto::TlsIdentity& identity, const PinBook& pins,
    Connections& connections, EdgeEvents events, EdgeLimits limits, TimeSource now) {
  absl::StatusOr<std::shared_ptr<TlsContext>> context =
      TlsContext::ForServer(identity, pins, events.join_open);
  if (!context.ok()) return context.status();
  absl::StatusOr<Descriptor> listening = Bind(bind);
  if (!listening.ok()) return listening.status();
  absl::StatusOr<WakeDescriptor> wake = WakeDescriptor::Create();
  if (!wake.ok()) return wake.status();
  absl::StatusOr<WakeDescriptor> joins_wake = WakeDescriptor::Create();
  if (!joins_wake.ok()) return joins_wake.status();
  auto impl = std::make_unique<Impl>(*std::move(listening), *std::move(wake),
                                     *std::move(joins_wake), *std::move(context), pins, connections,
                                     std::move(events), limits, std::move(now));
  if (absl::Status begun = impl->Begin(); !begun.ok()) return begun;
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

std::string Listener::bound_address() const { return impl_->bound(); }

void Listener::Stop() { impl_->Stop(); }

}  // namespace fairway::edge
