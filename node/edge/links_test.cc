// What two edges say to each other, and how links come and go.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "node/edge/host_port.h"
#include "node/edge/two_edges.h"

namespace fairway::edge {
namespace {

TEST(Links, PinnedPeersExchangeFramesBothWaysInOrder) {
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

TEST(Links, BothEndsSeeTheSameChannelBindingAndEachConnectionItsOwn) {
  Pair pair;
  pair.Connect();
  EXPECT_EQ(pair.link_a.exporter32.size(), 32u);
  EXPECT_EQ(pair.link_a.exporter32, pair.link_b.exporter32);
  const std::string first = pair.link_a.exporter32;
  pair.Connect(2);
  EXPECT_EQ(pair.link_a.exporter32, pair.link_b.exporter32);
  EXPECT_NE(pair.link_a.exporter32, first);
}

TEST(Links, FramesMayHave4MiBAndNotOneByteMore) {
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

TEST(Links, AnEmptyFrameArrives) {
  Pair pair;
  pair.Connect();
  EXPECT_TRUE(pair.a.transport->Send(pair.link_a.link, ""));
  EXPECT_EQ(pair.at_b.AwaitFrame(), "");
}

TEST(Links, ManyMegabytesPassBothGates) {
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

TEST(Links, SendRefusesWhatIsMoreThan8MiBAheadOfThePeer) {
  Pair pair;
  pair.Connect();
  EXPECT_FALSE(pair.a.transport->Send(pair.link_a.link + 1000, "no such link"));
  const std::string frame(env::kMaxFrameBytes, 'x');
  int accepted = 0;
  while (accepted < 1000 && pair.a.transport->Send(pair.link_a.link, frame)) ++accepted;
  EXPECT_GE(accepted, 2);
  EXPECT_LT(accepted, 1000);
}

TEST(Links, ClosePeerEndsTheLinkAtBothEndsWithinASecond) {
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

TEST(Links, ClosePeerEndsALinkThatIsBusy) {
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

TEST(Links, CloseLinkSaysWhyHereAndEndsTheLinkThere) {
  Pair pair;
  pair.Connect();
  pair.a.transport->CloseLink(pair.link_a.link, "a newer link is up");
  std::optional<absl::Status> why = pair.at_a.AwaitDown();
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->message(), "a newer link is up");
  EXPECT_TRUE(pair.at_b.AwaitDown().has_value());
}

TEST(Links, AfterDetachNoEventComes) {
  Pair pair;
  pair.Connect();
  pair.b.transport->Detach(IdOf('A'));
  const size_t before = pair.at_b.events();
  ASSERT_TRUE(pair.at_a.AwaitDown().has_value());
  EXPECT_EQ(pair.at_b.events(), before);
}

TEST(Links, APeerThatIsNotAttachedIsHungUpOn) {
  Recorder at_a;
  Node a('A', "B");
  Node b('B', "A");
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  EXPECT_TRUE(absl::IsUnavailable(at_a.AwaitDialFailure()));
}

TEST(Links, NobodyListeningIsUnavailable) {
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

TEST(Links, AnAddressThatIsNoneIsSaidSo) {
  Recorder at_a;
  Node a('A', "B");
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), "node.example", PinOf('B'));
  EXPECT_TRUE(absl::IsInvalidArgument(at_a.AwaitDialFailure()));
}

TEST(Links, WhenOneEndStopsTheOtherHears) {
  auto pair = std::make_unique<Pair>();
  pair->Connect();
  pair->b.transport->Stop();
  EXPECT_TRUE(pair->at_a.AwaitDown().has_value());
  EXPECT_TRUE(pair->at_b.AwaitDown().has_value());
}

TEST(Links, AnAddressInUseIsSaidSo) {
  Node b('B');
  GrpcPeerTransport::Options options;
  options.listen = b.address();
  PinBook pins;
  auto second = GrpcPeerTransport::Start(std::move(options), IdentityOf('B'), pins);
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

}  // namespace
}  // namespace fairway::edge
