#ifndef FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_
#define FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_

#include "absl/status/status.h"

namespace fairway::cli {

// What the command line ends with. Stable: scripts depend on it (`fairway help exit-codes`).
enum class ExitCode {
  kOk = 0,
  kFailed = 1,  // also: a policy has errors, fails a test, breaks a guarantee
  kUsage = 2,
  kNotFound = 3,
  kNotSignedIn = 4,
  kRefused = 5,  // by policy or role; also: a second person has to agree
  kUnreachable = 6,
  kChanged = 7,  // look again and retry; also: the preview is not what was agreed to
  kIntegrity = 8,
  kPartial = 9,       // also: neither proved nor disproved
  kDifferences = 10,  // only with --exit-code
};

// By the kind of error; by its code where the kind alone does not say what to do next:
//   kUsage    FW-USE-…: a value that only its command could judge
//   kRefused  FW-POL-028, -029: a change of policy that needs somebody else, or is over a budget
//   kChanged  FW-POL-021, -026: a proposal that is closed, or releases something else by now
ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_EXIT_CODE_H_
