#include "tools/benchmark/node_database.h"

#include "absl/strings/str_cat.h"
#include "crypto/secret_bytes.h"
#include "node/server/initialise.h"
#include "node/server/unlock.h"
#include "node/status/status_macros.h"

namespace fairway::benchmark {

absl::StatusOr<std::unique_ptr<store::Database>> OpenNodeDatabase(const std::string& data_dir,
                                                                  const std::string& key_file) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const crypto::SecretBytes key,
      server::OpenDatabaseKey(data_dir, {.passphrase_file = "", .key_file = key_file}));
  return store::Database::Open({.path = absl::StrCat(data_dir, "/", server::kDatabaseFile),
                                .key32 = key,
                                .vfs = "",
                                .create = false});
}

}  // namespace fairway::benchmark
