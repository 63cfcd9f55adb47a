#include "tests/support/exchange/loopback.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"

namespace fairway::testing {

class Loopback::Transport final : public env::PeerTransport {
 public:
  Transport(Loopback& net, std::string id) : net_(net), id_(std::move(id)) {}
  ~Transport() override {
    std::vector<std::string> peers;
    for (const auto& [peer, events] : attached_) peers.push_back(peer);
    for (const std::string& peer : peers) Detach(peer);
    net_.nodes_.erase(id_);
  }

  void Attach(const std::string& peer, env::PeerEvents* events) override {
    attached_[peer] = events;
  }
  void Detach(const std::string& peer) override {
    net_.CloseBetween(id_, peer);
    attached_.erase(peer);
  }
  void Dial(const std::string& peer, const std::string&, const crypto::SpkiPin&) override {
    net_.Dial(id_, peer);
  }
  bool Send(env::LinkId link, std::string frame) override {
    return net_.Send(id_, link, std::move(frame));
  }
  void CloseLink(env::LinkId link, std::string why) override { net_.Close(link, why); }
  void ClosePeer(const std::string& peer) override { net_.CloseBetween(id_, peer); }

  env::PeerEvents* Find(const std::string& peer) const {
    const auto found = attached_.find(peer);
    return found == attached_.end() ? nullptr : found->second;
  }

 private:
  Loopback& net_;
  const std::string id_;
  std::map<std::string, env::PeerEvents*> attached_;
};

std::unique_ptr<env::PeerTransport> Loopback::Join(const std::string& raw_id) {
  auto transport = std::make_unique<Transport>(*this, raw_id);
  nodes_[raw_id] = transport.get();
  return transport;
}

env::PeerEvents* Loopback::EventsOf(const std::string& node, const std::string& peer) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : found->second->Find(peer);
}

void Loopback::Queue(const std::string& to, const std::string& peer,
                     std::function<void(env::PeerEvents&)> event) {
  waiting_.push_back({to, peer, std::move(event)});
}

bool Loopback::DeliverOne() {
  if (waiting_.empty()) return false;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  if (env::PeerEvents* events = EventsOf(next.to, next.peer); events != nullptr) {
    next.event(*events);
  }
  return true;
}

void Loopback::Dial(const std::string& from, const std::string& to) {
  if (!reachable_ || EventsOf(to, from) == nullptr) {
    Queue(from, to, [](env::PeerEvents& events) {
      events.OnDialFailed(absl::UnavailableError("nobody answers"));
    });
    return;
  }
  const env::LinkId link = next_link_++;
  ++links_made_;
  links_[link] = Link{{from, to}, true};
  const std::string exporter = crypto::Sha256(absl::StrCat("exporter ", link)).ToString();
  Queue(from, to, [=](env::PeerEvents& events) { events.OnLinkUp({link, true, exporter}); });
  Queue(to, from, [=](env::PeerEvents& events) { events.OnLinkUp({link, false, exporter}); });
}

bool Loopback::Send(const std::string& from, env::LinkId id, std::string frame) {
  const auto found = links_.find(id);
  if (found == links_.end() || !found->second.up || full_) return false;
  const Link& link = found->second;
  const std::string to = link.ends[0] == from ? link.ends[1] : link.ends[0];
  std::vector<std::string> frames;
  if (filter_) {
    frames = filter_(from, to, frame);
  } else {
    frames.push_back(std::move(frame));
  }
  for (std::string& each : frames) {
    Queue(to, from,
          [id, bytes = std::move(each)](env::PeerEvents& events) { events.OnFrame(id, bytes); });
  }
  return true;
}

void Loopback::Inject(const std::string& from, const std::string& to, std::string frame) {
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    const auto& ends = link->second.ends;
    const bool between = (ends[0] == from && ends[1] == to) || (ends[0] == to && ends[1] == from);
    if (!link->second.up || !between) continue;
    const env::LinkId id = link->first;
    Queue(to, from,
          [id, bytes = std::move(frame)](env::PeerEvents& events) { events.OnFrame(id, bytes); });
    return;
  }
}

void Loopback::Close(env::LinkId id, const std::string& why) {
  const auto found = links_.find(id);
  if (found == links_.end() || !found->second.up) return;
  found->second.up = false;
  const std::string a = found->second.ends[0];
  const std::string b = found->second.ends[1];
  const auto down = [id, why](env::PeerEvents& events) {
    events.OnLinkDown(id, absl::UnavailableError(why));
  };
  Queue(a, b, down);
  Queue(b, a, down);
}

void Loopback::CloseBetween(const std::string& node, const std::string& peer) {
  std::vector<env::LinkId> ids;
  for (const auto& [id, link] : links_) {
    if ((link.ends[0] == node && link.ends[1] == peer) ||
        (link.ends[0] == peer && link.ends[1] == node)) {
      ids.push_back(id);
    }
  }
  for (const env::LinkId id : ids) Close(id, "closed");
}

void Loopback::SetReachable(bool reachable) {
  reachable_ = reachable;
  if (!reachable) BreakAllLinks();
}

void Loopback::BreakAllLinks() {
  std::vector<env::LinkId> ids;
  for (const auto& [id, link] : links_) ids.push_back(id);
  for (const env::LinkId id : ids) Close(id, "broken");
}

}  // namespace fairway::testing
