#include "tests/support/scratch_store.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace fairway::testing {

ScratchDir::ScratchDir() {
  const char* base = std::getenv("TEST_TMPDIR");
  std::string name = std::string(base != nullptr ? base : "/tmp") + "/fairway-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = name;
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

crypto::SecretBytes ScratchKey() {
  std::string bytes(store::kDatabaseKeyBytes, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + 1);
  return crypto::SecretBytes::CopyOf(bytes);
}

ScratchStore::ScratchStore() {
  if (const absl::Status opened = Reopen(); !opened.ok()) {
    std::fprintf(stderr, "no scratch database: %s\n", opened.ToString().c_str());
    std::abort();
  }
}

absl::Status ScratchStore::Reopen() {
  Close();
  const crypto::SecretBytes key = ScratchKey();
  absl::StatusOr<std::unique_ptr<store::Database>> opened =
      store::Database::Open({.path = path(), .key32 = key, .vfs = "", .create = true});
  if (!opened.ok()) return opened.status();
  database_ = *std::move(opened);
  return absl::OkStatus();
}

}  // namespace fairway::testing
