#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "node/server/hide_memory.h"
#include "node/status/problem.h"
#include "tools/fairway/command.h"
#include "tools/fairway/command_line.h"
#include "tools/fairway/proto_json.h"
#include "tools/fairway/session.h"

namespace fairway::cli {
namespace {

constexpr char kDefaultDataDir[] = "/var/lib/fairway";

std::string DataDir() {
  const char* given = std::getenv("FAIRWAY_DATA");
  return given != nullptr && *given != '\0' ? given : kDefaultDataDir;
}

Problem ProblemFrom(const absl::Status& status) {
  if (std::optional<Problem> problem = ProblemOf(status)) return *std::move(problem);
  return {"FW-CLI-000", std::string(status.message()), {}, {"fairway doctor"}};
}

ExitCode Fail(const Globals& globals, const absl::Status& status, ExitCode code) {
  const Problem problem = ProblemFrom(status);
  const Terminal terminal(globals);
  if (globals.output != Output::kTable) terminal.Say(JsonOfError(problem));
  terminal.ShowProblem(problem);
  return code;
}

// Whether machines read, as far as words that could not be parsed can tell.
bool WantsJson(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    const bool follows = i > 0 && (words[i - 1] == "-o" || words[i - 1] == "--output");
    if ((follows && (words[i] == "json" || words[i] == "jsonl")) || words[i] == "-ojson" ||
        words[i] == "--output=json" || words[i] == "--output=jsonl") {
      return true;
    }
  }
  return false;
}

ExitCode Main(const std::vector<std::string>& words) {
  absl::StatusOr<Parsed> parsed = ParseCommandLine(words, AllCommands(), DataDir());
  if (!parsed.ok()) {
    Globals globals;
    if (WantsJson(words)) globals.output = Output::kJson;
    return Fail(globals, parsed.status(), ExitCode::kUsage);
  }
  if (parsed->command == nullptr) {
    std::cout << parsed->text;
    return ExitCode::kOk;
  }
  Session session(parsed->globals);
  const absl::StatusOr<ExitCode> code = parsed->command->run(parsed->invocation, session);
  if (!code.ok()) return Fail(parsed->globals, code.status(), ExitCodeFor(code.status()));
  return *code;
}

}  // namespace

}  // namespace fairway::cli

int main(int argc, char** argv) {
  fairway::server::HideMemory();
  // Output that nobody reads any more ends the program, as `fairway list | head` should.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    return static_cast<int>(fairway::cli::Main(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::exception& error) {
    std::cerr << "error[FW-CLI-000]: " << error.what() << '\n';
    return static_cast<int>(fairway::cli::ExitCode::kFailed);
  }
}
