#include "node/server/unlock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "crypto/key_file.h"
#include "node/server/initialise.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::server {
namespace {

// Reads at most `limit` bytes into locked memory.
absl::StatusOr<crypto::SecretBytes> ReadSecret(const std::string& path, size_t limit) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return MakeProblem(absl::StatusCode::kNotFound,
                       {"FW-KEY-001",
                        absl::StrCat("cannot read ", path),
                        {std::strerror(errno)},
                        {absl::StrCat("check the path and its rights:  ls -l ", path)}});
  }
  // Not through a stream: its buffer would keep a copy that nobody wipes.
  crypto::SecretBytes buffer(limit);
  size_t have = 0;
  while (have < limit) {
    const ssize_t n = read(file, buffer.data() + have, limit - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<size_t>(n);
  }
  close(file);
  return crypto::SecretBytes::CopyOf(buffer.view().substr(0, have));
}

}  // namespace

absl::StatusOr<crypto::SecretBytes> ReadPassphrase(const std::string& path) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes content,
                           ReadSecret(path, crypto::kMaxPassphraseBytes + 2));
  std::string_view line = content.view();
  if (const size_t end = line.find_first_of("\r\n"); end != std::string_view::npos) {
    line = line.substr(0, end);
  }
  if (line.empty() || line.size() > crypto::kMaxPassphraseBytes) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {"FW-KEY-002",
                        absl::StrCat("the first line of ", path, " has ", line.size(),
                                     " bytes; a passphrase has 1 to ", crypto::kMaxPassphraseBytes),
                        {},
                        {"the passphrase alone belongs into that line"}});
  }
  return crypto::SecretBytes::CopyOf(line);
}

absl::StatusOr<crypto::SecretBytes> OpenDatabaseKey(const std::string& data_dir,
                                                    const Unlock& unlock) {
  const std::string path = absl::StrCat(data_dir, "/", kKeyFile);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return MakeProblem(absl::StatusCode::kNotFound, {"FW-KEY-003",
                                                     absl::StrCat("there is no node in ", data_dir),
                                                     {absl::StrCat(path, " is missing.")},
                                                     {"fairway init --help"}});
  }
  std::string bytes(crypto::kMaxKeyFileBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  const absl::StatusOr<crypto::KeyFile> keys = crypto::KeyFile::Decode(bytes, kDatabaseFile);
  if (!keys.ok()) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {"FW-KEY-005",
                        absl::StrCat(path, " cannot be read"),
                        {std::string(keys.status().message())},
                        {"restore node.key from the copy that was kept with the root key"}});
  }
  absl::StatusOr<crypto::SecretBytes> key = absl::InvalidArgumentError("no way to unlock given");
  if (!unlock.key_file.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes opener,
                             ReadSecret(unlock.key_file, crypto::kSlotKeyBytes + 1));
    key = keys->OpenWithKey(opener.view());
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase,
                             ReadPassphrase(unlock.passphrase_file));
    key = keys->OpenWithPassphrase(passphrase.view());
  }
  if (key.ok()) return key;
  const std::string& opener = unlock.key_file.empty() ? unlock.passphrase_file : unlock.key_file;
  return MakeProblem(key.status().code(),
                     {"FW-KEY-004",
                      absl::StrCat("what is in ", opener, " does not open ", path),
                      {std::string(key.status().message())},
                      {"try the other way in: --passphrase-file FILE or --key-file FILE"}});
}

}  // namespace fairway::server
