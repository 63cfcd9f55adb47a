#ifndef FAIRWAY_TESTS_SIMULATION_FAULT_VFS_H_
#define FAIRWAY_TESTS_SIMULATION_FAULT_VFS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace fairway::simulation {

// What a disk did to its node so far.
struct DiskCounts {
  uint64_t writes = 0;
  uint64_t syncs = 0;
  uint64_t crashes = 0;      // operations at which a planned crash fired, and CrashNow
  uint64_t lost_writes = 0;  // unsynced writes that a power loss took
  uint64_t torn_writes = 0;  // unsynced writes of which only some sectors survived one
  uint64_t eio_once = 0;     // writes, truncations, syncs failed once
  uint64_t eio_sticky = 0;   // those failed by a disk that keeps failing
  uint64_t eio_read = 0;     // reads failed
  uint64_t enospc = 0;       // writes refused for want of space
};

// One node's disk: an SQLite VFS in memory, registered under its own name, so that several nodes
// of one process have one each. SQLCipher runs on it unchanged, with WAL and shared memory; locks
// work between connections of one thread. One thread at a time.
//
// What is modelled: a write is in the page cache at once and on the disk after the file's sync; a
// power loss keeps any subset of the unsynced writes, each whole or torn at 512-byte sectors; a
// file that was created or deleted without a directory sync may be gone or back afterwards; a sync
// that failed may have dropped what it should have written, and the next one does not notice
// (Linux; Rebello et al., "Can Applications Recover from fsync Failures?", 2020). What is not
// modelled: bit rot and misdirected writes, which SQLCipher's HMAC finds.
//
// An "operation" below is a write, a truncation, a sync, a deletion or the creation of a file.
class FaultVfs {
 public:
  // Registers a VFS called `name`; it must be unique in the process. All choices come from `seed`.
  FaultVfs(std::string name, uint64_t seed);
  // All connections must be closed before.
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const;

  // Plans. Counted from now: 1 is the next operation. A new plan of a kind replaces the old one.
  void CrashAtOperation(uint64_t n);
  void FailOperation(uint64_t n, bool sticky);  // EIO; sticky: from there on every one
  void FailRead(uint64_t n);                    // EIO, once
  void LimitFreeBytes(uint64_t bytes);          // growth beyond it is refused with SQLITE_FULL
  // Takes back every plan. A disk that has crashed stays crashed.
  void HealFaults();

  // From here on every call fails, as a process that is gone makes none. Also what a planned crash
  // does when it fires.
  void CrashNow();
  bool crashed() const;

  enum class Loss {
    kProcess,  // the process died: what it wrote is still in the page cache, synced or not
    kPower,    // the machine died: unsynced writes are lost, kept or torn
  };
  // The node comes back: settles what is on the disk, forgets plans, locks and shared memory.
  // Connections opened before fail for ever; close them before or after.
  void Restart(Loss loss);

  // While one of these lives, nothing that happens on the disk counts for a plan or fails by one:
  // an observer looks.
  class Observer {
   public:
    explicit Observer(FaultVfs& disk);
    ~Observer();
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

   private:
    FaultVfs& disk_;
  };

  const DiskCounts& counts() const;
  uint64_t operations() const;
  uint64_t used_bytes() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_FAULT_VFS_H_
