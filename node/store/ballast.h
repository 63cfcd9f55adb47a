#ifndef FAIRWAY_NODE_STORE_BALLAST_H_
#define FAIRWAY_NODE_STORE_BALLAST_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace fairway::store {

// Space on the disk that is kept back for the day the disk is full: a file of noise beside the
// database, which is cut shorter piece by piece when something must be written that cannot wait.
// Lives behind the database's own VFS. Thread-safe; holds no file open.
//
// The noise is there because a file system may store zeros as nothing at all.
class Ballast {
 public:
  // `wanted` 0: there is none, nothing is touched, and Fill answers kWhole.
  Ballast(std::string path, std::string vfs, uint64_t wanted);

  enum class Filled {
    kWhole,    // `wanted` bytes are on the disk, and `room` more would have fitted
    kNoSpace,  // as much as there was space for, at most `wanted`
    kFailed,   // the disk failed otherwise
  };
  // Brings it to its full size and shows that `room` more bytes are free, by taking them for a
  // moment. Others may find the disk full in that moment.
  Filled Fill(uint64_t room);

  // Gives one piece back to the disk but keeps `keep` bytes. False: there is no more to give.
  bool GiveUp(uint64_t keep);

  uint64_t wanted() const { return wanted_; }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }  // kept back now

 private:
  const std::string path_;
  const std::string vfs_;
  const uint64_t wanted_;
  std::mutex mutex_;  // one at a time at the file
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_BALLAST_H_
