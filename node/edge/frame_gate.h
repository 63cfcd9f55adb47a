#ifndef FAIRWAY_NODE_EDGE_FRAME_GATE_H_
#define FAIRWAY_NODE_EDGE_FRAME_GATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fairway::edge {

// What one direction of an HTTP/2 connection (RFC 9113) may do. Honest gRPC stays far below.
inline constexpr uint32_t kMaxDataFrameBytes = 4u << 20;
inline constexpr uint32_t kMaxHeadersFrameBytes = 8u << 10;
inline constexpr uint32_t kMaxOtherFrameBytes = 16u << 10;
inline constexpr int kMaxContinuations = 4;  // for each header block
// RST_STREAM frames: killed above this number if they are also more than half of the HEADERS.
inline constexpr uint64_t kMaxResets = 200;
// Control frames are SETTINGS, PING, PRIORITY, WINDOW_UPDATE, GOAWAY, empty DATA and every unknown
// type. A budget starts full, refills with time, and grows with what legitimately causes control
// frames: own HEADERS, and DATA or PING that the other direction sent.
inline constexpr double kControlBudget = 1000;
inline constexpr double kControlPerSecond = 20;
inline constexpr double kControlPerHeaders = 20;
inline constexpr double kControlPerOppositeFrame = 4;
inline constexpr double kControlPerOppositeKiB = 1;
// HEADERS frames: a peer needs one stream for each connection. A client's HEADERS may be so many
// more than its RST_STREAM; from one more on gRPC would end the connection without a word. The
// budget is for servers, which answer each of those streams.
inline constexpr uint64_t kMaxOpenStreams = 32;
inline constexpr double kHeadersBudget = 1000;
inline constexpr double kHeadersPerSecond = 10;
// One gRPC message in DATA: a PeerFrame. gRPC itself looks at the length only when it has all of
// the message, and would collect up to 4 GiB of one.
inline constexpr uint32_t kMaxMessageBytes = 4u << 20;
// A message goes in frames as large as the window allows. DATA frames below kTinyFrameBytes that
// end inside a message: so many, without one of kFullFrameBytes between them, are a slow-loris.
inline constexpr uint32_t kTinyFrameBytes = 64;
inline constexpr uint32_t kFullFrameBytes = 1024;
inline constexpr int kMaxTinyFrames = 8;

// Which end's bytes a gate looks at.
enum class GateSide {
  kFromClient,  // begins with the connection preface
  kFromServer,
};

// What passed one gate, for crediting the gate of the opposite direction.
struct GateTally {
  uint64_t frames = 0;      // DATA with content, PING, SETTINGS: each may cause control frames back
  uint64_t data_bytes = 0;  // payload of DATA
};

// A limiter for one direction of one HTTP/2 connection, put between TLS and gRPC because gRPC 1.51
// has no defence against rapid reset (CVE-2023-44487), CONTINUATION and control-frame floods, nor
// against one endless message. It reads the 9-byte frame headers and, in DATA, the 5 bytes before
// each gRPC message (on the one stream that a connection has), and keeps a fixed small state. Pure:
// no I/O, no clock. The verdict does not depend on how the bytes are cut into pieces. One thread at
// a time.
class FrameGate {
 public:
  // `start`: the time of the connection; budgets refill from there.
  FrameGate(GateSide side, absl::Time start);

  // Looks at the next bytes. OK: pass all of them on. RESOURCE_EXHAUSTED: close the connection and
  // pass nothing on; attack() then names what was seen, and every later call fails the same way.
  absl::Status Feed(std::string_view bytes, absl::Time now);

  // What the opposite direction has sent since the last call, from its TakeTally().
  void Credit(const GateTally& opposite);
  GateTally TakeTally();

  // From a server: whether it has answered a call, by a whole header block that does not end the
  // stream. Only then has gRPC initial metadata to show.
  bool answered() const { return answered_; }

  // Inside the preface or a frame: what came so far is of no use to anybody yet.
  bool half_said() const;

  // Stable names: "preface", "frame-too-large", "headers-too-large", "continuation-flood",
  // "rapid-reset", "control-flood", "headers-flood", "message-too-large", "trickle", "push",
  // "protocol". Empty while all is well.
  std::string_view attack() const { return attack_; }

 private:
  absl::Status Judge();
  absl::Status JudgeHeaderBlock(uint8_t type, uint8_t flags, uint32_t length);
  absl::Status JudgeData(uint8_t flags, uint32_t length, uint32_t stream);
  // The next bytes of DATA.
  absl::Status Read(std::string_view content);
  absl::Status EndPayload();
  absl::Status SpendControl();
  absl::Status Kill(std::string_view attack, std::string_view detail);
  void Refill(absl::Time now);

  GateSide side_;
  absl::Time refilled_;
  size_t preface_left_;
  bool seen_settings_ = false;
  std::array<uint8_t, 9> head_{};
  size_t head_size_ = 0;
  uint32_t payload_left_ = 0;
  bool payload_is_data_ = false;
  uint32_t payload_size_ = 0;
  uint32_t data_stream_ = 0;  // the one whose messages are followed; 0 = none yet
  std::array<uint8_t, 5> message_head_{};
  size_t message_head_size_ = 0;
  uint32_t message_left_ = 0;
  int tiny_frames_ = 0;
  bool in_header_block_ = false;
  bool block_ends_stream_ = false;
  bool answered_ = false;
  int continuations_ = 0;
  uint64_t headers_ = 0;
  uint64_t resets_ = 0;
  double control_budget_ = kControlBudget;
  double headers_budget_ = kHeadersBudget;
  GateTally tally_;
  std::string_view attack_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_FRAME_GATE_H_
