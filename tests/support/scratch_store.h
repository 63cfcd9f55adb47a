#ifndef FAIRWAY_TESTS_SUPPORT_SCRATCH_STORE_H_
#define FAIRWAY_TESTS_SUPPORT_SCRATCH_STORE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "crypto/secret_bytes.h"
#include "node/store/database.h"

namespace fairway::testing {

// An empty directory of its own, gone with the object.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The same 32 bytes in every test.
crypto::SecretBytes ScratchKey();

// A real database in a directory of its own. Ends the test program if it cannot be made.
class ScratchStore {
 public:
  ScratchStore();

  store::Database& db() { return *database_; }
  std::string path() const { return dir_.File("node.db"); }
  const ScratchDir& dir() const { return dir_; }

  // As after a stop and a start. An error leaves no database open.
  absl::Status Reopen();
  void Close() { database_.reset(); }

 private:
  ScratchDir dir_;
  std::unique_ptr<store::Database> database_;
};

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_SCRATCH_STORE_H_
