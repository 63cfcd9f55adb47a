#ifndef FAIRWAY_NODE_REPLICATION_SEND_WINDOW_H_
#define FAIRWAY_NODE_REPLICATION_SEND_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/time/time.h"
#include "node/model/feed.h"

namespace fairway::replication {

// What is under way on one link, and how much more may be. A batch is as large as what the link
// carried in kBatchTime lately, so that something urgent never waits long behind it, at 64 kbit/s
// as at 10 Gbit/s. Pure; one thread at a time.
class SendWindow {
 public:
  static constexpr size_t kMaxUnackedRecords = 128;
  // For recalls alone, beyond those: a peer without space for items answers none of them, and what
  // it must destroy does not wait behind them.
  static constexpr size_t kUrgentRecords = 64;
  static constexpr size_t kMaxUnackedBytes = 8 << 20;
  static constexpr size_t kMinBatchBytes = 16 << 10;  // 2 s at 64 kbit/s
  static constexpr size_t kMaxBatchBytes = model::kMaxBatchContentBytes;
  // While the link is slower than kMaxBatchBytes in kBatchTime: enough to keep it busy, so little
  // that something urgent waits for two batches at most.
  static constexpr size_t kBatchesUnderWay = 2;
  static constexpr absl::Duration kBatchTime = absl::Seconds(2);
  static constexpr absl::Duration kReceiptTimeout = absl::Seconds(30);
  static constexpr size_t kSlowestBytesPerSecond = 8000;  // 64 kbit/s

  // How much the next batch may hold: no records while the window is full.
  size_t RecordRoom() const;
  // The same for recalls: however many bytes are under way, and kUrgentRecords more.
  size_t UrgentRoom() const;
  size_t batch_bytes() const { return batch_bytes_; }

  void Sent(uint64_t last_seq, size_t records, size_t bytes, absl::Time now);
  // A receipt up to `acked_seq` came; learns the speed of the link.
  void Acked(uint64_t acked_seq, absl::Time now);
  // Anything else came: the link is alive.
  void Heard(absl::Time now);
  // Nothing is younger than `now`: deadlines count from there.
  void ClockSetBack(absl::Time now);

  // When the link is to be given up, unless something comes: kReceiptTimeout after the last sign of
  // life, and the time that what is under way takes on the slowest link. InfiniteFuture if nothing
  // is under way.
  absl::Time Deadline() const;
  size_t unacked_records() const { return unacked_records_; }

 private:
  struct Batch {
    uint64_t last_seq = 0;
    size_t records = 0;
    size_t bytes = 0;
    absl::Time sent_at;
  };
  std::deque<Batch> under_way_;
  size_t unacked_records_ = 0;
  size_t unacked_bytes_ = 0;
  size_t batch_bytes_ = kMinBatchBytes;
  absl::Time last_sign_ = absl::InfinitePast();
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_SEND_WINDOW_H_
