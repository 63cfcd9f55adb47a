#ifndef FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_
#define FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_

#include "absl/status/status.h"

namespace fairway::cli {

// What the command line ends with. Stable: scripts depend on it (`fairway help exit-codes`).
enum class ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kNotSignedIn = 4,
  kRefused = 5,
  kUnreachable = 6,
  kChanged = 7,
  kIntegrity = 8,
  kPartial = 9,
  kDifferences = 10,
};

ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_
