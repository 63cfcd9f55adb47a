#include "node/exchange/disk_watch.h"

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"

namespace fairway::exchange {

absl::Time DiskWatch::Step(absl::Time now) {
  const store::DiskHealth health = database_.health();
  if (health.degraded == told_full_) return now + kPeriod;
  audit::Event event;
  event.kind = health.degraded ? audit::EventKind::kDiskFull : audit::EventKind::kDiskRecovered;
  event.actor = "node";
  if (health.degraded) {
    event.detail = {{"ballast", absl::StrCat(health.ballast_bytes)},
                    {"of", absl::StrCat(health.ballast_wanted)}};
  }
  const absl::Status written =
      database_.WriteReserved([&](store::Txn& txn) { return audit_.Append(txn, event).status(); },
                              store::Reserve::kUpperHalf);
  if (written.ok()) told_full_ = health.degraded;
  return now + kPeriod;
}

}  // namespace fairway::exchange
