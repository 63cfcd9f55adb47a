#ifndef FAIRWAY_NODE_STORE_HOLD_TABLE_H_
#define FAIRWAY_NODE_STORE_HOLD_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// What people of this node let go although a rule holds it for their role: one revision, one peer,
// one role, and the labels of the parts that were to go then. More parts are looked at anew.
namespace fairway::store {

struct HoldRelease {
  model::ObjectId object;
  model::AuthorityId peer;
  model::Role role = model::Role::kOfficer;
  std::vector<std::string> labels;  // ascending
  std::string by_user;
  absl::Time at;
};

// ALREADY_EXISTS if somebody of that role let go the very same before.
absl::Status PutHoldRelease(Txn& txn, const HoldRelease& release);
absl::StatusOr<std::vector<HoldRelease>> HoldReleasesOf(ReadTxn& txn, const model::ObjectId& object,
                                                        const model::AuthorityId& peer);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_HOLD_TABLE_H_
