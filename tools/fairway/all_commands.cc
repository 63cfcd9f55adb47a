#include <utility>

#include "tools/fairway/command.h"

namespace fairway::cli {

const std::vector<Command>& AllCommands() {
  static const auto& all = *new std::vector<Command>([] {
    std::vector<Command> commands = {InitCommand()};
    for (auto group : {NodeCommands, PublishCommands, RecallCommands, ItemCommands, WhereCommands,
                       WatchCommands, PeerCommands, UserCommands, PolicyCommands,
                       PolicyChangeCommands, AuditCommands, HelpCommands}) {
      for (Command& command : group()) commands.push_back(std::move(command));
    }
    return commands;
  }());
  return all;
}

}  // namespace fairway::cli
