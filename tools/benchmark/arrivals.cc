#include "tools/benchmark/arrivals.h"

#include <sys/prctl.h>

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"

namespace fairway::benchmark {

Arrivals::Arrivals(const store::Database& database) : database_(database) {
  status_ = database_.Read([this](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(last_id_, store::LastRevisionId(txn));
    return absl::OkStatus();
  });
  thread_ = std::thread([this] { Look(); });
}

Arrivals::~Arrivals() { Stop(); }

std::map<std::string, absl::Time> Arrivals::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  return std::move(seen_);
}

void Arrivals::Look() {
  prctl(PR_SET_TIMERSLACK, 1);  // the kernel would add 50 µs to each sleep
  while (!stopping_ && status_.ok()) {
    status_ = LookOnce();
    absl::SleepFor(kPeriod);
  }
}

absl::Status Arrivals::LookOnce() {
  return database_.Read([this](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t newest, store::LastRevisionId(txn));
    if (newest == last_id_) return absl::OkStatus();
    const absl::Time now = absl::Now();
    while (last_id_ < newest) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> rows,
                               store::RevisionsAfter(txn, last_id_, store::kMaxListed));
      if (rows.empty()) break;
      for (const store::StoredRevision& row : rows) {
        seen_.emplace(std::string(row.body.item_id.view()), now);
        last_id_ = row.id;
      }
    }
    count_ = seen_.size();
    return absl::OkStatus();
  });
}

}  // namespace fairway::benchmark
