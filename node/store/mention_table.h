#ifndef FAIRWAY_NODE_STORE_MENTION_TABLE_H_
#define FAIRWAY_NODE_STORE_MENTION_TABLE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// What people of this node let go although a redacted value is still in its text: one revision, one
// peer. The next revision is looked at anew.
namespace fairway::store {

struct MentionRelease {
  model::ObjectId object;
  model::AuthorityId peer;
  std::string by_user;
  absl::Time at;
};

// ALREADY_EXISTS if somebody did that before.
absl::Status PutMentionRelease(Txn& txn, const MentionRelease& release);
absl::StatusOr<std::optional<MentionRelease>> GetMentionRelease(ReadTxn& txn,
                                                                const model::ObjectId& object,
                                                                const model::AuthorityId& peer);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_MENTION_TABLE_H_
