#ifndef FAIRWAY_NODE_STORE_MENTION_TABLE_H_
#define FAIRWAY_NODE_STORE_MENTION_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// What people of this node let go although a redacted value is still in its text: one revision, one
// peer, the labels that were mentioned then. The next revision is looked at anew, and so are other
// labels of the same one.
namespace fairway::store {

struct MentionRelease {
  model::ObjectId object;
  model::AuthorityId peer;
  std::vector<std::string> labels;  // ascending
  std::string by_user;
  absl::Time at;
};

// ALREADY_EXISTS if somebody did that before.
absl::Status PutMentionRelease(Txn& txn, const MentionRelease& release);
absl::StatusOr<std::vector<MentionRelease>> MentionReleasesOf(ReadTxn& txn,
                                                              const model::ObjectId& object,
                                                              const model::AuthorityId& peer);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_MENTION_TABLE_H_
