#ifndef FAIRWAY_TOOLS_FAIRWAY_COMPLETION_H_
#define FAIRWAY_TOOLS_FAIRWAY_COMPLETION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/fairway/command.h"

// What a shell completes after "fairway", from the same table as help and parsing.
namespace fairway::cli {

// The script for "bash", "zsh" or "fish"; nothing for any other word.
std::optional<std::string> CompletionScript(std::string_view shell,
                                            const std::vector<Command>& commands);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_COMPLETION_H_
