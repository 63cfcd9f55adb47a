#ifndef FAIRWAY_NODE_SERVICE_HISTORY_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_HISTORY_SERVICE_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "api/v1/desk.pb.h"
#include "node/model/peer.h"
#include "node/service/call.h"
#include "node/service/node_identity.h"
#include "node/store/database.h"

namespace fairway::service {

inline constexpr uint32_t kDefaultEvents = 50;
inline constexpr uint32_t kMaxEvents = 500;  // in one answer of Watch

// What became of items in the course of time: one item's past, and what happens from now on.
// Thread-safe; a watcher holds nothing here between two calls.
class HistoryService {
 public:
  // All must outlive this object.
  HistoryService(const store::Database& database, const model::PeerDirectory& directory,
                 NodeIdentity node)
      : database_(database), directory_(directory), node_(std::move(node)) {}

  absl::Status History(Call& call, const v1::HistoryRequest& request,
                       v1::HistoryResponse& response);

  // INVALID_ARGUMENT FW-LIST-001: above kMaxEvents; FW-LIST-002: not a token.
  absl::Status Watch(Call& call, const v1::WatchRequest& request, v1::WatchResponse& response);

 private:
  const store::Database& database_;
  const model::PeerDirectory& directory_;
  const NodeIdentity node_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_HISTORY_SERVICE_H_
