#ifndef FAIRWAY_TOOLS_FAIRWAY_COMMAND_H_
#define FAIRWAY_TOOLS_FAIRWAY_COMMAND_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/fairway/exit_code.h"

// The table that is the command line: what is parsed, what help says and what runs come from it.
namespace fairway::cli {

class Session;

enum class Output { kTable, kJson, kJsonLines };
enum class Colour { kAuto, kAlways, kNever };

// Flags that mean the same everywhere, before or after the command.
struct Globals {
  std::string data_dir;
  Output output = Output::kTable;
  bool yes = false;
  bool no_input = false;
  Colour colour = Colour::kAuto;
  absl::Duration timeout = absl::Seconds(30);
};

// One command as it was called.
class Invocation {
 public:
  std::vector<std::string> arguments;                           // in order, without flags
  std::map<std::string, std::vector<std::string>> flag_values;  // "--out" → what was given
  std::map<std::string, bool> switches;                         // "--preview" → true

  // The argument at `index`, or "" if it was not given.
  std::string argument(size_t index) const {
    return index < arguments.size() ? arguments[index] : "";
  }
  // The last value given to a flag.
  std::optional<std::string> value(const std::string& flag) const {
    const auto found = flag_values.find(flag);
    if (found == flag_values.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
  }
  // All values given to a flag, commas taken apart.
  std::vector<std::string> values(const std::string& flag) const;
  bool has(const std::string& flag) const { return switches.contains(flag); }
};

struct Flag {
  std::string name;   // "--expires"
  std::string value;  // "DURATION"; empty: a switch
  std::string help;
};

struct Argument {
  std::string name;  // "FILE"
  bool required = true;
};

struct Command {
  std::string path;  // "peer invite"
  std::string summary;
  std::vector<std::string> examples;
  std::vector<Argument> arguments;
  std::vector<Flag> flags;
  std::string after;  // what usually comes next; may be empty
  // A status that is not OK is shown as an error; the code is for answers that are not errors.
  absl::StatusOr<ExitCode> (*run)(const Invocation& invocation, Session& session);
};

// One list for each group of commands.
Command InitCommand();
std::vector<Command> NodeCommands();
std::vector<Command> PeerCommands();
std::vector<Command> UserCommands();
std::vector<Command> PublishCommands();
std::vector<Command> RecallCommands();
std::vector<Command> ItemCommands();
std::vector<Command> WhereCommands();
std::vector<Command> WatchCommands();
std::vector<Command> PolicyCommands();
std::vector<Command> PolicyChangeCommands();
std::vector<Command> AuditCommands();
std::vector<Command> HelpCommands();

// All of them, in the order in which help lists them.
const std::vector<Command>& AllCommands();

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_COMMAND_H_
