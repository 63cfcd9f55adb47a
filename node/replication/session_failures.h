#ifndef FAIRWAY_NODE_REPLICATION_SESSION_FAILURES_H_
#define FAIRWAY_NODE_REPLICATION_SESSION_FAILURES_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "node/status/problem.h"

// Whose fault a failure is. For the bodies of PeerSession only.
namespace fairway::replication {

// Is this the database's failure, rather than something the peer did?
inline bool IsOwnTrouble(const absl::Status& status) {
  const std::optional<Problem> problem = ProblemOf(status);
  if (problem.has_value() && absl::StartsWith(problem->code, "FW-DB-")) return true;
  return !absl::IsInvalidArgument(status) && !absl::IsUnauthenticated(status) &&
         !absl::IsFailedPrecondition(status) && !absl::IsPermissionDenied(status) &&
         !absl::IsDataLoss(status);
}

// This node has no space for items, or no policy to ask about them: of what comes only recalls can
// be taken, until a person sees to it.
inline bool CannotTakeItems(const absl::Status& status) {
  if (!IsOwnTrouble(status)) return false;
  const std::optional<Problem> problem = ProblemOf(status);
  return absl::IsResourceExhausted(status) ||
         (problem.has_value() && problem->code == "FW-POL-003");
}

inline bool IsAlarm(const absl::Status& status) {
  return absl::IsDataLoss(status) && !IsOwnTrouble(status);
}

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_SESSION_FAILURES_H_
