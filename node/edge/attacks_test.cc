// Attackers by hand, strangers and peers, at both ends of a connection.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "node/edge/host_port.h"
#include "node/edge/two_edges.h"

namespace fairway::edge {
namespace {

TEST(Attacks, AThirdConnectionOfAPeerClosesItsOldest) {
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

TEST(Attacks, FiftyHalfOpenSocketsDoNotStopAnHonestPeer) {
  Pair pair;
  std::vector<Descriptor> half_open;
  for (int i = 0; i < 50; ++i) half_open.push_back(TcpTo(pair.b.address()));
  const absl::Time begin = absl::Now();
  pair.Connect();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  EXPECT_TRUE(pair.b.AwaitRefusal("too-many-connections").has_value());
}

TEST(Attacks, ASilentSocketIsClosedAfterTheHandshakeTime) {
  EdgeLimits limits;
  limits.handshake = absl::Milliseconds(300);
  Node b('B', "A", limits);
  Descriptor silent = TcpTo(b.address());
  EXPECT_TRUE(AwaitEnd(silent.get()));
  EXPECT_TRUE(b.AwaitRefusal("handshake-timeout").has_value());
}

TEST(Attacks, RunningOutOfDescriptorsShedsNewcomersAndPasses) {
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

TEST(Attacks, APeerThatAttacksIsCutOffReportedAndShutOutForAWhile) {
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

TEST(Attacks, AnAttackOfOnePeerLeavesTheOthersAlone) {
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

TEST(Attacks, AServerThatAttacksUsIsCutOffToo) {
  // An attacker that is dialled: accepts TLS as B, then floods with SETTINGS.
  PinBook pins;
  pins.Replace({{IdOf('A'), PinOf('A')}});
  Recorder at_a;
  Node a('A', "B");
  Descriptor listening = SilentServer();
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), AddressOf(listening.get()), PinOf('B'));
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

// A clock that a test moves.
struct Later {
  std::atomic<int64_t> seconds = 0;
  TimeSource Source() {
    return [this] { return absl::FromUnixSeconds(1'700'000'000) + absl::Seconds(seconds.load()); };
  }
};

// A header that is never indexed, without Huffman (RFC 7541 §6.2.2).
std::string Literal(const std::string& name, const std::string& value) {
  std::string field(1, '\0');
  for (const std::string& text : {name, value}) field += static_cast<char>(text.size()) + text;
  return field;
}

// What a server that was dialled sends after TLS; then it hangs up. The dial fails, and the node
// lives (gRPC 1.51 ends the process over some of these if it is let).
TEST(Attacks, AServerThatBreaksOffItsAnswerIsAFailedDialAndNoMore) {
  const std::string header = Literal(":status", "200");
  const std::string unknown = Literal("x", "y");
  const std::string whole = header + unknown;
  const auto frame = [](uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
    std::string made = Http2Frame(type, flags, stream, payload.size());
    return made.replace(9, payload.size(), payload);
  };
  const std::string settings = Http2Frame(4, 0, 0, 0);
  std::string large;  // more than gRPC takes, still open when the gate ends it
  for (int i = 0; i < 78; ++i) large += Literal("x", std::string(100, 'y'));
  std::string endless = frame(1, 0, 1, whole);
  for (int i = 0; i <= 5; ++i) endless += frame(9, 0, 1, large);
  const std::vector<std::string> answers = {
      "",
      frame(1, 0, 1, whole),                               // no END_HEADERS
      frame(1, 4, 1, whole).substr(0, 9 + header.size()),  // half of a frame
      frame(1, 4, 1, whole + "\xff\xff\xff\xff\xff\xff"),  // no HPACK
      frame(1, 0, 1, header) + frame(9, 0, 1, unknown),
      frame(1, 4, 1, whole) + frame(3, 0, 1, std::string(4, '\x02')),
      frame(1, 5, 1, whole),
      endless,
      frame(1, 0, 1, whole) + frame(9, 0, 1, large) + frame(9, 0, 1, large),
      frame(1, 4, 1, Literal(":path", "/") + whole),
  };
  for (size_t i = 0; i < answers.size(); ++i) {
    SCOPED_TRACE(i);
    PinBook pins;
    pins.Replace({{IdOf('A'), PinOf('A')}});
    Recorder at_a;
    Node a('A', "B");
    Descriptor listening = SilentServer();
    a.transport->Attach(IdOf('B'), &at_a);
    a.transport->Dial(IdOf('B'), AddressOf(listening.get()), PinOf('B'));
    auto tls = TlsSession::Accept(*TlsContext::ForServer(IdentityOf('B'), pins, nullptr),
                                  accept(listening.get(), nullptr, nullptr));
    ASSERT_TRUE(tls->FinishHandshake(absl::Now() + kPatience, -1).ok());
    {
      RawPeer server(std::move(tls));
      server.Write(settings);
      ASSERT_NE(server.AwaitFrame(1), "") << "the call";
      server.Write(answers[i]);
    }
    EXPECT_TRUE(at_a.AwaitDialFailureOrDown());
  }
}

// The headers of a call of ours.
std::string CallOn(uint32_t stream) {
  std::string block;
  const std::vector<std::pair<std::string, std::string>> fields = {
      {":method", "POST"}, {":scheme", "http"}, {":path", "/fairway.v1.Peer/Exchange"},
      {":authority", "b"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
  for (const auto& [name, value] : fields) block += Literal(name, value);
  std::string frame = Http2Frame(1, 4, stream, block.size());
  frame.replace(9, block.size(), block);
  return frame;
}

// Frames that the gate lets pass one by one, and that hardly make sense together: what gRPC is left
// to deal with.
class Nonsense {
 public:
  explicit Nonsense(uint64_t seed) : random_(seed) {}

  std::string Frames() {
    std::string bytes;
    for (uint64_t n = 1 + Below(6); n > 0; --n) bytes += Frame();
    return bytes.substr(0, bytes.size() - (Below(3) == 0 ? Below(20) : 0));
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  std::string Bytes(size_t n) {
    std::string bytes;
    while (n-- > 0) bytes += static_cast<char>(random_());
    return bytes;
  }
  std::string Header() {
    static const std::vector<std::pair<std::string, std::string>> kFields = {
        {":status", "200"},        {":status", "500"},
        {":method", "POST"},       {":path", "/fairway.v1.Peer/Exchange"},
        {":scheme", "http"},       {":authority", "b"},
        {"te", "trailers"},        {"content-type", "application/grpc"},
        {"content-type", "x"},     {"grpc-status", "0"},
        {"grpc-status", "x"},      {"grpc-message", "%zz"},
        {"grpc-encoding", "gzip"}, {"grpc-timeout", "1n"},
        {"grpc-timeout", "x"},     {"x-bin", "?"},
        {"connection", "close"},   {"x", std::string(100, 'y')},
        {"user-agent", "g"},       {"grpc-previous-rpc-attempts", "9"},
        {"content-length", "-1"},  {"lb-token", "t"}};
    switch (Below(8)) {
      case 0:
        return std::string(1, static_cast<char>(0x80 | Below(128)));  // indexed, perhaps not there
      case 1:
        return std::string(1, static_cast<char>(0x20 | Below(32)));  // another table size
      case 2:
        return Bytes(Below(12));
      default: {
        const auto& [name, value] = kFields[Below(kFields.size())];
        std::string field = Literal(name, value);
        if (Below(3) == 0) field[0] = 0x40;  // to be indexed
        return field;
      }
    }
  }
  std::string Frame() {
    std::string payload;
    uint8_t type = 1;
    switch (Below(8)) {
      case 0:
        type = 0;
        payload = std::string(5, '\0');
        break;
      case 1:
        type = 3;
        payload = Bytes(Below(6));
        break;
      case 2:
        type = 4;
        payload = Bytes(Below(3) * 6 + (Below(5) == 0 ? 1 : 0));
        break;
      case 3:
        type = static_cast<uint8_t>(6 + Below(3));
        payload = Bytes(Below(12));
        break;
      default:
        for (uint64_t n = Below(10); n > 0; --n) payload += Header();
    }
    const auto flags = static_cast<uint8_t>(type == 0 ? Below(2) : random_());
    std::string frame = Http2Frame(type, flags, static_cast<uint32_t>(Below(5)), payload.size());
    return frame.replace(9, payload.size(), payload);
  }

  std::mt19937_64 random_;
};

TEST(Attacks, NonsenseFromEitherSideIsSurvived) {
  const char* rounds = std::getenv("FAIRWAY_NONSENSE_ROUNDS");
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
  Nonsense nonsense(seed);
  Later later;
  PinBook pins;
  pins.Replace({{IdOf('A'), PinOf('A')}});
  Recorder at_a, at_a_of_c;
  Node a('A', "BC", EdgeLimits(), later.Source());
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Attach(IdOf('C'), &at_a_of_c);
  Descriptor listening = SilentServer();
  for (int round = 0; round < (rounds == nullptr ? 40 : std::atoi(rounds)); ++round) {
    later.seconds += 3 * 3600;  // what was punished before is forgiven
    {
      RawPeer client('C', a.address(), PinOf('A'));
      client.Write(Http2Opening() + (round % 2 == 0 ? CallOn(1) : "") + nonsense.Frames());
    }
    at_a.Forget();
    a.transport->Dial(IdOf('B'), AddressOf(listening.get()), PinOf('B'));
    auto tls = TlsSession::Accept(*TlsContext::ForServer(IdentityOf('B'), pins, nullptr),
                                  accept(listening.get(), nullptr, nullptr));
    ASSERT_TRUE(tls->FinishHandshake(absl::Now() + kPatience, -1).ok());
    {
      RawPeer server(std::move(tls));
      server.Write(Http2Frame(4, 0, 0, 0));
      server.AwaitFrame(1);
      server.Write(nonsense.Frames());
    }
    ASSERT_TRUE(at_a.AwaitDialFailureOrDown()) << "round " << round;
  }
}

TEST(Attacks, ThePenaltyIsAMinuteThenTwoAndEndsOnTime) {
  Later later;
  Recorder at_b;
  Node b('B', "A", EdgeLimits(), later.Source());
  b.transport->Attach(IdOf('A'), &at_b);
  const auto attack = [&] {
    RawPeer attacker('A', b.address(), PinOf('B'));
    attacker.Write("GET / HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(attacker.AwaitEnd());
  };
  const auto may_come = [&] {
    RawPeer again('A', b.address(), PinOf('B'));
    again.Write(Http2Opening());
    return !again.AwaitFrame(4).empty();  // SETTINGS
  };
  attack();
  later.seconds += 59;
  EXPECT_FALSE(may_come());
  later.seconds += 1;
  EXPECT_TRUE(may_come());
  attack();
  later.seconds += 119;
  EXPECT_FALSE(may_come());
  later.seconds += 1;
  EXPECT_TRUE(may_come());
}

TEST(Attacks, APenaltyIsThePeersAndNotItsAddresss) {
  Recorder at_b, at_b_of_c;
  Node b('B', "AC");
  b.transport->Attach(IdOf('A'), &at_b);
  b.transport->Attach(IdOf('C'), &at_b_of_c);
  RawPeer attacker('A', b.address(), PinOf('B'));
  attacker.Write("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(b.AwaitRefusal("gate:preface").has_value());
  Recorder at_c;
  Node c('C', "B");
  c.transport->Attach(IdOf('B'), &at_c);
  c.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  EXPECT_TRUE(at_c.AwaitUp().has_value());
}

TEST(Attacks, BytesOneByOneAreCutOffAndShutOut) {
  Recorder at_b;
  Node b('B', "A");
  b.transport->Attach(IdOf('A'), &at_b);
  RawPeer attacker('A', b.address(), PinOf('B'));
  attacker.Write(Http2Opening() + Http2Frame(4, 0, 0, 6000).substr(0, 500));
  // Each byte has to be read by itself: the next one follows when the last one was.
  for (int i = 0; i < 1000 && !b.AwaitRefusal("gate:trickle", absl::Milliseconds(20)); ++i) {
    attacker.Write("x");
  }
  EXPECT_EQ(b.AwaitRefusal("gate:trickle")->peer_id, IdOf('A'));
  EXPECT_TRUE(attacker.AwaitEnd());
  RawPeer again('A', b.address(), PinOf('B'));
  EXPECT_TRUE(again.AwaitEnd());
  EXPECT_TRUE(b.AwaitRefusal("penalty").has_value());
}

TEST(Attacks, WhoOpensNoStreamIsClosedAndReportedButNotShutOut) {
  EdgeLimits limits;
  limits.open_stream = absl::Milliseconds(300);
  Pair pair(limits);
  RawPeer silent('A', pair.b.address(), PinOf('B'));
  EXPECT_TRUE(silent.AwaitEnd());
  EXPECT_EQ(pair.b.AwaitRefusal("no-stream")->peer_id, IdOf('A'));
  pair.Connect();
}

// Limits, at each and one above it.

TEST(Limits, AConnectionHasOneStreamAndRefusesTheSecond) {
  Recorder at_b;
  Node b('B', "A");
  b.transport->Attach(IdOf('A'), &at_b);
  RawPeer peer('A', b.address(), PinOf('B'));
  peer.Write(Http2Opening() + CallOn(1));
  ASSERT_TRUE(at_b.AwaitUp().has_value());
  const auto flags_and_stream = [&] { return peer.AwaitFrame(1).substr(4); };
  constexpr char kOpen[] = "\x04\0\0\0\x01";  // END_HEADERS: the call goes on
  EXPECT_EQ(flags_and_stream(), std::string(kOpen, 5));
  peer.Write(CallOn(3));
  constexpr char kEnded[] = "\x05\0\0\0\x03";  // and END_STREAM: refused with its trailers
  EXPECT_EQ(flags_and_stream(), std::string(kEnded, 5));
}

TEST(Limits, TwoConnectionsOfAPeerLiveSideBySide) {
  Pair pair;
  pair.Connect();
  const env::LinkInfo first = pair.link_b;
  pair.Connect(2);
  EXPECT_TRUE(pair.b.transport->Send(first.link, "on the first"));
  EXPECT_TRUE(pair.b.transport->Send(pair.link_b.link, "on the second"));
  EXPECT_TRUE(pair.at_a.AwaitFrame(2).has_value());
}

TEST(Limits, HoweverFastAPeerConnectsTwoConnectionsStay) {
  EdgeLimits limits;
  limits.open_stream = absl::Hours(1);  // which would close them all
  limits.handshakes_per_address = limits.handshakes_per_peer_address = 100;
  Recorder at_b;
  Node b('B', "A", limits);
  b.transport->Attach(IdOf('A'), &at_b);
  std::vector<std::unique_ptr<RawPeer>> links(64);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < links.size(); i += 8) {
        links[i] = std::make_unique<RawPeer>('A', b.address(), PinOf('B'));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Which ones stay is a matter of who came last; how many, is not.
  size_t open = links.size();
  const absl::Time deadline = absl::Now() + kPatience;
  while (open > 2 && absl::Now() < deadline) {
    open = 0;
    for (const auto& link : links) open += !link->AwaitEnd(absl::Milliseconds(1));
  }
  EXPECT_EQ(open, 2u);
}

TEST(Limits, FourHandshakesOfAnAddressMayBeUnderWay) {
  Node b('B', "A");
  std::vector<Descriptor> silent;
  for (int i = 0; i < EdgeLimits().handshakes_per_address; ++i) {
    silent.push_back(TcpTo(b.address()));
  }
  EXPECT_FALSE(AwaitEnd(silent[0].get(), absl::Milliseconds(200)));
  silent.push_back(TcpTo(b.address()));
  EXPECT_TRUE(AwaitEnd(silent[0].get()));
  EXPECT_FALSE(AwaitEnd(silent[1].get(), absl::Milliseconds(200)));
  EXPECT_TRUE(b.AwaitRefusal("too-many-connections").has_value());
}

TEST(Limits, WhoHasBegunToTalkIsNotPutOutByWhoOnlyConnects) {
  Node b('B', "A");
  Descriptor talking = TcpTo(b.address());
  ASSERT_EQ(send(talking.get(), "\x16\x03\x01", 3, MSG_NOSIGNAL), 3);
  std::vector<Descriptor> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(TcpTo(b.address()));
  EXPECT_TRUE(AwaitEnd(silent[0].get()));
  EXPECT_FALSE(AwaitEnd(talking.get(), absl::Milliseconds(200)));
}

TEST(Limits, WhereAPeerCameFromMoreHandshakesMayBeUnderWay) {
  Pair pair;
  pair.Connect();
  std::vector<Descriptor> silent;
  for (int i = 0; i < EdgeLimits().handshakes_per_peer_address; ++i) {
    silent.push_back(TcpTo(pair.b.address()));
  }
  EXPECT_FALSE(AwaitEnd(silent[0].get(), absl::Milliseconds(200)));
  silent.push_back(TcpTo(pair.b.address()));
  EXPECT_TRUE(AwaitEnd(silent[0].get()));
}

TEST(Limits, BytesBeyondTheBurstComeAtTheRate) {
  EdgeLimits limits;
  limits.ingress_burst_bytes = 100'000;
  limits.ingress_bytes_per_second = 1'000'000;
  Pair pair(limits);
  pair.Connect();
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(pair.a.transport->Send(pair.link_a.link, std::string(400'000, 'x')));
  EXPECT_TRUE(pair.at_b.AwaitFrame().has_value());
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(290));
}

}  // namespace
}  // namespace fairway::edge
