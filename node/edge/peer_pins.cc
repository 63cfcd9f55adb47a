#include "node/edge/peer_pins.h"

#include <utility>

namespace fairway::edge {

void PinBook::Replace(std::vector<PinnedPeer> peers) {
  absl::flat_hash_map<crypto::SpkiPin, std::string> next;
  std::vector<crypto::SpkiPin> ambiguous;
  for (PinnedPeer& peer : peers) {
    auto [at, fresh] = next.try_emplace(peer.pin, peer.peer_id);
    if (!fresh && at->second != peer.peer_id) ambiguous.push_back(peer.pin);
  }
  for (const crypto::SpkiPin& pin : ambiguous) next.erase(pin);
  std::lock_guard lock(mu_);
  peer_of_ = std::move(next);
}

std::optional<std::string> PinBook::PeerOf(const crypto::SpkiPin& pin) const {
  std::lock_guard lock(mu_);
  auto at = peer_of_.find(pin);
  if (at == peer_of_.end()) return std::nullopt;
  return at->second;
}

}  // namespace fairway::edge
