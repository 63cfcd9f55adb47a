#include "node/edge/grpc_peer_transport.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "node/edge/connections.h"
#include "node/edge/dialler.h"
#include "node/edge/listener.h"
#include "node/edge/peer_link.h"
#include "node/edge/refusal_folder.h"

namespace fairway::edge {
namespace {

constexpr int kMaxDialThreads = 32;
constexpr absl::Duration kTick = absl::Seconds(1);

// Where a peer's events go, for as long as it is attached. The mutex is held during a call, so that
// Detach can wait for it; events of one peer come one at a time.
struct Slot {
  std::mutex mu;
  env::PeerEvents* events = nullptr;  // guarded by mu
};

struct Link {
  std::unique_ptr<PeerLink> link;
  std::string peer_id;
  std::string address;
  absl::Time open_by;
  bool late = false;  // no stream by then
  // Set when OnLinkUp was called.
  std::shared_ptr<std::atomic<bool>> up;
};

}  // namespace

class GrpcPeerTransport::Impl {
 public:
  Impl(Options options, const PinBook& pins)
      : options_(std::move(options)),
        pins_(pins),
        connections_(
            options_.limits, [this](const Refusal& refusal) { Refused(refusal); }, options_.now) {}
  ~Impl() { Stop(); }

  absl::Status Begin(const crypto::TlsIdentity& identity) {
    absl::StatusOr<std::unique_ptr<Dialler>> dialler = Dialler::Create(
        identity, connections_, [this](const Refusal& refusal) { Refused(refusal); });
    if (!dialler.ok()) return dialler.status();
    dialler_ = *std::move(dialler);
    janitor_ = std::thread([this] { KeepHouse(); });
    if (options_.listen.empty()) return absl::OkStatus();
    EdgeEvents events = options_.events;
    events.on_peer = [this](PeerConnection connection) { AddLink(std::move(connection), false); };
    events.on_refused = [this](const Refusal& refusal) { Refused(refusal); };
    absl::StatusOr<std::unique_ptr<Listener>> listener =
        Listener::Start(options_.listen, identity, pins_, connections_, std::move(events),
                        options_.limits, options_.now);
    if (!listener.ok()) return listener.status();
    listener_ = *std::move(listener);
    return absl::OkStatus();
  }

  std::string bound_address() const {
    return listener_ == nullptr ? std::string() : listener_->bound_address();
  }

  void Attach(const std::string& peer_id, env::PeerEvents* events) {
    auto slot = std::make_shared<Slot>();
    {
      std::lock_guard lock(slot->mu);
      slot->events = events;
    }
    std::lock_guard lock(mu_);
    slots_[peer_id] = std::move(slot);
  }

  void Detach(const std::string& peer_id) {
    std::shared_ptr<Slot> slot;
    {
      std::lock_guard lock(mu_);
      auto at = slots_.find(peer_id);
      if (at == slots_.end()) return;
      slot = std::move(at->second);
      slots_.erase(at);
    }
    {
      std::lock_guard lock(slot->mu);
      slot->events = nullptr;
    }
    ClosePeer(peer_id);
  }

  void Dial(const std::string& peer_id, const std::string& endpoint, const crypto::SpkiPin& pin) {
    std::lock_guard lock(mu_);
    auto slot = slots_.find(peer_id);
    if (stopping_ || slot == slots_.end() || !dialling_.insert(peer_id).second) return;
    dials_.push_back({peer_id, endpoint, pin, slot->second});
    something_to_dial_.notify_one();
    if (idle_dial_threads_ < static_cast<int>(dials_.size()) &&
        dial_threads_.size() < kMaxDialThreads) {
      try {
        dial_threads_.emplace_back([this] { DialAlways(); });
      } catch (const std::system_error&) {
        // The threads there are will come to it; without any, the next dial tries again.
      }
    }
  }

  bool Send(env::LinkId id, std::string frame) {
    std::lock_guard lock(mu_);
    auto at = links_.find(id);
    return at != links_.end() && at->second.link->Send(std::move(frame));
  }

  void CloseLink(env::LinkId id, std::string why) {
    std::lock_guard lock(mu_);
    auto at = links_.find(id);
    if (at == links_.end()) return;
    at->second.link->Close(absl::CancelledError(why));
    connections_.Close(id);
  }

  void ClosePeer(const std::string& peer_id) {
    connections_.ClosePeer(peer_id);
    std::lock_guard lock(mu_);
    for (auto& [id, link] : links_) {
      if (link.peer_id == peer_id) link.link->Close(absl::CancelledError("closed by this node"));
    }
  }

  Dialler& dialler() { return *dialler_; }

  void Stop() {
    {
      std::lock_guard lock(mu_);
      if (stopping_) return;
      stopping_ = true;
      something_to_dial_.notify_all();
      dials_.clear();
    }
    if (listener_ != nullptr) listener_->Stop();
    if (dialler_ != nullptr) dialler_->Stop();
    // No thread is added any more: Dial looks at stopping_ first.
    std::vector<std::thread> dial_threads;
    {
      std::lock_guard lock(mu_);
      dial_threads.swap(dial_threads_);
    }
    for (std::thread& thread : dial_threads) thread.join();
    connections_.Stop();
    {
      std::lock_guard lock(closed_mu_);
      house_closed_ = true;
      something_closed_.notify_all();
    }
    if (janitor_.joinable()) janitor_.join();
    absl::flat_hash_map<env::LinkId, Link> links;
    {
      std::lock_guard lock(mu_);
      links.swap(links_);
    }
    links.clear();  // waits for their last events
    Report(TakeDue(absl::InfiniteFuture()));
  }

 private:
  struct DialJob {
    std::string peer_id;
    std::string endpoint;
    crypto::SpkiPin pin;
    std::shared_ptr<Slot> slot;
  };

  // --- refusals

  void Refused(const Refusal& refusal) {
    std::vector<Refusal> now;
    {
      std::lock_guard lock(refusals_mu_);
      now = folder_.Add(refusal, options_.now());
    }
    Report(now);
  }

  std::vector<Refusal> TakeDue(absl::Time now) {
    std::lock_guard lock(refusals_mu_);
    return folder_.Due(now);
  }

  void Report(const std::vector<Refusal>& refusals) const {
    if (!options_.events.on_refused) return;
    for (const Refusal& refusal : refusals) options_.events.on_refused(refusal);
  }

  // --- links

  // False if the peer is not attached (any more): the connection is closed then.
  bool AddLink(PeerConnection connection, bool dialled) {
    std::lock_guard lock(mu_);
    // Before any event of the link: whoever hears of it may dial again at once.
    if (dialled) dialling_.erase(connection.peer_id);
    auto slot = slots_.find(connection.peer_id);
    if (stopping_ || slot == slots_.end()) {
      connections_.Close(connection.connection);
      close(connection.plaintext_fd);
      return false;
    }
    const env::LinkId id = connection.connection;
    Link link;
    link.peer_id = connection.peer_id;
    link.address = connection.address;
    link.open_by = absl::Now() + options_.limits.open_stream;
    link.up = std::make_shared<std::atomic<bool>>(false);
    LinkEvents events = EventsOf({id, dialled, connection.exporter32}, slot->second, link.up);
    link.link =
        dialled ? PeerLink::Dial(connection.plaintext_fd, connection.answered, std::move(events))
                : PeerLink::Accept(connection.plaintext_fd, std::move(events));
    links_.emplace(id, std::move(link));
    return true;
  }

  LinkEvents EventsOf(const env::LinkInfo& info, std::shared_ptr<Slot> slot,
                      std::shared_ptr<std::atomic<bool>> up) {
    LinkEvents events;
    events.on_up = [info, slot, up] {
      std::lock_guard lock(slot->mu);
      up->store(true);
      if (slot->events != nullptr) slot->events->OnLinkUp(info);
    };
    events.on_frame = [id = info.link, slot](std::string frame) {
      std::lock_guard lock(slot->mu);
      if (slot->events != nullptr) slot->events->OnFrame(id, std::move(frame));
    };
    events.on_closed = [this, info, slot, up](absl::Status why) {
      {
        std::lock_guard lock(slot->mu);
        if (slot->events != nullptr) {
          if (up->load()) {
            slot->events->OnLinkDown(info.link, why);
          } else if (info.dialled) {
            slot->events->OnDialFailed(why);
          }
        }
      }
      connections_.Close(info.link);
      std::lock_guard lock(closed_mu_);
      closed_.push_back(info.link);
      something_closed_.notify_all();
    };
    return events;
  }

  // --- the janitor: destroys what has ended, which gRPC's own threads must not do

  void KeepHouse() {
    for (;;) {
      std::vector<env::LinkId> closed;
      {
        std::unique_lock lock(closed_mu_);
        something_closed_.wait_for(lock, absl::ToChronoMilliseconds(kTick),
                                   [this] { return house_closed_ || !closed_.empty(); });
        closed.swap(closed_);
      }
      const absl::Time now = absl::Now();
      std::vector<Link> ended = TakeEnded(closed, now);
      for (const Link& link : ended) ReportIfNoStream(link);
      ended.clear();
      Report(TakeDue(options_.now()));
      std::lock_guard lock(closed_mu_);
      if (house_closed_) return;
    }
  }

  std::vector<Link> TakeEnded(const std::vector<env::LinkId>& closed, absl::Time now) {
    std::vector<Link> ended;
    std::lock_guard lock(mu_);
    for (env::LinkId id : closed) {
      auto at = links_.find(id);
      if (at == links_.end()) continue;
      ended.push_back(std::move(at->second));
      links_.erase(at);
    }
    for (auto at = links_.begin(); at != links_.end();) {
      if (at->second.up->load() || now < at->second.open_by) {
        ++at;
        continue;
      }
      connections_.Close(at->first);
      at->second.late = true;
      at->second.link->Close(absl::DeadlineExceededError("the other side opened no stream"));
      ended.push_back(std::move(at->second));
      links_.erase(at++);
    }
    return ended;
  }

  // Not an attack by itself: a line that broke just then looks the same.
  void ReportIfNoStream(const Link& link) {
    if (!link.late) return;
    Refusal refusal;
    refusal.reason = RefusalReason::kNoStream;
    refusal.address = link.address;
    refusal.peer_id = link.peer_id;
    refusal.detail = absl::StrCat("connected, and opened no stream within ",
                                  absl::FormatDuration(options_.limits.open_stream));
    Refused(refusal);
  }

  // --- dialling

  void DialAlways() {
    for (;;) {
      DialJob job;
      {
        std::unique_lock lock(mu_);
        ++idle_dial_threads_;
        something_to_dial_.wait(lock, [this] { return stopping_ || !dials_.empty(); });
        --idle_dial_threads_;
        if (stopping_) return;
        job = std::move(dials_.front());
        dials_.pop_front();
      }
      absl::Status failure = DialOnce(job);
      if (failure.ok()) continue;
      {
        std::lock_guard lock(mu_);
        dialling_.erase(job.peer_id);
      }
      std::lock_guard lock(job.slot->mu);
      if (job.slot->events != nullptr) job.slot->events->OnDialFailed(std::move(failure));
    }
  }

  absl::Status DialOnce(const DialJob& job) {
    absl::StatusOr<PeerConnection> connection =
        dialler_->Dial(job.endpoint, job.pin, job.peer_id, options_.dial_timeout);
    if (!connection.ok()) return connection.status();
    // Asked only now that ClosePeer can see the connection.
    if (pins_.PeerOf(job.pin) != job.peer_id) {
      connections_.Close(connection->connection);
      close(connection->plaintext_fd);
      return absl::PermissionDeniedError("the peer is not among this node's peers (any more)");
    }
    if (!AddLink(*std::move(connection), true)) {
      return absl::CancelledError("the peer was detached while it was dialled");
    }
    return absl::OkStatus();
  }

  const Options options_;
  const PinBook& pins_;

  std::mutex refusals_mu_;
  RefusalFolder folder_;  // guarded by refusals_mu_

  std::mutex closed_mu_;  // guards the next three
  std::condition_variable something_closed_;
  bool house_closed_ = false;
  std::vector<env::LinkId> closed_;

  std::mutex mu_;  // guards all up to dial_threads_
  std::condition_variable something_to_dial_;
  bool stopping_ = false;
  absl::flat_hash_map<std::string, std::shared_ptr<Slot>> slots_;
  absl::flat_hash_map<env::LinkId, Link> links_;
  std::deque<DialJob> dials_;
  absl::flat_hash_set<std::string> dialling_;
  int idle_dial_threads_ = 0;
  std::vector<std::thread> dial_threads_;

  Connections connections_;
  std::unique_ptr<Dialler> dialler_;
  std::unique_ptr<Listener> listener_;
  std::thread janitor_;
};

absl::StatusOr<std::unique_ptr<GrpcPeerTransport>> GrpcPeerTransport::Start(
    Options options, const crypto::TlsIdentity& identity, const PinBook& pins) {
  auto impl = std::make_unique<Impl>(std::move(options), pins);
  if (absl::Status begun = impl->Begin(identity); !begun.ok()) return begun;
  return std::unique_ptr<GrpcPeerTransport>(new GrpcPeerTransport(std::move(impl)));
}

GrpcPeerTransport::GrpcPeerTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcPeerTransport::~GrpcPeerTransport() { Stop(); }

std::string GrpcPeerTransport::bound_address() const { return impl_->bound_address(); }

void GrpcPeerTransport::Attach(const std::string& peer_id, env::PeerEvents* events) {
  impl_->Attach(peer_id, events);
}
void GrpcPeerTransport::Detach(const std::string& peer_id) { impl_->Detach(peer_id); }
void GrpcPeerTransport::Dial(const std::string& peer_id, const std::string& endpoint,
                             const crypto::SpkiPin& pin) {
  impl_->Dial(peer_id, endpoint, pin);
}
bool GrpcPeerTransport::Send(env::LinkId link, std::string frame) {
  return impl_->Send(link, std::move(frame));
}
void GrpcPeerTransport::CloseLink(env::LinkId link, std::string why) {
  impl_->CloseLink(link, std::move(why));
}
void GrpcPeerTransport::ClosePeer(const std::string& peer_id) { impl_->ClosePeer(peer_id); }

absl::StatusOr<std::string> GrpcPeerTransport::Join(
    const std::string& host_port, const crypto::SpkiPin& want,
    const std::function<std::string(const std::string& exporter32)>& make_request,
    absl::Duration timeout, std::string* exporter32) {
  return impl_->dialler().Join(host_port, want, make_request, timeout, exporter32);
}

void GrpcPeerTransport::Stop() { impl_->Stop(); }

}  // namespace fairway::edge
