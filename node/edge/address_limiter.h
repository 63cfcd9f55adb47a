#ifndef FAIRWAY_NODE_EDGE_ADDRESS_LIMITER_H_
#define FAIRWAY_NODE_EDGE_ADDRESS_LIMITER_H_

#include <sys/socket.h>

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace fairway::edge {

// What counts as one address: an IPv4 address (also when mapped into IPv6), the /64 of an IPv6 one,
// all of 127.0.0.0/8 and ::1 as "loopback".
std::string AddressGroup(const sockaddr_storage& address);
// "192.0.2.7:50122" or "[2001:db8::7]:50122".
std::string AddressText(const sockaddr_storage& address);

inline constexpr char kLoopbackGroup[] = "loopback";

// Counts failed handshakes for each address group, and knows from which ones a peer came lately:
// those are never dropped, so that who shares an address with a peer cannot lock it out. Bounded:
// at kMaxGroups the ones whose minute is over are forgotten, and if none is, all are; of peers'
// groups the one that was not seen longest gives way. Not thread-safe.
class AddressLimiter {
 public:
  static constexpr size_t kMaxGroups = 10'000;
  static constexpr size_t kMaxPeerGroups = 1'000;
  static constexpr absl::Duration kRemembered = absl::Hours(24);

  // More than `failures` in one minute drop a group for a minute.
  explicit AddressLimiter(int failures) : failures_(failures) {}

  void Failed(const std::string& group, absl::Time now);
  bool Dropped(const std::string& group, absl::Time now) const;

  // A pinned peer finished its handshake from there.
  void PeerCame(const std::string& group, absl::Time now);
  bool OfAPeer(const std::string& group, absl::Time now) const;

 private:
  struct Record {
    absl::Time begin;
    int failures = 0;
    absl::Time dropped_until = absl::InfinitePast();
  };
  void MakeRoom(absl::Time now);

  int failures_;
  absl::flat_hash_map<std::string, Record> records_;
  absl::flat_hash_map<std::string, absl::Time> peers_seen_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_ADDRESS_LIMITER_H_
