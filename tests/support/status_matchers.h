#ifndef FAIRWAY_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define FAIRWAY_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/status/problem.h"

// EXPECT_OK(status), ASSERT_OK(status_or), ASSERT_OK_AND_ASSIGN(auto x, F()),
// EXPECT_THAT(F(), StatusIs(absl::StatusCode::kNotFound)),
// EXPECT_THAT(F(), StatusIs(code, HasSubstr("…"))), EXPECT_THAT(F(), HasProblem("FW-DB-001")).
namespace fairway::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.ok();
}

MATCHER_P(StatusIs, code, "has code " + absl::StatusCodeToString(code)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code;
}

MATCHER_P2(StatusIs, code, message, "has code " + absl::StatusCodeToString(code)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

MATCHER_P(HasProblem, code, "has a problem " + std::string(code)) {
  const absl::Status& status = StatusOf(arg);
  const std::optional<Problem> problem = ProblemOf(status);
  *result_listener << "which is " << status.ToString();
  return problem.has_value() && problem->code == code;
}

}  // namespace fairway::testing

#define EXPECT_OK(expr) EXPECT_THAT((expr), ::fairway::testing::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT((expr), ::fairway::testing::IsOk())

#define ASSERT_OK_AND_ASSIGN(lhs, ...) \
  FAIRWAY_ASSERT_OK_AND_ASSIGN_(FAIRWAY_TEST_NAME_(status_or_, __LINE__), lhs, (__VA_ARGS__))
#define FAIRWAY_ASSERT_OK_AND_ASSIGN_(name, lhs, expr) \
  auto name = expr;                                    \
  ASSERT_OK(name);                                     \
  lhs = *std::move(name)
#define FAIRWAY_TEST_NAME_(a, b) FAIRWAY_TEST_NAME_2_(a, b)
#define FAIRWAY_TEST_NAME_2_(a, b) a##b

#endif  // FAIRWAY_TESTS_SUPPORT_STATUS_MATCHERS_H_
