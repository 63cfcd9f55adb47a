#ifndef FAIRWAY_NODE_POLICYADMIN_ITEM_INDEX_H_
#define FAIRWAY_NODE_POLICYADMIN_ITEM_INDEX_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/model/ids.h"
#include "node/policyadmin/gate_seam.h"
#include "node/policyadmin/preview.h"
#include "node/store/database.h"
#include "policy/preview/item_columns.h"

namespace fairway::policyadmin {

// All items of the node that could go to somebody: the newest revision of each, if it is active and
// not recalled. Follows the database by the audit log: there is no change of an item without a leaf
// that names it. One thread at a time.
class ItemIndex {
 public:
  ItemIndex(const GateSeam& gate, const model::AuthorityId& self);

  // Brings it to what `txn` sees; `peers` are all that it sees. After an error it starts afresh.
  absl::Status Follow(store::ReadTxn& txn, const std::vector<model::Peer>& peers);

  const policy::ItemColumns& columns() const { return columns_; }
  // `index` as the columns give it.
  const PreviewItem& at(uint32_t index) const { return entries_[index]; }

 private:
  using Name = std::pair<model::AuthorityId, model::ItemId>;

  absl::Status FollowFrom(store::ReadTxn& txn, const std::vector<model::Peer>& peers);
  absl::Status ReadAll(store::ReadTxn& txn);
  absl::Status ReadLeaves(store::ReadTxn& txn, uint64_t until);
  absl::Status LookAtObject(store::ReadTxn& txn, const model::ObjectId& object);
  absl::Status LookAtItem(store::ReadTxn& txn, const model::AuthorityId& origin,
                          const model::ItemId& item);
  void Forget(const Name& name);
  void Clear();

  const GateSeam& gate_;
  const model::AuthorityId self_;
  policy::ItemColumns columns_;
  std::vector<PreviewItem> entries_;            // by index of the columns
  absl::flat_hash_map<Name, uint32_t> places_;  // of the items that are in the columns
  std::map<model::AuthorityId, std::string> names_;
  std::optional<uint64_t> seen_leaves_;  // nothing: read everything
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_ITEM_INDEX_H_
