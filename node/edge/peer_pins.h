#ifndef FAIRWAY_NODE_EDGE_PEER_PINS_H_
#define FAIRWAY_NODE_EDGE_PEER_PINS_H_

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "crypto/spki.h"

namespace fairway::edge {

struct PinnedPeer {
  std::string peer_id;  // opaque to the edge: the 32 raw bytes of the authority id
  crypto::SpkiPin pin;  // of the TLS key in that authority's newest manifest
};

// Whose TLS keys are let in, and as whom. The owner replaces the whole list whenever peers change;
// a key that is not in it is a stranger's. To shut a peer out: Replace first, then ClosePeer on the
// transport; in that order no connection of that peer can survive. Thread-safe.
class PinBook {
 public:
  // A pin given for two different peers is dropped for both: identity would be ambiguous.
  void Replace(std::vector<PinnedPeer> peers);

  // The peer that `pin` stands for; nothing for a stranger.
  std::optional<std::string> PeerOf(const crypto::SpkiPin& pin) const;

 private:
  mutable std::mutex mu_;
  absl::flat_hash_map<crypto::SpkiPin, std::string> peer_of_;  // guarded by mu_
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_PEER_PINS_H_
