#include "node/edge/address_limiter.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace fairway::edge {
namespace {

std::string GroupV4(const unsigned char* bytes) {
  if (bytes[0] == 127) return kLoopbackGroup;
  return absl::StrCat(bytes[0], ".", bytes[1], ".", bytes[2], ".", bytes[3]);
}

std::string TextOf(int family, const void* address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, address, text, sizeof text);
  return text;
}

}  // namespace

std::string AddressGroup(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return GroupV4(reinterpret_cast<const unsigned char*>(&v4.sin_addr));
  }
  if (address.ss_family != AF_INET6) return "unknown";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) return kLoopbackGroup;
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return GroupV4(v6.sin6_addr.s6_addr + 12);
  in6_addr prefix = v6.sin6_addr;
  memset(prefix.s6_addr + 8, 0, 8);
  return absl::StrCat(TextOf(AF_INET6, &prefix), "/64");
}

std::string AddressText(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return absl::StrCat(TextOf(AF_INET, &v4.sin_addr), ":", ntohs(v4.sin_port));
  }
  if (address.ss_family != AF_INET6) return "unknown";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    return absl::StrCat(TextOf(AF_INET, v6.sin6_addr.s6_addr + 12), ":", ntohs(v6.sin6_port));
  }
  return absl::StrCat("[", TextOf(AF_INET6, &v6.sin6_addr), "]:", ntohs(v6.sin6_port));
}

void AddressLimiter::MakeRoom(absl::Time now) {
  if (records_.size() < kMaxGroups) return;
  absl::erase_if(records_, [now](const auto& entry) {
    return now >= entry.second.begin + absl::Minutes(1) && now >= entry.second.dropped_until;
  });
  if (records_.size() >= kMaxGroups) records_.clear();
}

void AddressLimiter::Failed(const std::string& group, absl::Time now) {
  if (group == kLoopbackGroup) return;
  if (!records_.contains(group)) MakeRoom(now);
  Record& record = records_[group];
  if (now >= record.begin + absl::Minutes(1) || now < record.begin) {
    record.begin = now;
    record.failures = 0;
  }
  if (++record.failures > failures_) record.dropped_until = now + absl::Minutes(1);
}

void AddressLimiter::PeerCame(const std::string& group, absl::Time now) {
  if (peers_seen_.size() >= kMaxPeerGroups && !peers_seen_.contains(group)) {
    auto oldest = peers_seen_.begin();
    for (auto at = peers_seen_.begin(); at != peers_seen_.end(); ++at) {
      if (at->second < oldest->second) oldest = at;
    }
    peers_seen_.erase(oldest);
  }
  peers_seen_[group] = now;
}

bool AddressLimiter::OfAPeer(const std::string& group, absl::Time now) const {
  auto at = peers_seen_.find(group);
  return at != peers_seen_.end() && now < at->second + kRemembered;
}

bool AddressLimiter::Dropped(const std::string& group, absl::Time now) const {
  if (OfAPeer(group, now)) return false;
  auto at = records_.find(group);
  if (at == records_.end()) return false;
  const absl::Duration left = at->second.dropped_until - now;
  return left > absl::ZeroDuration() && left <= absl::Minutes(1);
}

}  // namespace fairway::edge
