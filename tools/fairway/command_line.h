#ifndef FAIRWAY_TOOLS_FAIRWAY_COMMAND_LINE_H_
#define FAIRWAY_TOOLS_FAIRWAY_COMMAND_LINE_H_

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/fairway/command.h"

namespace fairway::cli {

// What one line of words asks for.
struct Parsed {
  Globals globals;
  const Command* command = nullptr;  // null: only help or the version was asked for
  Invocation invocation;
  std::string text;  // what to print then
};

// Reads the words after the program's name. Global flags may stand anywhere. `data_dir` is where
// the node is without --data.
// INVALID_ARGUMENT with a Problem FW-USE-001 (no such command), FW-USE-002 (no such flag),
// FW-USE-003 (a value or argument is missing, of the wrong form, or too many): what was found, what
// was probably meant, and how to get help.
absl::StatusOr<Parsed> ParseCommandLine(std::span<const std::string> words,
                                        const std::vector<Command>& commands,
                                        const std::string& data_dir);

// Flags that every command takes. One that has a short name too is "-o,--output".
const std::vector<Flag>& GlobalFlags();

std::string HelpFor(const Command& command);
// All commands, or those whose path begins with `group`.
std::string Overview(const std::vector<Command>& commands, std::string_view group);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_COMMAND_LINE_H_
