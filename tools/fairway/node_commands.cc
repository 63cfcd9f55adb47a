#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/v1/admin.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/policy_session.h"
#include "tools/fairway/policy_text.h"
#include "tools/fairway/session.h"

// The node itself: serve, status, doctor. (init is in init_command.cc.)
namespace fairway::cli {
namespace {

// Where fairwayd may lie, seen from this program: beside it when installed, in a neighbouring
// folder of the build otherwise.
std::vector<std::string> DaemonPaths() {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self));
  std::string folder(self, length > 0 ? static_cast<size_t>(length) : 0);
  folder.resize(folder.find_last_of('/') == std::string::npos ? 0 : folder.find_last_of('/'));
  return {absl::StrCat(folder, "/fairwayd"), absl::StrCat(folder, "/../../node/server/fairwayd"),
          "/usr/sbin/fairwayd"};
}

absl::StatusOr<ExitCode> Serve(const Invocation& invocation, Session& session) {
  std::vector<std::string> words = {"fairwayd", "--data", session.globals().data_dir};
  for (const auto& [flag, values] : invocation.flag_values) {
    words.insert(words.end(), {flag, values.back()});
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> tried;
  for (const std::string& path : DaemonPaths()) {
    execv(path.c_str(), argv.data());  // returns only if it failed
    tried.push_back(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return CliProblem(absl::StatusCode::kNotFound, "FW-CLI-005", "fairwayd was not found", tried,
                    {"build it:  bazel build //node/server:fairwayd"});
}

std::string PeerHealth(const v1::PeerStatus& peer) {
  if (peer.connected()) {
    return peer.trouble().empty() ? "connected" : absl::StrCat("connected, but ", peer.trouble());
  }
  if (peer.state() != "active") return peer.state();
  return peer.trouble().empty() ? "not connected" : absl::StrCat("DOWN: ", peer.trouble());
}

absl::StatusOr<ExitCode> Status(const Invocation&, Session& session) {
  v1::StatusResponse status;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/Status", v1::StatusRequest(), status));
  if (session.PrintedForMachines("Status", status)) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  const absl::Time now = absl::FromUnixMillis(status.now_ms());
  terminal.Say(absl::StrCat(terminal.Styled(OneLine(status.authority_name()), Style::kBold),
                            "   fairwayd ", OneLine(status.version()), ", up ",
                            AgeText(status.started_ms(), now)));
  terminal.Say(absl::StrCat(
      "items ", status.items(), "   audit entries ", status.audit_size(), "   policy ",
      status.policy_number() == 0
          ? "none: nothing leaves"
          : absl::StrCat("v", status.policy_number(), ", ", status.policy_rules(), " rules"),
      "   peers ", status.peers_connected(), " of ", status.peers_active(), " connected"));
  SayText(session, PolicyStateText(status, now));
  if (status.peers().empty()) {
    terminal.Say("No peers yet.   → fairway peer invite NAME");
    return ExitCode::kOk;
  }
  Table table({"PEER", "STATE", "LAST-SEEN", "SENT", "RECEIVED", "WAITING"});
  for (const v1::PeerStatus& peer : status.peers()) {
    table.Add({peer.name(), PeerHealth(peer), AgeText(peer.last_seen_ms(), now),
               absl::StrCat(peer.sent()), absl::StrCat(peer.received()),
               absl::StrCat(peer.waiting())});
  }
  terminal.Say("");
  terminal.Say(table);
  return ExitCode::kOk;
}

std::string Mark(const Terminal& terminal, v1::Severity severity) {
  switch (severity) {
    case v1::SEVERITY_OK:
      return terminal.Styled("[ ok ]  ", Style::kGreen);
    case v1::SEVERITY_WARN:
      return terminal.Styled("[ warn ]", Style::kYellow);
    default:
      return terminal.Styled("[ FAIL ]", Style::kRed);
  }
}

absl::StatusOr<ExitCode> Doctor(const Invocation&, Session& session) {
  v1::DoctorResponse report;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/Doctor", v1::DoctorRequest(), report));
  int failures = 0;
  int warnings = 0;
  for (const v1::Finding& finding : report.findings()) {
    failures += finding.severity() == v1::SEVERITY_FAIL ? 1 : 0;
    warnings += finding.severity() == v1::SEVERITY_WARN ? 1 : 0;
  }
  const ExitCode code = failures > 0 ? ExitCode::kFailed : ExitCode::kOk;
  if (session.PrintedForMachines("DoctorReport", report, "findings")) return code;
  const Terminal& terminal = session.terminal();
  std::string area;
  for (const v1::Finding& finding : report.findings()) {
    if (finding.area() != area) terminal.Say(OneLine(area = finding.area()));
    std::string subject = OneLine(finding.subject());
    subject.resize(std::max<size_t>(16, subject.size()), ' ');
    terminal.Say(absl::StrCat(" ", Mark(terminal, finding.severity()), " ", subject, " ",
                              OneLine(finding.text())));
    for (const std::string& next : finding.next()) {
      terminal.Say(absl::StrCat("            → ", OneLine(next)));
    }
  }
  terminal.Say(absl::StrCat(failures, failures == 1 ? " failure, " : " failures, ", warnings,
                            warnings == 1 ? " warning" : " warnings"));
  return code;
}

}  // namespace

std::vector<Command> NodeCommands() {
  return {
      {"serve",
       "Run the node in the foreground",
       {"fairway serve --data ./node --passphrase-file pass.txt"},
       {},
       {{"--passphrase-file", "FILE", "opens the node's keys; asked for on a terminal otherwise"},
        {"--key-file", "FILE", "opens the node's keys instead of a passphrase"}},
       "fairway status",
       Serve},
      {"status",
       "One screen: the node, its peers, what waits",
       {"fairway status", "fairway status -o json"},
       {},
       {},
       "fairway doctor",
       Status},
      {"doctor",
       "Check the node and say what to do about what it finds",
       {"fairway doctor"},
       {},
       {},
       "",
       Doctor},
  };
}

}  // namespace fairway::cli
