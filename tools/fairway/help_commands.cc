#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "node/interop/did_you_mean.h"
#include "tools/fairway/command_line.h"
#include "tools/fairway/completion.h"
#include "tools/fairway/error_catalogue.h"
#include "tools/fairway/session.h"

// What can be read here: help for a command, an error code, the exit codes.
namespace fairway::cli {
namespace {

constexpr char kExitCodes[] =
    "0   ok\n"
    "1   failed; of a policy: it has errors, fails a test or breaks a guarantee\n"
    "2   wrong usage\n"
    "3   not found\n"
    "4   not signed in: the node does not know this user\n"
    "5   refused by policy or role, or a second person has to agree\n"
    "6   unreachable or timed out\n"
    "7   state changed or already exists: look again and retry\n"
    "8   integrity failure: audit log, signature or backup\n"
    "9   partial answer; of a proof: too much to go through\n"
    "10  differences found (only with --exit-code)\n"
    "130 interrupted";

absl::StatusOr<ExitCode> ExplainCode(const std::string& code, const Session& session) {
  for (const ErrorEntry& entry : ErrorCatalogue()) {
    if (entry.code != code) continue;
    session.terminal().Say(entry.code);
    session.terminal().Say(absl::StrCat("   ", std::string(entry.meaning)));
    session.terminal().Say(absl::StrCat("   → ", std::string(entry.remedy)));
    return ExitCode::kOk;
  }
  return CliProblem(absl::StatusCode::kNotFound, "FW-USE-003",
                    absl::StrCat("there is no page about ", code), {},
                    {"fairway help exit-codes", "fairway --help"});
}

absl::StatusOr<ExitCode> Help(const Invocation& invocation, Session& session) {
  const std::string first = invocation.argument(0);
  const std::string second = invocation.argument(1);
  if (first.empty()) {
    session.terminal().Say(Overview(AllCommands(), ""));
    return ExitCode::kOk;
  }
  if (first == "exit-codes") {
    session.terminal().Say(kExitCodes);
    return ExitCode::kOk;
  }
  if (absl::StartsWithIgnoreCase(first, "FW-")) {
    return ExplainCode(absl::AsciiStrToUpper(first), session);
  }
  const std::string path = second.empty() ? first : absl::StrCat(first, " ", second);
  std::vector<std::string> known = {"exit-codes"};
  for (const Command& command : AllCommands()) {
    known.push_back(command.path);
    if (command.path == path) {
      session.terminal().Say(HelpFor(command));
      return ExitCode::kOk;
    }
    if (absl::StartsWith(command.path, absl::StrCat(path, " "))) {
      session.terminal().Say(Overview(AllCommands(), path));
      return ExitCode::kOk;
    }
  }
  const auto meant = interop::DidYouMean(path, known);
  return CliProblem(absl::StatusCode::kNotFound, "FW-USE-001",
                    absl::StrCat("there is no page about \"", OneLine(path), "\""),
                    meant ? std::vector<std::string>{absl::StrCat("Did you mean \"", *meant, "\"?")}
                          : std::vector<std::string>{},
                    {"fairway --help"});
}

absl::StatusOr<ExitCode> Completion(const Invocation& invocation, Session& session) {
  const std::string shell = invocation.argument(0);
  const std::optional<std::string> script = CompletionScript(shell, AllCommands());
  if (!script.has_value()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      absl::StrCat("there is no completion for \"", OneLine(shell), "\""),
                      {"It is bash, zsh or fish."}, {"fairway completion bash"});
  }
  session.terminal().Say(*script);
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> HelpCommands() {
  return {{"completion",
           "A script by which a shell completes commands and flags",
           {"fairway completion bash > ~/.local/share/bash-completion/completions/fairway",
            "fairway completion zsh > ~/.zfunc/_fairway",
            "fairway completion fish > ~/.config/fish/completions/fairway.fish"},
           {{"SHELL"}},
           {},
           "",
           Completion},
          {"help",
           "About a command, an error code, or the exit codes",
           {"fairway help peer invite", "fairway help FW-PUB-006", "fairway help exit-codes"},
           {{"TOPIC", false}, {"COMMAND", false}},
           {},
           "",
           Help}};
}

}  // namespace fairway::cli
