// Two or more edges with real sockets on this machine, and hand-made attackers.
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "crypto/spki.h"
#include "gtest/gtest.h"
#include "node/edge/descriptor.h"
#include "node/edge/grpc_peer_transport.h"
#include "node/edge/host_port.h"
#include "node/edge/join_exchange.h"
#include "node/edge/tls_session.h"

// Debian's gRPC is not instrumented: how it hands its own objects from thread to thread is
// invisible to the thread sanitizer. Everything else is looked at.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:^grpc::\nrace:grpc::internal\n";
}

namespace fairway::edge {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

crypto::SigningKey KeyOf(char name) { return crypto::SigningKey::FromSeed(std::string(32, name)); }
crypto::SpkiPin PinOf(char name) { return crypto::PinOfKey(KeyOf(name).public_key()); }
std::string IdOf(char name) { return std::string(32, name); }
crypto::TlsIdentity IdentityOf(char name) {
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
  explicit Node(char name, const std::string& peers = "", EdgeLimits limits = EdgeLimits()) {
    Pin(peers);
    GrpcPeerTransport::Options options;
    options.listen = "127.0.0.1:0";
    options.limits = limits;
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
  std::optional<Refusal> AwaitRefusal(const std::string& reason) {
    std::unique_lock lock(mu_);
    std::optional<Refusal> found;
    changed_.wait_for(lock, absl::ToChronoMilliseconds(kPatience), [&] {
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

Descriptor TcpTo(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(ParseHostPort(address)->port)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  return fd;
}

// Whether the other side closes the connection within our patience.
bool AwaitEnd(int fd) {
  timeval patience{20, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char waste[4096];
  ssize_t n;
  while ((n = recv(fd, waste, sizeof waste, 0)) > 0) {
  }
  return n == 0 || errno == ECONNRESET;
}

// A TLS client with every freedom that OpenSSL gives.
bool OpenSslHandshake(const std::string& address, int max_version, bool with_certificate,
                      const std::string& alpn) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, max_version);
  if (with_certificate) {
    const crypto::TlsIdentity identity = IdentityOf('B');
    BIO* bio = BIO_new_mem_buf(identity.certificate_pem.data(),
                               static_cast<int>(identity.certificate_pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(identity.private_key_pem.view().data(),
                          static_cast<int>(identity.private_key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  Descriptor fd = TcpTo(address);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd.get());
  if (!alpn.empty()) {
    const std::string offer = static_cast<char>(alpn.size()) + alpn;
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  char byte;
  // In TLS 1.3 the client hears of a refusal with its first read.
  const bool ok = SSL_connect(ssl) == 1 && SSL_read(ssl, &byte, 1) == 1;
  SSL_free(ssl);
  SSL_CTX_free(context);
  return ok;
}

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
  bool AwaitEnd() { return edge::AwaitEnd(tls_->fd()); }

 private:
  std::unique_ptr<TlsSession> tls_;
};

std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream, size_t length) {
  std::string frame = {static_cast<char>(length >> 16), static_cast<char>(length >> 8),
                       static_cast<char>(length), static_cast<char>(type),
                       static_cast<char>(flags)};
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(stream >> shift);
  frame.append(length, '\x7f');
  return frame;
}

std::string Http2Opening() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0, 0); }

TEST(Edge, PinnedPeersExchangeFramesBothWaysInOrder) {
  Pair pair;
  pair.Connect();
  EXPECT_TRUE(pair.link_a.dialled);
  EXPECT_FALSE(pair.link_b.dialled);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(pair.a.transport->Send(pair.link_a.link, "from A " + std::to_string(i)));
    ASSERT_TRUE(pair.b.transport->Send(pair.link_b.link, "from B " + std::to_string(i)));
  }
  ASSERT_TRUE(pair.at_b.AwaitFrame(200).has_value());
  ASSERT_TRUE(pair.at_a.AwaitFrame(200).has_value());
  const std::deque<std::string> at_a = pair.at_a.frames();
  const std::deque<std::string> at_b = pair.at_b.frames();
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(at_b[i], "from A " + std::to_string(i));
    EXPECT_EQ(at_a[i], "from B " + std::to_string(i));
  }
}

TEST(Edge, BothEndsSeeTheSameChannelBindingAndEachConnectionItsOwn) {
  Pair pair;
  pair.Connect();
  EXPECT_EQ(pair.link_a.exporter32.size(), 32u);
  EXPECT_EQ(pair.link_a.exporter32, pair.link_b.exporter32);
  const std::string first = pair.link_a.exporter32;
  pair.Connect(2);
  EXPECT_EQ(pair.link_a.exporter32, pair.link_b.exporter32);
  EXPECT_NE(pair.link_a.exporter32, first);
}

TEST(Edge, FramesMayHave4MiBAndNotOneByteMore) {
  Pair pair;
  pair.Connect();
  std::string largest(env::kMaxFrameBytes, 'x');
  largest.back() = 'y';
  EXPECT_TRUE(pair.a.transport->Send(pair.link_a.link, largest));
  std::optional<std::string> arrived = pair.at_b.AwaitFrame();
  ASSERT_TRUE(arrived.has_value());
  EXPECT_TRUE(*arrived == largest);
  EXPECT_FALSE(pair.a.transport->Send(pair.link_a.link, largest + "z"));
}

TEST(Edge, AnEmptyFrameArrives) {
  Pair pair;
  pair.Connect();
  EXPECT_TRUE(pair.a.transport->Send(pair.link_a.link, ""));
  EXPECT_EQ(pair.at_b.AwaitFrame(), "");
}

TEST(Edge, ManyMegabytesPassBothGates) {
  Pair pair;
  pair.Connect();
  constexpr int kFrames = 48;
  const std::string frame(1 << 20, 'x');
  for (int i = 0; i < kFrames;) {
    if (pair.a.transport->Send(pair.link_a.link, frame)) {
      ++i;
    } else {
      absl::SleepFor(absl::Milliseconds(1));  // the queue is full; nothing tells when it is not
    }
  }
  ASSERT_TRUE(pair.at_b.AwaitFrame(kFrames).has_value());
  EXPECT_TRUE(pair.b.reasons().empty());
  EXPECT_TRUE(pair.a.reasons().empty());
}

TEST(Edge, SendRefusesWhatIsMoreThan8MiBAheadOfThePeer) {
  Pair pair;
  pair.Connect();
  EXPECT_FALSE(pair.a.transport->Send(pair.link_a.link + 1000, "no such link"));
  const std::string frame(env::kMaxFrameBytes, 'x');
  int accepted = 0;
  while (accepted < 1000 && pair.a.transport->Send(pair.link_a.link, frame)) ++accepted;
  EXPECT_GE(accepted, 2);
  EXPECT_LT(accepted, 1000);
}

TEST(Edge, AStrangersKeyIsRefusedAndReported) {
  Recorder at_c;
  Node b('B', "A");
  Node stranger('C', "B");
  stranger.transport->Attach(IdOf('B'), &at_c);
  stranger.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  const absl::Status failure = at_c.AwaitDialFailure();
  EXPECT_TRUE(absl::IsPermissionDenied(failure)) << failure;
  std::optional<Refusal> refusal = b.AwaitRefusal("not-pinned");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->pin, PinOf('C'));
  EXPECT_EQ(refusal->peer_id, "");
  EXPECT_EQ(refusal->address.rfind("127.0.0.1:", 0), 0u);
}

TEST(Edge, AServerWithAnotherKeyIsNotTalkedTo) {
  Recorder at_a;
  Node a('A', "BC");
  Node b('B', "A");
  a.transport->Attach(IdOf('C'), &at_a);
  a.transport->Dial(IdOf('C'), b.address(), PinOf('C'));
  const absl::Status failure = at_a.AwaitDialFailure();
  EXPECT_TRUE(absl::IsUnauthenticated(failure)) << failure;
  EXPECT_NE(failure.message().find("wanted"), std::string::npos) << failure;
}

TEST(Edge, Tls12IsRefused) {
  Recorder at_b;
  Node b('B', "B");
  b.transport->Attach(IdOf('B'), &at_b);
  EXPECT_TRUE(OpenSslHandshake(b.address(), TLS1_3_VERSION, true, "h2"));
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_2_VERSION, true, "h2"));
  EXPECT_TRUE(b.AwaitRefusal("tls-version").has_value());
}

TEST(Edge, AClientWithoutCertificateIsRefused) {
  Node b('B', "B");
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_3_VERSION, false, "h2"));
  EXPECT_TRUE(b.AwaitRefusal("no-client-certificate").has_value());
}

TEST(Edge, AWrongOrMissingProtocolIsRefused) {
  Node b('B', "B");
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_3_VERSION, true, "http/1.1"));
  EXPECT_TRUE(b.AwaitRefusal("no-alpn").has_value());
  Node other('B', "B");
  EXPECT_FALSE(OpenSslHandshake(other.address(), TLS1_3_VERSION, true, ""));
  EXPECT_TRUE(other.AwaitRefusal("no-alpn").has_value());
}

TEST(Edge, ThePlainPortScanIsRefused) {
  Node b('B', "A");
  Descriptor fd = TcpTo(b.address());
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  EXPECT_TRUE(AwaitEnd(fd.get()));
  EXPECT_TRUE(b.AwaitRefusal("handshake-failed").has_value());
}

TEST(Edge, ClosePeerEndsTheLinkAtBothEndsWithinASecond) {
  Pair pair;
  pair.Connect();
  const absl::Time begin = absl::Now();
  pair.b.Pin("");
  pair.b.transport->ClosePeer(IdOf('A'));
  ASSERT_TRUE(pair.at_b.AwaitDown().has_value());
  ASSERT_TRUE(pair.at_a.AwaitDown().has_value());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
  EXPECT_FALSE(pair.a.transport->Send(pair.link_a.link, "too late"));
  // And it does not come back.
  pair.a.transport->Dial(IdOf('B'), pair.b.address(), PinOf('B'));
  EXPECT_TRUE(absl::IsPermissionDenied(pair.at_a.AwaitDialFailure()));
}

TEST(Edge, ClosePeerEndsALinkThatIsBusy) {
  Pair pair;
  pair.Connect();
  const std::string frame(1 << 20, 'x');
  for (int i = 0; i < 8; ++i) pair.a.transport->Send(pair.link_a.link, frame);
  ASSERT_TRUE(pair.at_b.AwaitFrame().has_value());
  const absl::Time begin = absl::Now();
  pair.b.transport->ClosePeer(IdOf('A'));
  ASSERT_TRUE(pair.at_b.AwaitDown().has_value());
  ASSERT_TRUE(pair.at_a.AwaitDown().has_value());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
}

TEST(Edge, CloseLinkSaysWhyHereAndEndsTheLinkThere) {
  Pair pair;
  pair.Connect();
  pair.a.transport->CloseLink(pair.link_a.link, "a newer link is up");
  std::optional<absl::Status> why = pair.at_a.AwaitDown();
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->message(), "a newer link is up");
  EXPECT_TRUE(pair.at_b.AwaitDown().has_value());
}

TEST(Edge, AfterDetachNoEventComes) {
  Pair pair;
  pair.Connect();
  pair.b.transport->Detach(IdOf('A'));
  const size_t before = pair.at_b.events();
  ASSERT_TRUE(pair.at_a.AwaitDown().has_value());
  EXPECT_EQ(pair.at_b.events(), before);
}

TEST(Edge, APeerThatIsNotAttachedIsHungUpOn) {
  Recorder at_a;
  Node a('A', "B");
  Node b('B', "A");
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  EXPECT_TRUE(absl::IsUnavailable(at_a.AwaitDialFailure()));
}

TEST(Edge, NobodyListeningIsUnavailable) {
  std::string nowhere;
  {
    Node gone('B', "A");
    nowhere = gone.address();
  }
  Recorder at_a;
  Node a('A', "B");
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), nowhere, PinOf('B'));
  const absl::Status failure = at_a.AwaitDialFailure();
  EXPECT_TRUE(absl::IsUnavailable(failure)) << failure;
}

TEST(Edge, AnAddressThatIsNoneIsSaidSo) {
  Recorder at_a;
  Node a('A', "B");
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), "node.example", PinOf('B'));
  EXPECT_TRUE(absl::IsInvalidArgument(at_a.AwaitDialFailure()));
}

TEST(Edge, WhenOneEndStopsTheOtherHears) {
  auto pair = std::make_unique<Pair>();
  pair->Connect();
  pair->b.transport->Stop();
  EXPECT_TRUE(pair->at_a.AwaitDown().has_value());
  EXPECT_TRUE(pair->at_b.AwaitDown().has_value());
}

TEST(Edge, AThirdConnectionOfAPeerClosesItsOldest) {
  Pair pair;
  pair.Connect();
  const env::LinkInfo oldest = pair.link_b;
  pair.Connect(2);
  pair.Connect(3);
  ASSERT_TRUE(pair.at_b.AwaitDown().has_value());
  EXPECT_FALSE(pair.b.transport->Send(oldest.link, "x"));
  EXPECT_TRUE(pair.b.transport->Send(pair.link_b.link, "x"));
  EXPECT_TRUE(pair.b.AwaitRefusal("too-many-connections").has_value());
}

TEST(Edge, FiftyHalfOpenSocketsDoNotStopAnHonestPeer) {
  Pair pair;
  std::vector<Descriptor> half_open;
  for (int i = 0; i < 50; ++i) half_open.push_back(TcpTo(pair.b.address()));
  const absl::Time begin = absl::Now();
  pair.Connect();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  EXPECT_TRUE(pair.b.AwaitRefusal("too-many-connections").has_value());
}

TEST(Edge, ASilentSocketIsClosedAfterTheHandshakeTime) {
  EdgeLimits limits;
  limits.handshake = absl::Milliseconds(300);
  Node b('B', "A", limits);
  Descriptor silent = TcpTo(b.address());
  EXPECT_TRUE(AwaitEnd(silent.get()));
  EXPECT_TRUE(b.AwaitRefusal("handshake-timeout").has_value());
}

TEST(Edge, RunningOutOfDescriptorsShedsNewcomersAndPasses) {
  Pair pair;
  std::vector<Descriptor> hoard;
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit tight = before;
  tight.rlim_cur = std::min<rlim_t>(before.rlim_cur, 256);
  setrlimit(RLIMIT_NOFILE, &tight);
  std::vector<Descriptor> callers;
  for (int i = 0; i < 4; ++i) callers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (;;) {
    Descriptor fd(dup(0));
    if (!fd.valid()) break;
    hoard.push_back(std::move(fd));
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(ParseHostPort(pair.b.address())->port)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (Descriptor& caller : callers) {
    connect(caller.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
    EXPECT_TRUE(AwaitEnd(caller.get()));
  }
  hoard.clear();
  callers.clear();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(pair.b.AwaitRefusal("too-many-connections").has_value());
  pair.Connect();
}

struct Attack {
  const char* name;
  std::string bytes;
};

std::vector<Attack> Attacks() {
  std::string reset = Http2Opening();
  for (uint32_t stream = 1; stream < 1000; stream += 2) {
    reset += Http2Frame(1, 4, stream, 10) + Http2Frame(3, 0, stream, 4);
  }
  std::string continuation = Http2Opening() + Http2Frame(1, 0, 1, 100);
  for (int i = 0; i < 10; ++i) continuation += Http2Frame(9, 0, 1, 100);
  std::string settings = Http2Opening();
  for (int i = 0; i < 3000; ++i) settings += Http2Frame(4, 0, 0, 0);
  return {{"rapid-reset", reset},
          {"continuation-flood", continuation},
          {"control-flood", settings},
          {"preface", "GET / HTTP/1.1\r\n\r\n"}};
}

TEST(Edge, APeerThatAttacksIsCutOffReportedAndShutOutForAWhile) {
  for (const Attack& attack : Attacks()) {
    SCOPED_TRACE(attack.name);
    Recorder at_b;
    Node b('B', "A");
    b.transport->Attach(IdOf('A'), &at_b);
    RawPeer attacker('A', b.address(), PinOf('B'));
    attacker.Write(attack.bytes);
    EXPECT_TRUE(attacker.AwaitEnd());
    // gRPC may end a connection it does not understand just before the gate: not for these.
    std::optional<Refusal> refusal = b.AwaitRefusal(std::string("gate:") + attack.name);
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->peer_id, IdOf('A'));
    RawPeer again('A', b.address(), PinOf('B'));
    EXPECT_TRUE(again.AwaitEnd());
    EXPECT_TRUE(b.AwaitRefusal("penalty").has_value());
  }
}

TEST(Edge, AnAttackOfOnePeerLeavesTheOthersAlone) {
  Recorder at_c, at_b;
  Node b('B', "AC");
  Node c('C', "B");
  b.transport->Attach(IdOf('C'), &at_b);
  c.transport->Attach(IdOf('B'), &at_c);
  c.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  std::optional<env::LinkInfo> up = at_c.AwaitUp();
  ASSERT_TRUE(up.has_value());
  Recorder at_b_of_a;
  b.transport->Attach(IdOf('A'), &at_b_of_a);
  RawPeer attacker('A', b.address(), PinOf('B'));
  attacker.Write(Attacks()[0].bytes);
  ASSERT_TRUE(b.AwaitRefusal("gate:rapid-reset").has_value());
  EXPECT_TRUE(c.transport->Send(up->link, "still here"));
  EXPECT_EQ(at_b.AwaitFrame(), "still here");
}

TEST(Edge, AServerThatAttacksUsIsCutOffToo) {
  // An attacker that is dialled: accepts TLS as B, then floods with SETTINGS.
  PinBook pins;
  pins.Replace({{IdOf('A'), PinOf('A')}});
  Recorder at_a;
  Node a('A', "B");
  Descriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(listen(listening.get(), 1), 0);
  getsockname(listening.get(), reinterpret_cast<sockaddr*>(&at), &size);
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), "127.0.0.1:" + std::to_string(ntohs(at.sin_port)), PinOf('B'));
  BlockSigpipeInThisThread();
  auto tls = TlsSession::Accept(*TlsContext::ForServer(IdentityOf('B'), pins, nullptr),
                                accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(tls->FinishHandshake(absl::Now() + kPatience, -1).ok());
  std::string flood;
  for (int i = 0; i < 3000; ++i) flood += Http2Frame(4, 0, 0, 0);
  size_t n = 0;
  for (size_t done = 0; done < flood.size(); done += n) {
    if (tls->Write(flood.data() + done, flood.size() - done, &n) != TlsSession::Progress::kDone) {
      break;
    }
  }
  EXPECT_TRUE(a.AwaitRefusal("gate:control-flood").has_value());
  EXPECT_FALSE(at_a.AwaitDialFailure().ok());
  // The penalty holds for dialling as well.
  a.transport->Dial(IdOf('B'), "127.0.0.1:1", PinOf('B'));
  EXPECT_TRUE(absl::IsFailedPrecondition(at_a.AwaitDialFailure(2)));
}

TEST(Edge, AJoinIsOneRequestAndOneAnswerOverAnUnpinnedConnection) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  std::string bound;
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("request"); }, kPatience,
      &bound);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "welcome request");
  const JoinRequest seen = b.join();
  EXPECT_EQ(seen.exporter32, bound);
  EXPECT_EQ(seen.exporter32.size(), 32u);
  EXPECT_EQ(seen.client_pin, PinOf('C'));
  EXPECT_EQ(seen.client_key32, KeyOf('C').public_key().view());
}

TEST(Edge, AJoinIsRefusedWhileNoInvitationIsOpen) {
  Node b('B');
  Node newcomer('C');
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("request"); }, kPatience,
      nullptr);
  EXPECT_TRUE(absl::IsPermissionDenied(answer.status())) << answer.status();
  EXPECT_TRUE(b.AwaitRefusal("join-closed").has_value());
}

TEST(Edge, AJoinWithoutAnswerIsReported) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("bad"); }, kPatience,
      nullptr);
  EXPECT_TRUE(absl::IsDataLoss(answer.status())) << answer.status();
  std::optional<Refusal> refusal = b.AwaitRefusal("join-refused");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->detail, "not an invitation of ours");
}

TEST(Edge, AJoinRequestMayHave64KiBAndNotOneByteMore) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  // The answer is a few bytes longer than the request: at the limit the answer is what fails.
  const std::string fits(kMaxJoinBytes - std::string("welcome ").size(), 'x');
  EXPECT_TRUE(
      newcomer.transport
          ->Join(
              b.address(), PinOf('B'), [&](const std::string&) { return fits; }, kPatience, nullptr)
          .ok());
  const std::string long_one(kMaxJoinBytes + 1, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(newcomer.transport
                                          ->Join(
                                              b.address(), PinOf('B'),
                                              [&](const std::string&) { return long_one; },
                                              kPatience, nullptr)
                                          .status()));
}

TEST(Edge, ATamperedJoinLengthIsRefused) {
  Node b('B');
  b.join_open = true;
  auto tls = TlsSession::Connect(*TlsContext::ForClient(IdentityOf('C')),
                                 TcpTo(b.address()).Release(), PinOf('B'), kAlpnJoin);
  ASSERT_TRUE(tls->FinishHandshake(absl::Now() + kPatience, -1).ok());
  size_t n = 0;
  tls->Write("\x00\x01\x00\x01", 4, &n);  // kMaxJoinBytes + 1
  ASSERT_EQ(n, 4u);
  EXPECT_TRUE(b.AwaitRefusal("join-refused").has_value());
}

TEST(Edge, AnAddressInUseIsSaidSo) {
  Node b('B');
  GrpcPeerTransport::Options options;
  options.listen = b.address();
  PinBook pins;
  auto second = GrpcPeerTransport::Start(std::move(options), IdentityOf('B'), pins);
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

}  // namespace
}  // namespace fairway::edge
