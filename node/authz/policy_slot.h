#ifndef FAIRWAY_NODE_AUTHZ_POLICY_SLOT_H_
#define FAIRWAY_NODE_AUTHZ_POLICY_SLOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "crypto/digest.h"
#include "node/model/ids.h"
#include "policy/policy.h"

namespace fairway::authz {

// The policy in force and the numbers by which a release names it later.
struct ActivePolicy {
  std::shared_ptr<const policy::Policy> policy;
  uint64_t number = 0;          // of its version in the store
  crypto::Digest profile_hash;  // SHA-256 of the vocabulary's text
  // The version of each peer's attributes (its country and groups) that the policy was loaded with.
  // A peer that has another one by now must not be decided about with this policy.
  std::map<model::AuthorityId, uint64_t> attribute_versions;
};

// Holds the policy in force. Empty until one was set: then nothing leaves. Thread-safe; whoever
// decides takes one snapshot and uses it for the whole decision.
class PolicySlot {
 public:
  struct Snapshot {
    std::shared_ptr<const ActivePolicy> active;  // null: none is in force
    bool unreadable = false;                     // one was applied, but it cannot be loaded
  };

  std::shared_ptr<const ActivePolicy> Get() const { return Look().active; }
  Snapshot Look() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return snapshot_;
  }
  // Null: this node never had a policy.
  void Set(std::shared_ptr<const ActivePolicy> active) {
    std::lock_guard<std::mutex> lock(mutex_);
    snapshot_ = {std::move(active), false};
  }
  // It is not known what the policy of this node says: nothing leaves, and nothing is let in as if
  // there were none.
  void SetUnreadable() {
    std::lock_guard<std::mutex> lock(mutex_);
    snapshot_ = {nullptr, true};
  }

 private:
  mutable std::mutex mutex_;
  Snapshot snapshot_;  // guarded by mutex_
};

}  // namespace fairway::authz

#endif  // FAIRWAY_NODE_AUTHZ_POLICY_SLOT_H_
