#include "node/policyadmin/proposal_problems.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"

namespace fairway::policyadmin {
namespace {

constexpr size_t kLinesShown = 20;

std::string LookAt(uint64_t proposal) {
  return absl::StrCat("fairway policy preview --proposal ", proposal);
}

void Add(const std::vector<std::string>& lines, char sign, std::vector<std::string>& why) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == kLinesShown) {
      why.push_back(absl::StrCat(std::string(1, sign), " and ", lines.size() - i, " more"));
      return;
    }
    why.push_back(absl::StrCat(std::string(1, sign), " ", lines[i]));
  }
}

}  // namespace

absl::Status BadReason(size_t most) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-POL-013",
                      .message = absl::StrCat("a change of the policy needs a reason of 1 to ",
                                              most, " bytes for the audit log"),
                      .why = {},
                      .next = {"repeat the command with: --reason \"…\""}});
}

absl::Status TextTooLong(size_t bytes, size_t most) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-POL-023",
       .message = absl::StrCat("the text has ", bytes, " bytes; at most ", most, " are taken"),
       .why = {},
       .next = {"fairway policy check FILE"}});
}

absl::Status NoSuchVersion(uint64_t number) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-012",
                      .message = absl::StrCat("there is no policy version ", number),
                      .why = {},
                      .next = {"fairway policy history"}});
}

absl::Status NoSuchProposal(uint64_t number) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-020",
                      .message = absl::StrCat("there is no proposal ", number),
                      .why = {},
                      .next = {"fairway policy proposals --all"}});
}

absl::Status NotOpen(const store::Proposal& proposal) {
  Problem problem{
      .code = "FW-POL-021",
      .message = absl::StrCat("proposal ", proposal.number, " is ",
                              std::string(store::ToText(proposal.state)), ": nothing was changed"),
      .why = {},
      .next = {absl::StrCat("fairway policy proposals ", proposal.number)}};
  if (proposal.state == store::ProposalState::kSuperseded) {
    problem.why = {
        "another version came into force meanwhile, and what this one would release "
        "was told against the one before"};
    problem.next.push_back("fairway policy propose FILE --reason TEXT");
  } else if (!proposal.closed_by.empty()) {
    problem.why = {absl::StrCat("by ", proposal.closed_by,
                                proposal.closed_reason.empty() ? "" : ": ",
                                proposal.closed_reason)};
  }
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

absl::Status TooManyOpen(size_t most) {
  return MakeProblem(
      absl::StatusCode::kResourceExhausted,
      {.code = "FW-POL-022",
       .message = absl::StrCat(most, " proposals wait already; no more are taken"),
       .why = {},
       .next = {"fairway policy proposals", "fairway policy reject N --reason TEXT"}});
}

absl::Status InForceAlready(uint64_t version) {
  return MakeProblem(absl::StatusCode::kAlreadyExists,
                     {.code = "FW-POL-024",
                      .message = absl::StrCat("this is the policy in force, version ", version,
                                              ": there is nothing to propose"),
                      .why = {"comments and layout are not a change"},
                      .next = {"fairway policy show"}});
}

absl::Status AuthorCannotApprove(const store::Proposal& proposal) {
  return MakeProblem(
      absl::StatusCode::kPermissionDenied,
      {.code = "FW-POL-025",
       .message = absl::StrCat(proposal.author, " proposed it and cannot approve it too"),
       .why = {"four eyes: a second person looks at what a change releases"},
       .next = {absl::StrCat("ask another administrator or commander: fairway policy approve ",
                             proposal.number)}});
}

absl::Status NotTheAuthor(const store::Proposal& proposal) {
  return MakeProblem(
      absl::StatusCode::kPermissionDenied,
      {.code = "FW-POL-027",
       .message = absl::StrCat("only ", proposal.author, ", who proposed it, can withdraw it"),
       .why = {},
       .next = {absl::StrCat("fairway policy reject ", proposal.number, " --reason TEXT")}});
}

absl::Status GainsChanged(uint64_t proposal, const GainDifference& difference) {
  Problem problem{.code = "FW-POL-026",
                  .message =
                      "what it would newly release is not what was looked at: nothing was "
                      "changed",
                  .why = {},
                  .next = {LookAt(proposal), absl::StrCat("fairway policy approve ", proposal)}};
  Add(difference.more, '+', problem.why);
  Add(difference.fewer, '-', problem.why);
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

absl::Status StillNeeds(uint64_t proposal, const std::string& file_name, const Needs& needs) {
  Problem problem{.code = "FW-POL-028",
                  .message = "this change needs somebody else to agree: nothing was changed",
                  .why = {},
                  .next = {}};
  for (const std::string& missing : needs.missing) problem.why.push_back("it needs " + missing);
  if (proposal == 0) {
    problem.next = {absl::StrCat("fairway policy propose ", file_name, " --reason TEXT")};
  } else {
    problem.next = {LookAt(proposal),
                    absl::StrCat("somebody else: fairway policy approve ", proposal)};
  }
  problem.next.push_back("who could: fairway user list");
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

absl::Status OverBudget(const Needs& needs) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-POL-029",
                      .message = "it would newly release more at once than a budget of the policy "
                                 "allows, and nobody can lift that: nothing was changed",
                      .why = needs.refused,
                      .next = {"fairway policy preview FILE",
                               "make it narrower, or change the "
                               "budget first, in a change of its "
                               "own"}});
}

absl::Status ChangedMeanwhile() {
  return MakeProblem(
      absl::StatusCode::kAborted,
      {.code = "FW-POL-030",
       .message = "policy or peers changed while this was being applied: nothing was "
                  "changed",
       .why = {},
       .next = {"look again, then repeat the command"}});
}

absl::Status BadShadowLength() {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-POL-031",
                      .message = "a shadow runs for 1 to 744 hours",
                      .why = {},
                      .next = {"fairway policy shadow NUMBER --hours 24"}});
}

absl::Status NeverRan(uint64_t proposal) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-032",
                      .message = absl::StrCat("proposal ", proposal,
                                              " never ran in the shadow of the policy in force"),
                      .why = {},
                      .next = {absl::StrCat("fairway policy shadow ", proposal, " --hours 24")}});
}

absl::Status NotAnApprover(const std::string& user) {
  return MakeProblem(
      absl::StatusCode::kPermissionDenied,
      {.code = "FW-AUTH-002",
       .message = absl::StrCat("\"", user,
                               "\" has neither the role administrator nor commander, one of which "
                               "this needs"),
       .why = {},
       .next = {absl::StrCat("fairway user role ", user, " --add commander")}});
}

}  // namespace fairway::policyadmin
