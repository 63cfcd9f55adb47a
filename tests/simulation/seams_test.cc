#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sim_entropy.h"
#include "tests/simulation/sim_network.h"

namespace fairway::simulation {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'750'000'000);

TEST(Schedule, EventsRunInOrderOfTimeAndTiesInAnOrderTheSeedDecides) {
  const auto run = [](uint64_t seed) {
    Schedule schedule(kStart, Random(seed));
    std::string order;
    schedule.After(absl::Seconds(2), [&] { order += 'z'; });
    for (char c = 'a'; c <= 'h'; ++c) schedule.After(absl::Seconds(1), [&order, c] { order += c; });
    const Schedule::EventId never = schedule.After(absl::Seconds(1), [&] { order += '!'; });
    schedule.Cancel(never);
    schedule.At(absl::InfiniteFuture(), [&] { order += '!'; });
    while (schedule.RunNext()) {
    }
    EXPECT_EQ(schedule.now(), kStart + absl::Seconds(2));
    EXPECT_EQ(order.size(), 9u);
    EXPECT_EQ(order.back(), 'z');
    return order;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(SimClock, ErrsByItsOwnErrorAndJumps) {
  Schedule schedule(kStart, Random(1));
  SimClock clock(schedule, absl::Hours(-48));
  EXPECT_EQ(clock.Now(), kStart - absl::Hours(48));
  clock.SetError(absl::Hours(24 * 365));
  EXPECT_EQ(clock.Now(), kStart + absl::Hours(24 * 365));
  EXPECT_EQ(clock.ToSimulated(clock.Now() + absl::Seconds(5)), kStart + absl::Seconds(5));
}

TEST(SimEntropy, AForkDependsOnItsNameAndNumberNotOnWhatWasDrawn) {
  SimEntropy one{Random(9)};
  SimEntropy two{Random(9)};
  one.Bytes(1000);
  EXPECT_EQ(one.Fork("publisher")->Bytes(32), two.Fork("publisher")->Bytes(32));
  EXPECT_NE(one.Fork("publisher")->Bytes(32), two.Fork("receiver")->Bytes(32));
  auto second = one.Fork("audit");
  auto third = one.Fork("audit");
  EXPECT_NE(second->Bytes(32), third->Bytes(32));
}

// A peer that writes down what it hears.
struct Listener : env::PeerEvents {
  void OnLinkUp(const env::LinkInfo& info) override {
    ups.push_back(info);
    story += "up ";
  }
  void OnFrame(env::LinkId, std::string frame) override { story += frame + " "; }
  void OnLinkDown(env::LinkId, absl::Status) override { story += "down "; }
  void OnDialFailed(absl::Status) override { story += "failed "; }

  std::vector<env::LinkInfo> ups;
  std::string story;
};

crypto::SpkiPin Pin(char c) {
  crypto::SpkiPin pin;
  pin.digest.bytes.fill(static_cast<uint8_t>(c));
  return pin;
}

class SimNetworkTest : public testing::Test {
 protected:
  SimNetworkTest() {
    a_ = network_.Join("A", Pin('a'), [this] { return a_alive_; });
    b_ = network_.Join("B", Pin('b'), [] { return true; });
    a_->Attach("B", &at_a_);
    b_->Attach("A", &at_b_);
  }

  void RunFor(absl::Duration duration) {
    const absl::Time end = schedule_.now() + duration;
    while (schedule_.next() <= end) schedule_.RunNext();
    schedule_.At(end, [] {});
    schedule_.RunNext();
  }
  void Connect() {
    a_->Dial("B", "b.example:7443", Pin('b'));
    RunFor(absl::Seconds(1));
    ASSERT_EQ(at_a_.ups.size(), 1u);
    ASSERT_EQ(at_b_.ups.size(), 1u);
    at_a_.story.clear();
    at_b_.story.clear();
  }
  // From A to B: "0 1 2 …", one every 10 ms.
  void SendNumbers(int n) {
    for (int i = 0; i < n; ++i) {
      a_->Send(at_a_.ups.back().link, std::to_string(i));
      RunFor(absl::Milliseconds(10));
    }
  }

  Schedule schedule_{kStart, Random(3)};
  SimNetwork network_{schedule_, Random(4)};
  bool a_alive_ = true;
  Listener at_a_, at_b_;
  std::unique_ptr<env::PeerTransport> a_, b_;
};

TEST_F(SimNetworkTest, BothEndsOfALinkGetTheSameExporterAndDifferentIds) {
  a_->Dial("B", "b.example:7443", Pin('b'));
  a_->Dial("B", "b.example:7443", Pin('b'));  // ignored: one is under way
  RunFor(absl::Seconds(1));
  ASSERT_EQ(at_a_.ups.size(), 1u);
  ASSERT_EQ(at_b_.ups.size(), 1u);
  EXPECT_EQ(at_a_.ups[0].exporter32, at_b_.ups[0].exporter32);
  EXPECT_NE(at_a_.ups[0].link, at_b_.ups[0].link);
  EXPECT_TRUE(at_a_.ups[0].dialled);
  EXPECT_FALSE(at_b_.ups[0].dialled);
}

TEST_F(SimNetworkTest, ADialFailsForAnotherKeyForAStrangerAndForANodeThatIsDown) {
  a_->Dial("B", "b.example:7443", Pin('x'));
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_a_.story, "failed ");
  b_->Detach("A");
  a_->Dial("B", "b.example:7443", Pin('b'));
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_a_.story, "failed failed ");
  b_.reset();
  a_->Dial("B", "b.example:7443", Pin('b'));
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_a_.story, "failed failed failed ");
}

TEST_F(SimNetworkTest, FramesArriveOnceAndInOrderHoweverTheyAreDelayed) {
  Connect();
  NetworkWeather weather;
  weather.jitter = absl::Seconds(1);
  network_.SetWeather(weather);
  SendNumbers(10);
  RunFor(absl::Minutes(5));
  EXPECT_EQ(at_b_.story, "0 1 2 3 4 5 6 7 8 9 ");
  EXPECT_GT(network_.counts().delayed, 0u);
  EXPECT_EQ(network_.in_flight(), 0u);
}

TEST_F(SimNetworkTest, ABrokenLinkLosesATailAndBothEndsHearOfIt) {
  Connect();
  NetworkWeather weather;
  weather.link_break = 0.3;
  weather.jitter = absl::Milliseconds(20);
  network_.SetWeather(weather);
  SendNumbers(30);
  RunFor(absl::Seconds(5));
  EXPECT_NE(at_a_.story.find("down"), std::string::npos);
  ASSERT_NE(at_b_.story.find("down"), std::string::npos);
  std::string prefix;
  for (int i = 0; prefix.size() + 5 < at_b_.story.size(); ++i) prefix += std::to_string(i) + " ";
  EXPECT_EQ(at_b_.story, prefix + "down ");
  EXPECT_FALSE(a_->Send(at_a_.ups[0].link, "late"));
}

TEST_F(SimNetworkTest, APartitionHoldsFramesAndKillsTheLinkIfItLasts) {
  Connect();
  network_.Cut("A", "B");
  SendNumbers(2);
  RunFor(absl::Seconds(5));
  EXPECT_EQ(at_b_.story, "");
  b_->Send(at_b_.ups[0].link, "back");  // cut in one direction only
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_a_.story, "back ");
  network_.Mend("A", "B");
  RunFor(absl::Seconds(2));
  EXPECT_EQ(at_b_.story, "0 1 ");
  network_.Cut("A", "B");
  SendNumbers(1);
  RunFor(absl::Seconds(30));
  EXPECT_EQ(at_b_.story, "0 1 down ");
  EXPECT_EQ(at_a_.story, "back down ");
  a_->Dial("B", "b.example:7443", Pin('b'));
  RunFor(absl::Seconds(10));
  EXPECT_EQ(at_a_.story, "back down failed ");
}

TEST_F(SimNetworkTest, RoughWeatherDropsDuplicatesReordersAndReplays) {
  Connect();
  NetworkWeather weather;
  weather.drop = weather.duplicate = weather.reorder = weather.replay = 0.2;
  network_.SetWeather(weather);
  SendNumbers(50);
  RunFor(absl::Seconds(10));
  const NetworkCounts& counts = network_.counts();
  EXPECT_GT(counts.dropped, 0u);
  EXPECT_GT(counts.duplicated, 0u);
  EXPECT_GT(counts.reordered, 0u);
  EXPECT_GT(counts.replayed, 0u);
}

TEST_F(SimNetworkTest, ACloseDeliversWhatWasWrittenBeforeItAndThenTheEnd) {
  Connect();
  a_->Send(at_a_.ups[0].link, "last");
  a_->CloseLink(at_a_.ups[0].link, "done");
  EXPECT_FALSE(a_->Send(at_a_.ups[0].link, "after"));
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_a_.story, "down ");
  EXPECT_EQ(at_b_.story, "last down ");
}

TEST_F(SimNetworkTest, NothingReachesASessionThatWasDetached) {
  Connect();
  a_->Send(at_a_.ups[0].link, "late");
  b_->Detach("A");
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_b_.story, "");
  EXPECT_EQ(at_a_.story, "down ");
}

TEST_F(SimNetworkTest, ACrashedNodeSendsNothingAndItsPeersSeeTheLinkBreak) {
  Connect();
  std::set<std::string> wire;
  network_.SetWire([&](const std::string&, const std::string&, const std::string& frame) {
    wire.insert(frame);
  });
  a_alive_ = false;
  a_->Send(at_a_.ups[0].link, "ghost");
  EXPECT_TRUE(wire.empty());
  a_.reset();
  RunFor(absl::Seconds(1));
  EXPECT_EQ(at_b_.story, "down ");
}

TEST_F(SimNetworkTest, AFrameAboveTheLimitOrABacklogIsRefused) {
  Connect();
  EXPECT_TRUE(a_->Send(at_a_.ups[0].link, std::string(env::kMaxFrameBytes, 'x')));
  EXPECT_FALSE(a_->Send(at_a_.ups[0].link, std::string(env::kMaxFrameBytes + 1, 'x')));
  EXPECT_TRUE(a_->Send(at_a_.ups[0].link, std::string(env::kMaxFrameBytes, 'x')));
  EXPECT_TRUE(a_->Send(at_a_.ups[0].link, "x"));
  EXPECT_FALSE(a_->Send(at_a_.ups[0].link, "x"));
}

}  // namespace
}  // namespace fairway::simulation
