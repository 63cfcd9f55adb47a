#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/v1/audit.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/session.h"

// What happened on this node, and the proof that nothing of it was changed: audit list, verify.
namespace fairway::cli {
namespace {

constexpr uint32_t kMostEvents = 1000;  // in one answer

absl::StatusOr<uint64_t> Number(const Invocation& invocation, const std::string& flag,
                                uint64_t without) {
  const auto text = invocation.value(flag);
  uint64_t number = without;
  if (!text.has_value() || absl::SimpleAtoi(*text, &number)) return number;
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat(flag, " cannot be \"", *text, "\""), {"It is a number."},
                    {"fairway audit list --help"});
}

absl::StatusOr<v1::ListEventsResponse> Fetch(uint64_t from, uint64_t limit, Session& session) {
  v1::ListEventsResponse all;
  while (true) {
    v1::ListEventsRequest request;
    request.set_from_seq(from);
    request.set_limit(static_cast<uint32_t>(
        std::min<uint64_t>(limit - static_cast<uint64_t>(all.events_size()), kMostEvents)));
    v1::ListEventsResponse page;
    FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Audit/ListEvents", request, page));
    all.set_log_size(page.log_size());
    for (v1::EventView& event : *page.mutable_events()) {
      from = event.seq() + 1;
      *all.add_events() = std::move(event);
    }
    if (page.events().empty() || from >= page.log_size() ||
        static_cast<uint64_t>(all.events_size()) >= limit) {
      return all;
    }
  }
}

std::string Details(const v1::EventView& event) {
  std::vector<std::string> words(event.objects().begin(), event.objects().end());
  for (const v1::EventDetail& detail : event.detail()) {
    words.push_back(absl::StrCat(detail.name(), "=", detail.value()));
  }
  if (!event.reason().empty()) words.push_back(event.reason());
  return absl::StrJoin(words, "  ");
}

absl::StatusOr<ExitCode> List(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t limit, Number(invocation, "--limit", 50));
  if (limit == 0) return ExitCode::kOk;
  v1::ListEventsResponse response;
  if (invocation.value("--from").has_value()) {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t from, Number(invocation, "--from", 0));
    FAIRWAY_ASSIGN_OR_RETURN(response, Fetch(from, limit, session));
  } else {
    // The newest ones: the first call only asks how many there are.
    FAIRWAY_ASSIGN_OR_RETURN(const v1::ListEventsResponse one, Fetch(0, 1, session));
    const uint64_t size = one.log_size();
    FAIRWAY_ASSIGN_OR_RETURN(response, Fetch(size > limit ? size - limit : 0, limit, session));
  }
  if (session.PrintedForMachines("AuditEvents", response, "events")) return ExitCode::kOk;
  Table table({"ENTRY", "TIME", "WHO", "ROLE", "WHAT", "OUTCOME", "ABOUT"});
  for (const v1::EventView& event : response.events()) {
    table.Add({absl::StrCat(event.seq()), TimeText(event.time_ms()), event.actor(),
               event.role().empty() ? "-" : event.role(), event.kind(), event.outcome(),
               Details(event)});
  }
  session.terminal().Say(table);
  session.terminal().Remark(
      absl::StrCat(response.events_size(), " of ", response.log_size(), " entries shown"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Verify(const Invocation&, Session& session) {
  v1::VerifyLogResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Audit/VerifyLog", v1::VerifyLogRequest(), response));
  const ExitCode code = response.ok() ? ExitCode::kOk : ExitCode::kIntegrity;
  if (session.PrintedForMachines("AuditVerification", response)) return code;
  if (!response.ok()) {
    return CliProblem(absl::StatusCode::kDataLoss, "FW-AUD-001", "the audit log was altered",
                      {OneLine(response.problem())},
                      {"stop the node, keep a copy of its directory, and call your auditor"});
  }
  const Terminal& terminal = session.terminal();
  terminal.Say(
      absl::StrCat("ok   ", response.log_size(), " entries, each recomputed from its bytes"));
  terminal.Say("ok   the chain is unbroken, nothing was deleted or reordered");
  terminal.Say(absl::StrCat("ok   ", response.checkpoints(),
                            " signed checkpoints, the newest over ", response.signed_size(),
                            " entries"));
  terminal.Say(absl::StrCat("root ", absl::BytesToHexString(response.root())));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Checkpoint(const Invocation&, Session& session) {
  v1::CheckpointResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Audit/Checkpoint", v1::CheckpointRequest(), response));
  if (!session.PrintedForMachines("Checkpoint", response)) {
    session.terminal().Say(Block(response.note()));
  }
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> AuditCommands() {
  return {
      {"audit list",
       "The newest entries of the audit log, oldest first",
       {"fairway audit list", "fairway audit list --from 0 --limit 1000 -o jsonl"},
       {},
       {{"--limit", "N", "how many (50)"}, {"--from", "ENTRY", "from this entry on"}},
       "fairway audit verify",
       List},
      {"audit verify",
       "Recompute the whole log: nothing changed, deleted or reordered",
       {"fairway audit verify"},
       {},
       {},
       "",
       Verify},
      {"audit checkpoint",
       "Sign the log as it stands, for an auditor to take away",
       {"fairway audit checkpoint > checkpoint.txt"},
       {},
       {},
       "fairway audit verify",
       Checkpoint},
  };
}

}  // namespace fairway::cli
