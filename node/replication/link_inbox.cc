#include "node/replication/link_inbox.h"

namespace fairway::replication {
namespace {

size_t CostOf(const LinkInbox::Frame& frame) { return frame.bytes.size() + kInboxFrameOverhead; }

}  // namespace

void LinkInbox::UseWake(env::Wake wake) {
  std::lock_guard<std::mutex> lock(mutex_);
  wake_ = std::move(wake);
}

void LinkInbox::Push(Event event) {
  env::Wake wake;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (Frame* frame = std::get_if<Frame>(&event); frame != nullptr) {
      if (flooded_.contains(frame->link)) return;
      if (bytes_ + CostOf(*frame) > kMaxInboxBytes) {
        flooded_.insert(frame->link);
        event = Flooded{frame->link};
      } else {
        bytes_ += CostOf(*frame);
      }
    } else if (const Down* down = std::get_if<Down>(&event); down != nullptr) {
      flooded_.erase(down->link);  // no frame comes after it
    }
    events_.push_back(std::move(event));
    wake = wake_;
  }
  if (wake) wake();
}

std::optional<LinkInbox::Event> LinkInbox::Take() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  if (const Frame* frame = std::get_if<Frame>(&event); frame != nullptr) {
    bytes_ -= CostOf(*frame);
  }
  return event;
}

bool LinkInbox::empty() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return events_.empty();
}

void LinkInbox::OnLinkUp(const env::LinkInfo& info) { Push(Up{info}); }

void LinkInbox::OnFrame(env::LinkId link, std::string frame) {
  Push(Frame{link, std::move(frame)});
}

void LinkInbox::OnLinkDown(env::LinkId link, absl::Status why) { Push(Down{link, std::move(why)}); }

void LinkInbox::OnDialFailed(absl::Status why) { Push(DialFailed{std::move(why)}); }

}  // namespace fairway::replication
