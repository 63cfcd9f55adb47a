#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/v1/admin.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/offline_policy.h"
#include "tools/fairway/session.h"

// What may leave: policy check, test, explain, apply, show.
namespace fairway::cli {
namespace {

constexpr size_t kMaxPolicyBytes = 1024 * 1024;

std::string FileName(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

absl::Status PolicyErrors(std::string_view what) {
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-POL-001",
                    absl::StrCat("the policy ", std::string(what)), {"Nothing was changed."},
                    {"correct it, then:  fairway policy check FILE"});
}

void SayDiagnostics(const Session& session,
                    const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics) {
  for (const v1::Diagnostic& diagnostic : diagnostics) {
    session.terminal().Say(Block(diagnostic.rendered()));
  }
}

void SayAssumed(const Session& session, const OfflineCheck& offline) {
  session.terminal().Remark(absl::StrCat(
      "Checked without a node",
      offline.assumed.empty() ? "."
                              : absl::StrCat("; taken for peers or groups: ",
                                             OneLine(absl::StrJoin(offline.assumed, ", ")), ".")));
}

absl::StatusOr<OfflineCheck> Offline(const Invocation& invocation, const std::string& file_name,
                                     const std::string& text, const Session& session) {
  std::vector<policy::Registry::Peer> assumptions;
  const auto given = invocation.flag_values.find("--assume");
  if (given != invocation.flag_values.end()) {
    for (const std::string& words : given->second) {
      FAIRWAY_ASSIGN_OR_RETURN(policy::Registry::Peer peer, ParseAssumption(words));
      assumptions.push_back(std::move(peer));
    }
  }
  OfflineCheck offline = CheckOffline(file_name, text, assumptions);
  SayAssumed(session, offline);
  return offline;
}

absl::StatusOr<ExitCode> Check(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  FAIRWAY_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxPolicyBytes));
  v1::PolicyCheckResponse response;
  if (session.node().NodeRuns()) {
    v1::PolicyCheckRequest request;
    request.set_file_name(FileName(path));
    request.set_text(text);
    FAIRWAY_RETURN_IF_ERROR(
        session.node().Call("/fairway.v1.Admin/PolicyCheck", request, response));
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const OfflineCheck offline,
                             Offline(invocation, FileName(path), text, session));
    response = offline.check;
  }
  if (!session.PrintedForMachines("PolicyCheck", response)) {
    SayDiagnostics(session, response.diagnostics());
    session.terminal().Say(absl::StrCat(OneLine(path), ": ", response.rules(), " rules, ",
                                        response.tests(), " tests, ", response.failed_tests(),
                                        " of them fail"));
  }
  if (response.ok()) return ExitCode::kOk;
  if (!session.for_people()) return ExitCode::kFailed;
  return PolicyErrors(response.failed_tests() > 0 ? "fails its own tests: fairway policy test FILE"
                                                  : "has errors");
}

absl::StatusOr<v1::PolicyTestResponse> RunTests(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  v1::PolicyTestRequest request;
  if (!path.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxPolicyBytes));
    request.set_file_name(FileName(path));
    request.set_text(text);
  }
  v1::PolicyTestResponse response;
  if (path.empty() || session.node().NodeRuns()) {
    FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/PolicyTest", request, response));
    return response;
  }
  FAIRWAY_ASSIGN_OR_RETURN(OfflineCheck offline,
                           Offline(invocation, request.file_name(), request.text(), session));
  return std::move(offline.tests);
}

absl::StatusOr<ExitCode> Test(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyTestResponse response, RunTests(invocation, session));
  bool errors = false;
  for (const v1::Diagnostic& diagnostic : response.diagnostics()) errors |= diagnostic.error();
  if (!session.PrintedForMachines("PolicyTest", response, "results")) {
    const Terminal& terminal = session.terminal();
    SayDiagnostics(session, response.diagnostics());
    for (const v1::TestResult& test : response.results()) {
      terminal.Say(absl::StrCat(test.passed() ? terminal.Styled("ok   ", Style::kGreen)
                                              : terminal.Styled("FAIL ", Style::kRed),
                                OneLine(test.name()), "  (line ", test.line(), ")"));
      if (!test.passed()) terminal.Say(absl::StrCat("     ", Block(test.message())));
    }
    terminal.Say(absl::StrCat(response.passed(), " pass, ", response.failed(), " fail"));
  }
  if (!errors && response.failed() == 0) return ExitCode::kOk;
  if (!session.for_people()) return ExitCode::kFailed;
  return PolicyErrors(errors ? "has errors" : "fails its own tests");
}

absl::StatusOr<ExitCode> Explain(const Invocation& invocation, Session& session) {
  v1::PolicyExplainRequest request;
  request.set_ref(invocation.argument(0));
  request.set_peer(invocation.value("--peer").value_or(""));
  request.set_full(invocation.has("--full"));
  if (request.peer().empty()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "--peer is missing",
                      {"A decision is always about one peer."},
                      {absl::StrCat("fairway policy explain ", request.ref(), " --peer NAME"),
                       absl::StrCat("all peers at once:  fairway where ", request.ref())});
  }
  v1::PolicyExplainResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/PolicyExplain", request, response));
  if (!session.PrintedForMachines("PolicyExplanation", response)) {
    session.terminal().Say(Block(response.text()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Apply(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  const auto reason = invocation.value("--reason");
  if (!reason.has_value()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "--reason is missing",
                      {"It is kept in the audit log beside the change."},
                      {absl::StrCat("fairway policy apply ", path, " --reason \"…\"")});
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxPolicyBytes));
  v1::PolicyCheckRequest check;
  check.set_file_name(FileName(path));
  check.set_text(text);
  v1::PolicyCheckResponse checked;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/PolicyCheck", check, checked));
  if (!checked.ok()) {
    // What is wrong belongs to the refusal, so it goes where errors go.
    for (const v1::Diagnostic& diagnostic : checked.diagnostics()) {
      if (diagnostic.error()) session.terminal().Remark(Block(diagnostic.rendered()));
    }
    return PolicyErrors(checked.failed_tests() > 0 ? "fails its own tests" : "has errors");
  }
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure,
                           session.terminal().Confirm(
                               absl::StrCat("Put ", FileName(path), " in force (", checked.rules(),
                                            " rules, ", checked.tests(), " tests pass)?")));
  if (!sure) return ExitCode::kFailed;
  v1::PolicyApplyRequest request;
  request.set_file_name(check.file_name());
  request.set_text(text);
  request.set_reason(*reason);
  v1::PolicyApplyResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/PolicyApply", request, response));
  if (!session.PrintedForMachines("PolicyApplied", response)) {
    session.terminal().Say(absl::StrCat("Policy v", response.number(),
                                        " is in force: ", response.rules(), " rules, ",
                                        response.tests_passed(), " tests passed."));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Show(const Invocation& invocation, Session& session) {
  v1::PolicyShowRequest request;
  uint64_t number = 0;
  if (const auto text = invocation.value("--number"); text && !absl::SimpleAtoi(*text, &number)) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      absl::StrCat("--number cannot be \"", *text, "\""), {},
                      {"fairway policy show --help"});
  }
  request.set_number(number);
  v1::PolicyShowResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/PolicyShow", request, response));
  if (session.PrintedForMachines("Policy", response)) return ExitCode::kOk;
  session.terminal().Remark(
      absl::StrCat("Policy v", response.number(), ", ", OneLine(response.file_name()), ", applied ",
                   TimeText(response.applied_ms()), " by ", OneLine(response.applied_by())));
  session.terminal().Say(Block(response.text()));
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> PolicyCommands() {
  const Flag assume = {"--assume", "PEER",
                       "without a node: a peer and its attributes, \"rio-port tier=2 …\""};
  return {
      {"policy check",
       "Read a policy, say what is wrong and where; works without a node too",
       {"fairway policy check ports.fpol"},
       {{"FILE"}},
       {assume},
       "fairway policy apply FILE --reason TEXT",
       Check},
      {"policy test",
       "Run the tests a policy carries; works without a node too",
       {"fairway policy test ports.fpol", "fairway policy test"},
       {{"FILE", false}},
       {assume},
       "fairway policy apply FILE --reason TEXT",
       Test},
      {"policy explain",
       "Why a peer gets an item, or why not",
       {"fairway policy explain B-7K3Q-8M2V --peer port-bravo"},
       {{"REF"}},
       {{"--peer", "NAME", "which peer"}, {"--full", "", "every floor and every rule"}},
       "",
       Explain},
      {"policy apply",
       "Put a policy in force; one with errors or failing tests changes nothing",
       {"fairway policy apply ports.fpol --reason \"Ports cargo group, decision 2026/114\""},
       {{"FILE"}},
       {{"--reason", "TEXT", "why; kept in the audit log"}},
       "fairway status",
       Apply},
      {"policy show",
       "The policy in force, or an older one",
       {"fairway policy show", "fairway policy show --number 3"},
       {},
       {{"--number", "N", "which version"}},
       "",
       Show},
  };
}

}  // namespace fairway::cli
