#include "node/status/grpc_status.h"

#include <optional>
#include <string>
#include <utility>

#include "node/status/problem.h"

namespace fairway {
namespace {

// Both lists are the canonical codes 0 … 16 with the same numbers.
constexpr int kLastCode = static_cast<int>(absl::StatusCode::kUnauthenticated);
static_assert(kLastCode == grpc::StatusCode::UNAUTHENTICATED);
static_assert(static_cast<int>(absl::StatusCode::kFailedPrecondition) ==
              grpc::StatusCode::FAILED_PRECONDITION);

std::string DetailsThatFit(Problem problem) {
  std::string details = EncodeProblem(problem);
  while (details.size() > kMaxGrpcDetailBytes && !problem.why.empty()) {
    problem.why.pop_back();
    details = EncodeProblem(problem);
  }
  return details.size() > kMaxGrpcDetailBytes ? std::string() : details;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kMaxGrpcMessageBytes) message.resize(kMaxGrpcMessageBytes);
  std::optional<Problem> problem = ProblemOf(status);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::move(message),
                      problem ? DetailsThatFit(*std::move(problem)) : std::string());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const int number = status.error_code();
  const absl::StatusCode code = number > 0 && number <= kLastCode
                                    ? static_cast<absl::StatusCode>(number)
                                    : absl::StatusCode::kUnknown;
  if (!status.error_details().empty()) {
    absl::StatusOr<Problem> problem = DecodeProblem(status.error_details());
    if (problem.ok()) return MakeProblem(code, *std::move(problem));
  }
  return absl::Status(code, status.error_message());
}

}  // namespace fairway
