#include "node/edge/refusal_folder.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fairway::edge {
namespace {

std::string KeyOf(const Refusal& refusal) {
  const std::string host = refusal.address.substr(0, refusal.address.rfind(':'));
  return absl::StrCat(ReasonText(refusal), " ", host, " ",
                      refusal.pin.has_value() ? refusal.pin->digest.ToString() : "", " ",
                      refusal.peer_id);
}

}  // namespace

std::vector<Refusal> RefusalFolder::Add(Refusal refusal, absl::Time now) {
  std::string key = KeyOf(refusal);
  if (kinds_.size() >= kMaxKinds && !kinds_.contains(key)) key = ReasonText(refusal);
  auto [at, fresh] = kinds_.try_emplace(key);
  Kind& kind = at->second;
  if (fresh) {
    kind.until = now + kWindow;
    kind.last = refusal;
    kind.last.count = 0;
    return {std::move(refusal)};
  }
  const uint64_t count = kind.last.count + refusal.count;
  kind.last = std::move(refusal);
  kind.last.count = count;
  return {};
}

std::vector<Refusal> RefusalFolder::Due(absl::Time now) {
  std::vector<Refusal> due;
  for (auto at = kinds_.begin(); at != kinds_.end();) {
    Kind& kind = at->second;
    if (now < kind.until) {
      ++at;
    } else if (kind.last.count > 0) {
      due.push_back(kind.last);
      kind.last.count = 0;
      kind.until = now + kWindow;
      ++at;
    } else {
      kinds_.erase(at++);
    }
  }
  return due;
}

}  // namespace fairway::edge
