#ifndef FAIRWAY_TESTS_SIMULATION_ORACLE_H_
#define FAIRWAY_TESTS_SIMULATION_ORACLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "node/store/item_table.h"
#include "policy/decision.h"
#include "policy/policy.h"

namespace fairway::simulation {

// A second opinion on what a node may send: built from the policy text and the peers in force, and
// from the item as it is stored, without a line of the node's own way from facts to decisions
// (node/authz, node/exchange). Only the policy engine is shared.
class Oracle {
 public:
  explicit Oracle(const model::AuthorityId& self);

  // What is in force from now on. A text that does not load permits nothing.
  void Learn(const std::string& policy_text, const std::string& profile_text,
             const std::vector<model::Peer>& peers);

  // May this revision, with these parts in the store, go to `peer` at `now` (the node's clock)?
  policy::Decision Decide(const store::StoredRevision& revision,
                          const std::vector<model::Part>& parts, const model::AuthorityId& peer,
                          absl::Time now) const;

  const std::vector<model::Peer>& peers() const { return peers_; }
  const model::Peer* Find(const model::AuthorityId& id) const;

 private:
  std::string NameOf(const model::AuthorityId& id) const;
  std::vector<std::string> WordsOfAudience(const std::string& text, const std::string& list) const;
  void AddPrivateParts(const model::ItemView& view, policy::Attributes& out) const;

  const model::AuthorityId self_;
  std::vector<model::Peer> peers_;
  std::string policy_text_;
  std::string profile_text_;
  std::shared_ptr<const policy::Vocabulary> vocabulary_;
  std::shared_ptr<const policy::Policy> policy_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_ORACLE_H_
