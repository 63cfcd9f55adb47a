#ifndef FAIRWAY_NODE_ENV_PEER_TRANSPORT_H_
#define FAIRWAY_NODE_ENV_PEER_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "crypto/spki.h"

namespace fairway::env {

// One connection to one peer, authenticated by its pinned key. Never reused within a process.
using LinkId = uint64_t;

struct LinkInfo {
  LinkId link = 0;
  bool dialled = false;    // by us
  std::string exporter32;  // TLS exporter of the connection: the same 32 bytes at both ends
};

inline constexpr size_t kMaxFrameBytes = 4 << 20;
inline constexpr size_t kMaxQueuedBytes = 8 << 20;  // for each link, towards the peer

// What a transport tells a peer's session. Called from threads of the transport; implementations
// are thread-safe, quick, and do not call back into the transport: they queue and wake.
class PeerEvents {
 public:
  virtual ~PeerEvents() = default;
  virtual void OnLinkUp(const LinkInfo& info) = 0;
  // In the order in which the peer sent them on that link; at most kMaxFrameBytes.
  virtual void OnFrame(LinkId link, std::string frame) = 0;
  // The last event of a link. Also follows a close from our side.
  virtual void OnLinkDown(LinkId link, absl::Status why) = 0;
  virtual void OnDialFailed(absl::Status why) = 0;
};

// Delivers frames between this node and its peers, and never waits. `peer_id` is the authority id,
// 32 raw bytes: who is at the other end is decided by the key it showed, never by what it says.
// Thread-safe.
class PeerTransport {
 public:
  virtual ~PeerTransport() = default;

  // From now on links of this peer are accepted and their events go to `events`, which must outlive
  // Detach. One at a time for each peer.
  virtual void Attach(const std::string& peer_id, PeerEvents* events) = 0;
  // Closes the peer's links. After return no event is delivered any more.
  virtual void Detach(const std::string& peer_id) = 0;

  // Begins to dial; the outcome is OnLinkUp or OnDialFailed. A dial while one is under way for the
  // same peer is ignored.
  virtual void Dial(const std::string& peer_id, const std::string& endpoint,
                    const crypto::SpkiPin& pin) = 0;

  // False if the link is gone, the frame is above kMaxFrameBytes, or more than kMaxQueuedBytes wait
  // already. True is no promise that it arrives.
  virtual bool Send(LinkId link, std::string frame) = 0;

  virtual void CloseLink(LinkId link, std::string why) = 0;
  // Closes every link of the peer at once, also while it stays attached.
  virtual void ClosePeer(const std::string& peer_id) = 0;
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_PEER_TRANSPORT_H_
