#include "tests/simulation/sim_network.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fairway::simulation {
namespace {

constexpr absl::Duration kPollOfCut = absl::Milliseconds(500);
constexpr size_t kRememberedFrames = 16;  // for each ordered pair of nodes

}  // namespace

// One node's view of the network.
class SimNetwork::SimTransport : public env::PeerTransport {
 public:
  struct Attachment {
    env::PeerEvents* events = nullptr;
    uint64_t number = 0;
    bool dialling = false;
  };

  SimTransport(SimNetwork& network, std::string id, const crypto::SpkiPin& pin,
               std::function<bool()> alive)
      : network_(network), id_(std::move(id)), pin_(pin), alive_(std::move(alive)) {}
  ~SimTransport() override { network_.Leave(id_); }

  void Attach(const std::string& peer_id, env::PeerEvents* events) override {
    attachments_[peer_id] = {events, network_.next_attachment_++, false};
  }

  void Detach(const std::string& peer_id) override {
    attachments_.erase(peer_id);
    ClosePeer(peer_id);
  }

  void Dial(const std::string& peer_id, const std::string&, const crypto::SpkiPin& pin) override {
    const auto found = attachments_.find(peer_id);
    if (found == attachments_.end() || found->second.dialling || !alive_()) return;
    found->second.dialling = true;
    network_.Dial(id_, peer_id, pin, found->second.number);
  }

  bool Send(env::LinkId link, std::string frame) override {
    return !alive_() || network_.Send(id_, link, std::move(frame));
  }

  void CloseLink(env::LinkId link, std::string why) override {
    const auto found = network_.links_.find(link);
    if (found == network_.links_.end() ||
        found->second.first->ends[found->second.second].node != id_) {
      return;
    }
    const auto [which, end] = found->second;
    network_.CloseByEnd(which, end, why);
  }

  void ClosePeer(const std::string& peer_id) override {
    for (const auto& [link, end] : LinksTo(peer_id)) network_.CloseByEnd(link, end, "peer closed");
  }

  std::vector<std::pair<LinkPtr, int>> LinksTo(const std::string& peer_id) const {
    std::vector<std::pair<LinkPtr, int>> result;
    for (const auto& [unused, link] : network_.links_) {
      if (link.first->ends[link.second].node == id_ &&
          link.first->ends[1 - link.second].node == peer_id) {
        result.push_back(link);
      }
    }
    return result;
  }

  SimNetwork& network_;
  const std::string id_;
  const crypto::SpkiPin pin_;
  const std::function<bool()> alive_;
  std::map<std::string, Attachment> attachments_;
};

SimNetwork::SimNetwork(Schedule& schedule, Random random) : schedule_(schedule), random_(random) {}

SimNetwork::~SimNetwork() = default;

std::unique_ptr<env::PeerTransport> SimNetwork::Join(const std::string& id,
                                                     const crypto::SpkiPin& pin,
                                                     std::function<bool()> alive) {
  auto transport = std::make_unique<SimTransport>(*this, id, pin, std::move(alive));
  transports_[id] = transport.get();
  return transport;
}

void SimNetwork::Leave(const std::string& id) {
  transports_.erase(id);
  std::vector<LinkPtr> mine;
  for (const auto& [unused, link] : links_) {
    if (link.first->ends[link.second].node == id) mine.push_back(link.first);
  }
  for (const LinkPtr& link : mine) Break(link, "the peer's node is gone");
}

SimNetwork::SimTransport* SimNetwork::Find(const std::string& id) const {
  const auto found = transports_.find(id);
  return found == transports_.end() ? nullptr : found->second;
}

env::PeerEvents* SimNetwork::Attached(const std::string& node, const std::string& peer,
                                      uint64_t attachment) const {
  SimTransport* transport = Find(node);
  if (transport == nullptr || !transport->alive_()) return nullptr;
  const auto found = transport->attachments_.find(peer);
  if (found == transport->attachments_.end() || found->second.number != attachment) return nullptr;
  return found->second.events;
}

absl::Duration SimNetwork::Delay() {
  absl::Duration extra = absl::ZeroDuration();
  if (weather_.jitter > absl::ZeroDuration()) extra = random_.Around(weather_.jitter);
  if (extra > absl::Seconds(1)) ++counts_.delayed;
  return weather_.latency + extra;
}

void SimNetwork::FailDial(const std::string& from, const std::string& to, uint64_t attachment,
                          absl::Duration after, const std::string& why) {
  ++counts_.dials_failed;
  ++in_flight_;
  schedule_.After(after, [this, from, to, attachment, why] {
    --in_flight_;
    env::PeerEvents* events = Attached(from, to, attachment);
    if (events == nullptr) return;
    Find(from)->attachments_[to].dialling = false;
    events->OnDialFailed(absl::UnavailableError(why));
  });
}

void SimNetwork::Dial(const std::string& from, const std::string& to, const crypto::SpkiPin& pin,
                      uint64_t attachment) {
  ++counts_.dials;
  ++in_flight_;
  schedule_.After(Delay(), [this, from, to, pin, attachment] {
    --in_flight_;
    Accept(from, to, pin, attachment);
  });
}

void SimNetwork::Accept(const std::string& from, const std::string& to, const crypto::SpkiPin& pin,
                        uint64_t attachment) {
  if (IsCut(from, to) || IsCut(to, from)) {
    ++counts_.partitioned;
    return FailDial(from, to, attachment, kDialTimeout, "no answer");
  }
  SimTransport* target = Find(to);
  if (target == nullptr || !target->alive_()) {
    return FailDial(from, to, attachment, Delay(), "connection refused");
  }
  if (target->pin_.digest != pin.digest) {
    return FailDial(from, to, attachment, Delay(), "the peer shows another key");
  }
  const auto session = target->attachments_.find(from);
  if (session == target->attachments_.end() || random_.Chance(weather_.dial_failure)) {
    return FailDial(from, to, attachment, Delay(), "refused by the peer");
  }
  if (Attached(from, to, attachment) == nullptr) return;  // who dialled is gone

  ++counts_.links;
  auto link = std::make_shared<Link>();
  std::string exporter(32, '\0');
  Random of_link = random_.Fork(from + to + std::to_string(++links_between_[{from, to}]));
  of_link.Fill(reinterpret_cast<uint8_t*>(exporter.data()), exporter.size());
  link->ends[0] = {from, next_link_++, attachment, true, false};
  link->ends[1] = {to, next_link_++, session->second.number, true, true};
  for (int end = 0; end < 2; ++end) links_[link->ends[end].id] = {link, end};
  // The dialling end hears later; until then nothing is delivered to it.
  link->lanes[1].pumping = true;
  ++in_flight_;
  schedule_.After(Delay(), [this, link, exporter] {
    --in_flight_;
    End& end = link->ends[0];
    link->lanes[1].pumping = false;
    env::PeerEvents* events = Attached(end.node, link->ends[1].node, end.attachment);
    if (events == nullptr) return Break(link, "who dialled is gone");
    Find(end.node)->attachments_[link->ends[1].node].dialling = false;
    if (!end.open) {
      events->OnDialFailed(absl::UnavailableError("the link broke"));
      return;
    }
    end.up = true;
    events->OnLinkUp({end.id, true, exporter});
    SchedulePump(link, 1, schedule_.now());
  });
  session->second.events->OnLinkUp({link->ends[1].id, false, exporter});
}

bool SimNetwork::Send(const std::string& from, env::LinkId id, std::string frame) {
  const auto found = links_.find(id);
  if (found == links_.end() || frame.size() > env::kMaxFrameBytes) return false;
  const LinkPtr link = found->second.first;
  const int end = found->second.second;
  if (!link->ends[end].open || link->ends[end].node != from ||
      link->lanes[end].bytes > env::kMaxQueuedBytes) {
    return false;
  }
  const std::string& to = link->ends[1 - end].node;
  if (wire_) wire_(from, to, frame);
  if (tamper_) tamper_(from, to, frame);

  std::deque<std::string>& earlier = sent_[{from, to}];
  if (!earlier.empty() && random_.Chance(weather_.replay)) {
    ++counts_.replayed;
    Enqueue(link, end, earlier[random_.Below(earlier.size())]);
  }
  if (weather_.replay > 0) {
    earlier.push_back(frame);
    if (earlier.size() > kRememberedFrames) earlier.pop_front();
  }
  if (random_.Chance(weather_.link_break)) {
    ++counts_.links_broken;
    ++counts_.frames_lost;
    Break(link, "connection reset");
    return true;
  }
  if (random_.Chance(weather_.drop)) {
    ++counts_.dropped;
    return true;
  }
  if (random_.Chance(weather_.duplicate)) {
    ++counts_.duplicated;
    Enqueue(link, end, frame);
  }
  if (random_.Chance(weather_.reorder)) {
    ++counts_.reordered;
    DeliverLate(link, end, std::move(frame));
    return true;
  }
  Enqueue(link, end, std::move(frame));
  return true;
}

void SimNetwork::Enqueue(const LinkPtr& link, int end, std::string frame) {
  Lane& lane = link->lanes[end];
  const absl::Time ready = schedule_.now() + Delay();
  lane.bytes += frame.size();
  ++in_flight_;
  lane.queue.push_back({ready, std::move(frame)});
  SchedulePump(link, end, lane.queue.front().ready);
}

void SimNetwork::DeliverLate(const LinkPtr& link, int end, std::string frame) {
  ++in_flight_;
  schedule_.After(Delay() * 3 + absl::Milliseconds(50),
                  [this, link, end, frame = std::move(frame)] {
                    --in_flight_;
                    Deliver(link, end, frame);
                  });
}

void SimNetwork::SchedulePump(const LinkPtr& link, int end, absl::Time when) {
  Lane& lane = link->lanes[end];
  if (lane.pumping || (lane.queue.empty() && !lane.closing)) return;
  lane.pumping = true;
  schedule_.At(when, [this, link, end] {
    link->lanes[end].pumping = false;
    Pump(link, end);
  });
}

void SimNetwork::Pump(const LinkPtr& link, int end) {
  Lane& lane = link->lanes[end];
  if (!link->ends[1 - end].open) return;
  if (IsCut(link->ends[end].node, link->ends[1 - end].node)) {
    if (lane.stands_still_since == absl::InfiniteFuture()) {
      ++counts_.partitioned;
      lane.stands_still_since = schedule_.now();
    }
    if (schedule_.now() - lane.stands_still_since >= kLinkTimeout) {
      ++counts_.links_timed_out;
      return Break(link, "connection timed out");
    }
    return SchedulePump(link, end, schedule_.now() + kPollOfCut);
  }
  lane.stands_still_since = absl::InfiniteFuture();
  if (lane.queue.empty()) {
    if (lane.closing) EndDown(link, 1 - end, absl::ZeroDuration(), "closed by the peer");
    return;
  }
  if (lane.queue.front().ready > schedule_.now()) {
    return SchedulePump(link, end, lane.queue.front().ready);
  }
  std::string frame = std::move(lane.queue.front().frame);
  lane.queue.pop_front();
  lane.bytes -= frame.size();
  --in_flight_;
  SchedulePump(link, end, lane.queue.empty() ? schedule_.now() : lane.queue.front().ready);
  Deliver(link, end, std::move(frame));
}

void SimNetwork::Deliver(const LinkPtr& link, int end, std::string frame) {
  const End& receiver = link->ends[1 - end];
  if (!receiver.open || !receiver.up) {
    ++counts_.frames_lost;
    return;
  }
  env::PeerEvents* events = Attached(receiver.node, link->ends[end].node, receiver.attachment);
  if (events == nullptr) return;
  ++counts_.frames;
  events->OnFrame(receiver.id, std::move(frame));
}

void SimNetwork::Forget(const LinkPtr& link, int end) {
  link->ends[end].open = false;
  links_.erase(link->ends[end].id);
  // What was under way to this end has nowhere to go.
  Lane& lane = link->lanes[1 - end];
  counts_.frames_lost += lane.queue.size();
  in_flight_ -= lane.queue.size();
  lane.queue.clear();
  lane.bytes = 0;
}

void SimNetwork::EndDown(const LinkPtr& link, int end, absl::Duration after,
                         const std::string& why) {
  if (!link->ends[end].open) return;
  Forget(link, end);
  ++in_flight_;
  schedule_.After(after, [this, link, end, why] {
    --in_flight_;
    env::PeerEvents* events =
        Attached(link->ends[end].node, link->ends[1 - end].node, link->ends[end].attachment);
    if (events == nullptr || !link->ends[end].up) return;
    events->OnLinkDown(link->ends[end].id, absl::UnavailableError(why));
  });
}

void SimNetwork::CloseByEnd(const LinkPtr& link, int end, const std::string& why) {
  if (!link->ends[end].open) return;
  EndDown(link, end, absl::ZeroDuration(), why);
  // A close lets what was written before it arrive, if the network does.
  link->lanes[end].closing = true;
  SchedulePump(link, end,
               link->lanes[end].queue.empty() ? schedule_.now() + Delay()
                                              : link->lanes[end].queue.front().ready);
}

void SimNetwork::Break(const LinkPtr& link, const std::string& why) {
  for (int end = 0; end < 2; ++end) EndDown(link, end, Delay(), why);
}

void SimNetwork::BreakAllLinks() {
  std::vector<LinkPtr> all;
  for (const auto& [unused, link] : links_) all.push_back(link.first);
  for (const LinkPtr& link : all) Break(link, "connection reset");
}

}  // namespace fairway::simulation
