#ifndef FAIRWAY_TOOLS_FAIRWAY_SESSION_H_
#define FAIRWAY_TOOLS_FAIRWAY_SESSION_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tools/fairway/command.h"
#include "tools/fairway/node_client.h"
#include "tools/fairway/terminal.h"

namespace fairway::cli {

// What a command works with: its global flags, the terminal, the node.
class Session {
 public:
  explicit Session(Globals globals);

  const Globals& globals() const { return globals_; }
  const Terminal& terminal() const { return terminal_; }
  NodeClient& node() { return node_; }
  bool for_people() const { return globals_.output == Output::kTable; }

  // Prints `message` for machines, if that is what was asked for; see proto_json.h.
  // False: a person reads, and the caller prints.
  bool PrintedForMachines(std::string_view kind, const google::protobuf::Message& message,
                          std::string_view items = "", std::string_view flatten = "") const;

 private:
  Globals globals_;
  Terminal terminal_;
  NodeClient node_;
};

// An error of this program's own.
absl::Status CliProblem(absl::StatusCode code, std::string problem_code, std::string message,
                        std::vector<std::string> why, std::vector<std::string> next);

// The content of a file, at most `limit` bytes; "-" is standard input.
//   NOT_FOUND FW-CLI-001, INVALID_ARGUMENT FW-CLI-002 (too large, a directory)
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);
// The same for a file that has to be text. INVALID_ARGUMENT FW-CLI-007: says where it is no UTF-8.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t limit);
// Makes a new file of mode 0600. ALREADY_EXISTS FW-CLI-004 if there is one.
absl::Status WriteNewFile(const std::string& path, std::string_view content);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_SESSION_H_
