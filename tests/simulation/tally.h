#ifndef FAIRWAY_TESTS_SIMULATION_TALLY_H_
#define FAIRWAY_TESTS_SIMULATION_TALLY_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::simulation {

// How often each operation was done and each fault fired. Every name that belongs is there from the
// start, so that what never happened shows as a zero.
class Tally {
 public:
  static constexpr std::array<std::string_view, 32> kOperations = {"foresee",
                                                                   "let go",
                                                                   "nothing to let go",
                                                                   "publish bulletin",
                                                                   "publish alert",
                                                                   "publish lesson",
                                                                   "publish practice",
                                                                   "publish aar",
                                                                   "publish assessment",
                                                                   "publish request",
                                                                   "publish reply",
                                                                   "publish annotation",
                                                                   "publish at once",
                                                                   "publish refused",
                                                                   "publish with attachments",
                                                                   "revise",
                                                                   "revise again",
                                                                   "apply policy",
                                                                   "apply bad policy",
                                                                   "set attributes",
                                                                   "suspend peer",
                                                                   "resume peer",
                                                                   "preview",
                                                                   "where",
                                                                   "list",
                                                                   "sign checkpoint",
                                                                   "recall correct",
                                                                   "recall withdraw",
                                                                   "recall purge",
                                                                   "recall refused",
                                                                   "recall on a full disk",
                                                                   "publish for a short time"};
  static constexpr std::array<std::string_view, 25> kFaults = {
      "process killed",      "power lost",     "write lost",
      "write torn",          "EIO once",       "EIO sticky",
      "EIO on read",         "disk full",      "crash at start",
      "link broken",         "link timed out", "frame lost with its link",
      "dial failed",         "partition",      "one-way partition",
      "frame delayed",       "frame dropped",  "frame duplicated",
      "frame reordered",     "frame replayed", "clock forward",
      "clock backward",      "clock skewed",   "rendition tampered with",
      "recall tampered with"};

  Tally();

  // `name` is one of the above.
  void Operation(std::string_view name) { Add(operations_, name, 1); }
  void Fault(std::string_view name, uint64_t times = 1) { Add(faults_, name, times); }
  void Add(const Tally& other);

  uint64_t operations() const { return Sum(operations_); }
  uint64_t faults() const { return Sum(faults_); }
  uint64_t operation(std::string_view name) const;
  uint64_t fault(std::string_view name) const;
  // Names with a count of zero.
  std::vector<std::string> Missing() const;

  // One line for each name, for people and for a pipe between processes; and back.
  std::string ToText() const;
  static Tally FromText(const std::string& text);

 private:
  using Counts = std::map<std::string, uint64_t, std::less<>>;
  static void Add(Counts& counts, std::string_view name, uint64_t times);
  static uint64_t Sum(const Counts& counts);

  Counts operations_;
  Counts faults_;
};

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_TALLY_H_
