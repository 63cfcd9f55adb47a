#include "node/edge/frame_gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace fairway::edge {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Frame types (RFC 9113 §6).
constexpr uint8_t kData = 0;
constexpr uint8_t kHeaders = 1;
constexpr uint8_t kRstStream = 3;
constexpr uint8_t kSettings = 4;
constexpr uint8_t kPushPromise = 5;
constexpr uint8_t kPing = 6;
constexpr uint8_t kContinuation = 9;

constexpr uint8_t kEndStream = 0x1;
constexpr uint8_t kAck = 0x1;
constexpr uint8_t kPadded = 0x8;
constexpr uint8_t kEndHeaders = 0x4;

}  // namespace

FrameGate::FrameGate(GateSide side, absl::Time start)
    : side_(side),
      refilled_(start),
      preface_left_(side == GateSide::kFromClient ? kPreface.size() : 0) {}

absl::Status FrameGate::Kill(std::string_view attack, std::string_view detail) {
  attack_ = attack;
  return absl::ResourceExhaustedError(
      absl::StrCat("HTTP/2 gate: ", std::string(attack), ": ", std::string(detail)));
}

void FrameGate::Refill(absl::Time now) {
  // A clock that was set back refills nothing; one that jumped ahead refills to the brim at most.
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - refilled_));
  refilled_ = now;
  control_budget_ = std::min(kControlBudget, control_budget_ + seconds * kControlPerSecond);
  headers_budget_ = std::min(kHeadersBudget, headers_budget_ + seconds * kHeadersPerSecond);
}

void FrameGate::Credit(const GateTally& opposite) {
  const double earned = static_cast<double>(opposite.frames) * kControlPerOppositeFrame +
                        static_cast<double>(opposite.data_bytes) / 1024 * kControlPerOppositeKiB;
  control_budget_ = std::min(kControlBudget, control_budget_ + earned);
}

GateTally FrameGate::TakeTally() {
  const GateTally taken = tally_;
  tally_ = GateTally();
  return taken;
}

absl::Status FrameGate::SpendControl() {
  if (control_budget_ < 1) return Kill("control-flood", "too many control frames");
  control_budget_ -= 1;
  return absl::OkStatus();
}

absl::Status FrameGate::JudgeHeaderBlock(uint8_t type, uint8_t flags, uint32_t length) {
  if (type == kContinuation) {
    if (!in_header_block_) return Kill("protocol", "CONTINUATION without HEADERS");
    if (++continuations_ > kMaxContinuations) {
      return Kill("continuation-flood", absl::StrCat("more than ", kMaxContinuations,
                                                     " CONTINUATION frames for one header block"));
    }
  } else {
    if (length > kMaxHeadersFrameBytes) {
      return Kill("headers-too-large", absl::StrCat("HEADERS frame of ", length, " bytes"));
    }
    if (headers_budget_ < 1) return Kill("headers-flood", "too many HEADERS frames");
    headers_budget_ -= 1;
    ++headers_;
    if (side_ == GateSide::kFromClient && headers_ > resets_ + kMaxOpenStreams) {
      return Kill("headers-flood", absl::StrCat("more than ", kMaxOpenStreams, " streams"));
    }
    control_budget_ = std::min(kControlBudget, control_budget_ + kControlPerHeaders);
    continuations_ = 0;
    block_ends_stream_ = (flags & kEndStream) != 0;
  }
  in_header_block_ = (flags & kEndHeaders) == 0;
  return absl::OkStatus();
}

absl::Status FrameGate::JudgeData(uint8_t flags, uint32_t length, uint32_t stream) {
  if (length == 0 && (flags & kEndStream) == 0) return SpendControl();
  // gRPC pads nothing and a link has one stream: whoever does otherwise hides something.
  if ((flags & kPadded) != 0) return Kill("protocol", "padded DATA");
  if (length == 0) return absl::OkStatus();
  if (data_stream_ == 0) data_stream_ = stream;
  if (stream != data_stream_) return Kill("protocol", "DATA on a second stream");
  payload_is_data_ = true;
  payload_size_ = length;
  tally_.frames += 1;
  tally_.data_bytes += length;
  return absl::OkStatus();
}

absl::Status FrameGate::Read(std::string_view content) {
  while (!content.empty()) {
    if (message_left_ > 0) {
      const size_t skip = std::min<size_t>(message_left_, content.size());
      message_left_ -= static_cast<uint32_t>(skip);
      content.remove_prefix(skip);
      continue;
    }
    message_head_[message_head_size_++] = static_cast<uint8_t>(content.front());
    content.remove_prefix(1);
    if (message_head_size_ < message_head_.size()) continue;
    message_head_size_ = 0;
    if (message_head_[0] != 0) return Kill("protocol", "a compressed message");
    message_left_ = (uint32_t{message_head_[1]} << 24) | (uint32_t{message_head_[2]} << 16) |
                    (uint32_t{message_head_[3]} << 8) | message_head_[4];
    if (message_left_ > kMaxMessageBytes) {
      return Kill("message-too-large", absl::StrCat("a message of ", message_left_,
                                                    " bytes, at most ", kMaxMessageBytes));
    }
  }
  return absl::OkStatus();
}

absl::Status FrameGate::EndPayload() {
  const uint8_t type = head_[3];
  if ((type == kHeaders || type == kContinuation) && !in_header_block_ && !block_ends_stream_) {
    answered_ = true;
  }
  if (!payload_is_data_) return absl::OkStatus();
  const bool inside = message_left_ > 0 || message_head_size_ > 0;
  if (!inside || payload_size_ >= kFullFrameBytes) {
    tiny_frames_ = 0;
  } else if (payload_size_ < kTinyFrameBytes && ++tiny_frames_ > kMaxTinyFrames) {
    return Kill("trickle", "a message in tiny frames");
  }
  return absl::OkStatus();
}

bool FrameGate::half_said() const {
  return (preface_left_ > 0 && preface_left_ < kPreface.size()) || head_size_ > 0 ||
         payload_left_ > 0;
}

absl::Status FrameGate::Judge() {
  const uint32_t length = (uint32_t{head_[0]} << 16) | (uint32_t{head_[1]} << 8) | head_[2];
  const uint8_t type = head_[3];
  const uint8_t flags = head_[4];
  const uint32_t stream = (uint32_t{head_[5]} << 24 & 0x7f000000) | (uint32_t{head_[6]} << 16) |
                          (uint32_t{head_[7]} << 8) | head_[8];
  payload_left_ = length;
  payload_is_data_ = false;
  if (!seen_settings_) {
    if (type != kSettings) return Kill("preface", "the first frame is not SETTINGS");
    seen_settings_ = true;
  }
  const uint32_t limit = type == kData ? kMaxDataFrameBytes : kMaxOtherFrameBytes;
  if (length > limit) {
    return Kill("frame-too-large",
                absl::StrCat("frame of type ", type, " with ", length, " bytes, at most ", limit));
  }
  if (in_header_block_ && type != kContinuation) {
    return Kill("protocol", absl::StrCat("frame of type ", type, " inside a header block"));
  }
  switch (type) {
    case kData:
      return JudgeData(flags, length, stream);
    case kHeaders:
    case kContinuation:
      return JudgeHeaderBlock(type, flags, length);
    case kRstStream:
      ++resets_;
      if (resets_ > kMaxResets && resets_ * 2 > headers_) {
        return Kill("rapid-reset",
                    absl::StrCat(resets_, " RST_STREAM after ", headers_, " HEADERS"));
      }
      return absl::OkStatus();
    case kPushPromise:
      return Kill("push", "PUSH_PROMISE, which nobody asked for");
    case kPing:
    case kSettings:
      // An acknowledgement causes nothing; counting it would let a flood pay for itself.
      if ((flags & kAck) == 0) tally_.frames += 1;
      return SpendControl();
    default:
      return SpendControl();
  }
}

absl::Status FrameGate::Feed(std::string_view bytes, absl::Time now) {
  if (!attack_.empty()) return Kill(attack_, "closed before");
  Refill(now);
  while (!bytes.empty()) {
    if (preface_left_ > 0) {
      const size_t at = kPreface.size() - preface_left_;
      if (bytes.front() != kPreface[at]) return Kill("preface", "not HTTP/2");
      --preface_left_;
      bytes.remove_prefix(1);
      continue;
    }
    if (payload_left_ > 0) {
      const size_t skip = std::min<size_t>(payload_left_, bytes.size());
      if (payload_is_data_) {
        if (absl::Status verdict = Read(bytes.substr(0, skip)); !verdict.ok()) return verdict;
      }
      payload_left_ -= static_cast<uint32_t>(skip);
      bytes.remove_prefix(skip);
      if (payload_left_ == 0) {
        if (absl::Status verdict = EndPayload(); !verdict.ok()) return verdict;
      }
      continue;
    }
    head_[head_size_++] = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (head_size_ < head_.size()) continue;
    head_size_ = 0;
    if (absl::Status verdict = Judge(); !verdict.ok()) return verdict;
  }
  return absl::OkStatus();
}

}  // namespace fairway::edge
