#ifndef FAIRWAY_NODE_STATUS_PROBLEM_H_
#define FAIRWAY_NODE_STATUS_PROBLEM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fairway {

// What a person reads when something does not work: what happened, why, and what to type next.
// Travels inside an absl::Status as a payload, across the node's own services too.
struct Problem {
  std::string code;               // stable, "FW-PUB-006": documented, never reused
  std::string message;            // one sentence: what was found and what was wanted
  std::vector<std::string> why;   // the facts that led to it, one a line
  std::vector<std::string> next;  // commands that help, ready to paste

  bool operator==(const Problem&) const = default;
};

inline constexpr size_t kMaxProblemBytes = 16 << 10;  // encoded
inline constexpr size_t kMaxProblemLines = 64;        // each of `why` and `next`

// A status with `problem` attached, whose message is "<code>: <message>". `code` is not OK. A
// problem that would be over a limit loses lines from the end of `why`, then of `next`, then is cut
// short: attaching never fails.
absl::Status MakeProblem(absl::StatusCode code, Problem problem);

// The problem attached to `status`; nothing if there is none or it cannot be read.
std::optional<Problem> ProblemOf(const absl::Status& status);

// Binary form: 0x01, then code, message (lp32 each), then why and next (u32 count, lp32 each);
// big-endian, nothing after. Decode gives INVALID_ARGUMENT for anything else or above a limit.
std::string EncodeProblem(const Problem& problem);
absl::StatusOr<Problem> DecodeProblem(std::string_view bytes);

}  // namespace fairway

#endif  // FAIRWAY_NODE_STATUS_PROBLEM_H_
