#include "node/replication/strikes.h"

#include <algorithm>
#include <array>

#include "node/exchange/refusal.h"

namespace fairway::replication {
namespace {

namespace refusal = exchange::refusal;

// What can be told from the record alone, by anybody, before it is sent. An unknown originator or
// operation may be a newer node; a recipient's own item, an expired one or an old revision may have
// crossed something on its way.
constexpr std::array kDishonest = {
    refusal::kNotAnItem,       refusal::kBadSignature, refusal::kUnreadable,
    refusal::kOtherItem,       refusal::kBadPart,      refusal::kPartMismatch,
    refusal::kNotARecall,      refusal::kOtherRecall,  refusal::kRecallNotSigned,
    refusal::kBadRecallBefore,
};

}  // namespace

bool Strikes::Add(size_t count, absl::Time now) {
  if (count == 0 || Left(now) > absl::ZeroDuration()) return false;
  while (!times_.empty() && now - times_.front() >= kWindow) times_.pop_front();
  times_.insert(times_.end(), std::min(count, kMost + 1), now);
  if (times_.size() <= kMost) return false;
  times_.clear();
  suspended_until_ = now + kSuspension;
  return true;
}

absl::Duration Strikes::Left(absl::Time now) const {
  return std::clamp(suspended_until_ - now, absl::ZeroDuration(), kSuspension);
}

void Strikes::ClockSetBack(absl::Time now) {
  for (absl::Time& time : times_) time = std::min(time, now);
  suspended_until_ = std::min(suspended_until_, now + kSuspension);
}

size_t CountStrikes(const model::Receipt& receipt) {
  return static_cast<size_t>(std::count_if(
      receipt.entries.begin(), receipt.entries.end(), [](const model::Receipt::Entry& entry) {
        return std::find(kDishonest.begin(), kDishonest.end(), entry.code) != kDishonest.end();
      }));
}

}  // namespace fairway::replication
