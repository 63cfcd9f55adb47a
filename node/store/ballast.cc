#include "node/store/ballast.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace fairway::store {
namespace {

constexpr uint64_t kPieceBytes = 64 << 10;  // written at a time
constexpr uint64_t kPieces = 16;            // given up at a time: this part of the whole

// One opened file of a VFS, closed at the end.
class VfsFile {
 public:
  VfsFile(const std::string& path, const std::string& vfs_name, bool create) : path_(path) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
    if (vfs == nullptr) return;
    memory_.resize((static_cast<size_t>(vfs->szOsFile) + sizeof(std::max_align_t) - 1) /
                   sizeof(std::max_align_t));
    auto* file = reinterpret_cast<sqlite3_file*>(memory_.data());
    // As a companion of the database: the Unix VFS gives it the database's own mode, and its first
    // sync makes its name durable, too.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL | (create ? SQLITE_OPEN_CREATE : 0);
    int out = 0;
    rc_ = vfs->xOpen(vfs, path_.c_str(), file, flags, &out);
    if (file->pMethods != nullptr) file_ = file;
  }
  ~VfsFile() {
    if (file_ != nullptr) file_->pMethods->xClose(file_);
  }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  bool ok() const { return rc_ == SQLITE_OK && file_ != nullptr; }

  int Size(uint64_t& size) {
    sqlite3_int64 found = 0;
    const int rc = file_->pMethods->xFileSize(file_, &found);
    size = static_cast<uint64_t>(std::max<sqlite3_int64>(found, 0));
    return rc;
  }
  int Write(const std::vector<char>& bytes, uint64_t n, uint64_t at) {
    return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(n),
                                   static_cast<sqlite3_int64>(at));
  }
  int Truncate(uint64_t size) {
    return file_->pMethods->xTruncate(file_, static_cast<sqlite3_int64>(size));
  }
  int Sync() { return file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL); }

 private:
  const std::string path_;  // lives as long as the file, as a VFS may expect
  std::vector<std::max_align_t> memory_;
  sqlite3_file* file_ = nullptr;
  int rc_ = SQLITE_CANTOPEN;
};

// Xorshift (Marsaglia, 2003): nothing that a file system could fold up.
std::vector<char> Noise(uint64_t at) {
  std::vector<char> noise(kPieceBytes);
  uint64_t state = at * 0x9e3779b97f4a7c15u + 1;
  for (char& byte : noise) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state >> 32);
  }
  return noise;
}

}  // namespace

Ballast::Ballast(std::string path, std::string vfs, uint64_t wanted)
    : path_(std::move(path)), vfs_(std::move(vfs)), wanted_(wanted) {
  if (wanted_ == 0) return;
  VfsFile file(path_, vfs_, /*create=*/false);
  uint64_t size = 0;
  if (file.ok() && file.Size(size) == SQLITE_OK) bytes_ = size;
}

Ballast::Filled Ballast::Fill(uint64_t room) {
  if (wanted_ == 0) return Filled::kWhole;
  const std::lock_guard lock(mutex_);
  VfsFile file(path_, vfs_, /*create=*/true);
  // A disk without space for a name of a file cannot be told from one that fails here.
  if (!file.ok()) return bytes_ == 0 ? Filled::kNoSpace : Filled::kFailed;
  uint64_t size = 0;
  int rc = file.Size(size);
  const uint64_t before = size;
  while (rc == SQLITE_OK && size < wanted_ + room) {
    const uint64_t n = std::min(kPieceBytes, wanted_ + room - size);
    rc = file.Write(Noise(size), n, size);
    if (rc == SQLITE_OK) size += n;
  }
  // What a failed write left half done goes, and what was only taken to see that it is there.
  const uint64_t kept = std::min(size, wanted_);
  const int cut = file.Truncate(kept);
  const int synced = cut == SQLITE_OK && kept > before ? file.Sync() : cut;
  bytes_ = kept;
  if (rc == SQLITE_FULL) return Filled::kNoSpace;
  return rc == SQLITE_OK && synced == SQLITE_OK ? Filled::kWhole : Filled::kFailed;
}

bool Ballast::GiveUp(uint64_t keep) {
  const std::lock_guard lock(mutex_);
  if (bytes_ <= keep) return false;
  VfsFile file(path_, vfs_, /*create=*/false);
  if (!file.ok()) return false;
  const uint64_t piece = std::max(kPieceBytes, wanted_ / kPieces);
  const uint64_t left = std::max(keep, bytes_ > piece ? bytes_ - piece : 0);
  if (file.Truncate(left) != SQLITE_OK) return false;
  bytes_ = left;
  return true;
}

}  // namespace fairway::store
