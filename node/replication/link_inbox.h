#ifndef FAIRWAY_NODE_REPLICATION_LINK_INBOX_H_
#define FAIRWAY_NODE_REPLICATION_LINK_INBOX_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "node/env/peer_transport.h"
#include "node/env/waker.h"

namespace fairway::replication {

// More than a sender's whole window (model: 8 MiB unacknowledged) can never wait here: a peer that
// sends more does not keep to the protocol.
inline constexpr size_t kMaxInboxBytes = 16 << 20;
// What a waiting frame costs besides its bytes, about: without it, empty frames would cost nothing
// and could wait without end.
inline constexpr size_t kInboxFrameOverhead = 256;

// What the transport told a session and the session has not looked at yet, in order. Thread-safe.
class LinkInbox final : public env::PeerEvents {
 public:
  struct Up {
    env::LinkInfo info;
  };
  struct Frame {
    env::LinkId link = 0;
    std::string bytes;
  };
  struct Down {
    env::LinkId link = 0;
    absl::Status why;
  };
  struct DialFailed {
    absl::Status why;
  };
  // The peer sent more than kMaxInboxBytes that nobody took: its frames since are lost.
  struct Flooded {
    env::LinkId link = 0;
  };
  using Event = std::variant<Up, Frame, Down, DialFailed, Flooded>;

  // Called after each event, if set. Set it before events can come.
  void UseWake(env::Wake wake);

  std::optional<Event> Take();
  bool empty() const;

  void OnLinkUp(const env::LinkInfo& info) override;
  void OnFrame(env::LinkId link, std::string frame) override;
  void OnLinkDown(env::LinkId link, absl::Status why) override;
  void OnDialFailed(absl::Status why) override;

 private:
  void Push(Event event);

  mutable std::mutex mutex_;
  std::deque<Event> events_;       // guarded by mutex_
  size_t bytes_ = 0;               // what the frames cost; guarded by mutex_
  std::set<env::LinkId> flooded_;  // those that are up; guarded by mutex_
  env::Wake wake_;                 // guarded by mutex_
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_LINK_INBOX_H_
