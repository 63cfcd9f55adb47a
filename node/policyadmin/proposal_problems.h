#ifndef FAIRWAY_NODE_POLICYADMIN_PROPOSAL_PROBLEMS_H_
#define FAIRWAY_NODE_POLICYADMIN_PROPOSAL_PROBLEMS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "node/policyadmin/needs.h"
#include "node/policyadmin/preview.h"
#include "node/store/proposal_table.h"

// What a person reads when a step of a proposal is refused (proposals.h names the codes).
namespace fairway::policyadmin {

absl::Status BadReason(size_t most);
absl::Status TextTooLong(size_t bytes, size_t most);
absl::Status NoSuchVersion(uint64_t number);
absl::Status NoSuchProposal(uint64_t number);
absl::Status NotOpen(const store::Proposal& proposal);
absl::Status TooManyOpen(size_t most);
absl::Status InForceAlready(uint64_t version);
absl::Status AuthorCannotApprove(const store::Proposal& proposal);
absl::Status NotTheAuthor(const store::Proposal& proposal);
absl::Status GainsChanged(uint64_t proposal, const GainDifference& difference);
absl::Status StillNeeds(uint64_t proposal, const std::string& file_name, const Needs& needs);
absl::Status OverBudget(const Needs& needs);
absl::Status ChangedMeanwhile();
absl::Status BadShadowLength();
absl::Status NeverRan(uint64_t proposal);
absl::Status NotAnApprover(const std::string& user);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_PROPOSAL_PROBLEMS_H_
