#include "tools/fairway/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "node/model/text.h"
#include "node/status/status_macros.h"
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

absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t limit) {
  FAIRWAY_ASSIGN_OR_RETURN(std::string text, ReadFile(path, limit));
  const std::optional<size_t> bad = model::FirstInvalidUtf8(text);
  if (!bad.has_value()) return text;
  const auto line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(*bad), '\n') + 1;
  const auto byte = static_cast<unsigned char>(text[*bad]);
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-CLI-007",
                    absl::StrCat(path, ":", line, ": this is not UTF-8 text"),
                    {absl::StrCat("Byte ", *bad + 1, " of the file is 0x",
                                  absl::Hex(byte, absl::kZeroPad2), ".")},
                    {absl::StrCat("find out what it is:  file ", path),
                     absl::StrCat("a Latin-1 file:  iconv -f latin1 -t utf8 ", path, " > NEW")});
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
