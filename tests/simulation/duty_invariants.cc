// What Invariants checks of the duties that a sender keeps (I27), told from the decision of the
// oracle and from what lies in the store, not from what the gate says.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/model/caller.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/hold_table.h"
#include "node/store/release_table.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

// The first role of which nobody let all these parts go; "" = none.
absl::StatusOr<std::string> RoleToAsk(store::ReadTxn& txn, const model::ObjectId& object,
                                      const model::AuthorityId& peer,
                                      const std::set<std::string>& roles,
                                      const std::vector<std::string>& labels) {
  if (roles.empty()) return "";
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::HoldRelease> let_go,
                           store::HoldReleasesOf(txn, object, peer));
  for (const std::string& role : roles) {
    bool done = false;
    for (const store::HoldRelease& each : let_go) {
      const std::set<std::string> seen(each.labels.begin(), each.labels.end());
      const bool all = std::all_of(labels.begin(), labels.end(), [&seen](const std::string& label) {
        return seen.contains(label);
      });
      done = done || (all && model::ToText(each.role) == role);
    }
    if (!done) return role;
  }
  return "";
}

}  // namespace

absl::Status Invariants::CheckDuties(store::ReadTxn& txn, size_t to, const std::string& where,
                                     const store::StoredRevision& revision,
                                     const model::Terms& terms,
                                     const std::vector<std::string>& labels,
                                     const policy::Decision& decision, absl::Time now) {
  const policy::Duties& duties = decision.duties;
  if (duties.delay || !duties.hold_for.empty() || duties.receipt_within) ++counts_.duties;
  if (duties.delay && now < revision.stored_at + *duties.delay) {
    Fail("I27", absl::StrCat(where, " before its time, by rule ", decision.rule));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::string role,
                           RoleToAsk(txn, revision.object, nodes_[to].id, duties.hold_for, labels));
  if (!role.empty()) {
    Fail("I27", absl::StrCat(where, ", which no ", role, " let go, by rule ", decision.rule));
  }
  if ((duties.watermark || revision.terms.watermark) && !terms.watermark) {
    Fail("I27", absl::StrCat(where, " without the watermark, by rule ", decision.rule));
  }
  if ((duties.encrypt_at_rest || revision.terms.encrypt_at_rest) && !terms.encrypt_at_rest) {
    Fail("I27", absl::StrCat(where, " without encryption at rest, by rule ", decision.rule));
  }
  const auto within = [&](const auto& allowed) {
    return terms.purpose &&
           std::all_of(terms.purpose->begin(), terms.purpose->end(),
                       [&](const std::string& purpose) {
                         return std::find(allowed.begin(), allowed.end(), purpose) != allowed.end();
                       });
  };
  if ((duties.use_for && !within(*duties.use_for)) ||
      (revision.terms.purpose && !within(*revision.terms.purpose))) {
    Fail("I27", absl::StrCat(where, " for other purposes than rule ", decision.rule, " says"));
  }
  return absl::OkStatus();
}

// The policy lets it go to `to`, and time or a person still stand between.
absl::StatusOr<bool> Invariants::Waits(store::ReadTxn& txn, size_t to,
                                       const store::StoredRevision& revision,
                                       const std::vector<model::Part>& parts,
                                       const policy::Decision& decision, absl::Time now) {
  const policy::Duties& duties = decision.duties;
  if (duties.delay && now < revision.stored_at + *duties.delay) return true;
  std::vector<std::string> labels;
  for (const model::Part& part : parts) {
    if (!model::IsPrivate(part.label) && duties.Releases(part.label)) labels.push_back(part.label);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::string role,
                           RoleToAsk(txn, revision.object, nodes_[to].id, duties.hold_for, labels));
  return !role.empty();
}

// Nothing that needs a receipt is numbered while another one is late. One that has none now had
// none then.
absl::Status Invariants::CheckReceiptDuty(size_t node, size_t peer, store::ReadTxn& txn,
                                          const store::Release& release) {
  if (!release.receipt_due) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OverdueReceipt> late,
                           store::OverdueReceiptOf(txn, nodes_[peer].id, release.decided_at));
  if (late && late->feed_seq < release.feed_seq) {
    Fail("I27", absl::StrCat(Name(node), " to ", Name(peer), ": record ", release.feed_seq, " (",
                             Short(release.object), ") although the receipt for ", late->feed_seq,
                             " is late"));
  }
  return absl::OkStatus();
}

}  // namespace fairway::simulation
