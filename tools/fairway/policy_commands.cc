#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "tools/fairway/offline_policy.h"
#include "tools/fairway/policy_session.h"
#include "tools/fairway/policy_template.h"
#include "tools/fairway/policy_text.h"
#include "tools/fairway/proto_json.h"
#include "tools/fairway/written_time.h"

// What may leave and why: policy check, test, prove, print, explain, show. How it changes is in
// policy_change_commands.cc.
namespace fairway::cli {
namespace {

void SayAssumed(const Session& session, const std::vector<std::string>& assumed) {
  session.terminal().Remark(absl::StrCat(
      "Checked without a node", assumed.empty()
                                    ? "."
                                    : absl::StrCat("; taken for peers or groups: ",
                                                   OneLine(absl::StrJoin(assumed, ", ")), ".")));
}

absl::StatusOr<std::vector<policy::Registry::Peer>> Assumptions(const Invocation& invocation) {
  std::vector<policy::Registry::Peer> assumptions;
  const auto given = invocation.flag_values.find("--assume");
  if (given == invocation.flag_values.end()) return assumptions;
  for (const std::string& words : given->second) {
    FAIRWAY_ASSIGN_OR_RETURN(policy::Registry::Peer peer, ParseAssumption(words));
    assumptions.push_back(std::move(peer));
  }
  return assumptions;
}

absl::StatusOr<OfflineCheck> Offline(const Invocation& invocation, const std::string& file_name,
                                     const std::string& text, const Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<policy::Registry::Peer> assumptions,
                           Assumptions(invocation));
  OfflineCheck offline = CheckOffline(file_name, text, assumptions);
  SayAssumed(session, offline.assumed);
  return offline;
}

std::string CheckedText(const std::string& path, const v1::PolicyCheckResponse& response) {
  if (HasError(response.diagnostics())) {
    const auto errors = std::count_if(response.diagnostics().begin(), response.diagnostics().end(),
                                      [](const v1::Diagnostic& each) { return each.error(); });
    return absl::StrCat(OneLine(path), ": ",
                        CountText(static_cast<uint64_t>(errors), "error", "errors"));
  }
  size_t broken = 0;
  for (const v1::GuaranteeFinding& guarantee : response.guarantees()) broken += !guarantee.holds();
  std::string text =
      absl::StrCat(OneLine(path), ": ", response.rules(), " rules, ", response.tests(), " tests, ",
                   response.failed_tests(), " of them fail");
  if (!response.guarantees().empty()) {
    absl::StrAppend(&text, "; ", response.guarantees_size(), " guarantees, ", broken, " broken");
  }
  return text;
}

absl::StatusOr<ExitCode> Check(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, PolicyFile(path));
  v1::PolicyCheckResponse response;
  if (session.node().NodeRuns()) {
    v1::PolicyCheckRequest request;
    request.set_file_name(source.file_name);
    request.set_text(source.text);
    FAIRWAY_RETURN_IF_ERROR(
        session.node().Call("/fairway.v1.Admin/PolicyCheck", request, response));
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const OfflineCheck offline,
                             Offline(invocation, source.file_name, source.text, session));
    response = offline.check;
  }
  if (!session.PrintedForMachines("PolicyCheck", response)) {
    SayDiagnostics(session, response.diagnostics());
    SayText(session, GuaranteesText(response.guarantees()));
    session.terminal().Say(CheckedText(path, response));
  }
  if (response.ok()) return ExitCode::kOk;
  if (!session.for_people()) return ExitCode::kFailed;
  if (HasError(response.diagnostics())) return PolicyErrors("has errors");
  return PolicyErrors(response.failed_tests() > 0 ? "fails its own tests: fairway policy test FILE"
                                                  : "breaks a guarantee it gives");
}

absl::StatusOr<v1::PolicyTestResponse> RunTests(const Invocation& invocation, Session& session) {
  const std::string path = invocation.argument(0);
  v1::PolicyTestRequest request;
  if (!path.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, PolicyFile(path));
    request.set_file_name(source.file_name);
    request.set_text(source.text);
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
  const bool errors = HasError(response.diagnostics());
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
  if (const auto moment = invocation.value("--as-of")) {
    FAIRWAY_ASSIGN_OR_RETURN(const absl::Time as_of,
                             ParseWrittenTime("--as-of", *moment, absl::Now()));
    request.set_as_of_ms(absl::ToUnixMillis(as_of));
  }
  v1::PolicyExplainResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/PolicyExplain", request, response));
  if (session.PrintedForMachines("PolicyExplanation", response)) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  if (response.as_of_ms() != 0) {
    terminal.Say(absl::StrCat("As of ", TimeText(response.as_of_ms()), ", ",
                              response.policy_number() == 0
                                  ? "when no policy was in force"
                                  : absl::StrCat("under version ", response.policy_number()),
                              ":"));
  }
  const std::string text = Block(response.text());
  terminal.Say(text.substr(0, text.find_last_not_of('\n') + 1));
  for (const std::string& note : response.notes()) {
    terminal.Say(absl::StrCat("  note: ", OneLine(note)));
  }
  return ExitCode::kOk;
}

// What of it is uncertain or bad, as an exit code.
ExitCode CodeOf(const Invocation& invocation, const v1::PolicyProveResponse& proof) {
  bool too_hard = false;
  bool gain = false;
  for (const v1::ProofFinding* finding :
       {&proof.gain_registered(), &proof.gain_anyone(), &proof.fields_registered(),
        &proof.fields_anyone(), &proof.loss()}) {
    too_hard = too_hard || finding->answer() == v1::ANSWER_TOO_HARD;
    gain = gain || (finding->answer() == v1::ANSWER_FOUND && finding != &proof.loss());
  }
  for (const v1::GuaranteeFinding& guarantee : proof.guarantees()) {
    if (!guarantee.holds() && !guarantee.too_hard()) return ExitCode::kFailed;
    too_hard = too_hard || guarantee.too_hard();
  }
  if (too_hard) return ExitCode::kPartial;
  return gain && invocation.has("--exit-code") ? ExitCode::kDifferences : ExitCode::kOk;
}

absl::StatusOr<v1::PolicyProveResponse> ProofOf(const Invocation& invocation,
                                                const PolicySource& source, Session& session) {
  v1::PolicyProveResponse response;
  const auto against = invocation.value("--against");
  if (!against && (source.proposal != 0 || session.node().NodeRuns())) {
    v1::PolicyProveRequest request;
    source.PutInto(request);
    FAIRWAY_RETURN_IF_ERROR(
        session.node().Call("/fairway.v1.Admin/PolicyProve", request, response));
    return response;
  }
  PolicySource before;
  if (against) {
    FAIRWAY_ASSIGN_OR_RETURN(before, PolicyFile(*against));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<policy::Registry::Peer> assumptions,
                           Assumptions(invocation));
  FAIRWAY_ASSIGN_OR_RETURN(
      OfflineProof proof,
      ProveOffline(before.file_name, before.text, source.file_name, source.text, assumptions));
  SayAssumed(session, proof.assumed);
  return std::move(proof.answer);
}

absl::StatusOr<ExitCode> Prove(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, FileOrProposal(invocation.argument(0)));
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PolicyProveResponse proof,
                           ProofOf(invocation, source, session));
  const bool errors = HasError(proof.diagnostics());
  const ExitCode code = errors ? ExitCode::kFailed : CodeOf(invocation, proof);
  if (session.PrintedForMachines("PolicyProof", proof)) return code;
  SayText(session, ProofText(source.Name(), proof));
  if (code != ExitCode::kFailed) return code;
  return PolicyErrors(errors ? "has errors" : "breaks a guarantee it gives");
}

absl::StatusOr<ExitCode> Print(const Invocation& invocation, Session& session) {
  v1::PolicyPrintRequest request;
  if (const auto number = invocation.value("--number")) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t version, NumberOf("--number", *number));
    request.set_number(version);
  }
  v1::PolicyPrintResponse response;
  if (const std::string path = invocation.argument(0); !path.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const PolicySource source, PolicyFile(path));
    request.set_file_name(source.file_name);
    request.set_text(source.text);
  }
  if (request.text().empty() || session.node().NodeRuns()) {
    FAIRWAY_RETURN_IF_ERROR(
        session.node().Call("/fairway.v1.Admin/PolicyPrint", request, response));
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<policy::Registry::Peer> assumptions,
                             Assumptions(invocation));
    OfflinePrint print = PrintOffline(request.file_name(), request.text(), assumptions);
    SayAssumed(session, print.assumed);
    response = std::move(print.answer);
  }
  const bool errors = HasError(response.diagnostics());
  const ExitCode code = errors ? ExitCode::kFailed : ExitCode::kOk;
  if (session.PrintedForMachines("PolicyText", response)) return code;
  if (errors) {
    SayDiagnostics(session, response.diagnostics());
    return PolicyErrors("has errors");
  }
  SayText(session, Block(response.text()));
  session.terminal().Remark(absl::StrCat("SHA-256 ", absl::BytesToHexString(response.hash()),
                                         ", as \"replaces\" names it"));
  return code;
}

absl::StatusOr<ExitCode> Templates(const Invocation& invocation, Session& session) {
  const Terminal& terminal = session.terminal();
  if (const std::string name = invocation.argument(0); !name.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const policy::Template found, FindTemplate(name));
    const std::string text(found.text);
    terminal.Say(
        session.for_people()
            ? text.substr(0, text.find_last_not_of('\n') + 1)
            : JsonOfFields("PolicyTemplate",
                           {{"name", name}, {"title", std::string(found.title)}, {"text", text}}));
    return ExitCode::kOk;
  }
  v1::PolicyTemplates all;
  for (const policy::Template& each : policy::Templates()) {
    v1::PolicyTemplate& to = *all.add_templates();
    to.set_name(std::string(each.name));
    to.set_title(std::string(each.title));
  }
  if (session.PrintedForMachines("PolicyTemplates", all, "templates")) return ExitCode::kOk;
  Table table({"NAME", "WHAT-IT-SHARES"});
  for (const v1::PolicyTemplate& each : all.templates()) table.Add({each.name(), each.title()});
  terminal.Say(table);
  terminal.Say("   → fairway policy templates NAME > mine.fpol");
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
       "fairway policy preview FILE",
       Check},
      {"policy test",
       "Run the tests a policy carries; works without a node too",
       {"fairway policy test ports.fpol", "fairway policy test"},
       {{"FILE", false}},
       {assume},
       "fairway policy preview FILE",
       Test},
      {"policy explain",
       "Why a peer gets an item, or why not",
       {"fairway policy explain B-7K3Q-8M2V --peer port-bravo",
        "fairway policy explain B-7K3Q-8M2V --peer port-bravo --as-of \"2026-03-04 18:30\""},
       {{"REF"}},
       {{"--peer", "NAME", "which peer"},
        {"--as-of", "TIME", "as it was then: 2026-03-04, \"2026-03-04 18:30\" (UTC), or 30d ago"},
        {"--full", "", "every floor and every rule"}},
       "",
       Explain},
      {"policy prove",
       "What a policy would change for every possible item, and for every possible peer",
       {"fairway policy prove ports.fpol", "fairway policy prove 12",
        "fairway policy prove new.fpol --against old.fpol"},
       {{"FILE|NUMBER"}},
       {{"--against", "FILE", "instead of the policy in force; works without a node too"},
        {"--exit-code", "", "end with 10 if anybody gains anything"},
        assume},
       "fairway policy propose FILE --reason TEXT",
       Prove},
      {"policy print",
       "A policy without comments in its one fixed layout, and its hash; works without a node too",
       {"fairway policy print ports.fpol", "fairway policy print",
        "diff <(fairway policy print --number 3) <(fairway policy print)"},
       {{"FILE", false}},
       {{"--number", "N", "which version"}, assume},
       "",
       Print},
      {"policy templates",
       "Worked sharing agreements to begin with, each with its tests; works without a node too",
       {"fairway policy templates", "fairway policy templates lessons-for-all > mine.fpol"},
       {{"NAME", false}},
       {},
       "fairway policy preview FILE",
       Templates},
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
