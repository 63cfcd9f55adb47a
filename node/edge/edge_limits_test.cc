// The small judges of the edge: pins, penalties, address limits, folded refusals, addresses.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/ed25519.h"
#include "gtest/gtest.h"
#include "node/edge/address_limiter.h"
#include "node/edge/edge_events.h"
#include "node/edge/host_port.h"
#include "node/edge/peer_pins.h"
#include "node/edge/penalty_box.h"
#include "node/edge/refusal_folder.h"
#include "node/edge/token_bucket.h"
#include "node/edge/trickle_watch.h"

namespace fairway::edge {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

crypto::SpkiPin PinOf(char name) {
  return crypto::PinOfKey(crypto::SigningKey::FromSeed(std::string(32, name)).public_key());
}

TEST(PinBook, KnowsPeersByTheirPinsAndNobodyElse) {
  PinBook book;
  EXPECT_EQ(book.PeerOf(PinOf('a')), std::nullopt);
  book.Replace({{"A", PinOf('a')}, {"A", PinOf('b')}, {"C", PinOf('c')}});
  EXPECT_EQ(book.PeerOf(PinOf('a')), "A");
  EXPECT_EQ(book.PeerOf(PinOf('b')), "A");
  EXPECT_EQ(book.PeerOf(PinOf('c')), "C");
  EXPECT_EQ(book.PeerOf(PinOf('d')), std::nullopt);
  book.Replace({{"C", PinOf('c')}});
  EXPECT_EQ(book.PeerOf(PinOf('a')), std::nullopt);
}

TEST(PinBook, APinOfTwoPeersIsNobodys) {
  PinBook book;
  book.Replace({{"A", PinOf('a')}, {"B", PinOf('a')}, {"C", PinOf('c')}});
  EXPECT_EQ(book.PeerOf(PinOf('a')), std::nullopt);
  EXPECT_EQ(book.PeerOf(PinOf('c')), "C");
}

TEST(PenaltyBox, DoublesFromAMinuteToAnHour) {
  PenaltyBox box(absl::Minutes(1), absl::Hours(1));
  EXPECT_EQ(box.Left("A", kStart), absl::ZeroDuration());
  absl::Time now = kStart;
  for (int minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(box.Punish("A", now), absl::Minutes(minutes));
    EXPECT_EQ(box.Left("A", now), absl::Minutes(minutes));
    now += absl::Minutes(minutes);
    EXPECT_EQ(box.Left("A", now - absl::Nanoseconds(1)), absl::Nanoseconds(1));
    EXPECT_EQ(box.Left("A", now), absl::ZeroDuration());
  }
  EXPECT_EQ(box.Left("B", kStart), absl::ZeroDuration());
}

TEST(PenaltyBox, ForgivesAfterTwoQuietHours) {
  PenaltyBox box(absl::Minutes(1), absl::Hours(1));
  box.Punish("A", kStart);
  const absl::Time over = kStart + absl::Minutes(1) + absl::Hours(2);
  PenaltyBox other = box;
  EXPECT_EQ(box.Punish("A", over), absl::Minutes(2));
  EXPECT_EQ(other.Punish("A", over + absl::Seconds(1)), absl::Minutes(1));
}

TEST(PenaltyBox, AClockThatIsSetBackLengthensNoSentence) {
  PenaltyBox box(absl::Minutes(1), absl::Hours(1));
  box.Punish("A", kStart);
  EXPECT_EQ(box.Left("A", kStart - absl::Hours(24)), absl::Minutes(1));
}

sockaddr_storage V4(const char* text) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(7443);
  EXPECT_EQ(inet_pton(AF_INET, text, &v4.sin_addr), 1);
  return storage;
}
sockaddr_storage V6(const char* text) {
  sockaddr_storage storage{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(7443);
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
  return storage;
}

TEST(Address, GroupsWhatOneSideControls) {
  EXPECT_EQ(AddressGroup(V4("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(AddressGroup(V6("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(AddressGroup(V4("127.9.9.9")), kLoopbackGroup);
  EXPECT_EQ(AddressGroup(V6("::1")), kLoopbackGroup);
  EXPECT_EQ(AddressGroup(V6("2001:db8:1:2:3::4")), AddressGroup(V6("2001:db8:1:2:ffff::")));
  EXPECT_NE(AddressGroup(V6("2001:db8:1:2::")), AddressGroup(V6("2001:db8:1:3::")));
}

TEST(Address, IsWrittenSoThatItCanBeReadBack) {
  EXPECT_EQ(AddressText(V4("192.0.2.7")), "192.0.2.7:7443");
  EXPECT_EQ(AddressText(V6("::ffff:192.0.2.7")), "192.0.2.7:7443");
  EXPECT_EQ(AddressText(V6("2001:db8::7")), "[2001:db8::7]:7443");
}

TEST(AddressLimiter, DropsAnAddressForAMinuteAfterOneFailureTooMany) {
  AddressLimiter limiter(10);
  for (int i = 0; i < 10; ++i) limiter.Failed("192.0.2.7", kStart);
  EXPECT_FALSE(limiter.Dropped("192.0.2.7", kStart));
  limiter.Failed("192.0.2.7", kStart);
  EXPECT_TRUE(limiter.Dropped("192.0.2.7", kStart));
  EXPECT_TRUE(limiter.Dropped("192.0.2.7", kStart + absl::Seconds(59)));
  EXPECT_FALSE(limiter.Dropped("192.0.2.7", kStart + absl::Seconds(60)));
  EXPECT_FALSE(limiter.Dropped("192.0.2.8", kStart));
}

TEST(AddressLimiter, CountsEachMinuteAnew) {
  AddressLimiter limiter(10);
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < 10; ++i) limiter.Failed("192.0.2.7", kStart + absl::Minutes(minute));
  }
  EXPECT_FALSE(limiter.Dropped("192.0.2.7", kStart + absl::Minutes(5)));
}

TEST(AddressLimiter, NeverDropsThisMachine) {
  AddressLimiter limiter(10);
  for (int i = 0; i < 1000; ++i) limiter.Failed(kLoopbackGroup, kStart);
  EXPECT_FALSE(limiter.Dropped(kLoopbackGroup, kStart));
}

TEST(AddressLimiter, StaysBounded) {
  AddressLimiter limiter(0);
  for (size_t i = 0; i < AddressLimiter::kMaxGroups; ++i) {
    limiter.Failed(absl::StrCat("host ", i), kStart);
  }
  EXPECT_TRUE(limiter.Dropped("host 0", kStart));
  // One more makes room by forgetting, which lets nobody in that has no key.
  limiter.Failed("one more", kStart);
  EXPECT_TRUE(limiter.Dropped("one more", kStart));
  EXPECT_FALSE(limiter.Dropped("host 0", kStart));
}

TEST(AddressLimiter, DoesNotDropAnAddressThatAPeerCameFromWithinADay) {
  AddressLimiter limiter(10);
  limiter.PeerCame("192.0.2.7", kStart);
  const auto flood = [&](absl::Time now) {
    for (int i = 0; i < 1000; ++i) limiter.Failed("192.0.2.7", now);
    return limiter.Dropped("192.0.2.7", now);
  };
  EXPECT_FALSE(flood(kStart));
  const absl::Time forgotten = kStart + AddressLimiter::kRemembered;
  EXPECT_FALSE(flood(forgotten - absl::Nanoseconds(1)));
  EXPECT_TRUE(flood(forgotten));
  EXPECT_FALSE(limiter.OfAPeer("192.0.2.8", kStart));
}

TEST(AddressLimiter, ForgetsThePeersAddressNotSeenLongestWhenThereAreTooMany) {
  AddressLimiter limiter(10);
  for (size_t i = 0; i < AddressLimiter::kMaxPeerGroups; ++i) {
    limiter.PeerCame(absl::StrCat("host ", i), kStart + absl::Seconds(i));
  }
  limiter.PeerCame("host 0", kStart + absl::Hours(1));
  EXPECT_TRUE(limiter.OfAPeer("host 1", kStart));
  limiter.PeerCame("one more", kStart + absl::Hours(1));
  EXPECT_TRUE(limiter.OfAPeer("host 0", kStart));
  EXPECT_FALSE(limiter.OfAPeer("host 1", kStart));
  EXPECT_TRUE(limiter.OfAPeer("one more", kStart));
}

TEST(TokenBucket, GivesItsBurstThenItsRateAndNotOneByteMore) {
  TokenBucket bucket(1000, 5000, kStart);
  EXPECT_EQ(bucket.Available(kStart), 5000u);
  bucket.Take(5000);
  EXPECT_EQ(bucket.Available(kStart), 0u);
  EXPECT_EQ(bucket.Until(500), absl::Milliseconds(500));
  EXPECT_EQ(bucket.Available(kStart + absl::Milliseconds(499)), 499u);
  EXPECT_EQ(bucket.Available(kStart + absl::Milliseconds(500)), 500u);
  EXPECT_EQ(bucket.Available(kStart + absl::Hours(1)), 5000u);
}

TEST(TokenBucket, AClockThatIsSetBackGivesNothing) {
  TokenBucket bucket(1000, 5000, kStart);
  bucket.Take(5000);
  EXPECT_EQ(bucket.Available(kStart - absl::Hours(1)), 0u);
}

TEST(TrickleWatch, KillsTheNinthTinyPieceOfSomethingHalfSaid) {
  TrickleWatch watch;
  for (int i = 0; i < TrickleWatch::kMaxTinyPieces; ++i) EXPECT_TRUE(watch.Saw(1, true));
  EXPECT_FALSE(watch.Saw(TrickleWatch::kTinyBytes - 1, true));
}

TEST(TrickleWatch, LetsSegmentsOfAnySlowLinePass) {
  TrickleWatch watch;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(watch.Saw(TrickleWatch::kTinyBytes, true));
}

TEST(TrickleWatch, BeginsAgainWhenWhatWasSaidIsWhole) {
  TrickleWatch watch;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(watch.Saw(1, i % TrickleWatch::kMaxTinyPieces != 0));
  }
}

Refusal Scan(int port, const std::string& host = "192.0.2.7") {
  Refusal refusal;
  refusal.reason = RefusalReason::kNotPinned;
  refusal.address = absl::StrCat(host, ":", port);
  return refusal;
}

TEST(RefusalFolder, ReportsTheFirstAtOnceAndTheRestOnceAMinute) {
  RefusalFolder folder;
  ASSERT_EQ(folder.Add(Scan(1), kStart).size(), 1u);
  for (int i = 2; i <= 100; ++i) EXPECT_TRUE(folder.Add(Scan(i), kStart).empty());
  EXPECT_TRUE(folder.Due(kStart + absl::Seconds(59)).empty());
  const std::vector<Refusal> due = folder.Due(kStart + absl::Seconds(60));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].count, 99u);
  EXPECT_EQ(due[0].address, "192.0.2.7:100");
  // After a quiet minute the next one is a first one again.
  EXPECT_TRUE(folder.Due(kStart + absl::Seconds(120)).empty());
  EXPECT_EQ(folder.Add(Scan(101), kStart + absl::Seconds(120)).size(), 1u);
}

TEST(RefusalFolder, KeepsReasonsAndHostsApart) {
  RefusalFolder folder;
  EXPECT_EQ(folder.Add(Scan(1), kStart).size(), 1u);
  EXPECT_EQ(folder.Add(Scan(1, "192.0.2.8"), kStart).size(), 1u);
  Refusal other = Scan(1);
  other.reason = RefusalReason::kNoAlpn;
  EXPECT_EQ(folder.Add(other, kStart).size(), 1u);
}

TEST(RefusalFolder, FoldsByReasonWhenThereAreTooManyHosts) {
  RefusalFolder folder;
  size_t reported = 0;
  uint64_t counted = 0;
  constexpr size_t kHosts = RefusalFolder::kMaxKinds + 5000;
  for (size_t i = 0; i < kHosts; ++i) {
    for (const Refusal& refusal : folder.Add(Scan(1, absl::StrCat("host", i)), kStart)) {
      ++reported;
      counted += refusal.count;
    }
  }
  EXPECT_EQ(reported, RefusalFolder::kMaxKinds + 1);
  for (const Refusal& refusal : folder.Due(absl::InfiniteFuture())) counted += refusal.count;
  EXPECT_EQ(counted, kHosts);
}

TEST(HostPort, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseHostPort("node.example:7443")->host, "node.example");
  EXPECT_EQ(ParseHostPort("192.0.2.7:0")->port, "0");
  EXPECT_EQ(ParseHostPort("[2001:db8::7]:65535")->host, "2001:db8::7");
  for (const char* wrong : {"", ":", "host", "host:", ":7443", "host:65536", "host:-1", "host:7x",
                            "2001:db8::7:7443", "[]:1", "[::1:7443", "host: 1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHostPort(wrong).status())) << wrong;
  }
}

TEST(Refusal, HasAStableNameForEachReason) {
  Refusal refusal;
  const std::vector<std::pair<RefusalReason, std::string>> names = {
      {RefusalReason::kNotPinned, "not-pinned"},
      {RefusalReason::kTlsVersion, "tls-version"},
      {RefusalReason::kNoClientCertificate, "no-client-certificate"},
      {RefusalReason::kNoAlpn, "no-alpn"},
      {RefusalReason::kJoinClosed, "join-closed"},
      {RefusalReason::kHandshakeTimeout, "handshake-timeout"},
      {RefusalReason::kHandshakeFailed, "handshake-failed"},
      {RefusalReason::kTooManyConnections, "too-many-connections"},
      {RefusalReason::kPenalty, "penalty"},
      {RefusalReason::kJoinRefused, "join-refused"},
      {RefusalReason::kNoStream, "no-stream"}};
  for (const auto& [reason, name] : names) {
    refusal.reason = reason;
    EXPECT_EQ(ReasonText(refusal), name);
  }
  refusal.reason = RefusalReason::kGate;
  refusal.attack = "rapid-reset";
  EXPECT_EQ(ReasonText(refusal), "gate:rapid-reset");
}

}  // namespace
}  // namespace fairway::edge
