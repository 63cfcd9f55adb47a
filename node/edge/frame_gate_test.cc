#include "node/edge/frame_gate.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fairway::edge {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

constexpr uint8_t kData = 0, kHeaders = 1, kPriority = 2, kReset = 3, kSettings = 4, kPush = 5,
                  kPing = 6, kGoAway = 7, kWindowUpdate = 8, kContinuation = 9, kUnknown = 0xfa;
constexpr uint8_t kEndHeaders = 4, kAck = 1;

std::string Frame(uint8_t type, uint8_t flags, size_t length) {
  std::string frame = {static_cast<char>(length >> 16),
                       static_cast<char>(length >> 8),
                       static_cast<char>(length),
                       static_cast<char>(type),
                       static_cast<char>(flags),
                       0,
                       0,
                       0,
                       1};
  // DATA of zeros is a row of empty gRPC messages.
  frame.append(length, type == 0 ? '\0' : 'x');
  return frame;
}

std::string Repeat(const std::string& frame, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += frame;
  return all;
}

std::string Opening() { return kPreface + Frame(kSettings, 0, 12); }

// The attack that a client's bytes are killed for; empty if they pass.
std::string Verdict(const std::string& bytes) {
  FrameGate gate(GateSide::kFromClient, kStart);
  const absl::Status status = gate.Feed(bytes, kStart);
  EXPECT_EQ(status.ok(), gate.attack().empty());
  if (!status.ok()) {
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  }
  return std::string(gate.attack());
}

std::string ControlFrames(uint8_t type, size_t times) {
  return Repeat(Frame(type, 0, type == kPing || type == kGoAway ? 8 : 4), times);
}

TEST(FrameGate, PassesAnHonestStream) {
  EXPECT_EQ(Verdict(Opening() + Frame(kSettings, kAck, 0) + Frame(kHeaders, kEndHeaders, 200) +
                    Repeat(Frame(kData, 0, 16384), 500) + Frame(kWindowUpdate, 0, 4) +
                    Frame(kPing, 0, 8) + Frame(kReset, 0, 4)),
            "");
}

TEST(FrameGate, WantsThePrefaceFromAClientAndSettingsFirst) {
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\n\r\n"), "preface");
  EXPECT_EQ(Verdict(std::string(kPreface) + Frame(kHeaders, kEndHeaders, 10)), "preface");
  std::string late_typo = kPreface;
  late_typo.back() = '\r';
  EXPECT_EQ(Verdict(late_typo), "preface");
}

TEST(FrameGate, WantsNoPrefaceFromAServerButSettingsFirst) {
  FrameGate good(GateSide::kFromServer, kStart);
  EXPECT_TRUE(good.Feed(Frame(kSettings, 0, 12), kStart).ok());
  FrameGate bad(GateSide::kFromServer, kStart);
  EXPECT_FALSE(bad.Feed(Frame(kData, 0, 12), kStart).ok());
  EXPECT_EQ(bad.attack(), "preface");
}

TEST(FrameGate, LimitsDataFramesAt4MiB) {
  EXPECT_EQ(Verdict(Opening() + Frame(kData, 0, kMaxDataFrameBytes)), "");
  EXPECT_EQ(Verdict(Opening() + Frame(kData, 0, kMaxDataFrameBytes + 1)), "frame-too-large");
}

TEST(FrameGate, LimitsHeadersFramesAt8KiB) {
  EXPECT_EQ(Verdict(Opening() + Frame(kHeaders, kEndHeaders, kMaxHeadersFrameBytes)), "");
  EXPECT_EQ(Verdict(Opening() + Frame(kHeaders, kEndHeaders, kMaxHeadersFrameBytes + 1)),
            "headers-too-large");
}

TEST(FrameGate, LimitsEveryOtherFrameAt16KiB) {
  for (uint8_t type : {kPriority, kSettings, kPing, kGoAway, kWindowUpdate, kUnknown}) {
    EXPECT_EQ(Verdict(Opening() + Frame(type, 0, kMaxOtherFrameBytes)), "") << int{type};
    EXPECT_EQ(Verdict(Opening() + Frame(type, 0, kMaxOtherFrameBytes + 1)), "frame-too-large")
        << int{type};
  }
}

TEST(FrameGate, KillsAFloodAsSoonAsItIsAnnounced) {
  FrameGate gate(GateSide::kFromClient, kStart);
  const std::string header_only = Frame(kData, 0, kMaxDataFrameBytes + 1).substr(0, 9);
  EXPECT_FALSE(gate.Feed(Opening() + header_only, kStart).ok());
}

TEST(FrameGate, LimitsContinuationsToFourForEachHeaderBlock) {
  const std::string open = Frame(kHeaders, 0, 100);
  const std::string more = Frame(kContinuation, 0, 100);
  const std::string last = Frame(kContinuation, kEndHeaders, 100);
  const std::string block = open + Repeat(more, kMaxContinuations - 1) + last;
  EXPECT_EQ(Verdict(Opening() + Repeat(block, 3)), "");
  EXPECT_EQ(Verdict(Opening() + open + Repeat(more, kMaxContinuations) + last),
            "continuation-flood");
}

TEST(FrameGate, WantsContinuationsWhereTheyBelong) {
  EXPECT_EQ(Verdict(Opening() + Frame(kContinuation, kEndHeaders, 10)), "protocol");
  EXPECT_EQ(Verdict(Opening() + Frame(kHeaders, 0, 10) + Frame(kData, 0, 10)), "protocol");
}

TEST(FrameGate, KillsARapidResetAtTheLimit) {
  const std::string stream = Frame(kHeaders, kEndHeaders, 20);
  const std::string reset = Frame(kReset, 0, 4);
  EXPECT_EQ(Verdict(Opening() + stream + Repeat(reset, kMaxResets)), "");
  EXPECT_EQ(Verdict(Opening() + stream + Repeat(reset, kMaxResets + 1)), "rapid-reset");
  EXPECT_EQ(Verdict(Opening() + Repeat(stream + reset, kMaxResets)), "");
  EXPECT_EQ(Verdict(Opening() + Repeat(stream + reset, kMaxResets + 1)), "rapid-reset");
  // A server that resets half of its answers, and one that resets just more than half.
  const auto server = [&](size_t streams) {
    FrameGate gate(GateSide::kFromServer, kStart);
    return gate
        .Feed(Frame(kSettings, 0, 6) + Repeat(stream, streams) + Repeat(reset, kMaxResets + 1),
              kStart)
        .ok();
  };
  EXPECT_TRUE(server(2 * (kMaxResets + 1)));
  EXPECT_FALSE(server(2 * (kMaxResets + 1) - 1));
}

TEST(FrameGate, KillsEachKindOfControlFloodAtTheLimit) {
  // The opening SETTINGS is the first of them.
  constexpr size_t kAllowed = static_cast<size_t>(kControlBudget) - 1;
  for (uint8_t type : {kPriority, kSettings, kPing, kGoAway, kWindowUpdate, kUnknown}) {
    EXPECT_EQ(Verdict(Opening() + ControlFrames(type, kAllowed)), "") << int{type};
    EXPECT_EQ(Verdict(Opening() + ControlFrames(type, kAllowed + 1)), "control-flood") << int{type};
  }
  EXPECT_EQ(Verdict(Opening() + Repeat(Frame(kData, 0, 0), kAllowed)), "");
  EXPECT_EQ(Verdict(Opening() + Repeat(Frame(kData, 0, 0), kAllowed + 1)), "control-flood");
}

TEST(FrameGate, GrantsControlFramesForOwnHeaders) {
  constexpr size_t kAllowed = static_cast<size_t>(kControlBudget) - 1;
  constexpr size_t kMore = static_cast<size_t>(kControlPerHeaders);
  const std::string spent = Opening() + ControlFrames(kPing, kAllowed);
  const std::string earned = spent + Frame(kHeaders, kEndHeaders, 20);
  EXPECT_EQ(Verdict(earned + ControlFrames(kPing, kMore)), "");
  EXPECT_EQ(Verdict(earned + ControlFrames(kPing, kMore + 1)), "control-flood");
}

TEST(FrameGate, GrantsControlFramesForWhatTheOtherSideSent) {
  constexpr size_t kAllowed = static_cast<size_t>(kControlBudget) - 1;
  const auto after_credit = [&](const GateTally& tally, size_t more) {
    FrameGate gate(GateSide::kFromClient, kStart);
    EXPECT_TRUE(gate.Feed(Opening() + ControlFrames(kWindowUpdate, kAllowed), kStart).ok());
    gate.Credit(tally);
    return gate.Feed(ControlFrames(kWindowUpdate, more), kStart).ok();
  };
  EXPECT_FALSE(after_credit({}, 1));
  EXPECT_TRUE(after_credit({.frames = 2, .data_bytes = 10 * 1024}, 18));
  EXPECT_FALSE(after_credit({.frames = 2, .data_bytes = 10 * 1024}, 19));
}

TEST(FrameGate, TalliesWhatMayCauseControlFramesButNoAcknowledgements) {
  FrameGate gate(GateSide::kFromServer, kStart);
  ASSERT_TRUE(gate.Feed(Frame(kSettings, 0, 6) + Frame(kSettings, kAck, 0) + Frame(kPing, 0, 8) +
                            Frame(kPing, kAck, 8) + Frame(kData, 0, 1000) + Frame(kData, 0, 0) +
                            Frame(kWindowUpdate, 0, 4),
                        kStart)
                  .ok());
  const GateTally tally = gate.TakeTally();
  EXPECT_EQ(tally.frames, 3u);  // SETTINGS, PING, DATA with content
  EXPECT_EQ(tally.data_bytes, 1000u);
  EXPECT_EQ(gate.TakeTally().frames, 0u);
}

TEST(FrameGate, APingFloodDoesNotPayForItselfThroughOurAnswers) {
  FrameGate from_peer(GateSide::kFromClient, kStart);
  FrameGate from_us(GateSide::kFromServer, kStart);
  ASSERT_TRUE(from_us.Feed(Frame(kSettings, 0, 6), kStart).ok());
  ASSERT_TRUE(from_peer.Feed(Opening(), kStart).ok());
  int passed = 0;
  while (passed < 10'000 && from_peer.Feed(Frame(kPing, 0, 8), kStart).ok()) {
    ++passed;
    from_us.Credit(from_peer.TakeTally());
    ASSERT_TRUE(from_us.Feed(Frame(kPing, kAck, 8), kStart).ok());
    from_peer.Credit(from_us.TakeTally());
  }
  EXPECT_LT(passed, 1100);
}

TEST(FrameGate, AllowsAQuietConnectionToLiveForYears) {
  FrameGate gate(GateSide::kFromClient, kStart);
  ASSERT_TRUE(gate.Feed(Opening(), kStart).ok());
  for (int day = 0; day < 3 * 365; ++day) {
    const absl::Time now = kStart + absl::Hours(24 * day);
    for (int i = 0; i < 900; ++i) ASSERT_TRUE(gate.Feed(Frame(kPing, 0, 8), now).ok());
  }
}

TEST(FrameGate, ARefillTakesTimeAndAClockThatIsSetBackGivesNothing) {
  constexpr size_t kAllowed = static_cast<size_t>(kControlBudget) - 1;
  const auto later = [&](absl::Duration wait, size_t more) {
    FrameGate gate(GateSide::kFromClient, kStart);
    EXPECT_TRUE(gate.Feed(Opening() + ControlFrames(kPing, kAllowed), kStart).ok());
    return gate.Feed(ControlFrames(kPing, more), kStart + wait).ok();
  };
  EXPECT_TRUE(later(absl::Seconds(1), static_cast<size_t>(kControlPerSecond)));
  EXPECT_FALSE(later(absl::Seconds(1), static_cast<size_t>(kControlPerSecond) + 1));
  EXPECT_FALSE(later(-absl::Hours(24), 1));
}

TEST(FrameGate, KillsAFloodOfStreams) {
  const std::string stream = Frame(kHeaders, kEndHeaders, 20);
  EXPECT_EQ(Verdict(Opening() + Repeat(stream, kMaxOpenStreams)), "");
  EXPECT_EQ(Verdict(Opening() + Repeat(stream, kMaxOpenStreams + 1)), "headers-flood");
  const std::string reset = Frame(kReset, 0, 4);
  EXPECT_EQ(Verdict(Opening() + reset + Repeat(stream, kMaxOpenStreams + 1)), "");
}

TEST(FrameGate, LimitsAServersHeaders) {
  const auto passes = [](size_t headers) {
    FrameGate gate(GateSide::kFromServer, kStart);
    return gate
        .Feed(Frame(kSettings, 0, 6) + Repeat(Frame(kHeaders, kEndHeaders, 20), headers), kStart)
        .ok();
  };
  EXPECT_TRUE(passes(static_cast<size_t>(kHeadersBudget)));
  EXPECT_FALSE(passes(static_cast<size_t>(kHeadersBudget) + 1));
}

TEST(FrameGate, KillsAPush) { EXPECT_EQ(Verdict(Opening() + Frame(kPush, 0, 20)), "push"); }

// DATA with `content` on `stream`.
std::string Data(const std::string& content, char stream = 1, uint8_t flags = 0) {
  std::string frame = Frame(kData, flags, content.size());
  frame.replace(9, content.size(), content);
  frame[8] = stream;
  return frame;
}
// The five bytes before a gRPC message.
std::string MessageHead(uint32_t length, char compressed = 0) {
  return {compressed, static_cast<char>(length >> 24), static_cast<char>(length >> 16),
          static_cast<char>(length >> 8), static_cast<char>(length)};
}

TEST(FrameGate, LimitsAMessageTo4MiBAsSoonAsItIsAnnounced) {
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(kMaxMessageBytes))), "");
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(kMaxMessageBytes + 1))), "message-too-large");
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(0xffffffff))), "message-too-large");
  // Also when it follows others, and when its head is cut in two.
  const std::string before = Data(MessageHead(100) + std::string(100, 'm'));
  const std::string head = MessageHead(kMaxMessageBytes + 1);
  EXPECT_EQ(Verdict(Opening() + before + Data(head)), "message-too-large");
  EXPECT_EQ(Verdict(Opening() + before + Data(head.substr(0, 3)) + Data(head.substr(3))),
            "message-too-large");
}

TEST(FrameGate, TakesNoCompressedMessage) {
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(10, 1) + std::string(10, 'z'))), "protocol");
}

TEST(FrameGate, TakesDataOnOneStreamOnlyAndNotPadded) {
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(0), 1) + Data(MessageHead(0), 1)), "");
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(0), 1) + Data(MessageHead(0), 3)), "protocol");
  EXPECT_EQ(Verdict(Opening() + Data(MessageHead(0), 1, 8)), "protocol");
}

TEST(FrameGate, KillsAMessageThatComesInTinyFrames) {
  const std::string begin = Opening() + Data(MessageHead(100'000) + std::string(2000, 'm'));
  const std::string tiny = Data("m");
  EXPECT_EQ(Verdict(begin + Repeat(tiny, kMaxTinyFrames)), "");
  EXPECT_EQ(Verdict(begin + Repeat(tiny, kMaxTinyFrames + 1)), "trickle");
  const std::string at_limit = Data(std::string(kTinyFrameBytes, 'm'));
  EXPECT_EQ(Verdict(begin + Repeat(at_limit, 100)), "");
  // A window that opened only a little now and then is no attack.
  const std::string full = Data(std::string(kFullFrameBytes, 'm'));
  EXPECT_EQ(Verdict(begin + Repeat(Repeat(tiny, kMaxTinyFrames) + full, 20)), "");
  // Nor are many small messages, each whole.
  EXPECT_EQ(Verdict(Opening() + Repeat(Data(MessageHead(1) + "m"), 100)), "");
}

TEST(FrameGate, KnowsWhenAServerHasAnsweredACall) {
  const auto answered = [](const std::string& bytes) {
    FrameGate gate(GateSide::kFromServer, kStart);
    EXPECT_TRUE(gate.Feed(Frame(kSettings, 0, 6) + bytes, kStart).ok());
    return gate.answered();
  };
  const std::string whole = Frame(kHeaders, kEndHeaders, 20);
  EXPECT_TRUE(answered(whole));
  EXPECT_FALSE(answered(whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(answered(Frame(kHeaders, 0, 20)));
  EXPECT_TRUE(answered(Frame(kHeaders, 0, 20) + Frame(kContinuation, kEndHeaders, 20)));
  EXPECT_FALSE(answered(Frame(kHeaders, 0, 20) + Frame(kContinuation, 0, 20)));
  constexpr uint8_t kEndsStream = 1;
  EXPECT_FALSE(answered(Frame(kHeaders, kEndHeaders | kEndsStream, 20)));
  EXPECT_FALSE(answered(""));
}

TEST(FrameGate, KnowsWhenSomethingIsHalfSaid) {
  FrameGate gate(GateSide::kFromClient, kStart);
  EXPECT_FALSE(gate.half_said());
  const std::string bytes = Opening() + Data(MessageHead(3) + "abc");
  for (size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_TRUE(gate.Feed(bytes.substr(i, 1), kStart).ok());
    const size_t said = i + 1;
    const bool at_an_end = said == 24 || said == Opening().size() || said == bytes.size();
    EXPECT_EQ(gate.half_said(), !at_an_end) << said;
  }
}

TEST(FrameGate, StaysShutOnceItHasKilled) {
  FrameGate gate(GateSide::kFromClient, kStart);
  ASSERT_FALSE(gate.Feed(Opening() + Frame(kPush, 0, 20), kStart).ok());
  EXPECT_FALSE(gate.Feed(Frame(kPing, 0, 8), kStart + absl::Hours(1)).ok());
  EXPECT_EQ(gate.attack(), "push");
}

TEST(FrameGate, HowBytesAreCutMakesNoDifference) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const std::vector<uint8_t> types = {kData, kHeaders, kReset, kPing, kWindowUpdate, kContinuation};
  for (int round = 0; round < 300; ++round) {
    std::string bytes = Opening();
    const size_t frames = 1 + random() % 600;
    for (size_t i = 0; i < frames; ++i) {
      const uint8_t type =
          random() % 40 == 0 ? types[random() % types.size()] : (round % 2 == 0 ? kPing : kReset);
      bytes += Frame(type, random() % 3 == 0 ? 0 : kEndHeaders, random() % 30);
    }
    FrameGate cut(GateSide::kFromClient, kStart);
    absl::Status status;
    for (size_t at = 0; at < bytes.size() && status.ok();) {
      const size_t n = 1 + random() % (round % 3 == 0 ? 3 : 4000);
      status = cut.Feed(std::string_view(bytes).substr(at, n), kStart);
      at += n;
    }
    ASSERT_EQ(Verdict(bytes), cut.attack()) << "round " << round;
  }
}

}  // namespace
}  // namespace fairway::edge
