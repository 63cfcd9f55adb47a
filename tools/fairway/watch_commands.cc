#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "api/v1/desk.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/item_text.h"
#include "tools/fairway/proto_json.h"
#include "tools/fairway/session.h"

// What happens from now on, a line each.
namespace fairway::cli {
namespace {

constexpr absl::Duration kDefaultInterval = absl::Seconds(1);
constexpr absl::Duration kShortestInterval = absl::Milliseconds(100);

// Ends at once also in the middle of a call: every line is flushed, and nothing is left to tidy.
extern "C" void EndQuietly(int) { _exit(static_cast<int>(ExitCode::kOk)); }

struct WatchFlags {
  absl::Duration interval = kDefaultInterval;
  uint64_t count = 0;  // 0: without end
};

absl::Status BadFlag(const std::string& flag, const std::string& given, std::string wanted) {
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat(flag, " cannot be \"", given, "\""), {std::move(wanted)},
                    {"fairway watch --help"});
}

absl::StatusOr<WatchFlags> ReadFlags(const Invocation& invocation) {
  WatchFlags flags;
  if (const auto text = invocation.value("--interval")) {
    if (!absl::ParseDuration(*text, &flags.interval) || flags.interval < kShortestInterval ||
        flags.interval > absl::Hours(1)) {
      return BadFlag("--interval", *text, "It is a duration from 100ms to 1h.");
    }
  }
  if (const auto text = invocation.value("--count")) {
    if (!absl::SimpleAtoi(*text, &flags.count) || flags.count == 0) {
      return BadFlag("--count", *text, "It is a number from 1.");
    }
  }
  return flags;
}

std::string Line(const v1::WatchEvent& event) {
  std::string what = "NEW";
  if (event.what() == "revision") what = "REVISED";
  if (event.what() == "recall") what = "RECALLED";
  what.resize(8, ' ');
  const v1::ItemSummary& item = event.item();
  const std::string told = event.has_recall() ? absl::StrCat("(", event.recall().grade(), ": ",
                                                             event.recall().reason(), ")")
                                              : TitleText(item);
  return absl::StrCat(TimeText(event.at_ms()), "  ", what, "  ", ModeText(item), "  ", item.tlp(),
                      "  ", item.ref(), "  ", KindText(item), "  ", FromText(item), "  ", told);
}

// Says what came; false if that was as many as wanted.
bool SayEvents(const v1::WatchResponse& response, uint64_t& left, const Session& session) {
  for (const v1::WatchEvent& event : response.events()) {
    session.terminal().Say(session.for_people() ? OneLine(Line(event)) : JsonLinesOf(event, ""));
    std::cout.flush();
    if (left > 0 && --left == 0) return false;
  }
  return true;
}

absl::StatusOr<ExitCode> Watch(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const WatchFlags flags, ReadFlags(invocation));
  std::signal(SIGINT, EndQuietly);
  std::signal(SIGTERM, EndQuietly);
  uint64_t left = flags.count;
  bool told = false;
  v1::WatchRequest request;
  while (true) {
    v1::WatchResponse response;
    const absl::Status asked = session.node().Call("/fairway.v1.Desk/Watch", request, response);
    const bool away = absl::IsUnavailable(asked) || absl::IsDeadlineExceeded(asked);
    // A node that is started again goes on where this was; one that was never there is an error.
    if (!asked.ok() && (!away || request.after().empty())) return asked;
    if (!asked.ok() && !told)
      session.terminal().Remark("The node does not answer; waiting for it.");
    told = !asked.ok();
    if (asked.ok()) {
      if (request.after().empty() && session.for_people()) {
        session.terminal().Remark("Watching for what comes from now on. Ctrl-C ends.");
      }
      if (!SayEvents(response, left, session)) return ExitCode::kOk;
      request.set_after(response.after());
    }
    if (response.events().empty()) absl::SleepFor(flags.interval);
  }
}

}  // namespace

std::vector<Command> WatchCommands() {
  return {{"watch",
           "What comes in, is revised or recalled from now on, a line each; Ctrl-C ends",
           {"fairway watch", "fairway watch -o jsonl | while read -r event; do …; done"},
           {},
           {{"--interval", "DURATION", "how often to look (1s)"},
            {"--count", "N", "end after so many lines"}},
           "fairway show REF",
           Watch}};
}

}  // namespace fairway::cli
