// Makes a node's database say that another version of Fairway wrote it, so that a test can see
// fairwayd refuse it. Prints the version it had.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "node/server/initialise.h"
#include "node/server/unlock.h"
#include "node/status/status_macros.h"
#include "node/store/database.h"
#include "node/store/statement.h"

namespace fairway {
namespace {

absl::StatusOr<std::string> SetVersion(const std::string& data, const std::string& key_file,
                                       int version) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const crypto::SecretBytes key,
      server::OpenDatabaseKey(data, {.passphrase_file = "", .key_file = key_file}));
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<store::Database> database,
      store::Database::Open({.path = absl::StrCat(data, "/", server::kDatabaseFile),
                             .key32 = key,
                             .vfs = "",
                             .create = false}));
  std::string before;
  FAIRWAY_RETURN_IF_ERROR(database->Write([&](store::Txn& txn) -> absl::Status {
    store::Statement read(txn, "PRAGMA user_version");
    FAIRWAY_ASSIGN_OR_RETURN(const bool row, read.Step());
    if (row) before = absl::StrCat(read.GetInt(0));
    const std::string set = absl::StrCat("PRAGMA user_version = ", version);
    return store::Statement(txn, set).Run();
  }));
  return before;
}

}  // namespace
}  // namespace fairway

int main(int argc, char** argv) {
  int version = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &version)) {
    std::fprintf(stderr, "usage: set_schema_version DATA_DIR KEY_FILE VERSION\n");
    return 2;
  }
  const absl::StatusOr<std::string> before = fairway::SetVersion(argv[1], argv[2], version);
  if (!before.ok()) {
    std::fprintf(stderr, "set_schema_version: %s\n",
                 std::string(before.status().message()).c_str());
    return 1;
  }
  std::printf("%s\n", before->c_str());
  return 0;
}
