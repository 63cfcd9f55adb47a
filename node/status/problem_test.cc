#include "node/status/problem.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "node/status/status_macros.h"

namespace fairway {
namespace {

Problem Example() {
  return {
      "FW-PUB-006", "no TLP given", {"the front matter has no 'tlp'"}, {"fairway publish f.md"}};
}

TEST(Problem, TravelsInsideAStatus) {
  const absl::Status status = MakeProblem(absl::StatusCode::kInvalidArgument, Example());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "FW-PUB-006: no TLP given");
  ASSERT_TRUE(ProblemOf(status).has_value());
  EXPECT_EQ(*ProblemOf(status), Example());
}

TEST(Problem, IsAbsentFromAPlainStatus) {
  EXPECT_FALSE(ProblemOf(absl::InternalError("x")).has_value());
  EXPECT_FALSE(ProblemOf(absl::OkStatus()).has_value());
}

TEST(Problem, EveryCutAndEveryExtraByteIsRefused) {
  const std::string bytes = EncodeProblem(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeProblem(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeProblem(bytes + '\0').ok());
  std::string newer = bytes;
  newer[0] = 2;
  EXPECT_FALSE(DecodeProblem(newer).ok());
  EXPECT_TRUE(DecodeProblem(bytes).ok());
}

TEST(Problem, LineLimitHoldsAtTheLimitAndNotBeyond) {
  Problem problem = Example();
  problem.why.assign(kMaxProblemLines, "x");
  EXPECT_TRUE(DecodeProblem(EncodeProblem(problem)).ok());
  problem.why.push_back("x");
  EXPECT_FALSE(DecodeProblem(EncodeProblem(problem)).ok());
}

TEST(Problem, AnOversizeOneIsCutSoThatItStillArrives) {
  Problem problem = Example();
  problem.message.assign(kMaxProblemBytes, 'm');
  problem.why.assign(100, std::string(1000, 'w'));
  const auto arrived = ProblemOf(MakeProblem(absl::StatusCode::kInternal, problem));
  ASSERT_TRUE(arrived.has_value());
  EXPECT_EQ(arrived->code, "FW-PUB-006");
  EXPECT_EQ(arrived->next, Example().next);
  EXPECT_LT(arrived->why.size(), 9u);
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  FAIRWAY_ASSIGN_OR_RETURN(const int half, Half(value));
  FAIRWAY_RETURN_IF_ERROR(Half(half).status());
  return Half(half);
}

TEST(StatusMacros, ReturnTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(7).status().message(), "odd");
}

}  // namespace
}  // namespace fairway
