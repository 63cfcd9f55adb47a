#ifndef FAIRWAY_NODE_SERVICE_ITEM_LISTS_H_
#define FAIRWAY_NODE_SERVICE_ITEM_LISTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "api/v1/desk.pb.h"
#include "node/model/peer.h"
#include "node/service/item_finder.h"
#include "node/store/database.h"
#include "node/store/item_table.h"

// Items a page at a time.
namespace fairway::service {

inline constexpr uint32_t kDefaultPage = 50;
inline constexpr uint32_t kMaxPage = 500;

struct ItemPage {
  std::vector<v1::ItemSummary> items;
  std::string next;  // token for the rest; "" = that was all
};

// What a caller asked of a list, besides which items.
struct PageRequest {
  uint32_t limit = 0;  // 0: kDefaultPage
  std::string token;   // ItemPage::next of the page before, or ""
};

// Newest stored first. A token holds a number of this node's own: it is for its local callers only.
//   INVALID_ARGUMENT   FW-LIST-001: above kMaxPage; FW-LIST-002: not a token
absl::StatusOr<ItemPage> ReadPage(const store::Database& database, store::RevisionFilter filter,
                                  const PageRequest& page, const NodeIdentity& node,
                                  const model::PeerDirectory& directory, absl::Time now);

// Whoever read an item has to notice that it was taken back: for so long, and so many at most.
inline constexpr absl::Duration kNoticeTime = absl::Hours(24 * 30);
inline constexpr size_t kMaxNotices = 50;

// Received items of which a recall has taken effect here of late, latest first, each as its newest
// revision is now (after a correction that one may be active); `recalled` says how.
absl::StatusOr<std::vector<v1::ItemSummary>> TakenBack(const store::Database& database,
                                                       const NodeIdentity& node,
                                                       const model::PeerDirectory& directory,
                                                       absl::Time now);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_ITEM_LISTS_H_
