#include "node/replication/link_inbox.h"

namespace fairway::replication {

void LinkInbox::UseWake(env::Wake wake) {
  std::lock_guard<std::mutex> lock(mutex_);
  wake_ = std::move(wake);
}

void LinkInbox::Push(Event event) {
  env::Wake wake;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (Frame* frame = std::get_if<Frame>(&event); frame != nullptr) {
      if (flooded_ == frame->link) return;
      if (bytes_ + frame->bytes.size() > kMaxInboxBytes) {
        flooded_ = frame->link;
        event = Flooded{frame->link};
      } else {
        bytes_ += frame->bytes.size();
      }
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
    bytes_ -= frame->bytes.size();
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
