#include "node/replication/send_window.h"

#include <algorithm>

namespace fairway::replication {

size_t SendWindow::RecordRoom() const {
  const size_t most_bytes =
      batch_bytes_ < kMaxBatchBytes ? kBatchesUnderWay * batch_bytes_ : kMaxUnackedBytes;
  if (unacked_bytes_ >= most_bytes) return 0;
  return kMaxUnackedRecords - std::min(unacked_records_, kMaxUnackedRecords);
}

size_t SendWindow::UrgentRoom() const {
  constexpr size_t kMost = kMaxUnackedRecords + kUrgentRecords;
  return kMost - std::min(unacked_records_, kMost);
}

void SendWindow::Sent(uint64_t last_seq, size_t records, size_t bytes, absl::Time now) {
  if (under_way_.empty()) last_sign_ = now;
  under_way_.push_back({last_seq, records, bytes, now});
  unacked_records_ += records;
  unacked_bytes_ += bytes;
}

void SendWindow::Acked(uint64_t acked_seq, absl::Time now) {
  last_sign_ = now;
  while (!under_way_.empty() && under_way_.front().last_seq <= acked_seq) {
    const Batch& batch = under_way_.front();
    const bool full = batch.bytes * 2 > batch_bytes_;  // a small one says nothing about the speed
    if (now - batch.sent_at > kBatchTime * 2) {
      batch_bytes_ = std::max(batch_bytes_ / 2, kMinBatchBytes);
    } else if (full && now - batch.sent_at < kBatchTime) {
      batch_bytes_ = std::min(batch_bytes_ * 2, kMaxBatchBytes);
    }
    unacked_records_ -= batch.records;
    unacked_bytes_ -= batch.bytes;
    under_way_.pop_front();
  }
}

void SendWindow::Heard(absl::Time now) { last_sign_ = std::max(last_sign_, now); }

void SendWindow::ClockSetBack(absl::Time now) {
  last_sign_ = std::min(last_sign_, now);
  for (Batch& batch : under_way_) batch.sent_at = std::min(batch.sent_at, now);
}

absl::Time SendWindow::Deadline() const {
  if (under_way_.empty()) return absl::InfiniteFuture();
  return last_sign_ + kReceiptTimeout +
         absl::Seconds(static_cast<int64_t>(unacked_bytes_ / kSlowestBytesPerSecond));
}

}  // namespace fairway::replication
