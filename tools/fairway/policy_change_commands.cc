#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "tools/fairway/peer_words.h"
#include "tools/fairway/policy_session.h"
#include "tools/fairway/policy_text.h"

// How a policy changes: policy preview, propose, proposals, approve, reject, apply, rollback,
// shadow, history.
namespace fairway::cli {
namespace {

constexpr int kMaxShadowHours = 31 * 24;
constexpr size_t kMinDigestDigits = 8;

// A change of policy may look at everything that is stored.
absl::Status Call(Session& session, const char* method, const google::protobuf::Message& request,
                  google::protobuf::Message& response) {
  return session.node().Call(absl::StrCat("/fairway.v1.Admin/", method), request, response);
}

// The attributes that the peer has, so that only what was said is otherwise.
absl::StatusOr<v1::HypotheticalPeer> AsPeer(const std::string& line, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const PeerWords words, ParsePeerWords("--as-peer", line));
  v1::HypotheticalPeer peer;
  peer.set_name(words.name);
  v1::ShowPeerRequest request;
  request.set_name(words.name);
  v1::ShowPeerResponse shown;
  const absl::Status found = Call(session, "ShowPeer", request, shown);
  if (found.ok()) {
    *peer.mutable_attributes() = shown.peer().attributes();
  } else if (!absl::IsNotFound(found)) {
    return found;
  }
  Apply(words, *peer.mutable_attributes());
  return peer;
}

bool ChangesAnything(const v1::PolicyPreviewResponse& preview) {
  return !preview.changes().empty() || preview.recalls_total() > 0;
}

// What keeps it from ever being applied as it is.
absl::Status CannotBeApplied(const v1::PolicyPreviewResponse& preview) {
  if (HasError(preview.diagnostics())) return PolicyErrors("has errors");
  if (!preview.failed_tests().empty()) return PolicyErrors("fails its own tests");
  for (const v1::GuaranteeFinding& guarantee : preview.guarantees()) {
    if (!guarantee.holds()) return PolicyErrors("breaks a guarantee it gives");
  }
  if (!preview.refusal().empty()) {
    return CliProblem(absl::StatusCode::kFailedPrecondition, "FW-POL-017",
                      OneLine(preview.refusal()), {"Nothing was changed."},
                      {"fairway policy history", "fairway policy print"});
  }
  return CliProblem(absl::StatusCode::kFailedPrecondition, "FW-POL-029",
                    "it would newly release more at once than a budget allows, and nobody can let "
                    "that pass",
                    {"Nothing was changed."},
                    {"go in smaller steps, or change the budget in a change of its own"});
}

ExitCode CodeOf(const Invocation& invocation, const v1::PolicyPreviewResponse& preview) {
  if (!preview.could_apply()) return ExitCodeFor(CannotBeApplied(preview));
  return invocation.has("--exit-code") && ChangesAnything(preview) ? ExitCode::kDifferences
                                                                   : ExitCode::kOk;
}

absl::StatusOr<PolicySource> PreviewedPolicy(const Invocation& invocation) {
  if (const auto number = invocation.value("--proposal")) {
    PolicySource source;
    FAIRWAY_ASSIGN_OR_RETURN(source.proposal, NumberOf("--proposal", *number));
    return source;
  }
  if (!invocation.argument(0).empty()) return PolicyFile(invocation.argument(0));
  if (!invocation.values("--as-peer").empty()) return PolicySource{"the policy in force", "", 0};
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    "what should be previewed is missing",
                    {"It is a file, a proposal, or the policy in force with other peers."},
                    {"fairway policy preview FILE", "fairway policy preview --proposal N",
                     "fairway policy preview --as-peer \"bravo tier=2\""});
}

absl::StatusOr<ExitCode> Preview(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, PreviewedPolicy(invocation));
  v1::PolicyPreviewRequest request;
  source.PutInto(request);
  if (source.text.empty() && source.proposal == 0) request.clear_file_name();
  request.set_peer(invocation.value("--peer").value_or(""));
  request.set_list(invocation.has("--list"));
  if (const auto lines = invocation.flag_values.find("--as-peer");
      lines != invocation.flag_values.end()) {
    for (const std::string& line : lines->second) {
      FAIRWAY_ASSIGN_OR_RETURN(*request.add_as_peers(), AsPeer(line, session));
    }
  }
  v1::PolicyPreviewResponse preview;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyPreview", request, preview));
  const ExitCode code = CodeOf(invocation, preview);
  if (session.PrintedForMachines("PolicyPreview", preview)) return code;
  SayText(session, PreviewText(source.Name(), preview, session.terminal().columns(),
                               invocation.has("--list")));
  if (!preview.could_apply()) return CannotBeApplied(preview);
  if (source.proposal == 0 && !source.text.empty()) {
    session.terminal().Remark("Nothing was changed.");
  }
  return code;
}

// What a person agrees to: shown if a person reads, and compared with --if-preview.
absl::StatusOr<v1::PolicyPreviewResponse> ShowPreview(const Invocation& invocation,
                                                      const PolicySource& source,
                                                      Session& session) {
  v1::PolicyPreviewRequest request;
  source.PutInto(request);
  v1::PolicyPreviewResponse preview;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyPreview", request, preview));
  if (!preview.could_apply()) {
    // What is wrong belongs to the refusal, so it goes where errors go.
    session.terminal().Remark(
        PreviewText(source.Name(), preview, session.terminal().columns(), false));
    return CannotBeApplied(preview);
  }
  if (session.for_people()) {
    SayText(session, PreviewText(source.Name(), preview, session.terminal().columns(), false));
  }
  const std::string digest = absl::BytesToHexString(preview.digest());
  const auto agreed = invocation.value("--if-preview");
  if (agreed && (agreed->size() < kMinDigestDigits || !absl::StartsWith(digest, *agreed))) {
    return CliProblem(absl::StatusCode::kAborted, "FW-POL-026",
                      "who would gain what is not what was agreed to",
                      {absl::StrCat("Agreed to: preview ", OneLine(*agreed), ". Now it is ",
                                    ShortDigest(preview.digest()), ".")},
                      {"look again:  fairway policy preview FILE"});
  }
  return preview;
}

absl::StatusOr<ExitCode> Propose(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  v1::PolicyProposeRequest request;
  FAIRWAY_ASSIGN_OR_RETURN(*request.mutable_reason(),
                           ReasonOf(invocation, absl::StrCat("fairway policy propose ", path)));
  FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, PolicyFile(path));
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyPreviewResponse preview,
                           ShowPreview(invocation, source, session));
  request.set_file_name(source.file_name);
  request.set_text(source.text);
  request.set_digest(preview.digest());
  v1::PolicyProposeResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyPropose", request, response));
  if (!session.PrintedForMachines("PolicyProposal", response, "", "proposal")) {
    SayText(session, absl::StrCat("\n", ProposalText(response.proposal(), absl::Now())));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Proposals(const Invocation& invocation, Session& session) {
  v1::PolicyProposalsRequest request;
  request.set_closed(invocation.has("--all"));
  if (!invocation.argument(0).empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number,
                             NumberOf("a proposal's number", invocation.argument(0)));
    request.set_number(number);
  }
  v1::PolicyProposalsResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyProposals", request, response));
  if (session.PrintedForMachines("PolicyProposals", response, "proposals")) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  if (request.number() != 0 && !response.proposals().empty()) {
    SayText(session, ProposalText(response.proposals(0), absl::Now()));
    if (invocation.has("--text")) terminal.Say(absl::StrCat("\n", Block(response.text())));
  } else if (response.proposals().empty()) {
    terminal.Say("No change of policy waits for anybody.");
    terminal.Say("   → fairway policy propose FILE --reason \"…\"");
  } else {
    SayText(session, ProposalsText(response, absl::Now(), terminal.columns()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Approve(const Invocation& invocation, Session& session) {
  PolicySource source;
  FAIRWAY_ASSIGN_OR_RETURN(source.proposal,
                           NumberOf("a proposal's number", invocation.argument(0)));
  v1::PolicyProposalsRequest asked;
  asked.set_number(source.proposal);
  v1::PolicyProposalsResponse proposals;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyProposals", asked, proposals));
  if (session.for_people() && !proposals.proposals().empty()) {
    SayText(session, absl::StrCat(ProposalText(proposals.proposals(0), absl::Now()), "\n"));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyPreviewResponse preview,
                           ShowPreview(invocation, source, session));
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure, session.terminal().Confirm(absl::StrCat(
                                                "Approve proposal ", source.proposal, ": ",
                                                GainText(preview.gain()), " newly released?")));
  if (!sure) {
    session.terminal().Remark("Nothing was approved.");
    return ExitCode::kFailed;
  }
  v1::PolicyApproveRequest request;
  request.set_number(source.proposal);
  request.set_digest(preview.digest());
  v1::PolicyApproveResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyApprove", request, response));
  if (session.PrintedForMachines("PolicyProposal", response, "", "proposal")) return ExitCode::kOk;
  const v1::ProposalView& proposal = response.proposal();
  session.terminal().Say(
      absl::StrCat("Proposal ", proposal.number(), ": ", ProposalStateText(proposal)));
  if (proposal.has_need() && proposal.need().missing().empty()) {
    session.terminal().Say(absl::StrCat("   → fairway policy apply ", proposal.number()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Reject(const Invocation& invocation, Session& session) {
  v1::PolicyRejectRequest request;
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number,
                           NumberOf("a proposal's number", invocation.argument(0)));
  request.set_number(number);
  FAIRWAY_ASSIGN_OR_RETURN(*request.mutable_reason(),
                           ReasonOf(invocation, absl::StrCat("fairway policy reject ", number)));
  v1::PolicyRejectResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyReject", request, response));
  if (!session.PrintedForMachines("PolicyProposal", response, "", "proposal")) {
    session.terminal().Say(
        absl::StrCat("Proposal ", number, ": ", ProposalStateText(response.proposal())));
  }
  return ExitCode::kOk;
}

std::string AppliedText(const v1::PolicyApplyResponse& response) {
  std::string text =
      absl::StrCat("Policy v", response.number(),
                   " is in force: ", CountText(response.rules(), "rule, ", "rules, "),
                   CountText(response.tests_passed(), "test passed.\n", "tests passed.\n"));
  if (response.alone()) {
    absl::StrAppend(&text, "Nobody else was there to check it; the audit log says so.\n");
  }
  return absl::StrCat(text, RecallsText(response.recalls(), response.recalls_total()));
}

absl::StatusOr<ExitCode> Apply(const Invocation& invocation, Session& session) {
  const std::string word = invocation.argument(0);
  FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, FileOrProposal(word));
  v1::PolicyApplyRequest request;
  source.PutInto(request);
  if (source.proposal == 0 || invocation.value("--reason")) {
    FAIRWAY_ASSIGN_OR_RETURN(*request.mutable_reason(),
                             ReasonOf(invocation, absl::StrCat("fairway policy apply ", word)));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyPreviewResponse preview,
                           ShowPreview(invocation, source, session));
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure, session.terminal().Confirm(absl::StrCat(
                                                "Put ", OneLine(source.Name()), " in force: ",
                                                GainText(preview.gain()), " newly released?")));
  if (!sure) {
    session.terminal().Remark("Nothing was changed.");
    return ExitCode::kFailed;
  }
  // A proposal is held against the gains that were approved, which only the node knows.
  if (source.proposal == 0) request.set_digest(preview.digest());
  v1::PolicyApplyResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyApply", request, response));
  if (!session.PrintedForMachines("PolicyApplied", response)) {
    SayText(session, AppliedText(response));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Rollback(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number, NumberOf("a version", invocation.argument(0)));
  v1::PolicyRollbackRequest request;
  request.set_number(number);
  FAIRWAY_ASSIGN_OR_RETURN(*request.mutable_reason(),
                           ReasonOf(invocation, absl::StrCat("fairway policy rollback ", number)));
  v1::PolicyShowRequest show;
  show.set_number(number);
  v1::PolicyShowResponse shown;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyShow", show, shown));
  const PolicySource source{shown.file_name(), shown.text(), 0};
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyPreviewResponse preview,
                           ShowPreview(invocation, source, session));
  FAIRWAY_ASSIGN_OR_RETURN(
      const bool sure,
      session.terminal().Confirm(absl::StrCat(
          "Take up version ", number, " again: ", GainText(preview.gain()), " newly released?")));
  if (!sure) {
    session.terminal().Remark("Nothing was changed.");
    return ExitCode::kFailed;
  }
  v1::PolicyRollbackResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyRollback", request, response));
  if (session.PrintedForMachines("PolicyRolledBack", response)) return ExitCode::kOk;
  if (!response.has_applied()) {
    SayText(session,
            absl::StrCat("It lets more out than the policy in force, so it waits like any other "
                         "change:\n",
                         ProposalText(response.proposal(), absl::Now())));
    return ExitCode::kOk;
  }
  SayText(session, AppliedText(response.applied()));
  return ExitCode::kOk;
}

absl::StatusOr<uint32_t> ShadowHours(const Invocation& invocation) {
  const auto given = invocation.value("--hours");
  if (!given) return 0;
  uint32_t hours = 0;
  if (absl::SimpleAtoi(*given, &hours) && hours >= 1 && hours <= kMaxShadowHours) return hours;
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat("--hours cannot be \"", OneLine(*given), "\""),
                    {absl::StrCat("It is a number from 1 to ", kMaxShadowHours, ".")},
                    {"fairway policy shadow NUMBER --hours 24"});
}

absl::StatusOr<ExitCode> Shadow(const Invocation& invocation, Session& session) {
  v1::PolicyShadowRequest request;
  request.set_stop(invocation.has("--stop"));
  FAIRWAY_ASSIGN_OR_RETURN(const uint32_t hours, ShadowHours(invocation));
  request.set_hours(hours);
  if (!invocation.argument(0).empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t number,
                             NumberOf("a proposal's number", invocation.argument(0)));
    request.set_proposal(number);
  }
  if (hours > 0 && (request.proposal() == 0 || request.stop())) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      "--hours is for starting one proposal", {},
                      {"fairway policy shadow NUMBER --hours 24"});
  }
  v1::PolicyShadowResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyShadow", request, response));
  if (session.PrintedForMachines("PolicyShadow", response, "", "shadow")) return ExitCode::kOk;
  if (!response.has_shadow()) {
    session.terminal().Say("No proposal runs beside the policy in force.");
    session.terminal().Say("   → fairway policy shadow NUMBER --hours 24");
    return ExitCode::kOk;
  }
  SayText(session, ShadowText(response.shadow(), absl::Now()));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> History(const Invocation& invocation, Session& session) {
  v1::PolicyHistoryRequest request;
  uint32_t limit = 0;
  if (const auto given = invocation.value("--limit")) {
    if (!absl::SimpleAtoi(*given, &limit) || limit < 1 || limit > 500) {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                        absl::StrCat("--limit cannot be \"", OneLine(*given), "\""),
                        {"It is a number from 1 to 500."}, {"fairway policy history --limit 50"});
    }
    request.set_limit(limit);
  }
  v1::PolicyHistoryResponse response;
  FAIRWAY_RETURN_IF_ERROR(Call(session, "PolicyHistory", request, response));
  if (session.PrintedForMachines("PolicyHistory", response, "versions")) return ExitCode::kOk;
  if (response.versions().empty()) {
    session.terminal().Say("No policy was ever in force.");
    return ExitCode::kOk;
  }
  SayText(session, HistoryText(response, session.terminal().columns()));
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> PolicyChangeCommands() {
  const Flag reason = {"--reason", "TEXT", "why; kept in the audit log"};
  const Flag if_preview = {"--if-preview", "DIGEST", "only if the gains are still those"};
  return {
      {"policy preview",
       "What a policy would change for each peer, over every stored item",
       {"fairway policy preview ports.fpol",
        "fairway policy preview ports.fpol --peer bravo --list",
        "fairway policy preview --proposal 12",
        "fairway policy preview --as-peer \"bravo tier=2 agreements=ATLANTIC\""},
       {{"FILE", false}},
       {{"--proposal", "N", "instead of a file"},
        {"--peer", "NAME", "only this peer"},
        {"--as-peer", "PEER", "as if a peer were so, or were there: \"rio tier=2 …\""},
        {"--list", "", "the items too"},
        {"--exit-code", "", "end with 10 if anything changes"}},
       "fairway policy propose FILE --reason TEXT",
       Preview},
      {"policy propose",
       "Put a change of policy before a second person",
       {"fairway policy propose ports.fpol --reason \"Ports cargo group, decision 2026/114\""},
       {{"FILE"}},
       {reason, if_preview},
       "the second person:  fairway policy approve N",
       Propose},
      {"policy proposals",
       "Changes of policy that wait, and for whom; all about one",
       {"fairway policy proposals", "fairway policy proposals 12",
        "fairway policy proposals --all"},
       {{"NUMBER", false}},
       {{"--all", "", "those too that were applied, rejected or overtaken"},
        {"--text", "", "with a number: its text"}},
       "fairway policy preview --proposal N",
       Proposals},
      {"policy approve",
       "Agree to somebody else's change of policy, after a look at what it releases",
       {"fairway policy approve 12"},
       {{"NUMBER"}},
       {if_preview},
       "fairway policy apply N",
       Approve},
      {"policy reject",
       "Turn a proposed change of policy down, or take your own back",
       {"fairway policy reject 12 --reason \"three items too many\""},
       {{"NUMBER"}},
       {reason},
       "fairway policy proposals",
       Reject},
      {"policy apply",
       "Put a policy in force: a file, or a proposal that was approved",
       {"fairway policy apply ports.fpol --reason \"Ports cargo group, decision 2026/114\"",
        "fairway policy apply 12"},
       {{"FILE|NUMBER"}},
       {reason, if_preview},
       "fairway status",
       Apply},
      {"policy rollback",
       "Take up the text of an older version again, as a new version",
       {"fairway policy rollback 3 --reason \"version 4 withheld the storm warnings\""},
       {{"VERSION"}},
       {reason, if_preview},
       "fairway policy history",
       Rollback},
      {"policy shadow",
       "Try a proposal beside the policy in force: it is asked, and decides nothing",
       {"fairway policy shadow 12 --hours 24", "fairway policy shadow 12",
        "fairway policy shadow 12 --stop"},
       {{"NUMBER", false}},
       {{"--hours", "H", "for how long (default 24, at most 744)"}, {"--stop", "", "end it now"}},
       "fairway policy shadow",
       Shadow},
      {"policy history",
       "Every version that was ever in force, and who checked it",
       {"fairway policy history"},
       {},
       {{"--limit", "N", "how many (default 50)"}},
       "fairway policy show --number N",
       History},
  };
}

}  // namespace fairway::cli
