#include "tools/benchmark/erasures.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"

namespace fairway::benchmark {

Erasures::Erasures(const store::Database& database, size_t count) : database_(database) {
  status_ = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t newest, store::LastRevisionId(txn));
    first_id_ = newest - std::min<uint64_t>(newest, count);
    return absl::OkStatus();
  });
  thread_ = std::thread([this] {
    while (!stopping_ && status_.ok()) {
      status_ = LookOnce();
      absl::SleepFor(kPeriod);
    }
  });
}

Erasures::~Erasures() { Stop(); }

std::map<std::string, absl::Time> Erasures::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  return std::move(seen_);
}

absl::Status Erasures::LookOnce() {
  return database_.Read([this](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> rows,
                             store::RevisionsAfter(txn, first_id_, store::kMaxListed));
    const absl::Time now = absl::Now();
    for (const store::StoredRevision& row : rows) {
      if (row.state != store::RevisionState::kRecalled) continue;
      seen_.emplace(std::string(row.body.item_id.view()), now);
    }
    count_ = seen_.size();
    return absl::OkStatus();
  });
}

}  // namespace fairway::benchmark
