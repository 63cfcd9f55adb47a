#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "api/v1/desk.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/item_text.h"
#include "tools/fairway/session.h"

// What became of an item: where it is, and what it was before.
namespace fairway::cli {
namespace {

constexpr absl::Duration kMostWaiting = absl::Hours(24);

absl::StatusOr<absl::Duration> WaitFor(const Invocation& invocation) {
  const auto text = invocation.value("--wait");
  absl::Duration wait = absl::ZeroDuration();
  if (!text.has_value()) return wait;
  if (absl::ParseDuration(*text, &wait) && wait > absl::ZeroDuration() && wait <= kMostWaiting) {
    return wait;
  }
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat("--wait cannot be \"", *text, "\""),
                    {"It is a duration of at most 24h, such as 30s or 5m."},
                    {"fairway where --help"});
}

bool AnyUnderWay(const v1::WhereResponse& where) {
  return std::any_of(where.peers().begin(), where.peers().end(), IsUnderWay);
}

// Asks until nothing is under way any more or the time is over; the last answer.
absl::StatusOr<v1::WhereResponse> AskUntilSettled(const std::string& ref, absl::Duration wait,
                                                  Session& session) {
  v1::WhereRequest request;
  request.set_ref(ref);
  const absl::Time deadline = absl::Now() + wait;
  absl::Duration pause = absl::Milliseconds(200);
  while (true) {
    v1::WhereResponse where;
    FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Where", request, where));
    const absl::Time now = absl::Now();
    if (!AnyUnderWay(where) || now >= deadline) return where;
    // Each question is an entry of the audit log, so they become fewer.
    absl::SleepFor(std::min(pause, deadline - now));
    pause = std::min(pause * 2, absl::Seconds(10));
  }
}

void SayRecall(const v1::WhereResponse& where, const Session& session) {
  int asked = 0;
  int confirmed = 0;
  for (const v1::PeerCopy& copy : where.peers()) {
    asked += copy.recall_since_ms() != 0 ? 1 : 0;
    confirmed += copy.state() == "recalled" ? 1 : 0;
  }
  const Terminal& terminal = session.terminal();
  if (where.has_recall()) {
    terminal.Say(terminal.Styled(OneLine(RecallText(where.recall())), Style::kRed));
  }
  if (asked > 0) {
    terminal.Say(absl::StrCat(confirmed, " of ", asked,
                              asked == 1 ? " peer that was" : " peers that were",
                              " told to erase it confirmed with a signed receipt"));
  }
}

std::string Why(const v1::PeerCopy& copy) {
  if (copy.state() == "held" && !copy.mention().empty()) {
    return absl::StrCat("the text mentions ", copy.mention(), ": fairway held");
  }
  return copy.code().empty() ? copy.because() : absl::StrCat(copy.code(), " ", copy.because());
}

void SayWhere(const v1::WhereResponse& where, const Session& session) {
  const Terminal& terminal = session.terminal();
  terminal.Say(OneLine(HeadText(where.summary())));
  SayRecall(where, session);
  if (where.peers().empty()) {
    terminal.Say("This node has no peers: nobody else has it.");
    return;
  }
  const absl::Time now = absl::Now();
  Table table({"PEER", "STATE", "REVISION", "RULE", "WITHOUT", "WHY"});
  for (const v1::PeerCopy& copy : where.peers()) {
    const std::string place =
        copy.file().empty() ? "" : absl::StrCat(copy.file(), ":", copy.line(), " ");
    table.Add({copy.peer(), CopyText(copy, now),
               copy.revision() == 0 ? "-" : absl::StrCat(copy.revision()),
               copy.rule().empty() ? "-" : absl::StrCat(place, copy.rule()),
               copy.redacted().empty() ? "-" : absl::StrJoin(copy.redacted(), ", "), Why(copy)});
  }
  terminal.Say(table);
}

absl::StatusOr<ExitCode> Where(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const absl::Duration wait, WaitFor(invocation));
  FAIRWAY_ASSIGN_OR_RETURN(const v1::WhereResponse where,
                           AskUntilSettled(invocation.argument(0), wait, session));
  const bool partial = wait > absl::ZeroDuration() && AnyUnderWay(where);
  const ExitCode code = partial ? ExitCode::kPartial : ExitCode::kOk;
  if (session.PrintedForMachines("Where", where)) return code;
  SayWhere(where, session);
  if (partial) {
    std::vector<std::string> names;
    for (const v1::PeerCopy& copy : where.peers()) {
      if (IsUnderWay(copy)) names.push_back(OneLine(copy.peer()));
    }
    session.terminal().Remark(
        absl::StrCat("Partial: no word yet from ", absl::StrJoin(names, ", "), "."));
  }
  return code;
}

absl::StatusOr<ExitCode> History(const Invocation& invocation, Session& session) {
  v1::HistoryRequest request;
  request.set_ref(invocation.argument(0));
  v1::HistoryResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/History", request, response));
  if (session.PrintedForMachines("History", response, "revisions")) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  terminal.Say(OneLine(HeadText(response.summary())));
  for (const v1::RecallInfo& recall : response.recalls()) {
    terminal.Say(terminal.Styled(OneLine(RecallText(recall)), Style::kRed));
    if (!recall.note().empty()) terminal.Say(absl::StrCat("   note: ", OneLine(recall.note())));
  }
  Table table({"REVISION", "STATE", "STORED", "FROM", "CONTENT", "TITLE"});
  for (const v1::RevisionInfo& revision : response.revisions()) {
    table.Add({absl::StrCat(revision.revision()), revision.state(), TimeText(revision.stored_ms()),
               revision.received_from().empty() ? "this node" : revision.received_from(),
               revision.content() ? "here" : "erased",
               revision.title().empty() ? "-" : revision.title()});
  }
  terminal.Say(table);
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> WhereCommands() {
  return {
      {"where",
       "Who has an item, who has not, and why; of a recall: who confirmed it",
       {"fairway where B-7K3Q-8M2V", "fairway where B-7K3Q-8M2V --wait 30s"},
       {{"REF"}},
       {{"--wait", "DURATION",
         "until all have answered; ends with 9 if some have not by then (at most 24h)"}},
       "fairway policy explain REF --peer NAME",
       Where},
      {"history",
       "All revisions of an item: state, when, from whom, and its recalls",
       {"fairway history B-7K3Q-8M2V"},
       {{"REF"}},
       {},
       "fairway show REF",
       History},
  };
}

}  // namespace fairway::cli
