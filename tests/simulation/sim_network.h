#ifndef FAIRWAY_TESTS_SIMULATION_SIM_NETWORK_H_
#define FAIRWAY_TESTS_SIMULATION_SIM_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "crypto/spki.h"
#include "node/env/peer_transport.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"

namespace fairway::simulation {

// How bad the network is. A default one is perfect but for its latency.
struct NetworkWeather {
  absl::Duration latency = absl::Milliseconds(2);  // of every frame, at least
  absl::Duration jitter = absl::ZeroDuration();    // mean of what comes on top
  double dial_failure = 0;                         // probability that a dial fails
  double link_break = 0;  // probability that a link breaks at a frame, which is lost with all after

  // What no TCP connection does, and what a session has to survive all the same. Probabilities for
  // each frame: vanish from the middle of a live link, arrive twice, arrive after later ones, bring
  // along an older frame of any link between the two.
  double drop = 0;
  double duplicate = 0;
  double reorder = 0;
  double replay = 0;
  bool WorseThanTcp() const { return drop > 0 || duplicate > 0 || reorder > 0 || replay > 0; }
};

// What the network did so far.
struct NetworkCounts {
  uint64_t dials = 0;
  uint64_t dials_failed = 0;
  uint64_t links = 0;
  uint64_t frames = 0;           // delivered
  uint64_t delayed = 0;          // frames that jitter made wait longer than a second
  uint64_t links_broken = 0;     // by weather
  uint64_t links_timed_out = 0;  // by a partition
  uint64_t frames_lost = 0;      // at the end of a link
  uint64_t partitioned = 0;      // frames and dials that met a partition
  uint64_t dropped = 0;
  uint64_t duplicated = 0;
  uint64_t reordered = 0;
  uint64_t replayed = 0;
};

// The network between all nodes of a world. A node is known by its id (the 32 raw bytes of its
// authority id), has at most one transport at a time, and is reachable while it has one. Links are
// authenticated: who dials shows its own id, and must know the pin of whom it dials. One thread;
// node code is entered from events of the schedule only, never from inside a call of its own.
class SimNetwork {
 public:
  // Looks at each frame as a node hands it over, before anything can happen to it.
  using Wire =
      std::function<void(const std::string& from, const std::string& to, const std::string& frame)>;
  // May change a frame on its way: what an attacker who holds the sender's node could do.
  using Tamper =
      std::function<void(const std::string& from, const std::string& to, std::string& frame)>;

  SimNetwork(Schedule& schedule, Random random);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  // The node comes up. `alive`: false once the node has crashed, even if its objects still run to
  // the end of the current event; from then on it sends nothing. Destroying the transport takes the
  // node off: its links break. The network must outlive it.
  std::unique_ptr<env::PeerTransport> Join(const std::string& id, const crypto::SpkiPin& pin,
                                           std::function<bool()> alive);

  void SetWeather(const NetworkWeather& weather) { weather_ = weather; }
  // Nothing sent by `from` reaches `to`. Frames wait; a link that stands still for kLinkTimeout is
  // given up by both ends.
  void Cut(const std::string& from, const std::string& to) { cuts_.emplace(from, to); }
  void Mend(const std::string& from, const std::string& to) { cuts_.erase({from, to}); }
  void MendAll() { cuts_.clear(); }
  bool IsCut(const std::string& from, const std::string& to) const {
    return cuts_.contains({from, to});
  }
  // Every link breaks now.
  void BreakAllLinks();

  void SetWire(Wire wire) { wire_ = std::move(wire); }
  void SetTamper(Tamper tamper) { tamper_ = std::move(tamper); }

  const NetworkCounts& counts() const { return counts_; }
  // Frames and dials under way.
  size_t in_flight() const { return in_flight_; }

  static constexpr absl::Duration kLinkTimeout = absl::Seconds(20);
  static constexpr absl::Duration kDialTimeout = absl::Seconds(3);

 private:
  friend class SimTransport;
  class SimTransport;
  struct Link;

  struct Queued {
    absl::Time ready;
    std::string frame;
  };
  // One direction of a link, named by its sending end.
  struct Lane {
    std::deque<Queued> queue;
    size_t bytes = 0;
    bool pumping = false;
    bool closing = false;  // the sending end closed: the other one learns after the last frame
    absl::Time stands_still_since = absl::InfiniteFuture();
  };
  struct End {
    std::string node;
    env::LinkId id = 0;
    uint64_t attachment = 0;  // of the session whose link this is; 0 = not up
    bool open = false;
    bool up = false;  // its session knows of it
  };
  struct Link {
    End ends[2];
    Lane lanes[2];  // lanes[i] carries what ends[i] sends
  };
  using LinkPtr = std::shared_ptr<Link>;

  void Dial(const std::string& from, const std::string& to, const crypto::SpkiPin& pin,
            uint64_t attachment);
  void Accept(const std::string& from, const std::string& to, const crypto::SpkiPin& pin,
              uint64_t attachment);
  void FailDial(const std::string& from, const std::string& to, uint64_t attachment,
                absl::Duration after, const std::string& why);
  bool Send(const std::string& from, env::LinkId id, std::string frame);
  void Enqueue(const LinkPtr& link, int end, std::string frame);
  void DeliverLate(const LinkPtr& link, int end, std::string frame);
  void Pump(const LinkPtr& link, int end);
  void SchedulePump(const LinkPtr& link, int end, absl::Time when);
  void Deliver(const LinkPtr& link, int end, std::string frame);
  void CloseByEnd(const LinkPtr& link, int end, const std::string& why);
  void Break(const LinkPtr& link, const std::string& why);
  void EndDown(const LinkPtr& link, int end, absl::Duration after, const std::string& why);
  void Forget(const LinkPtr& link, int end);
  void Leave(const std::string& id);
  absl::Duration Delay();
  SimTransport* Find(const std::string& id) const;
  // The session that is attached for `peer` at `node`, if it is still the one of `attachment`.
  env::PeerEvents* Attached(const std::string& node, const std::string& peer,
                            uint64_t attachment) const;

  Schedule& schedule_;
  Random random_;
  NetworkWeather weather_;
  NetworkCounts counts_;
  std::map<std::string, SimTransport*> transports_;
  std::map<env::LinkId, std::pair<LinkPtr, int>> links_;  // by the id of an end
  std::set<std::pair<std::string, std::string>> cuts_;
  std::map<std::pair<std::string, std::string>, std::deque<std::string>> sent_;  // for replays
  std::map<std::pair<std::string, std::string>, uint64_t> links_between_;
  Wire wire_;
  Tamper tamper_;
  env::LinkId next_link_ = 1;
  uint64_t next_attachment_ = 1;
  size_t in_flight_ = 0;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_SIM_NETWORK_H_
