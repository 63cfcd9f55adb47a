#include "tools/fairway/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "tools/fairway/proto_json.h"

namespace fairway::cli {

Session::Session(Globals globals)
    : globals_(std::move(globals)),
      terminal_(globals_),
      node_(globals_.data_dir, globals_.timeout) {}

bool Session::PrintedForMachines(std::string_view kind, const google::protobuf::Message& message,
                                 std::string_view items, std::string_view flatten) const {
  if (globals_.output == Output::kTable) return false;
  const std::string text = globals_.output == Output::kJson ? JsonOf(kind, message, items, flatten)
                                                            : JsonLinesOf(message, items, flatten);
  if (!text.empty()) terminal_.Say(text);
  return true;
}

absl::Status CliProblem(absl::StatusCode code, std::string problem_code, std::string message,
                        std::vector<std::string> why, std::vector<std::string> next) {
  return MakeProblem(
      code, Problem{std::move(problem_code), std::move(message), std::move(why), std::move(next)});
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  const bool standard_input = path == "-";
  const int descriptor = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return CliProblem(absl::StatusCode::kNotFound, "FW-CLI-001",
                      absl::StrCat(path, " cannot be opened"),
                      {absl::StrCat(std::strerror(errno), ".")}, {"check the path:  ls -l"});
  }
  const absl::Cleanup close_it = [=] {
    if (!standard_input) close(descriptor);
  };
  std::string content;
  char buffer[16384];
  while (content.size() <= limit) {
    const ssize_t got = read(descriptor, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-CLI-002",
                        absl::StrCat(path, " cannot be read"),
                        {absl::StrCat(std::strerror(errno), ".")}, {"check the path:  ls -l"});
    }
    if (got == 0) return content;
    content.append(buffer, static_cast<size_t>(got));
  }
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-CLI-002",
                    absl::StrCat(path, " is too large"),
                    {absl::StrCat("The limit is ", limit, " bytes.")}, {"use a smaller file"});
}

absl::Status WriteNewFile(const std::string& path, std::string_view content) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const bool exists = errno == EEXIST;
    return CliProblem(exists ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kInternal,
                      "FW-CLI-004", absl::StrCat(path, " cannot be made"),
                      {absl::StrCat(std::strerror(errno), ".")},
                      {"choose another name:  --out FILE"});
  }
  const absl::Cleanup close_it = [descriptor] { close(descriptor); };
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return CliProblem(absl::StatusCode::kInternal, "FW-CLI-004",
                        absl::StrCat(path, " cannot be written"),
                        {absl::StrCat(std::strerror(errno), ".")}, {"check the disk:  df -h"});
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace fairway::cli
