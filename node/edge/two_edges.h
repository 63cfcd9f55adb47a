#ifndef FAIRWAY_NODE_EDGE_TWO_EDGES_H_
#define FAIRWAY_NODE_EDGE_TWO_EDGES_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "crypto/spki.h"
#include "gtest/gtest.h"
#include "node/edge/descriptor.h"
#include "node/edge/grpc_peer_transport.h"
#include "node/edge/tls_session.h"

// What the tests of the edge share: two or more edges with real sockets on this machine, and
// hand-made attackers.
namespace fairway::edge {

inline constexpr absl::Duration kPatience = absl::Seconds(20);

inline crypto::SigningKey KeyOf(char name) {
  return crypto::SigningKey::FromSeed(std::string(32, name));
}
inline crypto::SpkiPin PinOf(char name) { return crypto::PinOfKey(KeyOf(name).public_key()); }
inline std::string IdOf(char name) { return std::string(32, name); }
inline crypto::TlsIdentity IdentityOf(char name) {
  // Long expired: dates are not judged.
  return *crypto::MakeTlsIdentity(KeyOf(name), std::string("fairway://") + name,
                                  absl::FromUnixSeconds(0), absl::FromUnixSeconds(1));
}

// What a session would see.
class Recorder : public env::PeerEvents {
 public:
  void OnLinkUp(const env::LinkInfo& info) override {
    std::lock_guard lock(mu_);
    ups_.push_back(info);
    changed_.notify_all();
  }
  void OnFrame(env::LinkId, std::string frame) override {
    std::lock_guard lock(mu_);
    frames_.push_back(std::move(frame));
    changed_.notify_all();
  }
  void OnLinkDown(env::LinkId link, absl::Status why) override {
    std::lock_guard lock(mu_);
    downs_.push_back({link, std::move(why)});
    changed_.notify_all();
  }
  void OnDialFailed(absl::Status why) override {
    std::lock_guard lock(mu_);
    failures_.push_back(std::move(why));
    changed_.notify_all();
  }

  std::optional<env::LinkInfo> AwaitUp(size_t n = 1) { return Await(ups_, n); }
  std::optional<std::string> AwaitFrame(size_t n = 1) { return Await(frames_, n); }
  std::optional<absl::Status> AwaitDown(size_t n = 1) {
    auto down = Await(downs_, n);
    return down.has_value() ? std::optional(down->second) : std::nullopt;
  }
  absl::Status AwaitDialFailure(size_t n = 1) {
    return Await(failures_, n).value_or(absl::UnknownError("no dial failed"));
  }
  // The link came up for a moment, or not at all; it is gone.
  bool AwaitDialFailureOrDown() {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, absl::ToChronoMilliseconds(kPatience),
                             [this] { return !failures_.empty() || !downs_.empty(); });
  }
  void Forget() {
    std::lock_guard lock(mu_);
    ups_.clear(), frames_.clear(), downs_.clear(), failures_.clear();
  }
  size_t events() {
    std::lock_guard lock(mu_);
    return ups_.size() + frames_.size() + downs_.size() + failures_.size();
  }
  std::deque<std::string> frames() {
    std::lock_guard lock(mu_);
    return frames_;
  }

 private:
  // The n-th of `list`, once it is there.
  template <typename T>
  std::optional<T> Await(const std::deque<T>& list, size_t n) {
    std::unique_lock lock(mu_);
    const auto there = [&] { return list.size() >= n; };
    if (!changed_.wait_for(lock, absl::ToChronoMilliseconds(kPatience), there)) {
      return std::nullopt;
    }
    return list[n - 1];
  }

  std::mutex mu_;  // guards all below
  std::condition_variable changed_;
  std::deque<env::LinkInfo> ups_;
  std::deque<std::string> frames_;
  std::deque<std::pair<env::LinkId, absl::Status>> downs_;
  std::deque<absl::Status> failures_;
};

class Node {
 public:
  explicit Node(char name, const std::string& peers = "", EdgeLimits limits = EdgeLimits(),
                TimeSource now = absl::Now) {
    Pin(peers);
    GrpcPeerTransport::Options options;
    options.listen = "127.0.0.1:0";
    options.limits = limits;
    options.now = std::move(now);
    options.dial_timeout = absl::Seconds(5);
    options.events.on_refused = [this](const Refusal& refusal) {
      std::lock_guard lock(mu_);
      refusals_.push_back(refusal);
      changed_.notify_all();
    };
    options.events.join_open = [this] { return join_open.load(); };
    options.events.on_join = [this](const JoinRequest& request) -> absl::StatusOr<std::string> {
      std::lock_guard lock(mu_);
      join_ = request;
      if (request.request == "bad") return absl::InvalidArgumentError("not an invitation of ours");
      return "welcome " + request.request;
    };
    auto started = GrpcPeerTransport::Start(std::move(options), IdentityOf(name), pins);
    EXPECT_TRUE(started.ok()) << started.status();
    transport = *std::move(started);
  }

  void Pin(const std::string& peers) {
    std::vector<PinnedPeer> list;
    for (char peer : peers) list.push_back({IdOf(peer), PinOf(peer)});
    pins.Replace(std::move(list));
  }

  std::string address() const { return transport->bound_address(); }

  // Waits for a refusal with that reason.
  std::optional<Refusal> AwaitRefusal(const std::string& reason,
                                      absl::Duration patience = kPatience) {
    std::unique_lock lock(mu_);
    std::optional<Refusal> found;
    changed_.wait_for(lock, absl::ToChronoMilliseconds(patience), [&] {
      for (const Refusal& refusal : refusals_) {
        if (ReasonText(refusal) == reason) found = refusal;
      }
      return found.has_value();
    });
    return found;
  }
  std::vector<std::string> reasons() {
    std::lock_guard lock(mu_);
    std::vector<std::string> all;
    for (const Refusal& refusal : refusals_) all.push_back(ReasonText(refusal));
    return all;
  }
  JoinRequest join() {
    std::lock_guard lock(mu_);
    return join_;
  }

  PinBook pins;
  std::atomic<bool> join_open = false;

 private:
  std::mutex mu_;  // guards all below
  std::condition_variable changed_;
  std::vector<Refusal> refusals_;
  JoinRequest join_;

 public:
  std::unique_ptr<GrpcPeerTransport> transport;  // goes first: it reports until it is gone
};

// A and B, peers of each other, with one link that A dialled.
struct Pair {
  explicit Pair(EdgeLimits limits = EdgeLimits()) : a('A', "B", limits), b('B', "A", limits) {
    a.transport->Attach(IdOf('B'), &at_a);
    b.transport->Attach(IdOf('A'), &at_b);
  }
  void Connect(size_t n = 1) {
    a.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
    std::optional<env::LinkInfo> up_a = at_a.AwaitUp(n);
    std::optional<env::LinkInfo> up_b = at_b.AwaitUp(n);
    ASSERT_TRUE(up_a.has_value());
    ASSERT_TRUE(up_b.has_value());
    link_a = *up_a;
    link_b = *up_b;
  }

  Recorder at_a, at_b;  // outlive the transports
  Node a, b;
  env::LinkInfo link_a, link_b;
};

// Connected to an edge, and nothing said.
Descriptor TcpTo(const std::string& address);

// Listens on a free port of this machine, and says nothing; and where that is.
Descriptor SilentServer();
std::string AddressOf(int listening);

// Whether the other side closes the connection within our patience, or in less.
bool AwaitEnd(int fd, absl::Duration patience = kPatience);

// An authenticated peer that writes HTTP/2 by hand.
class RawPeer {
 public:
  RawPeer(char name, const std::string& address, const crypto::SpkiPin& want) {
    BlockSigpipeInThisThread();
    tls_ = TlsSession::Connect(*TlsContext::ForClient(IdentityOf(name)), TcpTo(address).Release(),
                               want, kAlpnPeer);
    const absl::Status shaken = tls_->FinishHandshake(absl::Now() + kPatience, -1);
    EXPECT_TRUE(shaken.ok()) << shaken;
  }
  // As a server: who was dialled, and passes over the preface of who dialled.
  explicit RawPeer(std::unique_ptr<TlsSession> accepted)
      : tls_(std::move(accepted)), preface_left_(24) {}
  // False when the other side has closed.
  bool Write(const std::string& bytes) {
    for (size_t at = 0; at < bytes.size();) {
      size_t n = 0;
      const auto progress = tls_->Write(bytes.data() + at, bytes.size() - at, &n);
      if (progress == TlsSession::Progress::kFailed) return false;
      at += n;
    }
    return true;
  }
  bool AwaitEnd(absl::Duration patience = kPatience) {
    return edge::AwaitEnd(tls_->fd(), patience);
  }
  // The header (9 bytes) of the next HTTP/2 frame of that type; empty if none comes.
  std::string AwaitFrame(uint8_t type);

 private:
  std::unique_ptr<TlsSession> tls_;
  std::string received_;
  size_t preface_left_ = 0;
};

std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream, size_t length);
// Preface and SETTINGS.
std::string Http2Opening();

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_TWO_EDGES_H_
