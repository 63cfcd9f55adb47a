#ifndef FAIRWAY_TESTS_SUPPORT_EXCHANGE_LOOPBACK_H_
#define FAIRWAY_TESTS_SUPPORT_EXCHANGE_LOOPBACK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/env/peer_transport.h"

namespace fairway::testing {

// Links between nodes of one process, in order and without loss unless a test says otherwise.
// Nothing happens inside a call: frames and events wait until DeliverOne. One thread.
class Loopback {
 public:
  // What becomes of a frame on its way: the frames that are delivered in its place.
  using Filter = std::function<std::vector<std::string>(
      const std::string& from, const std::string& to, const std::string& frame)>;

  Loopback() = default;
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // The transport of the node with this raw id. Its links break when it is destroyed.
  std::unique_ptr<env::PeerTransport> Join(const std::string& raw_id);

  void SetFilter(Filter filter) { filter_ = std::move(filter); }
  // While false no dial succeeds; links that are up break.
  void SetReachable(bool reachable);
  // While true no link takes a frame, as one whose queue is full.
  void SetFull(bool full) { full_ = full; }
  void BreakAllLinks();
  // Puts a frame on the newest link between the two, as if `from` had sent it.
  void Inject(const std::string& from, const std::string& to, std::string frame);

  // False if nothing was waiting.
  bool DeliverOne();
  size_t links_made() const { return links_made_; }

 private:
  class Transport;
  struct Link {
    std::string ends[2];
    bool up = true;
  };
  struct Waiting {
    std::string to;    // whose event
    std::string peer;  // about whom
    std::function<void(env::PeerEvents&)> event;
  };

  env::PeerEvents* EventsOf(const std::string& node, const std::string& peer) const;
  void Queue(const std::string& to, const std::string& peer,
             std::function<void(env::PeerEvents&)> event);
  void Dial(const std::string& from, const std::string& to);
  bool Send(const std::string& from, env::LinkId link, std::string frame);
  void Close(env::LinkId link, const std::string& why);
  void CloseBetween(const std::string& node, const std::string& peer);

  std::map<std::string, Transport*> nodes_;
  std::map<env::LinkId, Link> links_;
  std::deque<Waiting> waiting_;
  Filter filter_;
  bool reachable_ = true;
  bool full_ = false;
  env::LinkId next_link_ = 1;
  size_t links_made_ = 0;
};

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_EXCHANGE_LOOPBACK_H_
