#ifndef FAIRWAY_NODE_POLICYADMIN_NEEDS_H_
#define FAIRWAY_NODE_POLICYADMIN_NEEDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "node/policyadmin/policy_loader.h"
#include "node/policyadmin/preview.h"
#include "node/store/proposal_table.h"
#include "node/store/user_table.h"

namespace fairway::policyadmin {

// What a change still needs before it may be applied: the rules of proposals.h in one place.
struct Needs {
  bool tightening = false;  // proved: approval by nobody
  bool alone = false;       // nobody else is there who could approve
  bool approver = false;    // an administrator or commander besides the author
  bool commander = false;
  std::vector<std::string> why_commander;  // "9 items are AMBER"
  std::vector<std::string> roles;          // of exceeded budgets, ascending
  std::vector<std::string> refused;        // of exceeded budgets that no role lifts, in words
  std::vector<std::string> missing;        // in words, one a line; empty: it may be applied
};

// What is asked about.
struct Change {
  std::string author;
  bool tightening = false;  // proved
  uint64_t proposal = 0;    // for the commands; 0: there is none yet
  // Promises (kept_promises.h). If there are any it is no mere tightening.
  std::vector<std::string> given_up;
  std::vector<std::string> not_previewed;  // NotPreviewed
};

// What a preview of today, with the peers that are active today, does not show of a draft: a
// commander has to know of it. One phrase each: "rule north begins on 2026-12-01".
std::vector<std::string> NotPreviewed(const PolicyNames& names, const policy::Policy& draft,
                                      absl::Time now);

// Pure. Of `approvals` count those of this digest, by enabled users who are not the author and have
// the role now; `users` are all of the node.
Needs NeedsOf(const Change& change, const Preview& preview,
              const std::vector<store::Approval>& approvals,
              const std::vector<store::UserRow>& users);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_NEEDS_H_
