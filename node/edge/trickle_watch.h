#ifndef FAIRWAY_NODE_EDGE_TRICKLE_WATCH_H_
#define FAIRWAY_NODE_EDGE_TRICKLE_WATCH_H_

#include <cstdint>

namespace fairway::edge {

// Tells a slow-loris (a peer that keeps something half-said alive with a byte now and then) from a
// slow line. Bytes come off an honest line in segments, hundreds at least, and a frame has one or
// two pieces that are smaller: its first, where the record before ended, and its last. Nobody is
// judged by time: a line that was cut for an hour in the middle of a frame brings no pieces at all.
// Pure; one thread at a time.
class TrickleWatch {
 public:
  static constexpr uint64_t kTinyBytes = 64;  // a piece below this is tiny
  static constexpr int kMaxTinyPieces = 8;  // for each TLS record and HTTP/2 frame; one more kills

  // `bytes` came off the wire, and after them something is (or is not) still half-said: a TLS
  // record, the HTTP/2 preface, a frame. False: this is a trickle.
  bool Saw(uint64_t bytes, bool half_said) {
    if (!half_said) {
      tiny_ = 0;
    } else if (bytes < kTinyBytes) {
      ++tiny_;
    }
    return tiny_ <= kMaxTinyPieces;
  }

 private:
  int tiny_ = 0;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_TRICKLE_WATCH_H_
