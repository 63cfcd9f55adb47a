#include "tests/simulation/fault_vfs.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <map>
#include <new>
#include <utility>
#include <vector>

#include "tests/simulation/random.h"

namespace fairway::simulation {
namespace {

constexpr size_t kSector = 512;
constexpr int kShmLocks = 8;  // SQLITE_SHM_NLOCK

struct Handle;

struct PendingWrite {
  uint64_t offset = 0;
  std::string data;
  bool truncation = false;  // then `offset` is the new size
};

struct SharedMemory {
  std::vector<std::unique_ptr<uint64_t[]>> segments;  // 8-byte aligned, as SQLite wants it
  std::array<int, kShmLocks> shared{};
  std::array<Handle*, kShmLocks> exclusive{};
  int attached = 0;
};

struct File {
  std::string durable;  // what a power loss cannot take
  std::string live;     // what a read sees
  std::vector<PendingWrite> pending;
  bool entry_durable = false;  // its name in the directory would survive
  bool syncs_directory = false;
  int shared_locks = 0;
  Handle* reserved = nullptr;
  Handle* exclusive = nullptr;
  SharedMemory shm;
};

void Apply(const PendingWrite& write, size_t begin, size_t end, std::string& content) {
  if (write.truncation) {
    if (content.size() > write.offset) content.resize(write.offset);
    return;
  }
  if (begin >= end) return;
  if (content.size() < write.offset + end) content.resize(write.offset + end);
  std::memcpy(content.data() + write.offset + begin, write.data.data() + begin, end - begin);
}

}  // namespace

struct FaultVfs::Impl {
  explicit Impl(std::string vfs_name, uint64_t seed) : name(std::move(vfs_name)), random(seed) {}

  // Counts an operation and says what becomes of it.
  enum class Fate { kWorks, kFails, kCrashes };
  Fate Operation();
  bool ReadWorks();
  void SyncFile(File& file);
  void DropSomeAfterFailedSync(File& file);
  void SettleAfterPowerLoss(File& file);
  void SettleNamesAfterPowerLoss();
  uint64_t UsedBytes() const;

  std::string name;
  Random random;
  sqlite3_vfs vfs{};
  std::map<std::string, std::shared_ptr<File>> files;
  std::map<std::string, std::shared_ptr<File>> unlinked;  // deleted, directory not synced yet
  uint64_t epoch = 0;
  uint64_t operations = 0;
  uint64_t reads = 0;
  std::optional<uint64_t> crash_at;
  std::optional<uint64_t> fail_at;
  bool fail_sticky = false;
  std::optional<uint64_t> fail_read_at;
  std::optional<uint64_t> capacity;
  bool crashed = false;
  int observers = 0;
  uint64_t temporary_names = 0;
  DiskCounts counts;
};

namespace {

using Impl = FaultVfs::Impl;

struct Handle {
  sqlite3_file base;
  Impl* disk;
  std::shared_ptr<File> file;
  std::string name;
  uint64_t epoch;
  int lock = SQLITE_LOCK_NONE;
  bool shm_attached = false;
  unsigned shm_shared = 0;     // bit per lock held
  unsigned shm_exclusive = 0;  // bit per lock held
  bool delete_on_close = false;

  bool usable() const { return !disk->crashed && epoch == disk->epoch; }
};

Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
Impl& Of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }

void ReleaseShmLocks(Handle& h) {
  for (int i = 0; i < kShmLocks; ++i) {
    const unsigned bit = 1u << i;
    if (h.shm_shared & bit) --h.file->shm.shared[i];
    if (h.shm_exclusive & bit) h.file->shm.exclusive[i] = nullptr;
  }
  h.shm_shared = h.shm_exclusive = 0;
}

int Unlock(sqlite3_file* p, int level) {
  Handle& h = Of(p);
  File& file = *h.file;
  if (h.epoch != h.disk->epoch) return SQLITE_OK;  // Restart has cleared them
  if (h.lock <= level) return SQLITE_OK;
  if (file.exclusive == &h) file.exclusive = nullptr;
  if (file.reserved == &h) file.reserved = nullptr;
  if (level == SQLITE_LOCK_NONE) --file.shared_locks;
  h.lock = level;
  return SQLITE_OK;
}

int Lock(sqlite3_file* p, int level) {
  Handle& h = Of(p);
  File& file = *h.file;
  if (!h.usable()) return SQLITE_IOERR_LOCK;
  if (h.lock >= level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (file.exclusive != nullptr) return SQLITE_BUSY;
    ++file.shared_locks;
  } else if (level == SQLITE_LOCK_RESERVED) {
    if (file.reserved != nullptr) return SQLITE_BUSY;
    file.reserved = &h;
  } else {  // PENDING is only a step on the way to EXCLUSIVE, and nobody waits in one thread
    if (file.reserved != nullptr && file.reserved != &h) return SQLITE_BUSY;
    if (file.shared_locks > 1) return SQLITE_BUSY;
    file.reserved = &h;
    file.exclusive = &h;
  }
  h.lock = level;
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* p, int* result) {
  *result = Of(p).file->reserved != nullptr;
  return SQLITE_OK;
}

int ShmUnmap(sqlite3_file* p, int delete_it) {
  Handle& h = Of(p);
  if (!h.shm_attached) return SQLITE_OK;
  h.shm_attached = false;
  if (h.epoch != h.disk->epoch) return SQLITE_OK;
  ReleaseShmLocks(h);
  SharedMemory& shm = h.file->shm;
  if (--shm.attached == 0 || delete_it) shm.segments.clear();
  return SQLITE_OK;
}

int ShmMap(sqlite3_file* p, int index, int size, int extend, void volatile** out) {
  Handle& h = Of(p);
  *out = nullptr;
  if (!h.usable()) return SQLITE_IOERR_SHMMAP;
  SharedMemory& shm = h.file->shm;
  if (!h.shm_attached) {
    h.shm_attached = true;
    ++shm.attached;
  }
  while (shm.segments.size() <= static_cast<size_t>(index)) {
    if (!extend) return SQLITE_OK;
    shm.segments.push_back(std::make_unique<uint64_t[]>((size + 7) / 8));
  }
  *out = shm.segments[index].get();
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* p, int first, int n, int flags) {
  Handle& h = Of(p);
  if (h.epoch != h.disk->epoch) return flags & SQLITE_SHM_UNLOCK ? SQLITE_OK : SQLITE_IOERR_SHMLOCK;
  SharedMemory& shm = h.file->shm;
  if (flags & SQLITE_SHM_UNLOCK) {
    for (int i = first; i < first + n; ++i) {
      const unsigned bit = 1u << i;
      if (h.shm_shared & bit) --shm.shared[i];
      if (h.shm_exclusive & bit) shm.exclusive[i] = nullptr;
      h.shm_shared &= ~bit;
      h.shm_exclusive &= ~bit;
    }
    return SQLITE_OK;
  }
  if (h.disk->crashed) return SQLITE_IOERR_SHMLOCK;
  for (int i = first; i < first + n; ++i) {
    const unsigned bit = 1u << i;
    if (shm.exclusive[i] != nullptr && shm.exclusive[i] != &h) return SQLITE_BUSY;
    const int others = shm.shared[i] - (h.shm_shared & bit ? 1 : 0);
    if ((flags & SQLITE_SHM_EXCLUSIVE) && others > 0) return SQLITE_BUSY;
  }
  for (int i = first; i < first + n; ++i) {
    const unsigned bit = 1u << i;
    if (flags & SQLITE_SHM_EXCLUSIVE) {
      shm.exclusive[i] = &h;
      h.shm_exclusive |= bit;
    } else if (!(h.shm_shared & bit)) {
      ++shm.shared[i];
      h.shm_shared |= bit;
    }
  }
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file*) {}

int Close(sqlite3_file* p) {
  Handle& h = Of(p);
  ShmUnmap(p, 0);
  Unlock(p, SQLITE_LOCK_NONE);
  if (h.delete_on_close && h.epoch == h.disk->epoch) h.disk->files.erase(h.name);
  h.~Handle();
  return SQLITE_OK;
}

int Read(sqlite3_file* p, void* out, int n, sqlite3_int64 offset) {
  Handle& h = Of(p);
  if (!h.usable() || !h.disk->ReadWorks()) return SQLITE_IOERR_READ;
  const std::string& content = h.file->live;
  const int64_t have = std::max<int64_t>(0, static_cast<int64_t>(content.size()) - offset);
  const int64_t k = std::min<int64_t>(n, have);
  if (k > 0) std::memcpy(out, content.data() + offset, k);
  if (k == n) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + k, 0, n - k);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* p, const void* data, int n, sqlite3_int64 offset) {
  Handle& h = Of(p);
  if (!h.usable()) return SQLITE_IOERR_WRITE;
  Impl& disk = *h.disk;
  File& file = *h.file;
  const Impl::Fate fate = disk.Operation();
  const uint64_t end = static_cast<uint64_t>(offset) + n;
  if (fate == Impl::Fate::kWorks && disk.capacity && disk.observers == 0 &&
      end > file.live.size() && disk.UsedBytes() + end - file.live.size() > *disk.capacity) {
    ++disk.counts.enospc;
    return SQLITE_FULL;
  }
  PendingWrite write{static_cast<uint64_t>(offset), std::string(static_cast<const char*>(data), n),
                     false};
  if (fate != Impl::Fate::kWorks) {
    // A write that failed may have been done in part.
    write.data.resize(disk.random.Below(n / kSector + 1) * kSector);
    if (write.data.empty()) return SQLITE_IOERR_WRITE;
  }
  ++disk.counts.writes;
  Apply(write, 0, write.data.size(), file.live);
  file.pending.push_back(std::move(write));
  return fate == Impl::Fate::kWorks ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int Truncate(sqlite3_file* p, sqlite3_int64 size) {
  Handle& h = Of(p);
  if (!h.usable() || h.disk->Operation() != Impl::Fate::kWorks) return SQLITE_IOERR_TRUNCATE;
  PendingWrite write{static_cast<uint64_t>(size), "", true};
  Apply(write, 0, 0, h.file->live);
  h.file->pending.push_back(std::move(write));
  return SQLITE_OK;
}

int Sync(sqlite3_file* p, int) {
  Handle& h = Of(p);
  if (!h.usable()) return SQLITE_IOERR_FSYNC;
  switch (h.disk->Operation()) {
    case Impl::Fate::kWorks:
      h.disk->SyncFile(*h.file);
      return SQLITE_OK;
    case Impl::Fate::kFails:
      h.disk->DropSomeAfterFailedSync(*h.file);
      return SQLITE_IOERR_FSYNC;
    case Impl::Fate::kCrashes:
      return SQLITE_IOERR_FSYNC;
  }
  return SQLITE_IOERR_FSYNC;
}

int FileSize(sqlite3_file* p, sqlite3_int64* size) {
  if (!Of(p).usable()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(Of(p).file->live.size());
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return kSector; }
// The same promise the Unix VFS makes: a write never damages bytes beside it.
int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods kMethods = {2,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     FileSize,
                                     Lock,
                                     Unlock,
                                     CheckReservedLock,
                                     FileControl,
                                     SectorSize,
                                     DeviceCharacteristics,
                                     ShmMap,
                                     ShmLock,
                                     ShmBarrier,
                                     ShmUnmap,
                                     nullptr,
                                     nullptr};

int VfsOpen(sqlite3_vfs* vfs, sqlite3_filename filename, sqlite3_file* p, int flags,
            int* out_flags) {
  Impl& disk = Of(vfs);
  p->pMethods = nullptr;
  if (disk.crashed) return SQLITE_CANTOPEN;
  const std::string name =
      filename != nullptr ? filename : "temporary-" + std::to_string(disk.temporary_names++);
  std::shared_ptr<File> file;
  if (const auto found = disk.files.find(name); found != disk.files.end()) {
    if (flags & SQLITE_OPEN_EXCLUSIVE) return SQLITE_CANTOPEN;
    file = found->second;
  } else {
    if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    if (disk.Operation() != Impl::Fate::kWorks) return SQLITE_CANTOPEN;
    file = std::make_shared<File>();
    file->syncs_directory =
        flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL);
    disk.files[name] = file;
  }
  Handle* h = new (p) Handle{{}, &disk, file, name, disk.epoch};
  h->delete_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
  p->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int VfsDelete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  Impl& disk = Of(vfs);
  if (disk.crashed || disk.Operation() != Impl::Fate::kWorks) return SQLITE_IOERR_DELETE;
  const auto found = disk.files.find(name);
  if (found == disk.files.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (!sync_directory && found->second->entry_durable) disk.unlinked[name] = found->second;
  disk.files.erase(found);
  if (sync_directory) disk.unlinked.erase(name);
  return SQLITE_OK;
}

int VfsAccess(sqlite3_vfs* vfs, const char* name, int, int* result) {
  if (Of(vfs).crashed) return SQLITE_IOERR_ACCESS;
  *result = Of(vfs).files.contains(name);
  return SQLITE_OK;
}

int VfsFullPathname(sqlite3_vfs*, const char* name, int n, char* out) {
  return std::snprintf(out, n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

int VfsRandomness(sqlite3_vfs* vfs, int n, char* out) {
  Of(vfs).random.Fill(reinterpret_cast<uint8_t*>(out), n);
  return n;
}

int VfsSleep(sqlite3_vfs*, int microseconds) { return microseconds; }

int VfsCurrentTime(sqlite3_vfs* vfs, double* julian_day) {
  // Nothing of ours asks SQLite for the time; it has to move for SQLite's own sake only.
  *julian_day = 2460000.5 + static_cast<double>(Of(vfs).operations) * 1e-6;
  return SQLITE_OK;
}

int VfsGetLastError(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

Impl::Fate FaultVfs::Impl::Operation() {
  if (observers > 0) return Fate::kWorks;
  ++operations;
  if (crash_at && operations >= *crash_at) {
    crash_at.reset();
    crashed = true;
    ++counts.crashes;
    return Fate::kCrashes;
  }
  if (fail_at && operations >= *fail_at) {
    ++(fail_sticky ? counts.eio_sticky : counts.eio_once);
    if (!fail_sticky) fail_at.reset();
    return Fate::kFails;
  }
  return Fate::kWorks;
}

bool FaultVfs::Impl::ReadWorks() {
  if (observers > 0) return true;
  ++reads;
  if (!fail_read_at || reads < *fail_read_at) return true;
  fail_read_at.reset();
  ++counts.eio_read;
  return false;
}

void FaultVfs::Impl::SyncFile(File& file) {
  ++counts.syncs;
  for (const PendingWrite& write : file.pending) Apply(write, 0, write.data.size(), file.durable);
  file.pending.clear();
  if (file.syncs_directory && !file.entry_durable) {
    for (const auto& [unused, other] : files) other->entry_durable = true;
    unlinked.clear();
  }
  file.entry_durable = true;
}

void FaultVfs::Impl::DropSomeAfterFailedSync(File& file) {
  std::vector<PendingWrite> kept;
  for (PendingWrite& write : file.pending) {
    if (random.Chance(0.5)) kept.push_back(std::move(write));
  }
  file.pending = std::move(kept);
}

void FaultVfs::Impl::SettleAfterPowerLoss(File& file) {
  enum { kNone, kPrefix, kSubset };
  const uint64_t mode = random.Below(3);
  size_t prefix = mode == kPrefix ? random.Below(file.pending.size() + 1) : 0;
  for (size_t i = 0; i < file.pending.size(); ++i) {
    const PendingWrite& write = file.pending[i];
    const bool kept = mode == kPrefix ? i < prefix : mode == kSubset && random.Chance(0.5);
    if (!kept) {
      ++counts.lost_writes;
      continue;
    }
    if (mode == kSubset && !write.truncation && write.data.size() > kSector &&
        random.Chance(0.25)) {
      ++counts.torn_writes;
      for (size_t at = 0; at < write.data.size(); at += kSector) {
        if (random.Chance(0.5)) {
          Apply(write, at, std::min(write.data.size(), at + kSector), file.durable);
        }
      }
      continue;
    }
    Apply(write, 0, write.data.size(), file.durable);
  }
}

void FaultVfs::Impl::SettleNamesAfterPowerLoss() {
  for (auto it = files.begin(); it != files.end();) {
    if (!it->second->entry_durable && random.Chance(0.5)) {
      it = files.erase(it);
    } else {
      ++it;
    }
  }
  for (auto& [deleted_name, file] : unlinked) {
    if (!files.contains(deleted_name) && random.Chance(0.5)) files[deleted_name] = file;
  }
}

uint64_t FaultVfs::Impl::UsedBytes() const {
  uint64_t sum = 0;
  for (const auto& [unused, file] : files) sum += file->live.size();
  return sum;
}

FaultVfs::FaultVfs(std::string name, uint64_t seed)
    : impl_(std::make_unique<Impl>(std::move(name), seed)) {
  sqlite3_vfs& vfs = impl_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = impl_->name.c_str();
  vfs.pAppData = impl_.get();
  vfs.xOpen = VfsOpen;
  vfs.xDelete = VfsDelete;
  vfs.xAccess = VfsAccess;
  vfs.xFullPathname = VfsFullPathname;
  vfs.xRandomness = VfsRandomness;
  vfs.xSleep = VfsSleep;
  vfs.xCurrentTime = VfsCurrentTime;
  vfs.xGetLastError = VfsGetLastError;
  assert(sqlite3_vfs_find(vfs.zName) == nullptr);
  sqlite3_vfs_register(&vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&impl_->vfs); }

const std::string& FaultVfs::name() const { return impl_->name; }

void FaultVfs::CrashAtOperation(uint64_t n) { impl_->crash_at = impl_->operations + n; }

void FaultVfs::FailOperation(uint64_t n, bool sticky) {
  impl_->fail_at = impl_->operations + n;
  impl_->fail_sticky = sticky;
}

void FaultVfs::FailRead(uint64_t n) { impl_->fail_read_at = impl_->reads + n; }

void FaultVfs::LimitFreeBytes(uint64_t bytes) { impl_->capacity = impl_->UsedBytes() + bytes; }

void FaultVfs::HealFaults() {
  impl_->crash_at.reset();
  impl_->fail_at.reset();
  impl_->fail_read_at.reset();
  impl_->capacity.reset();
}

void FaultVfs::CrashNow() {
  if (impl_->crashed) return;
  impl_->crashed = true;
  ++impl_->counts.crashes;
}

bool FaultVfs::crashed() const { return impl_->crashed; }

void FaultVfs::Restart(Loss loss) {
  Impl& disk = *impl_;
  if (loss == Loss::kPower) {
    for (auto& [unused, file] : disk.files) disk.SettleAfterPowerLoss(*file);
    for (auto& [unused, file] : disk.unlinked) disk.SettleAfterPowerLoss(*file);
    disk.SettleNamesAfterPowerLoss();
    disk.unlinked.clear();
  }
  // New objects, so that a connection left over from before cannot touch what is there now.
  for (auto& [unused, file] : disk.files) {
    auto fresh = std::make_shared<File>();
    fresh->durable = std::move(file->durable);
    fresh->syncs_directory = file->syncs_directory;
    if (loss == Loss::kPower) {
      fresh->live = fresh->durable;
      fresh->entry_durable = true;
    } else {
      fresh->live = std::move(file->live);
      fresh->pending = std::move(file->pending);
      fresh->entry_durable = file->entry_durable;
    }
    file = std::move(fresh);
  }
  ++disk.epoch;
  disk.crashed = false;
  HealFaults();
}

FaultVfs::Observer::Observer(FaultVfs& disk) : disk_(disk) { ++disk_.impl_->observers; }
FaultVfs::Observer::~Observer() { --disk_.impl_->observers; }

const DiskCounts& FaultVfs::counts() const { return impl_->counts; }
uint64_t FaultVfs::operations() const { return impl_->operations; }
uint64_t FaultVfs::used_bytes() const { return impl_->UsedBytes(); }

}  // namespace fairway::simulation
