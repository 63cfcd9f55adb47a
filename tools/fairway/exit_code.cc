#include "tools/fairway/exit_code.h"

#include <optional>
#include <string>

#include "node/status/problem.h"

namespace fairway::cli {
namespace {

std::optional<ExitCode> ByCode(const absl::Status& status) {
  const std::optional<Problem> problem = ProblemOf(status);
  if (!problem.has_value()) return std::nullopt;
  const std::string& code = problem->code;
  if (absl::IsInvalidArgument(status) && code.rfind("FW-USE-", 0) == 0) return ExitCode::kUsage;
  if (code == "FW-POL-028" || code == "FW-POL-029") return ExitCode::kRefused;
  if (code == "FW-POL-021" || code == "FW-POL-026") return ExitCode::kChanged;
  return std::nullopt;
}

}  // namespace

ExitCode ExitCodeFor(const absl::Status& status) {
  if (const std::optional<ExitCode> code = ByCode(status)) return *code;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kNotSignedIn;
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return ExitCode::kChanged;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kIntegrity;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace fairway::cli
