#ifndef FAIRWAY_NODE_EDGE_PEER_LINK_H_
#define FAIRWAY_NODE_EDGE_PEER_LINK_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace fairway::edge {

// The one method between peers: a bidirectional stream of byte frames.
inline constexpr char kExchangeMethod[] = "/fairway.v1.Peer/Exchange";

// Frames and queue are bounded as env::PeerTransport says. What gRPC may use for one link; a peer
// has at most two.
inline constexpr size_t kLinkMemoryBytes = 32u << 20;
inline constexpr int kMaxStreams = 32;
inline constexpr int kMaxMetadataBytes = 8192;

// What happens on a link. Called from gRPC's threads, one call at a time for one link, in this
// order: on_up, any number of on_frame, on_closed. Must be quick.
struct LinkEvents {
  std::function<void()> on_up;
  std::function<void(std::string frame)> on_frame;
  // Once, also without on_up before it, and never from within Send or Close. The exception: an
  // accepted connection on which no stream was ever opened ends without a word.
  std::function<void(absl::Status why)> on_closed;
};

// A stream of frames with one peer over one connection. Which side dialled makes no difference once
// it is up. On the accepting side each link has its own grpc::Server, so that peer and channel
// binding are arguments of what is made here and never looked up. Send and Close are thread-safe.
//
// Destroying a link ends it and waits for a running event. Not allowed from within an event of any
// link: a grpc::Server cannot be shut down from its own handler.
class PeerLink {
 public:
  // Take over PeerConnection::plaintext_fd. `answered` is PeerConnection::answered.
  static std::unique_ptr<PeerLink> Accept(int plaintext_fd, LinkEvents events);
  static std::unique_ptr<PeerLink> Dial(int plaintext_fd,
                                        std::shared_ptr<const std::atomic<bool>> answered,
                                        LinkEvents events);
  virtual ~PeerLink() = default;

  // Queues a frame. False: the link is not up, or the frame is longer than env::kMaxFrameBytes,
  // or env::kMaxQueuedBytes would be exceeded; then nothing is queued. Never waits.
  virtual bool Send(std::string frame) = 0;

  // Ends the stream; on_closed follows with `why` unless it was ending already. Never waits.
  virtual void Close(absl::Status why) = 0;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_PEER_LINK_H_
